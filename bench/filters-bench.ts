/** What a filter saves: the same records with and without one, in the kernel alone and on their way to a file. */

import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import path from 'node:path';
import { filterOf } from '../src/formats/filter/filter.ts';
import { inflateEngine } from '../src/inflate/engine.ts';
import { inflateObject } from '../src/inflate/inflate.ts';
import { readAhead } from '../src/plan/ahead.ts';
import { type LoadedObject, loadObjects, recordsOf } from './bench-set.ts';
import { proveLikeReference, requireSameBytes } from './equality.ts';
import type { BenchInput, BenchResult } from './input.ts';
import type { Row } from './report.ts';
import { alternate, median, ratios, roundsFor, type Samples, type Task } from './rounds.ts';
import { type Converted, DOCUMENT_OPTIONS, Subject } from './subject.ts';

const MAX_RECORDS = 500_000;

/** Their documents are an eighth of a gigabyte, which lies in a file at a time, one object after the other. */
const FILE_RECORDS = 100_000;

/** One record in so many is kept. */
const KEPT = 100;

const THREE_TERMS = 'action = REJECT and dstport in (22, 3389) and srcaddr not in 10.0.0.0/8';

/** Bytes of a record such that one record in `KEPT` has more; null where the columns lack them. */
function boundOf(objects: readonly LoadedObject[]): number | null {
  const values: number[] = [];
  for (const { text } of objects) {
    const [header = '', ...lines] = text.toString('latin1').trimEnd().split('\n');
    const column = header.split(' ').indexOf('bytes');
    if (column === -1) return null;
    for (const line of lines) values.push(Number(line.split(' ')[column]) || 0);
  }
  values.sort((a, b) => a - b);
  return values[Math.floor((values.length * (KEPT - 1)) / KEPT)] ?? null;
}

function documentsOf(subject: Subject, one: LoadedObject): Buffer {
  const parts: Buffer[] = [];
  subject.convertText(one.context, one.text, (bytes) => parts.push(Buffer.from(bytes)));
  return Buffer.concat(parts);
}

/** Documents with more bytes in their flow than `bound`, by what stands in them. */
function chosen(documents: Buffer, bound: number): Buffer {
  const isChosen = (line: string) => {
    const { network } = JSON.parse(line) as { readonly network?: { readonly bytes?: number } };
    return (network?.bytes ?? 0) > bound;
  };
  const lines = documents.toString().split('\n').slice(0, -1).filter(isChosen);
  return Buffer.from(lines.map((line) => `${line}\n`).join(''));
}

/** A name, and what converts with that filter. */
type Filtered = readonly [name: string, subject: Subject];

/** A task that also knows the bytes of documents a record. */
interface FilterTask extends Task {
  bytesOut(): number;
}

function taskOf(
  name: string,
  objects: readonly LoadedObject[],
  work: (one: LoadedObject) => Converted | Promise<Converted>,
): FilterTask {
  const records = recordsOf(objects);
  let bytesOut = 0;
  const run = async () => {
    bytesOut = 0;
    for (const one of objects) bytesOut += (await work(one)).bytesOut;
    return undefined;
  };
  return { name, records, run, bytesOut: () => bytesOut / records };
}

async function* compressed(one: LoadedObject): AsyncGenerator<Uint8Array> {
  yield one.compressed;
}

/** Converts an object from its gzip, as a worker does, and writes the documents to a file where there is one. */
function inflateAndConvert(subject: Subject, one: LoadedObject, file: number | null): Promise<Converted> {
  const chunks = readAhead(inflateObject(() => compressed(one), inflateEngine()));
  if (file === null) return subject.convertStream(one.context, chunks);
  let at = 0;
  ftruncateSync(file, 0);
  return subject.convertStream(one.context, chunks, (bytes) => {
    at += writeSync(file, bytes, 0, bytes.length, at);
  });
}

const WAYS = ['kernel', 'inflate + kernel', 'gzip to a file'] as const;

/** Runs the bench. Throws `OutputsDiffer`. */
export async function filtersBench({ set, image, scratch, signal }: BenchInput): Promise<BenchResult> {
  const objects = loadObjects(set, Math.min(set.records, MAX_RECORDS));
  const bound = boundOf(objects);
  if (bound === null)
    return { rows: [{ kind: 'note', text: 'not measured: these columns have no bytes' }], measured: {} };
  const filtered = (name: string, asked: { readonly where?: string; readonly sample?: string }): Filtered => {
    const filter = filterOf({ dropNodata: false, dropPrivate: false, ...asked });
    return [name, new Subject(image, { ...DOCUMENT_OPTIONS, filter })];
  };
  const none = filtered('no filter', {});
  const few = filtered(`--where 'bytes > ${bound}'`, { where: `bytes > ${bound}` });
  const others = [
    filtered('--where with three terms', { where: THREE_TERMS }),
    filtered('--sample 1/100', { sample: `1/${KEPT}` }),
  ];

  const [first] = objects;
  const wanted = chosen(documentsOf(none[1], first!), bound);
  requireSameBytes('documents by the filter, and those that it names', documentsOf(few[1], first!), wanted);
  const compared = [few, ...others].reduce((sum, [, subject]) => sum + proveLikeReference(subject, objects), 0);
  const equal = `equal to the reference encoder, byte for byte, with each filter: ${compared.toLocaleString('en-US')} documents`;
  const rows: Row[] = [{ kind: 'note', text: equal }];

  const [kernel, inflate, toFile] = WAYS;
  const file = openSync(path.join(scratch, 'documents.ndjson'), 'w');
  const written = loadObjects(set, Math.min(set.records, FILE_RECORDS));
  const tasks = [
    ...[none, few, ...others].map(([name, subject]) =>
      taskOf(`${kernel}, ${name}`, objects, (one) => subject.convertText(one.context, one.text)),
    ),
    ...[none, few].flatMap(([name, subject]) => [
      taskOf(`${inflate}, ${name}`, objects, (one) => inflateAndConvert(subject, one, null)),
      taskOf(`${toFile}, ${name}`, written, (one) => inflateAndConvert(subject, one, file)),
    ]),
  ];
  const timings = await alternate(tasks, roundsFor(set.records), signal).finally(() => closeSync(file));
  const bytesIn = set.bytesPlain / set.records;
  for (const [i, { name, bytesOut }] of tasks.entries()) {
    rows.push({ kind: 'time', name, timing: timings[i]!, bytesIn, bytesOut: bytesOut() });
  }
  const timingOf = (name: string) => timings[tasks.findIndex((task) => task.name === name)]!;
  let samples: Samples = [];
  for (const way of WAYS) {
    samples = ratios(timingOf(`${way}, ${none[0]}`), timingOf(`${way}, ${few[0]}`));
    rows.push({ kind: 'ratio', name: `${way}, no filter : one that keeps 1 %`, samples });
  }
  return { rows, measured: { filterSpeedup: median(samples) } };
}

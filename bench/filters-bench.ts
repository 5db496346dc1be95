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
const KEPT = 100;

/** Their documents are an eighth of a gigabyte, which lies in a file at a time, one object after the other. */
const FILE_RECORDS = 100_000;

/** Bytes of a record such that one in so many has more; -1 where the columns lack them. */
function boundOf(objects: readonly LoadedObject[]): number {
  const values: number[] = [];
  for (const { text } of objects) {
    const [header = '', ...lines] = text.toString('latin1').trimEnd().split('\n');
    const column = header.split(' ').indexOf('bytes');
    if (column === -1) return -1;
    for (const line of lines) values.push(Number(line.split(' ')[column]) || 0);
  }
  values.sort((a, b) => a - b);
  return values[Math.floor((values.length * (KEPT - 1)) / KEPT)] ?? 0;
}

/** Lines of documents for which `keeps` says so. */
function chosen(documents: Buffer, keeps: (document: Counted) => boolean): Buffer {
  const lines = documents.toString().split('\n').slice(0, -1);
  return Buffer.from(
    lines
      .filter((line) => keeps(JSON.parse(line) as Counted))
      .map((line) => `${line}\n`)
      .join(''),
  );
}

type Work = Converted | Promise<Converted>;

interface Counted {
  readonly network?: { readonly bytes?: number };
}

function documentsOf(subject: Subject, one: LoadedObject): Buffer {
  const parts: Buffer[] = [];
  subject.convertText(one.context, one.text, (bytes) => parts.push(Buffer.from(bytes)));
  return Buffer.concat(parts);
}

async function* compressed(one: LoadedObject): AsyncGenerator<Uint8Array> {
  yield one.compressed;
}

/** Runs the bench. Throws `OutputsDiffer`. */
export async function filtersBench({ set, image, scratch, signal }: BenchInput): Promise<BenchResult> {
  const objects = loadObjects(set, Math.min(set.records, MAX_RECORDS));
  const bound = boundOf(objects);
  if (bound === -1) return { rows: [{ kind: 'note', text: 'filters: these columns have no bytes' }], measured: {} };
  const asked = { dropNodata: false, dropPrivate: false };
  const subjectOf = (more: { readonly where?: string; readonly sample?: string }) =>
    new Subject(image, { ...DOCUMENT_OPTIONS, filter: filterOf({ ...asked, ...more }) });
  const where = `bytes > ${bound}`;
  const none = new Subject(image);
  const few = subjectOf({ where });
  const compound = `action = REJECT and dstport in (22, 3389) and srcaddr not in 10.0.0.0/8`;
  const filters = [
    { name: `--where '${where}'`, subject: few },
    { name: '--where of docs/filters.md, three terms', subject: subjectOf({ where: compound }) },
    { name: '--sample 1/100', subject: subjectOf({ sample: '1/100' }) },
  ];

  const rows: Row[] = [];
  const first = objects[0]!;
  const wanted = chosen(documentsOf(none, first), ({ network }) => (network?.bytes ?? 0) > bound);
  requireSameBytes('documents by the filter, and those of all that it names', documentsOf(few, first), wanted);
  const compared = filters.reduce((sum, { subject }) => sum + proveLikeReference(subject, objects), 0);
  const text = `equal to the reference encoder, byte for byte, with each filter: ${compared.toLocaleString('en-US')} documents`;
  rows.push({ kind: 'note', text });

  const tasks: (Task & { readonly bytesOut: () => number })[] = [];
  const add = (name: string, some: readonly LoadedObject[], work: (one: LoadedObject) => Work) => {
    const records = recordsOf(some);
    let bytesOut = 0;
    const run = async () => {
      bytesOut = 0;
      for (const one of some) bytesOut += (await work(one)).bytesOut;
      return undefined;
    };
    tasks.push({ name, records, run, bytesOut: () => bytesOut / records });
  };
  const inflated = (subject: Subject, one: LoadedObject, onBody?: (bytes: Buffer) => void) =>
    subject.convertStream(one.context, readAhead(inflateObject(() => compressed(one), inflateEngine())), onBody);
  add('kernel, no filter', objects, (one) => none.convertText(one.context, one.text));
  for (const { name, subject } of filters) {
    add(`kernel, ${name}`, objects, (one) => subject.convertText(one.context, one.text));
  }
  const file = openSync(path.join(scratch, 'documents.ndjson'), 'w');
  const written = objects.slice(
    0,
    Math.max(
      1,
      objects.findIndex((_, i) => recordsOf(objects.slice(0, i)) >= FILE_RECORDS),
    ),
  );
  for (const [name, subject] of [
    ['no filter', none],
    [filters[0]!.name, few],
  ] as const) {
    add(`inflate + kernel, ${name}`, objects, (one) => inflated(subject, one));
    add(`gzip to NDJSON in a file, ${name}`, written, (one) => {
      ftruncateSync(file, 0);
      let at = 0;
      return inflated(subject, one, (bytes) => {
        at += writeSync(file, bytes, 0, bytes.length, at);
      });
    });
  }
  const timings = await alternate(tasks, roundsFor(set.records), signal).finally(() => closeSync(file));
  const bytesIn = set.bytesPlain / set.records;
  for (const [i, { name, bytesOut }] of tasks.entries()) {
    rows.push({ kind: 'time', name, timing: timings[i]!, bytesIn, bytesOut: bytesOut() });
  }
  const timingOf = (what: string, filter: string) =>
    timings[tasks.findIndex(({ name }) => name === `${what}, ${filter}`)]!;
  let samples: Samples = [];
  for (const what of ['kernel', 'inflate + kernel', 'gzip to NDJSON in a file']) {
    samples = ratios(timingOf(what, 'no filter'), timingOf(what, filters[0]!.name));
    rows.push({ kind: 'ratio', name: `${what}: none : a filter that keeps 1 %`, samples });
  }
  return { rows, measured: { filterSpeedup: median(samples) } };
}

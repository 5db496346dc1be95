/** Inflating by each engine, and inflating with the kernel behind it as a multiple of the floor. One thread asks. */

import { gunzipSync } from 'node:zlib';
import { type InflateEngine, inflateEngine, loadZlibSync } from '../src/inflate/engine.ts';
import { inflateObject } from '../src/inflate/inflate.ts';
import { readAhead } from '../src/plan/ahead.ts';
import { type LoadedObject, loadObjects, recordsOf } from './bench-set.ts';
import { requireSameBytes } from './equality.ts';
import type { BenchInput, BenchResult } from './input.ts';
import type { Row } from './report.ts';
import { alternate, median, ratios, roundsFor, type Task, type Timing } from './rounds.ts';
import { Subject } from './subject.ts';

const MAX_RECORDS = 500_000;

/** What a file is read in. */
const READ_BYTES = 512 * 1024;
const GUNZIP_OPTIONS = { chunkSize: 1 << 20 };

function textOf(one: LoadedObject, engine: InflateEngine): AsyncGenerator<Uint8Array, void> {
  async function* open(fromByte: number): AsyncGenerator<Uint8Array> {
    const { compressed } = one;
    for (let at = fromByte; at < compressed.length; at += READ_BYTES) yield compressed.subarray(at, at + READ_BYTES);
  }
  return inflateObject(open, engine);
}

async function wholeText(one: LoadedObject, engine: InflateEngine): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const chunk of textOf(one, engine)) parts.push(Buffer.from(chunk));
  return Buffer.concat(parts);
}

/** Documents of an object as bytes: what the floor copies. */
function documentsOf(subject: Subject, one: LoadedObject): Buffer {
  const parts: Buffer[] = [];
  subject.convertText(one.context, one.text, (bytes) => parts.push(Buffer.from(bytes)));
  return Buffer.concat(parts);
}

/** Runs the bench. Throws `OutputsDiffer`. */
export async function inflateBench({ set, image, signal }: BenchInput): Promise<BenchResult> {
  const subject = new Subject(image);
  const objects = loadObjects(set, Math.min(set.records, MAX_RECORDS));
  const first = objects[0]!;
  const engines: readonly InflateEngine[] = loadZlibSync() === null ? ['node:zlib'] : ['node:zlib', 'zlib-sync'];
  const rows: Row[] = [];

  const output = documentsOf(subject, first);
  for (const engine of engines) {
    requireSameBytes(`texts by ${engine} and gunzipSync`, await wholeText(first, engine), first.text);
    const parts: Buffer[] = [];
    await subject.convertStream(first.context, readAhead(textOf(first, engine)), (bytes) =>
      parts.push(Buffer.from(bytes)),
    );
    requireSameBytes(`documents by ${engine} and from memory`, Buffer.concat(parts), output);
  }
  rows.push({ kind: 'note', text: `equal, byte for byte: texts and documents by gunzipSync, ${engines.join(', ')}` });
  if (engines.length === 1) rows.push({ kind: 'note', text: 'zlib-sync: not compared, it is not built here' });

  const records = recordsOf(objects);
  const touched = Buffer.from(output);
  const forEach = (name: string, work: (one: LoadedObject) => unknown): Task => ({
    name,
    records,
    async run() {
      for (const one of objects) await work(one);
      return undefined;
    },
  });
  const tasks: Task[] = [
    forEach('gunzipSync', (one) => gunzipSync(one.compressed, GUNZIP_OPTIONS)),
    forEach('floor: gunzipSync + one copy of the documents', (one) => {
      gunzipSync(one.compressed, GUNZIP_OPTIONS);
      // Fresh from the system, so that the copy is what touches it first.
      output.copy(Buffer.allocUnsafeSlow(output.length));
    }),
    forEach('the same, into memory that was touched before', (one) => {
      gunzipSync(one.compressed, GUNZIP_OPTIONS);
      output.copy(touched);
    }),
    ...engines.map((engine) =>
      forEach(`inflate, ${engine}`, async (one) => {
        for await (const _chunk of textOf(one, engine));
      }),
    ),
    ...engines.map((engine) =>
      // One chunk ahead, as a worker reads.
      forEach(`inflate + kernel, ${engine}`, (one) =>
        subject.convertStream(one.context, readAhead(textOf(one, engine))),
      ),
    ),
  ];
  const all = await alternate(tasks, roundsFor(set.records), signal);
  const timingOf = (name: string): Timing => all[tasks.findIndex((task) => task.name.startsWith(name))]!;

  const textBytes = objects.reduce((sum, one) => sum + one.text.length, 0) / records;
  const outBytes = output.length / first.records;
  for (const [i, { name }] of tasks.entries()) {
    const bytesOut = /\+|same/.test(name) ? outBytes : null;
    rows.push({ kind: 'time', name, timing: all[i]!, bytesIn: textBytes, bytesOut });
  }
  const floor = timingOf('floor');
  // Where page faults are dear, as in many virtual machines, they are most of the floor: the second ratio is without.
  for (const engine of engines) {
    const both = timingOf(`inflate + kernel, ${engine}`);
    rows.push({ kind: 'ratio', name: `inflate + kernel, ${engine} : floor`, samples: ratios(both, floor) });
    const name = `inflate + kernel, ${engine} : floor, touched memory`;
    rows.push({ kind: 'ratio', name, samples: ratios(both, timingOf('the same')) });
  }
  const used = ratios(timingOf(`inflate + kernel, ${inflateEngine()}`), floor);
  return { rows, measured: { floorMultiple: median(used) } };
}

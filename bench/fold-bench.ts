/** The fold of records into connections: with few connections and with many, alone and behind inflate. */

import { gzipSync } from 'node:zlib';
import { makeWorld } from '../src/generate/world.ts';
import { inflateEngine } from '../src/inflate/engine.ts';
import { inflateObject } from '../src/inflate/inflate.ts';
import { readAhead } from '../src/plan/ahead.ts';
import type { FoldedRow, FoldInterface } from '../src/topology/contract.ts';
import { type BenchSet, loadObjects, recordsOf } from './bench-set.ts';
import { headOf, requireSame } from './equality.ts';
import { connectionLines, interfacesFor } from './fold-lines.ts';
import { type FoldedText, FoldSubject } from './fold-subject.ts';
import type { BenchInput, BenchResult } from './input.ts';
import type { Row } from './report.ts';
import { alternate, median, ratios, roundsFor, type Task } from './rounds.ts';

const SIZES = [1_000, 10_000, 100_000, 1_000_000];
/** The size that the target is about. */
const TARGET_SIZE = 100_000;

const MAX_RECORDS = 500_000;
const REFERENCE_RECORDS = 20_000;

/** Objects and the interfaces that logged them. */
interface FoldSet {
  readonly name: string;
  readonly interfaces: readonly FoldInterface[];
  readonly objects: readonly FoldedText[];
  readonly records: number;
}

/** The bench set, whose interfaces are those of the generator's world. */
function generatedSet(set: BenchSet): FoldSet {
  const { hosts } = makeWorld(set.seed, set.addresses);
  const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1');
  const interfaces = hosts.map(({ interfaceId, v4, v6 }) => ({
    id: text(interfaceId),
    addresses: [text(v4), text(v6)],
  }));
  const objects = loadObjects(set, Math.min(set.records, MAX_RECORDS));
  return { name: 'the bench set', interfaces, objects, records: recordsOf(objects) };
}

/** Records such that each connection comes twice at least. */
function sizedSet(connections: number, { records: most, seed }: BenchSet): FoldSet {
  const records = Math.max(Math.min(most, MAX_RECORDS), connections * 2);
  const name = `${connections.toLocaleString('en-US')} connections`;
  const interfaces = interfacesFor(connections);
  return { name, interfaces, objects: connectionLines(connections, records, seed), records };
}

function asLines(rows: readonly FoldedRow[]): readonly string[] {
  return rows.map((row) => JSON.stringify(row, (_, value) => (typeof value === 'bigint' ? `${value}` : value))).sort();
}

/** Throws `OutputsDiffer` unless the kernel gives the rows of the reference fold. Gives the number of records. */
function proveLikeReference({ interfaces, objects }: FoldSet): number {
  const subject = new FoldSubject(interfaces);
  const each = Math.ceil(REFERENCE_RECORDS / objects.length);
  const heads = objects.map(({ text }) => headOf(text, each + 1));
  for (const head of heads) subject.foldText(head);
  const [ours, theirs] = [asLines(subject.rows()), asLines(subject.byReference(heads))];
  requireSame('rows of the kernel and of the reference fold', ours, theirs, (a, b) => a === b);
  return objects.reduce((sum, { records }) => sum + Math.min(records, each), 0);
}

async function* compressed(gzip: Buffer): AsyncGenerator<Uint8Array> {
  yield gzip;
}

function textTask({ name, interfaces, objects, records }: FoldSet): Task {
  const subject = new FoldSubject(interfaces);
  return {
    name: `fold, ${name}`,
    records,
    run() {
      for (const { text } of objects) subject.foldText(text);
      return undefined;
    },
  };
}

function inflateTask({ name, interfaces, objects, records }: FoldSet): Task {
  const subject = new FoldSubject(interfaces);
  const packed = objects.map(({ text }) => gzipSync(text));
  return {
    name: `inflate + fold, ${name}`,
    records,
    async run() {
      for (const gzip of packed) {
        await subject.foldStream(readAhead(inflateObject(() => compressed(gzip), inflateEngine())));
      }
      return undefined;
    },
  };
}

function referenceTask({ name, interfaces, objects }: FoldSet): Task {
  const subject = new FoldSubject(interfaces);
  const head = headOf(objects[0]!.text, REFERENCE_RECORDS + 1);
  const records = Math.min(objects[0]!.records, REFERENCE_RECORDS);
  return {
    name: `reference fold, ${name}`,
    records,
    run() {
      subject.byReference([head]);
      return undefined;
    },
  };
}

/** Runs the bench. Throws `OutputsDiffer`. */
export async function foldBench({ set, signal, withProcesses }: BenchInput): Promise<BenchResult> {
  const generated = generatedSet(set);
  // What connections cost does not depend on the fields.
  const sizes = withProcesses ? SIZES.filter((size) => size <= set.records) : [];
  const sized = sizes.map((size) => sizedSet(size, set));
  const compared = [generated, ...sized].reduce((sum, one) => sum + proveLikeReference(one), 0);
  const rows: Row[] = [
    { kind: 'note', text: `equal to the reference fold: rows of ${compared.toLocaleString('en-US')} records` },
  ];
  const target = sized[sizes.indexOf(TARGET_SIZE)];
  const sets = [generated, ...sized];
  const measured = target === undefined ? [generated] : [generated, target];
  const tasks = [...sets.map(textTask), ...measured.map(inflateTask), referenceTask(generated)];
  const timings = await alternate(tasks, roundsFor(set.records), signal);
  const bytesOf = ({ objects, records }: FoldSet) => objects.reduce((sum, { text }) => sum + text.length, 0) / records;
  const bytes = [...sets, ...measured, generated].map(bytesOf);
  for (const [i, { name }] of tasks.entries()) {
    rows.push({ kind: 'time', name, timing: timings[i]!, bytesIn: bytes[i]!, bytesOut: null });
  }
  const [first] = timings.slice(1);
  for (const [i, { name }] of sized.entries()) {
    if (i > 0)
      rows.push({ kind: 'ratio', name: `fold, ${name} : ${sized[0]!.name}`, samples: ratios(timings[i + 1]!, first!) });
  }
  rows.push({ kind: 'ratio', name: 'reference fold : fold', samples: ratios(timings.at(-1)!, timings[0]!) });
  const inflated = tasks.findIndex(({ name }) => target !== undefined && name === `inflate + fold, ${target.name}`);
  return { rows, measured: inflated < 0 ? {} : { foldedPerSecond: 1e9 / median(timings[inflated]!.wall) } };
}

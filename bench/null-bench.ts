/** Documents, and lines as events, into the null server: what delivering costs where the server costs nearly nothing. */

import { availableParallelism } from 'node:os';
import { loadObjects } from './bench-set.ts';
import type { BenchInput, BenchResult } from './input.ts';
import { type NullServer, startNullServer } from './null-server-process.ts';
import { noHelper, runHelper } from './official-helpers.ts';
import { BODY_BYTES, BULK_OPTIONS, batchOutlet, bulkOutlet } from './outlets.ts';
import { bestPlainLoop, type PreparedBody, plainLoop } from './plain-loop.ts';
import { itemsOf, prepareBodies, prepareDocuments } from './prepared.ts';
import type { Row } from './report.ts';
import { alternate, median, ratios, roundsFor, type Taken, type Task, type Timing } from './rounds.ts';
import { withCpu } from './server-cpu.ts';
import { Subject } from './subject.ts';
import { cycledListing, timedRun } from './timed-run.ts';

const NAME = 'null';

/** Records of a shard are about 320,000, so that a run takes two to ten seconds; a small set has small shards. */
function shardsPerWorker(records: number): number {
  return records >= 100_000 ? 4 : 1;
}

/** Bodies of these take 270 MB; the plain loop posts them over and over. */
const PREPARED_RECORDS = 200_000;
const PLAIN_REPEATS = 10;

const SMALL_BODY_BYTES = 2 << 20;

/** A way of flowbulk's to send. */
interface Way {
  readonly name: string;
  readonly workers: number;
  readonly gzip: boolean;
  readonly bodyBytes: number;
  /** Lines to `/batch`, in place of documents to `_bulk`. */
  readonly asEvents?: boolean;
}

/** One way as a task, which says what a record takes: how many there are depends on how objects fall into shards. */
function runTask({ set, image, scratch, signal }: BenchInput, server: NullServer, way: Way): Task {
  const { name, asEvents = false, ...options } = way;
  const { workers, gzip } = way;
  const listing = cycledListing(set.objects, workers, shardsPerWorker(set.records));
  const run = async (): Promise<Taken> => {
    const { url } = server;
    const outlet = asEvents ? batchOutlet({ url, gzip, workers }) : bulkOutlet({ url, name: NAME, ...options });
    const timed = await timedRun({ listing, image, workers, outlet, scratch, serverPid: server.pid }, signal);
    const { records, serverCpuMs } = timed;
    return {
      wallMs: timed.wallMs / records,
      cpuMs: timed.cpuMs / records,
      ...(serverCpuMs === undefined ? {} : { serverCpuMs: serverCpuMs / records }),
    };
  };
  return { name, records: 1, isWarm: true, run };
}

/** Runs the bench. */
export async function nullBench(input: BenchInput): Promise<BenchResult> {
  const server = await startNullServer();
  try {
    return await measure(input, server);
  } finally {
    await server.stop();
  }
}

/** What flowbulk is measured as. The first is what others are compared with. */
function waysHere(): readonly [plain: Way, gzip: Way, ...others: Way[]] {
  const workers = Math.min(2, availableParallelism());
  const words = workers === 2 ? 'two workers' : 'one worker';
  const plain: Way = { name: `flowbulk, plain, ${words}`, workers, gzip: false, bodyBytes: BODY_BYTES };
  const one: Way = { ...plain, name: 'flowbulk, plain, one worker', workers: 1 };
  return [
    plain,
    { ...plain, name: `flowbulk, gzip, ${words}`, gzip: true },
    { ...plain, name: `flowbulk, plain, ${words}, bodies of 2 MiB`, bodyBytes: SMALL_BODY_BYTES },
    ...(workers === 1 ? [] : [one]),
    { ...plain, name: `flowbulk, lines to an intake, plain, ${words}`, asEvents: true },
    { ...plain, name: `flowbulk, lines to an intake, gzip, ${words}`, gzip: true, asEvents: true },
  ];
}

/** The plain loop at the concurrency that is best for it. */
async function plainTask({ url, pid }: NullServer, bodies: readonly PreparedBody[]): Promise<Task> {
  const target = { origin: url, name: NAME };
  const repeated = Array.from({ length: PLAIN_REPEATS }, () => bodies).flat();
  const { concurrency } = await bestPlainLoop(async () => target, repeated);
  return {
    name: `plain loop, ${concurrency} at a time, bodies prepared`,
    records: itemsOf(repeated),
    run: () => withCpu(pid, () => plainLoop(target, repeated, concurrency)),
  };
}

/** The helper of Elastic's client, which takes the null server for its own; null where it is not installed. */
async function helperTask({ url, pid }: NullServer, bodies: readonly PreparedBody[]): Promise<Task | null> {
  const work = { url, name: NAME, ...prepareDocuments(bodies) };
  const probe = await runHelper('elasticsearch', work);
  if (probe === null) return null;
  const run = () => withCpu(pid, async () => (await runHelper('elasticsearch', work))!);
  return { name: `${probe.client}, documents prepared`, records: work.ids.length, isWarm: true, run };
}

async function measure(input: BenchInput, server: NullServer): Promise<BenchResult> {
  const { set, image, signal } = input;
  const rows: Row[] = [];
  const objects = loadObjects(set, Math.min(set.records, PREPARED_RECORDS));
  const bodies = prepareBodies(new Subject(image, BULK_OPTIONS), objects, BODY_BYTES);
  const ways = waysHere();
  const loop = await plainTask(server, bodies);
  const helper = await helperTask(server, bodies);
  if (helper === null) rows.push({ kind: 'note', text: noHelper('elasticsearch') });
  const others = helper === null ? [loop] : [loop, helper];
  const tasks = [...ways.map((way) => runTask(input, server, way)), ...others];
  const all = await alternate(tasks, roundsFor(set.records), signal);

  const bytesIn = set.bytesPlain / set.records;
  // Of bodies before they are compressed.
  const bytesOut = bodies.reduce((sum, { bytes }) => sum + bytes.length, 0) / itemsOf(bodies);
  for (const [i, { name }] of tasks.entries()) {
    // An event is its line, in quotes.
    const out = ways[i]?.asEvents ? bytesIn + 2 : bytesOut;
    rows.push({ kind: 'time', name, timing: all[i]!, bytesIn, bytesOut: out });
  }
  const [plain, gzip] = all as readonly [Timing, Timing, ...Timing[]];
  for (const [i, name] of ['plain loop', 'helper'].slice(0, others.length).entries()) {
    const samples = ratios(all[ways.length + i]!, plain);
    rows.push({ kind: 'ratio', name: `${name} : ${ways[0].name}`, samples });
  }
  return {
    rows,
    measured: { nullPlainPerSecond: 1e9 / median(plain.wall), nullGzipPerSecond: 1e9 / median(gzip.wall) },
  };
}

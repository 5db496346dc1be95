/**
 * Documents into a real cluster: by flowbulk, by the plainest loop at its best concurrency, by the vendor's helper.
 *
 * Each time into an index that is empty and made alike. The clock ends when the last document is answered for; what is
 * in the index is counted after that. flowbulk converts while the clock runs, the others have all ready in memory.
 */

import { availableParallelism } from 'node:os';
import { describeCluster } from '../src/cluster/flavour.ts';
import { type BenchIndices, openBenchIndices } from './bench-indices.ts';
import { loadObjects } from './bench-set.ts';
import { type Course, secondsToPlateau, watchCourse } from './course.ts';
import { OutputsDiffer } from './equality.ts';
import type { BenchInput, BenchResult } from './input.ts';
import { noHelper, runHelper } from './official-helpers.ts';
import { BODY_BYTES, BULK_OPTIONS, bulkOutlet } from './outlets.ts';
import { bestPlainLoop, type PreparedBody, plainLoop } from './plain-loop.ts';
import { itemsOf, prepareBodies, prepareDocuments } from './prepared.ts';
import type { Row } from './report.ts';
import { alternate, median, ratios, roundsFor, type Samples, type Taken, type Task, type Timing } from './rounds.ts';
import { serverPid, untilQuiet, withCpu } from './server-cpu.ts';
import { Subject } from './subject.ts';
import { listingAfterStart, type TimedListing, timedRun } from './timed-run.ts';

/** Ten seconds of a cluster of two cores. Bodies of these take 540 MB. */
const MOST_RECORDS = 400_000;

/** What everybody's work is done with. */
interface Bench {
  readonly input: BenchInput;
  readonly url: string;
  /** The server's process; null where it is elsewhere. */
  readonly pid: number | null;
  readonly indices: BenchIndices;
  readonly documents: number;
}

/** Runs the bench. Throws `OutputsDiffer`, and E_CLUSTER_* where the cluster cannot be used. */
export async function clusterBench(input: BenchInput & { readonly target: string }): Promise<BenchResult> {
  const { target: url, signal } = input;
  const indices = await openBenchIndices(url, signal);
  try {
    return await measure(input, url, indices);
  } finally {
    await indices.close();
  }
}

/** Does work on an empty index, and says what it took. Throws `OutputsDiffer` unless all documents are there then. */
async function intoFresh(
  { input, pid, indices, documents }: Bench,
  work: (index: string) => Promise<Taken>,
): Promise<Taken> {
  await untilQuiet(pid, input.signal);
  const index = await indices.make(input.signal);
  try {
    const taken = await work(index);
    const found = await indices.count(index, input.signal);
    if (found !== documents) throw new OutputsDiffer('documents in the index and sent', `${found}`, `${documents}`);
    return taken;
  } finally {
    await indices.drop(index);
  }
}

/** flowbulk, as it runs without options; hears how each run went. */
function flowbulkTask(bench: Bench, listing: TimedListing, onCourse: (course: Course) => void): Task {
  const { input, url, pid, documents } = bench;
  const { image, scratch, signal } = input;
  const workers = availableParallelism();
  const into = async (name: string): Promise<Taken> => {
    // Plain, as the others are.
    const outlet = bulkOutlet({ url, name, gzip: false, workers });
    const endCourse = watchCourse(outlet.permits);
    try {
      return await timedRun({ listing, image, workers, outlet, scratch, serverPid: pid }, signal);
    } finally {
      onCourse(endCourse());
    }
  };
  return { name: 'flowbulk', records: documents, isWarm: true, run: () => intoFresh(bench, into) };
}

/** The plain loop at the concurrency that is best for it. */
async function plainTask(bench: Bench, bodies: readonly PreparedBody[]): Promise<Task> {
  const { input, url, pid, indices, documents } = bench;
  let made = '';
  const fresh = async () => {
    if (made !== '') await indices.drop(made);
    await untilQuiet(pid, input.signal);
    made = await indices.make(input.signal);
    return { origin: url, name: made };
  };
  const { concurrency } = await bestPlainLoop(fresh, bodies).finally(() => indices.drop(made));
  return {
    name: `plain loop, ${concurrency} at a time, bodies prepared`,
    records: documents,
    isWarm: true,
    run: () => intoFresh(bench, (name) => withCpu(pid, () => plainLoop({ origin: url, name }, bodies, concurrency))),
  };
}

/** The helper of the vendor's client; null where that is not installed. */
async function helperTask(bench: Bench, bodies: readonly PreparedBody[]): Promise<Task | null> {
  const { url, pid, indices, documents } = bench;
  const { product } = indices.cluster;
  const prepared = prepareDocuments(bodies);
  const probe = await runHelper(product, { url, name: 'flowbulk-bench-none', documents: [], ids: [] });
  if (probe === null) return null;
  const into = (name: string) => withCpu(pid, async () => (await runHelper(product, { url, name, ...prepared }))!);
  return {
    name: `${probe.client}, documents prepared`,
    records: documents,
    isWarm: true,
    run: () => intoFresh(bench, into),
  };
}

async function measure(input: BenchInput, url: string, indices: BenchIndices): Promise<BenchResult> {
  const { set, image, scratch, signal } = input;
  const loaded = loadObjects(set, Math.min(set.records, MOST_RECORDS));
  const bodies = prepareBodies(new Subject(image, BULK_OPTIONS), loaded, BODY_BYTES);
  const documents = itemsOf(bodies);
  const pid = serverPid(url);
  const bench: Bench = { input, url, pid, indices, documents };
  const objects = loaded.map(({ object }) => object);
  const listing = await listingAfterStart(objects, loaded[0]!.text, availableParallelism(), scratch, signal);

  const courses: Course[] = [];
  // First, so that the server is warm when it counts.
  const loop = await plainTask(bench, bodies);
  const flowbulk = flowbulkTask(bench, listing, (course) => courses.push(course));
  const helper = await helperTask(bench, bodies);
  const tasks = helper === null ? [flowbulk, loop] : [flowbulk, loop, helper];
  const all = await alternate(tasks, roundsFor(set.records), signal);

  const [ours, plain, vendors] = all as readonly [Timing, Timing, Timing?];
  const bytesIn = set.bytesPlain / set.records;
  const bytesOut = bodies.reduce((sum, { bytes }) => sum + bytes.length, 0) / documents;
  const overPlain = ratios(plain, ours);
  const shares = ours.serverCpu.map((server, i) => ours.cpu[i]! / (ours.cpu[i]! + server));
  const ramps = courses.flatMap(({ samples }) => secondsToPlateau(samples) ?? []);
  const rows: Row[] = [
    note(
      `${describeCluster(indices.cluster)}: ${documents.toLocaleString('en-US')} documents each time, all found there`,
    ),
    ...(pid === null ? [note("the server's CPU: not measured, it is not on this machine")] : []),
    ...(helper === null ? [note(noHelper(indices.cluster.product))] : []),
    ...tasks.map(({ name }, i): Row => ({ kind: 'time', name, timing: all[i]!, bytesIn, bytesOut })),
    { kind: 'ratio', name: 'plain loop : flowbulk', samples: overPlain },
    ...(vendors === undefined
      ? []
      : [{ kind: 'ratio', name: 'helper : flowbulk', samples: ratios(vendors, ours) } as const]),
    ...figure(
      "flowbulk's share of the CPU time",
      '%',
      shares.map((share) => share * 100),
    ),
    ...figure('until 90 % of the plateau', 's', ramps),
    ...courses.map(({ limits }, i) => note(`requests at a time, each second of run ${i + 1}: ${limits.join(' ')}`)),
  ];
  return {
    rows,
    measured: {
      overPlainLoop: median(overPlain),
      ...(shares.length === 0 ? {} : { cpuShare: median(shares) }),
      ...(ramps.length === 0 ? {} : { secondsToPlateau: median(ramps) }),
    },
  };
}

function note(text: string): Row {
  return { kind: 'note', text };
}

/** A row of it, or none where it could not be measured. */
function figure(name: string, unit: '%' | 's', samples: Samples): readonly Row[] {
  return samples.length === 0 ? [] : [{ kind: 'figure', name, unit, samples }];
}

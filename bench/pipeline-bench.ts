/** All of it: `convert folder /dev/null` by one and by two workers, and the naive pipeline on one core. */

import { closeSync, openSync, readFileSync } from 'node:fs';
import { availableParallelism, devNull } from 'node:os';
import path from 'node:path';
import { loadObjects, recordsOf } from './bench-set.ts';
import { proveLikeNaive, requireSameBytes } from './equality.ts';
import { type BenchInput, type BenchResult, NO_NAIVE, naiveRecords } from './input.ts';
import type { Measured } from './measured.ts';
import type { NaiveGeo } from './naive-geo.ts';
import { naiveConvertFile } from './naive-pipeline.ts';
import { fileOutlet } from './outlets.ts';
import { processBench } from './process-bench.ts';
import type { Row } from './report.ts';
import { alternate, median, ratios, roundsFor, type Task, type Timing } from './rounds.ts';
import { Subject } from './subject.ts';
import { cycledListing, timedRun } from './timed-run.ts';

/** Records of a shard are about 320,000, so that a pass takes three seconds; a small set has small shards. */
function shardsPerWorker(records: number): number {
  return records >= 500_000 ? 16 : 4;
}

/** Throws `OutputsDiffer` unless a run writes what the kernel gives from memory. Gives the documents' bytes a record. */
async function proveRun({ set, image, scratch, signal }: BenchInput, naive: NaiveGeo | null): Promise<number> {
  const subject = new Subject(image);
  const [first] = loadObjects(set, 1);
  const parts: Buffer[] = [];
  subject.convertText(first!.context, first!.text, (bytes) => parts.push(Buffer.from(bytes)));
  const destination = path.join(scratch, 'proof.ndjson');
  const listing = cycledListing([first!.object], 1, 1);
  await timedRun({ listing, image, workers: 1, outlet: fileOutlet(destination), scratch }, signal);
  const expected = Buffer.concat(parts);
  const written = readFileSync(destination);
  // The object is converted several times over: each time the same has to come out.
  for (let at = 0; at < written.length; at += expected.length) {
    requireSameBytes('documents of a run and from memory', written.subarray(at, at + expected.length), expected);
  }
  if (naive !== null) proveLikeNaive(subject, [first!], naive);
  return expected.length / first!.records;
}

/** Runs the bench. Throws `OutputsDiffer`. */
export async function pipelineBench(input: BenchInput): Promise<BenchResult> {
  const { set, image, scratch, signal } = input;
  const naive = await input.openNaive();
  const bytesOut = await proveRun(input, naive);
  const rows: Row[] = [
    { kind: 'note', text: 'equal: documents of a run and of the kernel from memory, byte for byte' },
  ];

  const tasks: Task[] = [];
  const addRun = (name: string, workers: number) => {
    // How many records a pass has depends on how the objects fall into shards: so the task says time a record.
    const run = async () => {
      const listing = cycledListing(set.objects, workers, shardsPerWorker(set.records));
      const timed = await timedRun({ listing, image, workers, outlet: fileOutlet(devNull), scratch }, signal);
      return { wallMs: timed.wallMs / timed.records, cpuMs: timed.cpuMs / timed.records };
    };
    tasks.push({ name, records: 1, isWarm: true, run });
  };
  addRun('convert to /dev/null, one worker', 1);
  const cores = availableParallelism();
  if (cores >= 2) addRun('convert to /dev/null, two workers', 2);
  else rows.push({ kind: 'note', text: 'two workers: not measured, there is one core' });

  const sink = openSync(devNull, 'w');
  if (naive === null) rows.push({ kind: 'note', text: NO_NAIVE });
  else {
    const few = loadObjects(set, naiveRecords(set));
    const run = async () => {
      for (const { object, context } of few) await naiveConvertFile(object.path!, context, naive, sink);
      return undefined;
    };
    tasks.push({ name: 'naive pipeline, one core', records: recordsOf(few), run });
  }
  const all = await alternate(tasks, roundsFor(set.records), signal).finally(() => closeSync(sink));

  const bytesIn = set.bytesPlain / set.records;
  for (const [i, { name }] of tasks.entries()) rows.push({ kind: 'time', name, timing: all[i]!, bytesIn, bytesOut });
  const timingOf = (word: string): Timing | undefined => all[tasks.findIndex(({ name }) => name.includes(word))];
  const [one, two, slow] = [timingOf('one worker')!, timingOf('two workers'), timingOf('naive')];
  let measured: Measured = {};
  if (two !== undefined) {
    const samples = ratios(one, two);
    rows.push({ kind: 'ratio', name: 'one worker : two workers', samples });
    measured = { ...measured, twoWorkersOverOne: median(samples), recordsPerSecond: 1e9 / median(two.wall) };
  }
  if (slow !== undefined) {
    const samples = ratios(slow, one);
    rows.push({ kind: 'ratio', name: 'naive pipeline : one worker', samples });
    measured = { ...measured, overNaive: median(samples) };
  }
  if (input.withProcesses) {
    const processes = await processBench(input);
    rows.push(...processes);
    measured = { ...measured, maxRssBytes: Math.max(...processes.map((row) => row.maxRssBytes)) };
  }
  return { rows, measured };
}

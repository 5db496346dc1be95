/** The kernel alone: text in memory to documents in memory, one thread, against the naive transform. */

import { loadObjects, recordsOf } from './bench-set.ts';
import { proveLikeNaive, proveLikeReference } from './equality.ts';
import { type BenchInput, type BenchResult, NO_NAIVE, naiveRecords } from './input.ts';
import { naiveConvertText } from './naive-pipeline.ts';
import type { Row } from './report.ts';
import { alternate, median, ratios, roundsFor, type Task, type Timing } from './rounds.ts';
import { Subject } from './subject.ts';

/** Enough for a tenth of a second; their text is 60 MB, more than the caches of a processor hold. */
const MAX_RECORDS = 500_000;

/** Runs the bench. Throws `OutputsDiffer`. */
export async function kernelBench({ set, image, openNaive, signal }: BenchInput): Promise<BenchResult> {
  const naive = await openNaive();
  const subject = new Subject(image);
  const objects = loadObjects(set, Math.min(set.records, MAX_RECORDS));
  const rows: Row[] = [];
  const asReference = proveLikeReference(subject, objects).toLocaleString('en-US');
  rows.push({ kind: 'note', text: `equal to the reference encoder, byte for byte: ${asReference} documents` });

  const bytesOf = (loaded: typeof objects) => loaded.reduce((sum, one) => sum + one.text.length, 0);
  const records = recordsOf(objects);
  let bytesOut = 0;
  const kernel: Task = {
    name: 'kernel, one thread',
    records,
    run() {
      bytesOut = 0;
      for (const one of objects) bytesOut += subject.convertText(one.context, one.text).bytesOut;
      return undefined;
    },
  };
  if (naive === null) {
    const [timing] = await alternate([kernel], roundsFor(set.records), signal);
    rows.push({ kind: 'note', text: NO_NAIVE });
    rows.push(timeRow(kernel.name, timing!, bytesOf(objects) / records, bytesOut / records));
    return { rows, measured: { kernelNsPerRecord: median(timing!.wall) } };
  }

  const asNaive = proveLikeNaive(subject, objects, naive).toLocaleString('en-US');
  rows.push({ kind: 'note', text: `equal to the naive transform, deeply: ${asNaive} documents` });
  const few = loadObjects(set, naiveRecords(set));
  const naiveTask: Task = {
    name: 'naive transform: split, maxmind, crypto, stringify',
    records: recordsOf(few),
    run() {
      for (const one of few) naiveConvertText(one.text.toString(), one.context, naive);
      return undefined;
    },
  };
  const [fast, slow] = await alternate([kernel, naiveTask], roundsFor(set.records), signal);
  const [bytesIn, out] = [bytesOf(objects) / records, bytesOut / records];
  rows.push(timeRow(kernel.name, fast!, bytesIn, out), timeRow(naiveTask.name, slow!, bytesIn, out));
  rows.push({ kind: 'ratio', name: 'naive transform : kernel', samples: ratios(slow!, fast!) });
  return { rows, measured: { kernelNsPerRecord: median(fast!.wall) } };
}

function timeRow(name: string, timing: Timing, bytesIn: number, bytesOut: number): Row {
  return { kind: 'time', name, timing, bytesIn, bytesOut };
}

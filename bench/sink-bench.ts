/** Documents into a server: one that does nothing, or a real cluster. */

import { clusterBench } from './cluster-bench.ts';
import type { BenchInput, BenchResult } from './input.ts';
import { nullBench } from './null-bench.ts';
import { proveDelivery } from './sink-equality.ts';

/** Runs the bench. Throws `OutputsDiffer`, and E_CLUSTER_* where the target cannot be used. */
export async function sinkBench(input: BenchInput): Promise<BenchResult> {
  const proven = (await proveDelivery(input)).toLocaleString('en-US');
  const text = `equal: documents that arrive, plain and gzip, and those of the kernel from memory, byte for byte: ${proven}`;
  const { target } = input;
  const { rows, measured } = target === null ? await nullBench(input) : await clusterBench({ ...input, target });
  return { rows: [{ kind: 'note', text }, ...rows], measured };
}

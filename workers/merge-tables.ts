/** The tables of a fold's workers as one, when they are done. */

import { setImmediate as nextTurn } from 'node:timers/promises';
import type { FoldedRow } from '../src/topology/contract.ts';
import { tooManyConnections } from './connection-fold.ts';
import { ConnectionRows } from './connection-rows.ts';
import { FoldKernel } from './fold-kernel.ts';
import type { FoldMemory } from './fold-memory.ts';
import type { LocalAddress } from './interface-image.ts';
import { ROW_BYTES } from './kernel/fold-layout.ts';
import { DONE, SUM_FULL } from './kernel/layout.ts';

/** The memory whose table all rows are in, and sums that did not fit into it. */
export interface MergedTables {
  readonly memory: FoldMemory;
  readonly carried: readonly FoldedRow[];
}

/**
 * Merges all tables into that of the first memory: copies rows into its window, a part at a time, and lets the kernel
 * add them. Between parts the thread does what else it has to. Throws E_TOO_MANY_CONNECTIONS, and the signal's reason.
 */
export async function mergeTables(
  module: WebAssembly.Module,
  memories: readonly FoldMemory[],
  locals: readonly LocalAddress[],
  maxConnections: number,
  signal: AbortSignal,
): Promise<MergedTables> {
  const [memory, ...others] = memories;
  if (memory === undefined) throw new RangeError('no tables to merge');
  const carried: FoldedRow[] = [];
  if (others.length === 0) return { memory, carried };
  const kernel = new FoldKernel(module, memory, null);
  const merged = new ConnectionRows(memory, locals);
  const { input, inputEnd, bytes } = kernel.arena;
  const partBytes = Math.floor((inputEnd - input) / ROW_BYTES) * ROW_BYTES;
  for (const other of others) {
    const rows = new ConnectionRows(other, locals);
    const from = Buffer.from(other.memory.buffer);
    const end = rows.address(rows.count);
    for (let at = rows.address(0); at < end; at += partBytes) {
      const part = from.subarray(at, Math.min(at + partBytes, end));
      bytes.fill(part, input, input + part.length);
      const partEnd = input + part.length;
      let status = kernel.mergeRows(input, partEnd);
      for (; status === SUM_FULL; status = kernel.mergeRows(kernel.input, partEnd)) {
        carried.push(merged.read(kernel.fullRow));
        merged.clearSums(kernel.fullRow);
      }
      if (status !== DONE) throw tooManyConnections(maxConnections);
      await nextTurn();
      signal.throwIfAborted();
    }
  }
  return { memory, carried };
}

/** The one shared memory of a run: geo tables, then an arena for each worker. kernel/layout.ts draws it. */

import { type ArenaSizes, arenaBytes } from './arena.ts';

/** Bytes of a page of WebAssembly's memory. */
export const PAGE_BYTES = 65_536;

/** Most pages a 32-bit memory can have. */
export const MAX_PAGES = 65_536;

/** Pages at the end that stay unused, so that no sum of an address and a document's length goes beyond 32 bits. */
const SPARE_PAGES = 64;

/** Where things lie in a run's memory. Plain data, but for the memory: all of it can be posted to workers. */
export interface RunMemory {
  readonly memory: WebAssembly.Memory;
  readonly tablesAddress: number;
  readonly tablesBytes: number;
  readonly arenaAddresses: readonly number[];
  readonly sizes: ArenaSizes;
}

/** Sizes that converting to files needs: bodies that stay in the cache, lines of up to 4 MiB. */
export const ARENA_SIZES: ArenaSizes = {
  heapBytes: 2 << 20,
  inputBytes: (4 << 20) + (1 << 20),
  bodyBytes: 2 << 20,
  bodies: 3,
};

/** How many bodies an arena has, and how large. */
export interface BodySizes {
  readonly bodyBytes: number;
  readonly bodies: number;
}

/**
 * Makes the memory with room for tables of `tablesBytes` and `workers` arenas. Pages that nobody touches cost nothing.
 */
export function createRunMemory(tablesBytes: number, workers: number, bodies?: BodySizes): RunMemory {
  const sizes = { ...ARENA_SIZES, ...bodies };
  const tablesAddress = PAGE_BYTES;
  const firstArena = Math.ceil((tablesAddress + tablesBytes) / PAGE_BYTES) * PAGE_BYTES;
  const stride = arenaBytes(sizes);
  const pages = (firstArena + workers * stride) / PAGE_BYTES;
  if (pages > MAX_PAGES - SPARE_PAGES)
    throw new RangeError(`${workers} workers need ${pages} pages of memory, there are ${MAX_PAGES - SPARE_PAGES}`);
  return {
    memory: new WebAssembly.Memory({ initial: pages, maximum: MAX_PAGES, shared: true }),
    tablesAddress,
    tablesBytes,
    arenaAddresses: Array.from({ length: workers }, (_, i) => firstArena + i * stride),
    sizes,
  };
}

/** The geo tables of a run's memory, as bytes. */
export function tablesOf(run: RunMemory): Buffer {
  return Buffer.from(run.memory.buffer, run.tablesAddress, run.tablesBytes);
}

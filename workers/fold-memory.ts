/** A worker's memory for a fold: interfaces, an arena without bodies, and the table. kernel/layout.ts draws it. */

import { type ArenaSizes, arenaBytes } from './arena.ts';
import * as foldLayout from './kernel/fold-layout.ts';
import { ARENA_SIZES, MAX_PAGES, PAGE_BYTES } from './memory.ts';

const SIZES: ArenaSizes = { ...ARENA_SIZES, bodyBytes: 0, bodies: 0 };

/** Where things lie in a fold's memory. Plain data, but for the memory: all of it can be posted to workers. */
export interface FoldMemory {
  readonly memory: WebAssembly.Memory;
  readonly interfacesAddress: number;
  readonly arenaAddress: number;
  readonly sizes: ArenaSizes;
  readonly tableAddress: number;
}

const pages = (bytes: number): number => Math.ceil(bytes / PAGE_BYTES);

/** Bytes of the largest index that a table of so many rows can have: two places for a row, a power of two. */
function indexBytes(rows: number): number {
  return 4 * Math.max(2 ** foldLayout.FIRST_INDEX_BITS, 2 ** Math.ceil(Math.log2(rows * 2)));
}

/**
 * Makes a memory with the image of the interfaces in it and an empty table for `maxConnections` rows. Pages that nobody
 * touches cost nothing. Throws a RangeError where there are more rows than can have numbers.
 */
export function createFoldMemory(image: Uint8Array, maxConnections: number): FoldMemory {
  if (maxConnections > foldLayout.MAX_ROWS)
    throw new RangeError(`${maxConnections} connections are more than ${foldLayout.MAX_ROWS}`);
  const interfacesAddress = PAGE_BYTES;
  const arenaAddress = interfacesAddress + pages(image.length) * PAGE_BYTES;
  const tableAddress = arenaAddress + arenaBytes(SIZES);
  const indexAddress = tableAddress + foldLayout.TABLE_HEADER_BYTES;
  const rowsAddress = indexAddress + indexBytes(maxConnections);
  const journalAddress = rowsAddress + maxConnections * foldLayout.ROW_BYTES;
  const end = journalAddress + maxConnections * foldLayout.ROW_BYTES;
  const memory = new WebAssembly.Memory({ initial: pages(end), maximum: MAX_PAGES, shared: true });
  Buffer.from(memory.buffer).set(image, interfacesAddress);
  const words = new DataView(memory.buffer, tableAddress);
  words.setUint32(foldLayout.TABLE_CAPACITY, maxConnections, true);
  words.setUint32(foldLayout.TABLE_INDEX_AT, indexAddress, true);
  words.setUint32(foldLayout.TABLE_ROWS_AT, rowsAddress, true);
  words.setUint32(foldLayout.TABLE_JOURNAL_AT, journalAddress, true);
  return { memory, interfacesAddress, arenaAddress, sizes: SIZES, tableAddress };
}

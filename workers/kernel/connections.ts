/**
 * The table of connections: rows that grow by commutative sums, least and greatest values, and a journal by which what
 * an object has changed is taken back. fold-layout.ts draws it.
 */

import {
  BATCH_ROWS, FIRST_INDEX_BITS, PROTOCOL_SEVERAL, PROTOCOL_UNSET, ROW_BYTES, ROW_BYTES_IN, ROW_BYTES_LOG2,
  ROW_BYTES_OUT, ROW_END, ROW_END_SHIFT, ROW_LOCAL, ROW_RECORDS_IN, ROW_RECORDS_OUT, ROW_REMOTE_HIGH, ROW_REMOTE_LOW,
  ROW_STAMP, ROW_START, TABLE_CAPACITY, TABLE_INDEX_AT, TABLE_INDEX_BITS, TABLE_JOURNALED, TABLE_JOURNAL_AT, TABLE_ROWS,
  TABLE_ROWS_AT, TABLE_ROWS_BEFORE, TABLE_STAMP,
} from './fold-layout';
import {
  DONE, SUM_FULL, TABLE_FULL,
} from './layout';

/** The start of a row without one. */
export const NO_START: u64 = 0xffffffffffffffff;

const TAG_MASK: u32 = 0xff000000;
const NUMBER_MASK: u32 = 0x00ffffff;

let table: usize = 0;
let index: usize = 0;
let rows: usize = 0;
let journal: usize = 0;
/** Places of the index, less one. */
let mask: u32 = 0;
/** What `touch` has read: nobody wants it, but so it is read. */
let touched: u32 = 0;

// @ts-ignore: decorator
@inline
function rowAt(number: u32): usize {
  return rows + (<usize>number << ROW_BYTES_LOG2);
}

/** Makes the table at `at` the one that is used: a new one, or one that another instance has filled. */
export function bindConnections(at: usize): void {
  table = at;
  index = <usize>load<u32>(at, TABLE_INDEX_AT);
  rows = <usize>load<u32>(at, TABLE_ROWS_AT);
  journal = <usize>load<u32>(at, TABLE_JOURNAL_AT);
  if (load<u32>(at, TABLE_INDEX_BITS) == 0) store<u32>(at, FIRST_INDEX_BITS, TABLE_INDEX_BITS);
  mask = (<u32>1 << load<u32>(at, TABLE_INDEX_BITS)) - 1;
}

/** Begins an object: what was folded before it is not taken back any more. */
export function beginObject(): void {
  store<u32>(table, load<u32>(table, TABLE_ROWS), TABLE_ROWS_BEFORE);
  store<u32>(table, 0, TABLE_JOURNALED);
  store<u32>(table, load<u32>(table, TABLE_STAMP) + 1, TABLE_STAMP);
}

// @ts-ignore: decorator
@inline
function hashOf(local: u32, high: u64, low: u64): u64 {
  let x = (low ^ (<u64>local << 32)) + high * 0x9e3779b97f4a7c15;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

// @ts-ignore: decorator
@inline
function hashOfRow(row: usize): u64 {
  return hashOf(load<u32>(row, ROW_LOCAL), load<u64>(row, ROW_REMOTE_HIGH), load<u64>(row, ROW_REMOTE_LOW));
}

/** Place of the index where a row of that hash begins to be looked for. */
// @ts-ignore: decorator
@inline
function home(hash: u64): u32 {
  return <u32>(hash >> 32) & mask;
}

/** Puts a row that is not there into the index. */
function putIntoIndex(number: u32, hash: u64): void {
  let place = home(hash);
  while (load<u32>(index + (<usize>place << 2)) != 0) place = (place + 1) & mask;
  store<u32>(index + (<usize>place << 2), (<u32>hash & TAG_MASK) | (number + 1));
}

/** Doubles the index. Rows go in by number, as if it had always been that large: `rollBack` counts on it. */
function growIndex(count: u32): void {
  const bits = load<u32>(table, TABLE_INDEX_BITS) + 1;
  store<u32>(table, bits, TABLE_INDEX_BITS);
  mask = (<u32>1 << bits) - 1;
  memory.fill(index, 0, <usize>4 << bits);
  for (let number: u32 = 0; number < count; number++) putIntoIndex(number, hashOfRow(rowAt(number)));
}

/** Adds an empty row; 0 where the table is full. */
function addRow(local: u32, high: u64, low: u64, hash: u64): usize {
  const number = load<u32>(table, TABLE_ROWS);
  if (number == load<u32>(table, TABLE_CAPACITY)) return 0;
  if ((number + 1) << 1 > mask + 1) growIndex(number);
  putIntoIndex(number, hash);
  store<u32>(table, number + 1, TABLE_ROWS);
  const row = rowAt(number);
  store<u32>(row, local, ROW_LOCAL);
  store<u32>(row, load<u32>(table, TABLE_STAMP), ROW_STAMP);
  store<u64>(row, 0, ROW_RECORDS_OUT);
  store<u64>(row, high, ROW_REMOTE_HIGH);
  store<u64>(row, low, ROW_REMOTE_LOW);
  store<u64>(row, 0, ROW_BYTES_OUT);
  store<u64>(row, 0, ROW_BYTES_IN);
  store<u64>(row, NO_START, ROW_START);
  store<u64>(row, <u64>PROTOCOL_UNSET, ROW_END);
  return row;
}

/** Keeps a row as it was before the object, when it is changed for the first time. */
// @ts-ignore: decorator
@inline
function keepBefore(row: usize): void {
  const stamp = load<u32>(table, TABLE_STAMP);
  if (load<u32>(row, ROW_STAMP) == stamp) return;
  store<u32>(row, stamp, ROW_STAMP);
  const number = <u32>((row - rows) >> ROW_BYTES_LOG2);
  if (number >= load<u32>(table, TABLE_ROWS_BEFORE)) return;
  const journaled = load<u32>(table, TABLE_JOURNALED);
  const kept = journal + (<usize>journaled << ROW_BYTES_LOG2);
  v128.store(kept, v128.load(row));
  v128.store(kept, v128.load(row, 16), 16);
  v128.store(kept, v128.load(row, 32), 32);
  v128.store(kept, v128.load(row, 48), 48);
  store<u32>(kept, number, ROW_STAMP);
  store<u32>(table, journaled + 1, TABLE_JOURNALED);
}

/** The row of a connection, which may be changed; 0 where it is new and the table is full. */
function rowOf(local: u32, high: u64, low: u64): usize {
  const hash = hashOf(local, high, low);
  const tag = <u32>hash & TAG_MASK;
  let place = home(hash);
  while (true) {
    const entry = load<u32>(index + (<usize>place << 2));
    if (entry == 0) return addRow(local, high, low, hash);
    if ((entry & TAG_MASK) == tag) {
      const row = rowAt((entry & NUMBER_MASK) - 1);
      if (
        load<u64>(row, ROW_REMOTE_LOW) == low && load<u64>(row, ROW_REMOTE_HIGH) == high &&
        load<u32>(row, ROW_LOCAL) == local
      ) {
        keepBefore(row);
        return row;
      }
    }
    place = (place + 1) & mask;
  }
}

// @ts-ignore: decorator
@inline
function mergedProtocol(a: u32, b: u32): u32 {
  return a == b || a == <u32>PROTOCOL_UNSET ? b : PROTOCOL_SEVERAL;
}

/**
 * Reads what will be needed of the index and the table to add the rows from `from` to `end`. Neither lies in a cache
 * where there are many connections; here, unlike later, no step waits for the one before.
 */
function touch(from: usize, end: usize): void {
  let read: u32 = 0;
  for (let row = from; row < end; row += ROW_BYTES) read ^= load<u32>(index + (<usize>home(hashOfRow(row)) << 2));
  for (let row = from; row < end; row += ROW_BYTES) {
    const number = load<u32>(index + (<usize>home(hashOfRow(row)) << 2)) & NUMBER_MASK;
    if (number != 0) read ^= load<u32>(rowAt(number - 1), ROW_STAMP);
  }
  touched ^= read;
}

/** Adds the row at `from` to that of its connection. False, and nothing is changed, where a sum would not fit. */
// @ts-ignore: decorator
@inline
function addTo(row: usize, from: usize): bool {
  const bytesOut = load<u64>(from, ROW_BYTES_OUT);
  const bytesIn = load<u64>(from, ROW_BYTES_IN);
  const out = load<u64>(row, ROW_BYTES_OUT) + bytesOut;
  const into = load<u64>(row, ROW_BYTES_IN) + bytesIn;
  const outCount = <u64>load<u32>(row, ROW_RECORDS_OUT) + <u64>load<u32>(from, ROW_RECORDS_OUT);
  const inCount = <u64>load<u32>(row, ROW_RECORDS_IN) + <u64>load<u32>(from, ROW_RECORDS_IN);
  if (out < bytesOut || into < bytesIn || (outCount | inCount) >> 32 != 0) return false;
  store<u64>(row, out, ROW_BYTES_OUT);
  store<u64>(row, into, ROW_BYTES_IN);
  store<u32>(row, <u32>outCount, ROW_RECORDS_OUT);
  store<u32>(row, <u32>inCount, ROW_RECORDS_IN);
  const start = load<u64>(from, ROW_START);
  const startBefore = load<u64>(row, ROW_START);
  store<u64>(row, start < startBefore ? start : startBefore, ROW_START);
  const end = load<u64>(from, ROW_END);
  const endBefore = load<u64>(row, ROW_END);
  // Times lie above the protocols: the greater of both has the greater of them.
  const greatest = (end > endBefore ? end : endBefore) >> ROW_END_SHIFT << ROW_END_SHIFT;
  store<u64>(row, greatest | <u64>mergedProtocol(<u32>endBefore & 0xffff, <u32>end & 0xffff), ROW_END);
  return true;
}

/** Why `addRows` stopped, and at which row of the table: DONE, TABLE_FULL or SUM_FULL. */
export let stoppedBy: i32 = DONE;
export let stoppedAt: usize = 0;

/** Adds the rows from `from` to `end`, which may be another table's, to those of their connections; gives how far it came. */
export function addRows(from: usize, end: usize): usize {
  stoppedBy = DONE;
  while (from < end) {
    const batchEnd = from + BATCH_ROWS * ROW_BYTES < end ? from + BATCH_ROWS * ROW_BYTES : end;
    touch(from, batchEnd);
    for (; from < batchEnd; from += ROW_BYTES) {
      const high = load<u64>(from, ROW_REMOTE_HIGH);
      const row = rowOf(load<u32>(from, ROW_LOCAL), high, load<u64>(from, ROW_REMOTE_LOW));
      if (row == 0) stoppedBy = TABLE_FULL;
      else if (!addTo(row, from)) stoppedBy = SUM_FULL;
      if (stoppedBy != DONE) {
        stoppedAt = row;
        return from;
      }
    }
  }
  return from;
}

/** Takes a row that was added last out of the index: nothing came after it that its place could lead on to. */
function takeFromIndex(number: u32): void {
  let place = home(hashOfRow(rowAt(number)));
  while ((load<u32>(index + (<usize>place << 2)) & NUMBER_MASK) != number + 1) place = (place + 1) & mask;
  store<u32>(index + (<usize>place << 2), 0);
}

/** Takes back what the object has changed: its rows go, last first, and others are as they were. */
export function takeBack(): void {
  const before = load<u32>(table, TABLE_ROWS_BEFORE);
  for (let number = load<u32>(table, TABLE_ROWS); number > before; number--) takeFromIndex(number - 1);
  store<u32>(table, before, TABLE_ROWS);
  const journaled = load<u32>(table, TABLE_JOURNALED);
  for (let i: u32 = 0; i < journaled; i++) {
    const kept = journal + (<usize>i << ROW_BYTES_LOG2);
    const row = rowAt(load<u32>(kept, ROW_STAMP));
    memory.copy(row, kept, ROW_BYTES);
    // No object has this stamp: the next to change the row keeps it anew.
    store<u32>(row, 0, ROW_STAMP);
  }
  store<u32>(table, 0, TABLE_JOURNALED);
}

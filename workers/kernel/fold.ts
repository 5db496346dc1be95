/**
 * The fold: lines in, connections out.
 *
 * ```
 * tokenize ─▶ pattern ─▶ checks ─▶ filter ─▶ interface ─▶ direction ─▶ private? ─▶ row of the connection
 * ```
 *
 * layout.ts and fold-layout.ts draw the memory. src/topology/reference-fold.ts says what a record adds to; a line that
 * is not in canonical form is left to it, by position.
 */

import { prepareShapes } from './address';
import { arena, placeArena } from './arena';
import {
  destinationHigh, destinationIs6, destinationLow, end, protocol, runChecks, sourceHigh, sourceIs6, sourceLow, start,
} from './check';
import { addRows, bindConnections, NO_START, stoppedAt, stoppedBy, takeBack } from './connections';
import { readCount } from './decimal';
import { passes } from './filter';
import {
  bindInterfaces, findInterface, isPrivate4, isPrivate6, localOf4, localOf6, NOT_LOCAL,
} from './interfaces';
import {
  BATCH_ROWS, FOLD_BYTES, FOLD_HAS, FOLD_HAS_DESTINATION, FOLD_HAS_END, FOLD_HAS_PROTOCOL, FOLD_HAS_SOURCE,
  FOLD_HAS_START, FOLD_INTERFACE, FOLD_STATUS, INTERFACE_ID_BYTES, NO_COLUMN, PROTOCOL_SEVERAL, ROW_BYTES_IN,
  ROW_BYTES_LOG2, ROW_BYTES_OUT, ROW_END, ROW_END_SHIFT, ROW_LOCAL, ROW_RECORDS_IN, ROW_RECORDS_OUT, ROW_REMOTE_HIGH,
  ROW_REMOTE_LOW, ROW_START, TABLE_QUEUE,
} from './fold-layout';
import {
  DONE, FILTER_KEEP, FOLDED, FOLD_COUNTS, FOLD_FILTERED, NEW_PATTERN, NO_DATA, NO_DIRECTION, ODD_LINE, PROGRAM_CHECKS,
  PROGRAM_FILTER, PUBLIC_REMOTE, RESULT, RESULT_COUNTS, RESULT_INPUT, RESULT_PATTERN, RESULT_ROW, UNKNOWN_INTERFACE,
} from './layout';
import { clearPatterns, findPattern, fullPattern, patternHigh, patternLow, programOfPattern } from './pattern';
import { columnEnd, columnStart, hasDash, lineEnd, nextLine, tokenize } from './tokenize';

/** Upper 96 bits of ::ffff:0.0.0.0, in the lower half. */
const V4_MAPPED: u64 = 0xffff00000000;

/** `NODATA` in a number of eight bytes, and `SKIPDATA`. */
const NODATA: u64 = 0x415441444f4e;
const NODATA_MASK: u64 = 0xffffffffffff;
const SKIPDATA: u64 = 0x4154414450494b53;

/** Rows that wait, how many there are, and the first that is not added yet. */
let queue: usize = 0;
let queued: u32 = 0;
let queueFrom: usize = 0;

/** Makes this instance a fold's: its arena, the image of the interfaces, and the table of connections. */
export function prepareFold(arenaAddress: usize, interfaces: usize, table: usize): void {
  placeArena(arenaAddress);
  bindInterfaces(interfaces);
  bindConnections(table);
  queue = table + TABLE_QUEUE;
  queued = 0;
  queueFrom = queue;
  prepareShapes();
  clearPatterns();
}

// @ts-ignore: decorator
@inline
function count(what: usize): i32 {
  const at = arena + (what << 2);
  store<u32>(at, load<u32>(at, RESULT + RESULT_COUNTS) + 1, RESULT + RESULT_COUNTS);
  return DONE;
}

/** Whether a log status says that there was nothing to record. */
// @ts-ignore: decorator
@inline
function isWithoutData(from: usize, length: usize): bool {
  if (length == 6) return (load<u64>(from) & NODATA_MASK) == NODATA;
  return length == 8 && load<u64>(from) == SKIPDATA;
}

/** Folds the record whose checks are done. Gives a status of layout.ts. */
// @ts-ignore: decorator
@inline
function foldRecord(program: usize): i32 {
  const base = arena;
  const statusColumn = <usize>load<u8>(program, FOLD_STATUS);
  if (statusColumn != NO_COLUMN) {
    const from = columnStart(base, statusColumn);
    if (isWithoutData(from, columnEnd(base, statusColumn) - from)) return count(NO_DATA);
  }
  const interfaceColumn = <usize>load<u8>(program, FOLD_INTERFACE);
  if (interfaceColumn == NO_COLUMN) return count(UNKNOWN_INTERFACE);
  const id = columnStart(base, interfaceColumn);
  const idBytes = columnEnd(base, interfaceColumn) - id;
  if (idBytes > <usize>INTERFACE_ID_BYTES) return ODD_LINE;
  const entry = findInterface(id, idBytes);
  if (entry == 0) return count(UNKNOWN_INTERFACE);

  const has = <u32>load<u8>(program, FOLD_HAS);
  if ((has & (FOLD_HAS_SOURCE | FOLD_HAS_DESTINATION)) != (FOLD_HAS_SOURCE | FOLD_HAS_DESTINATION)) {
    return count(NO_DIRECTION);
  }
  let local = sourceIs6 ? localOf6(entry, sourceHigh, sourceLow) : localOf4(entry, <u32>sourceLow);
  const isOut = local != NOT_LOCAL;
  if (!isOut) {
    local = destinationIs6 ? localOf6(entry, destinationHigh, destinationLow) : localOf4(entry, <u32>destinationLow);
    if (local == NOT_LOCAL) return count(NO_DIRECTION);
  }
  const remoteIs6 = isOut ? destinationIs6 : sourceIs6;
  const remoteHigh = isOut ? destinationHigh : sourceHigh;
  let remoteLow = isOut ? destinationLow : sourceLow;
  if (remoteIs6) {
    if (!isPrivate6(remoteHigh, remoteLow)) return count(PUBLIC_REMOTE);
  } else {
    if (!isPrivate4(<u32>remoteLow)) return count(PUBLIC_REMOTE);
    remoteLow |= V4_MAPPED;
  }

  const bytesColumn = <usize>load<u8>(program, FOLD_BYTES);
  let bytes: u64 = 0;
  if (bytesColumn != NO_COLUMN) {
    const from = columnStart(base, bytesColumn);
    bytes = readCount(from, columnEnd(base, bytesColumn) - from);
  }
  const row = queue + (<usize>queued << ROW_BYTES_LOG2);
  store<u32>(row, local, ROW_LOCAL);
  store<u32>(row, isOut ? 1 : 0, ROW_RECORDS_OUT);
  store<u32>(row, isOut ? 0 : 1, ROW_RECORDS_IN);
  store<u64>(row, remoteHigh, ROW_REMOTE_HIGH);
  store<u64>(row, remoteLow, ROW_REMOTE_LOW);
  store<u64>(row, isOut ? bytes : 0, ROW_BYTES_OUT);
  store<u64>(row, isOut ? 0 : bytes, ROW_BYTES_IN);
  store<u64>(row, (has & FOLD_HAS_START) != 0 ? <u64>start : NO_START, ROW_START);
  const endPlus1 = (has & FOLD_HAS_END) != 0 ? <u64>end + 1 : 0;
  const protocols = <u64>((has & FOLD_HAS_PROTOCOL) != 0 ? protocol : PROTOCOL_SEVERAL);
  store<u64>(row, (endPlus1 << ROW_END_SHIFT) | protocols, ROW_END);
  queued++;
  return count(FOLDED);
}

/** Adds what waits in the queue. Gives a status of layout.ts; where it is not DONE, to be called again. */
export function flush(): i32 {
  const end = queue + (<usize>queued << ROW_BYTES_LOG2);
  const stopped = addRows(queueFrom, end);
  if (stoppedBy == DONE) {
    queued = 0;
    queueFrom = queue;
  } else {
    queueFrom = stopped;
    store<u32>(arena + RESULT, <u32>stoppedAt, RESULT_ROW);
  }
  return stoppedBy;
}

/** Takes back what was folded since the object began. */
export function rollBack(): void {
  queued = 0;
  queueFrom = queue;
  takeBack();
}

/** Ends a call at `line`; what is full counts more than why the lines ended: the host calls again from there. */
function stop(status: i32, line: usize): i32 {
  store<u32>(arena + RESULT, <u32>line, RESULT_INPUT);
  const flushed = flush();
  return flushed == DONE ? status : flushed;
}

/**
 * Folds the lines from `input` to `inputEnd`, which must follow a newline. `columns` is the number of columns. Gives a
 * status of layout.ts; where it stopped and what became of records stands in RESULT.
 */
export function fold(input: usize, inputEnd: usize, columns: i32): i32 {
  memory.fill(arena + RESULT + RESULT_COUNTS, 0, FOLD_COUNTS << 2);
  let line = input;
  while (line < inputEnd) {
    if (!tokenize(line, columns)) return stop(ODD_LINE, line);
    if (hasDash) findPattern(columns);
    else fullPattern();
    const program = programOfPattern();
    if (program == 0) {
      store<u64>(arena + RESULT, patternLow, RESULT_PATTERN);
      store<u64>(arena + RESULT, patternHigh, RESULT_PATTERN + 8);
      return stop(NEW_PATTERN, line);
    }
    if (!runChecks(program + PROGRAM_CHECKS)) return stop(ODD_LINE, line);
    const filter = <usize>load<u32>(program, PROGRAM_FILTER);
    if (filter != FILTER_KEEP && !passes(filter, line, lineEnd - line)) count(FOLD_FILTERED);
    else {
      const status = foldRecord(program);
      if (status != DONE) return stop(status, line);
    }
    line = nextLine;
    if (queued == BATCH_ROWS && flush() != DONE) return stop(DONE, line);
  }
  return stop(DONE, line);
}

/**
 * Merges the rows from `from` to `fromEnd` into the table: those of odd lines, or of another table. Gives a status of
 * layout.ts; where it stopped stands in RESULT.
 */
export function mergeRows(from: usize, fromEnd: usize): i32 {
  store<u32>(arena + RESULT, <u32>addRows(from, fromEnd), RESULT_INPUT);
  store<u32>(arena + RESULT, <u32>stoppedAt, RESULT_ROW);
  return stoppedBy;
}

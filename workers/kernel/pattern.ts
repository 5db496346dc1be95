/** Programs by pattern: which columns of a line are `-` decides what its document has in it, so each pattern has a program. */

import { arena } from './arena';
import { PATTERN_BYTES, PATTERN_ROOM, PATTERNS } from './layout';
import { columnEnd, columnStart } from './tokenize';

/** Bits of the columns that are `-`, as `findPattern` saw them. */
export let patternLow: u64 = 0;
export let patternHigh: u64 = 0;

/** Forgets all programs: new columns. */
export function clearPatterns(): void {
  memory.fill(arena + PATTERNS, 0, PATTERN_ROOM * PATTERN_BYTES);
}

/** Notes which of the line's columns are `-`. */
export function findPattern(columns: i32): void {
  const base = arena;
  patternLow = 0;
  patternHigh = 0;
  for (let column = 0; column < columns; column++) {
    const from = columnStart(base, column);
    if (columnEnd(base, column) - from == 1 && load<u8>(from) == 45) {
      if (column < 64) patternLow |= (<u64>1) << column;
      else patternHigh |= (<u64>1) << (column - 64);
    }
  }
}

/** Notes that no column is `-`. */
// @ts-ignore: decorator
@inline
export function fullPattern(): void {
  patternLow = 0;
  patternHigh = 0;
}

// @ts-ignore: decorator
@inline
function home(low: u64, high: u64): usize {
  return <usize>(((low ^ (high * 0x9e3779b97f4a7c15)) * 0x9e3779b97f4a7c15) >> 56);
}

/** The program of the noted pattern; 0 where there is none yet. */
// @ts-ignore: decorator
@inline
export function programOfPattern(): usize {
  let slot = home(patternLow, patternHigh);
  while (true) {
    const entry = arena + PATTERNS + slot * PATTERN_BYTES;
    const program = <usize>load<u32>(entry, 16);
    if (program == 0 || (load<u64>(entry) == patternLow && load<u64>(entry, 8) == patternHigh)) return program;
    slot = (slot + 1) & (PATTERN_ROOM - 1);
  }
}

/** Adds a program. The host keeps at least one entry free, which ends the search above. */
export function addPattern(low: u64, high: u64, program: usize): void {
  let slot = home(low, high);
  while (load<u32>(arena + PATTERNS + slot * PATTERN_BYTES, 16) != 0) slot = (slot + 1) & (PATTERN_ROOM - 1);
  const entry = arena + PATTERNS + slot * PATTERN_BYTES;
  store<u64>(entry, low);
  store<u64>(entry, high, 8);
  store<u32>(entry, <u32>program, 16);
}

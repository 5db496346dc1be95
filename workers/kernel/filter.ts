/**
 * Stage 3, where there is a filter: whether the record becomes a document. Runs the filter's tests; layout.ts draws
 * them. formats/filter/keeps.ts says what a filter means. All values have passed their checks.
 */

import { ipv6High, ipv6Low, NOT_QUAD, readIpv6, readQuad } from './address';
import { arena } from './arena';
import { readCount } from './decimal';
import { flowHash, lineHash } from './flow-hash';
import {
  FILTER_KEEP, RANGE_BYTES, RANGE_V6_BYTES, TEST_ADDRESS, TEST_COUNT, TEST_COUNT_V6, TEST_FLOW, TEST_LINE, TEST_NEXT_FALSE,
  TEST_NEXT_TRUE, TEST_NUMBER, TEST_TABLE, TEST_TABLE_V6, TEST_TEXT, TEXT_BYTES,
} from './layout';
import { columnEnd, columnStart } from './tokenize';

/** Whether one of `count` ascending ranges holds the value. */
// @ts-ignore: decorator
@inline
export function inRanges(table: usize, count: u32, value: u64): bool {
  let low: u32 = 0;
  // Halves; the last range that does not begin above the value is the one that can hold it.
  while (count > 1) {
    const half = count >> 1;
    low = select<u32>(low + half, low, load<u64>(table + <usize>(low + half) * RANGE_BYTES) <= value);
    count -= half;
  }
  const range = table + <usize>low * RANGE_BYTES;
  return count != 0 && load<u64>(range) <= value && value <= load<u64>(range, 8);
}

// @ts-ignore: decorator
@inline
function isAtMost(at: usize, high: u64, low: u64): bool {
  const boundHigh = load<u64>(at);
  return boundHigh < high || (boundHigh == high && load<u64>(at, 8) <= low);
}

/** The same of an IPv6 address. */
export function inRangesV6(table: usize, count: u32, high: u64, low: u64): bool {
  let first: u32 = 0;
  while (count > 1) {
    const half = count >> 1;
    first = select<u32>(first + half, first, isAtMost(table + <usize>(first + half) * RANGE_V6_BYTES, high, low));
    count -= half;
  }
  const range = table + <usize>first * RANGE_V6_BYTES;
  if (count == 0 || !isAtMost(range, high, low)) return false;
  const lastHigh = load<u64>(range, 16);
  return high < lastHigh || (high == lastHigh && low <= load<u64>(range, 24));
}

function addressIn(test: usize, from: usize, length: usize): bool {
  const quad = readQuad(from, length);
  if (quad != NOT_QUAD) return inRanges(<usize>load<u32>(test, TEST_TABLE), load<u32>(test, TEST_COUNT), <u64>quad);
  readIpv6(from, length);
  return inRangesV6(<usize>load<u32>(test, TEST_TABLE_V6), load<u32>(test, TEST_COUNT_V6), ipv6High, ipv6Low);
}

/** Whether two texts of one length are equal; reads up to 15 bytes past them. */
// @ts-ignore: decorator
@inline
function isSame(a: usize, b: usize, length: usize): bool {
  let at: usize = 0;
  while (at + 16 < length) {
    if (v128.any_true(v128.xor(v128.load(a + at), v128.load(b + at)))) return false;
    at += 16;
  }
  const same = <u32>i8x16.bitmask(i8x16.eq(v128.load(a + at), v128.load(b + at)));
  return (~same & ((<u32>1 << <u32>(length - at)) - 1)) == 0;
}

function textIn(table: usize, count: u32, from: usize, length: usize): bool {
  for (const end = table + <usize>count * TEXT_BYTES; table < end; table += TEXT_BYTES) {
    if (<usize>load<u32>(table, 4) == length && isSame(<usize>load<u32>(table), from, length)) return true;
  }
  return false;
}

/** Whether the record passes the filter whose first test lies at `test`, which can be FILTER_DROP or FILTER_KEEP, too. */
export function passes(test: usize, line: usize, lineBytes: usize): bool {
  const base = arena;
  while (test > <usize>FILTER_KEEP) {
    const column = <usize>load<u8>(test, 1);
    let isTrue = false;
    switch (<i32>load<u8>(test)) {
      case TEST_NUMBER: {
        const from = columnStart(base, column);
        const value = readCount(from, columnEnd(base, column) - from);
        isTrue = inRanges(<usize>load<u32>(test, TEST_TABLE), load<u32>(test, TEST_COUNT), value);
        break;
      }
      case TEST_ADDRESS: {
        const from = columnStart(base, column);
        isTrue = addressIn(test, from, columnEnd(base, column) - from);
        break;
      }
      case TEST_TEXT: {
        const from = columnStart(base, column);
        const length = columnEnd(base, column) - from;
        isTrue = textIn(<usize>load<u32>(test, TEST_TABLE), load<u32>(test, TEST_COUNT), from, length);
        break;
      }
      case TEST_FLOW:
        isTrue = flowHash(column != 0) < load<u32>(test, TEST_COUNT);
        break;
      case TEST_LINE:
        isTrue = lineHash(line, lineBytes) < load<u32>(test, TEST_COUNT);
        break;
    }
    test = <usize>(isTrue ? load<u32>(test, TEST_NEXT_TRUE) : load<u32>(test, TEST_NEXT_FALSE));
  }
  return test == <usize>FILTER_KEEP;
}

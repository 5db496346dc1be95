/**
 * Stage 1: a line into columns, 64 bytes a step.
 *
 * Canonical lines have single blanks between tokens and nothing but printable ASCII without `"` and `\`, so that
 * tokens are JSON text as they stand. Anything else is not taken: the reference encoder reads it.
 */

import { arena } from './arena';
import { ENDS, KERNEL_LINE_BYTES } from './layout';

/** Position of the line's newline, or of the carriage return before it. Valid after `tokenize` gave true. */
export let lineEnd: usize = 0;

/** Start of the next line. Valid after `tokenize` gave true. */
export let nextLine: usize = 0;

/** Whether some token begins with `-`. Valid after `tokenize` gave true. */
export let hasDash: bool = false;

/** Bit i set where byte i of the block equals `byte`. */
// @ts-ignore: decorator
@inline
function equalMask(a: v128, b: v128, c: v128, d: v128, byte: i8): u64 {
  const wanted = i8x16.splat(byte);
  const low = <u32>i8x16.bitmask(i8x16.eq(a, wanted)) | (<u32>i8x16.bitmask(i8x16.eq(b, wanted)) << 16);
  const high = <u32>i8x16.bitmask(i8x16.eq(c, wanted)) | (<u32>i8x16.bitmask(i8x16.eq(d, wanted)) << 16);
  return <u64>low | (<u64>high << 32);
}

/** Lanes set for control bytes, `"`, `\`, DEL and everything that is not ASCII (negative as signed bytes). */
// @ts-ignore: decorator
@inline
function stops(v: v128): v128 {
  return v128.or(
    v128.or(i8x16.lt_s(v, i8x16.splat(32)), i8x16.eq(v, i8x16.splat(127))),
    v128.or(i8x16.eq(v, i8x16.splat(34)), i8x16.eq(v, i8x16.splat(92))),
  );
}

/**
 * Notes where the columns of the line end. True when it is canonical and has exactly `columns` tokens; else the line
 * is odd. Reads up to 63 bytes past the line; a newline must follow before the end of the window.
 */
export function tokenize(line: usize, columns: i32): bool {
  let ends = arena + ENDS;
  const last = ends + (<usize>columns << 2);
  store<u32>(ends, <u32>(line - 1));
  let block = line;
  // Whether the byte before the block is a separator; the line's start counts as one.
  let carry: u64 = 1;
  let dashes: u64 = 0;
  while (true) {
    const a = v128.load(block);
    const b = v128.load(block, 16);
    const c = v128.load(block, 32);
    const d = v128.load(block, 48);
    const stop =
      <u64>(<u32>i8x16.bitmask(stops(a)) | (<u32>i8x16.bitmask(stops(b)) << 16)) |
      (<u64>(<u32>i8x16.bitmask(stops(c)) | (<u32>i8x16.bitmask(stops(d)) << 16)) << 32);
    const first = stop & (0 - stop);
    // Without a stop, `first - 1` is all ones.
    let blanks = equalMask(a, b, c, d, 32) & (first - 1);
    const starts = (blanks << 1) | carry;
    // A separator right after another: empty tokens, leading and trailing blanks, the empty line.
    if (((blanks | first) & starts) != 0) return false;
    dashes |= equalMask(a, b, c, d, 45) & starts & (first - 1);
    carry = blanks >> 63;
    while (blanks != 0) {
      ends += 4;
      store<u32>(ends, <u32>(block + <usize>ctz(blanks)));
      blanks &= blanks - 1;
    }
    if (stop != 0) {
      lineEnd = block + <usize>ctz(stop);
      store<u32>(ends, <u32>lineEnd, 4);
      hasDash = dashes != 0;
      const returns = <usize>(load<u8>(lineEnd) == 13);
      nextLine = lineEnd + returns + 1;
      return load<u8>(lineEnd + returns) == 10 && ends + 4 == last;
    }
    if (ends >= last) return false;
    block += 64;
    if (block - line > <usize>KERNEL_LINE_BYTES) return false;
  }
}

/** First byte of a column; `base` is the arena. */
// @ts-ignore: decorator
@inline
export function columnStart(base: usize, column: usize): usize {
  return <usize>load<u32>(base + (column << 2), ENDS) + 1;
}

/** Byte after a column; `base` is the arena. */
// @ts-ignore: decorator
@inline
export function columnEnd(base: usize, column: usize): usize {
  return <usize>load<u32>(base + (column << 2), ENDS + 4);
}

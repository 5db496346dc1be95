/** Decimals: reading canonical ones (digits only, no leading zero), and writing. */

/** Given for what is no canonical decimal of the length that is read. */
export const NOT_DECIMAL: i64 = -1;

/** Value of eight digits, 0–9 a byte, the first in the lowest byte: pairs, then fours, then eight. */
// @ts-ignore: decorator
@inline
function eightDigits(digits: u64): u64 {
  const pairs = digits * 10 + (digits >> 8);
  return (((pairs & 0x000000ff000000ff) * 0x000f424000000064) + (((pairs >> 16) & 0x000000ff000000ff) * 0x0000271000000001)) >> 32;
}

/** Non-zero where a byte that had `0` taken off is over 9. */
// @ts-ignore: decorator
@inline
function overNine(bytes: u64): u64 {
  return ((bytes + 0x0606060606060606) | bytes) & 0xf0f0f0f0f0f0f0f0;
}

const ZEROS: u64 = 0x3030303030303030;

/** A decimal of 1 to 8 digits; reads 8 bytes. NOT_DECIMAL for anything else. */
// @ts-ignore: decorator
@inline
export function readShortDecimal(from: usize, length: usize): i64 {
  if (length - 1 >= 8) return NOT_DECIMAL;
  const text = load<u64>(from);
  if ((text & 0xff) == 0x30 && length > 1) return NOT_DECIMAL;
  // The digits move to the top; zeros come in before them. Shifting by 64 would shift by nothing: never at length >= 1.
  const digits = (text ^ ZEROS) << (64 - (length << 3));
  return overNine(digits) != 0 ? NOT_DECIMAL : <i64>eightDigits(digits);
}

/** Unix seconds of 1 to 10 digits below 2^32; reads 8 bytes at `from` and before its end. NOT_DECIMAL for others. */
// @ts-ignore: decorator
@inline
export function readSeconds(from: usize, length: usize): i64 {
  if (length <= 8) return readShortDecimal(from, length);
  if (length != 10) return NOT_DECIMAL;
  const head = load<u64>(from) ^ ZEROS;
  if ((head & 0xff) == 0 || overNine(head) != 0) return NOT_DECIMAL;
  const tens = <u32>load<u8>(from, 8) - 48;
  const ones = <u32>load<u8>(from, 9) - 48;
  if (tens > 9 || ones > 9) return NOT_DECIMAL;
  const value = eightDigits(head) * 100 + <u64>(tens * 10 + ones);
  return value > 0xffffffff ? NOT_DECIMAL : <i64>value;
}

/** Whether a column is a decimal of 1 to 16 digits, so surely a `long`; reads 16 bytes. */
// @ts-ignore: decorator
@inline
export function isCount(from: usize, length: usize): bool {
  if (length - 1 >= 16) return false;
  const text = v128.load(from);
  const wrong = <u32>i8x16.bitmask(i8x16.gt_u(i8x16.sub(text, i8x16.splat(48)), i8x16.splat(9)));
  return (wrong & ((1 << <u32>length) - 1)) == 0 && (load<u8>(from) != 48 || length == 1);
}

/** The value of a decimal of 1 to 16 digits that `isCount` has taken, or any check of numbers; reads 16 bytes. */
export function readCount(from: usize, length: usize): u64 {
  if (length <= 8) return eightDigits((load<u64>(from) ^ ZEROS) << (64 - (length << 3)));
  const head = eightDigits(load<u64>(from) ^ ZEROS);
  const rest = length - 8;
  const tail = eightDigits((load<u64>(from, 8) ^ ZEROS) << (64 - (rest << 3)));
  let scale: u64 = 10;
  for (let place: usize = 1; place < rest; place++) scale *= 10;
  return head * scale + tail;
}

/** Eight ASCII digits of a value below 100,000,000, the first in the lowest byte: fours, then pairs, then ones. */
// @ts-ignore: decorator
@inline
function digitsOf(value: u32): u64 {
  const high = value / 10000;
  const fours = <u64>high | (<u64>(value - high * 10000) << 32);
  const hundreds = ((fours * 10486) >> 20) & 0x0000007f0000007f;
  const pairs = hundreds | ((fours - hundreds * 100) << 16);
  const tens = ((pairs * 103) >> 10) & 0x000f000f000f000f;
  return (tens | ((pairs - tens * 10) << 8)) | ZEROS;
}

/** Writes an offset below 10^12 as 12 digits; writes 16 bytes, gives the end of the 12. */
// @ts-ignore: decorator
@inline
export function writeTwelveDigits(to: usize, value: u64): usize {
  const high = <u32>(value / 100000000);
  store<u32>(to, <u32>(digitsOf(high) >> 32));
  store<u64>(to, digitsOf(<u32>(value - <u64>high * 100000000)), 4);
  return to + 12;
}

/** Writes a value below 100,000,000 without leading zeros; writes 8 bytes. */
// @ts-ignore: decorator
@inline
function writeUpToEightDigits(to: usize, value: u32): usize {
  const digits = digitsOf(value);
  // A leading zero is a whole zero byte once the ASCII zeros are off; the last digit always stays.
  const zeros = ctz((digits ^ ZEROS) | (<u64>1 << 56)) & 0x38;
  store<u64>(to, digits >> zeros);
  return to + 8 - <usize>(zeros >> 3);
}

/** Writes an offset below 10^12 without leading zeros; writes up to 16 bytes. */
// @ts-ignore: decorator
@inline
export function writeDecimal(to: usize, value: u64): usize {
  if (value < 100000000) return writeUpToEightDigits(to, <u32>value);
  const high = <u32>(value / 100000000);
  const end = writeUpToEightDigits(to, high);
  store<u64>(end, digitsOf(<u32>(value - <u64>high * 100000000)));
  return end + 8;
}

/** Largest offset, exclusive, that the writers above take. */
export const MAX_OFFSET: u64 = 1000000000000;

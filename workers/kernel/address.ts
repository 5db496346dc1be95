/** Addresses from text: dotted quads by one shuffle, IPv6 by a loop. */

import { arena } from './arena';
import { DOTS, QUADS } from './layout';

/** Given for what is no canonical dotted quad. */
export const NOT_QUAD: i64 = -1;

const NO_SHAPE: u8 = 255;

/**
 * Fills the tables of shapes. A dotted quad has one of 81 shapes: each part has one to three digits. Where its dots
 * lie tells which. For each shape there is a shuffle that moves the digits to four lanes of hundreds, tens and ones
 * (`.` and missing digits come from lane 128, which gives 0), and the least value of each part, which shows a
 * leading zero.
 */
export function prepareShapes(): void {
  memory.fill(arena + DOTS, NO_SHAPE, 65536);
  let shape: usize = 0;
  for (let a = 1; a <= 3; a++) {
    for (let b = 1; b <= 3; b++) {
      for (let c = 1; c <= 3; c++) {
        for (let d = 1; d <= 3; d++, shape++) {
          const quad = arena + QUADS + (shape << 5);
          let at = 0;
          let dots: usize = 0;
          for (let part = 0; part < 4; part++) {
            const digits = part == 0 ? a : part == 1 ? b : part == 2 ? c : d;
            const lane = quad + (<usize>part << 2);
            store<u8>(lane, 128);
            for (let place = 1; place <= 3; place++) {
              const back = 3 - place;
              store<u8>(lane + place, back < digits ? <u8>(at + digits - 1 - back) : 128);
            }
            store<u32>(lane, digits == 1 ? 0 : digits == 2 ? 10 : 100, 16);
            at += digits;
            dots |= (<usize>1) << at;
            at++;
          }
          store<u8>(arena + dots, <u8>shape, DOTS);
        }
      }
    }
  }
}

/** An IPv4 address, first part in the highest byte; NOT_QUAD for anything else. Reads 16 bytes. */
// @ts-ignore: decorator
@inline
export function readQuad(from: usize, length: usize): i64 {
  if (length > 15) return NOT_QUAD;
  const text = v128.load(from);
  const isDot = <u32>i8x16.bitmask(i8x16.eq(text, i8x16.splat(46)));
  const end = <u32>1 << <u32>length;
  const shape = load<u8>(arena + <usize>((isDot & (end - 1)) | end), DOTS);
  if (shape == NO_SHAPE) return NOT_QUAD;
  const quad = arena + QUADS + (<usize>shape << 5);
  const digits = i8x16.swizzle(i8x16.sub(text, i8x16.splat(48)), v128.load(quad));
  const weights = i8x16(0, 100, 10, 1, 0, 100, 10, 1, 0, 100, 10, 1, 0, 100, 10, 1);
  const low = i32x4.extadd_pairwise_i16x8_u(i16x8.extmul_low_i8x16_u(digits, weights));
  const high = i32x4.extadd_pairwise_i16x8_u(i16x8.extmul_high_i8x16_u(digits, weights));
  const parts = i32x4.add(v128.shuffle<i32>(low, high, 0, 2, 4, 6), v128.shuffle<i32>(low, high, 1, 3, 5, 7));
  const wrong = v128.or(
    i8x16.gt_u(digits, i8x16.splat(9)),
    v128.or(i32x4.gt_u(parts, i32x4.splat(255)), i32x4.lt_u(parts, v128.load(quad, 16))),
  );
  if (v128.any_true(wrong)) return NOT_QUAD;
  return <i64>(
    <u32>(
      (i32x4.extract_lane(parts, 0) << 24) |
      (i32x4.extract_lane(parts, 1) << 16) |
      (i32x4.extract_lane(parts, 2) << 8) |
      i32x4.extract_lane(parts, 3)
    )
  );
}

/** High and low half of the address that `readIpv6` read. */
export let ipv6High: u64 = 0;
export let ipv6Low: u64 = 0;

/** No `::` yet; it may stand after eight groups at most, where it is wrong. */
const NO_GAP: u32 = 9;

/**
 * Reads an IPv6 address in hexadecimal groups (RFC 4291 §2.2), `::` once. False for anything else, and for
 * IPv4-mapped addresses (::ffff:0:0/96), which the reference encoder treats apart.
 */
export function readIpv6(from: usize, length: usize): bool {
  const to = from + length;
  // Groups before `::` fill from the top; those after it are shifted in from the bottom.
  let headHigh: u64 = 0;
  let headLow: u64 = 0;
  let groups: u32 = 0;
  let gap: u32 = NO_GAP;
  let at = from;
  if (length >= 2 && load<u16>(at) == 0x3a3a) {
    gap = 0;
    at += 2;
  }
  while (at < to) {
    let group: u32 = 0;
    let digits: u32 = 0;
    while (at < to) {
      const byte = <u32>load<u8>(at);
      let digit = byte - 48;
      if (digit > 9) {
        digit = (byte | 32) - 87;
        if (digit < 10 || digit > 15) break;
      }
      group = (group << 4) | digit;
      digits++;
      at++;
    }
    if (digits == 0 || digits > 4 || groups == 8) return false;
    headHigh = (headHigh << 16) | (headLow >> 48);
    headLow = (headLow << 16) | <u64>group;
    groups++;
    if (at == to) break;
    if (load<u8>(at) != 58) return false;
    at++;
    if (at == to) return false;
    if (load<u8>(at) == 58) {
      if (gap != NO_GAP) return false;
      gap = groups;
      at++;
    }
  }
  if (gap == NO_GAP) {
    if (groups != 8) return false;
    ipv6High = headHigh;
    ipv6Low = headLow;
  } else {
    if (groups > 7) return false;
    // What came after the gap stays at the bottom; what came before moves up by the missing groups.
    const after = (groups - gap) << 4;
    const tailMaskLow: u64 = after >= 64 ? ~(<u64>0) : ((<u64>1) << after) - 1;
    const tailMaskHigh: u64 = after > 64 ? ((<u64>1) << (after - 64)) - 1 : 0;
    const frontHigh = headHigh & ~tailMaskHigh;
    const frontLow = headLow & ~tailMaskLow;
    const up = (8 - groups) << 4;
    let movedHigh = frontHigh;
    let movedLow = frontLow;
    if (up >= 64) {
      movedHigh = up >= 128 ? 0 : frontLow << (up - 64);
      movedLow = 0;
    } else if (up > 0) {
      movedHigh = (frontHigh << up) | (frontLow >> (64 - up));
      movedLow = frontLow << up;
    }
    ipv6High = movedHigh | (headHigh & tailMaskHigh);
    ipv6Low = movedLow | (headLow & tailMaskLow);
  }
  return !(ipv6High == 0 && ipv6Low >> 32 == 0xffff);
}

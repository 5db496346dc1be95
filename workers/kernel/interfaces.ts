/** The interfaces of a fold: by id, and which addresses are their own. fold-layout.ts draws the image. */

import { inRanges, inRangesV6 } from './filter';
import {
  INTERFACES_ENTRIES, INTERFACES_MASK, INTERFACES_PRIVATE, INTERFACES_PRIVATE_COUNT, INTERFACES_PRIVATE_COUNT_V6,
  INTERFACES_PRIVATE_V6, INTERFACE_BYTES, INTERFACE_LENGTH, INTERFACE_V4, INTERFACE_V4_COUNT, INTERFACE_V4_LOCAL,
  INTERFACE_V6, INTERFACE_V6_COUNT, INTERFACE_V6_LOCAL,
} from './fold-layout';

/** Given for an address that is none of an interface's own. */
export const NOT_LOCAL: u32 = 0xffffffff;

const K: u64 = 0x9e3779b97f4a7c15;

let image: usize = 0;
let entries: usize = 0;
let mask: u32 = 0;

/** Makes the image at `at` the one that is read. */
export function bindInterfaces(at: usize): void {
  image = at;
  mask = load<u32>(at, INTERFACES_MASK);
  entries = at + <usize>load<u32>(at, INTERFACES_ENTRIES);
}

/** The first `length` of 16 bytes, zeros after them. */
// @ts-ignore: decorator
@inline
function firstBytes(from: usize, length: i32): v128 {
  const places = i8x16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  return v128.and(v128.load(from), i8x16.gt_s(i8x16.splat(<i8>length), places));
}

/**
 * The entry of an interface by its id of at most 32 bytes; 0 where there is none. Reads 32 bytes. The hash is
 * workers/interface-image.ts's, too.
 */
export function findInterface(from: usize, length: usize): usize {
  const a = firstBytes(from, <i32>length);
  const b = firstBytes(from + 16, <i32>length - 16);
  let hash = i64x2.extract_lane(a, 0) * K + i64x2.extract_lane(a, 1);
  hash = hash * K + i64x2.extract_lane(b, 0);
  hash = (hash * K + i64x2.extract_lane(b, 1)) * K;
  let slot = <u32>(hash >>> 32) & mask;
  while (true) {
    const entry = entries + <usize>slot * INTERFACE_BYTES;
    const bytes = load<u32>(entry, INTERFACE_LENGTH);
    if (bytes == 0) return 0;
    const difference = v128.or(v128.xor(v128.load(entry), a), v128.xor(v128.load(entry, 16), b));
    if (bytes == <u32>length && !v128.any_true(difference)) return entry;
    slot = (slot + 1) & mask;
  }
}

/** The number of an interface's own IPv4 address; NOT_LOCAL for another's. They are few: at most some fifty. */
export function localOf4(entry: usize, address: u32): u32 {
  const count = load<u32>(entry, INTERFACE_V4_COUNT);
  const own = image + <usize>load<u32>(entry, INTERFACE_V4);
  for (let i: u32 = 0; i < count; i++) {
    if (load<u32>(own + (<usize>i << 2)) == address) return load<u32>(entry, INTERFACE_V4_LOCAL) + i;
  }
  return NOT_LOCAL;
}

/** The same of an IPv6 address. */
export function localOf6(entry: usize, high: u64, low: u64): u32 {
  const count = load<u32>(entry, INTERFACE_V6_COUNT);
  const own = image + <usize>load<u32>(entry, INTERFACE_V6);
  for (let i: u32 = 0; i < count; i++) {
    const at = own + (<usize>i << 4);
    if (load<u64>(at) == high && load<u64>(at, 8) == low) return load<u32>(entry, INTERFACE_V6_LOCAL) + i;
  }
  return NOT_LOCAL;
}

/** Whether an IPv4 address is private. */
export function isPrivate4(address: u32): bool {
  const ranges = image + <usize>load<u32>(image, INTERFACES_PRIVATE);
  return inRanges(ranges, load<u32>(image, INTERFACES_PRIVATE_COUNT), <u64>address);
}

/** Whether an IPv6 address is private. */
export function isPrivate6(high: u64, low: u64): bool {
  const ranges = image + <usize>load<u32>(image, INTERFACES_PRIVATE_V6);
  return inRangesV6(ranges, load<u32>(image, INTERFACES_PRIVATE_COUNT_V6), high, low);
}

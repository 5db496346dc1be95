// Addresses to pairs: the table image of src/geo/layout.ts, read in place.
//
// The image is drawn in layout.ts; src/geo/tables.ts says the same in TypeScript, and a test holds the two together.
// bindTables is called once an instance; after that the image may be anywhere in memory, nothing is allocated and
// nothing is written.

import {
  H_PAIRS,
  H_V4_NODES,
  H_V4_ROOT,
  H_V4_ROOT_SHIFT,
  H_V6_DEEP_FIRST,
  H_V6_DEEP_KEYS,
  H_V6_DEEP_PAIRS,
  H_V6_ENTRY_KEYS,
  H_V6_ENTRY_VALUES,
  H_V6_GROUP_FIRST,
  H_V6_GROUP_KEYS,
  H_V6_INDEX,
  H_V6_INDEX_SHIFT,
  PAIR_AS_LENGTH_BYTE,
  PAIR_AS_OFFSET_BYTE,
  PAIR_BYTES_LOG2,
  PAIR_GEO_LENGTH_BYTE,
  PAIR_GEO_OFFSET_BYTE,
  V4_NODE_COUNTS_BYTE,
  V4_NODE_VALUES_BYTE,
} from "../../src/geo/layout";

// Absolute addresses of the sections, and the two shifts.
let image: usize = 0;
let v4RootShift: u32 = 0;
let v4Root: usize = 0;
let v4Nodes: usize = 0;
let v6IndexShift: u32 = 0;
let v6Index: usize = 0;
let v6GroupKeys: usize = 0;
let v6GroupFirst: usize = 0;
let v6EntryKeys: usize = 0;
let v6EntryValues: usize = 0;
let v6DeepFirst: usize = 0;
let v6DeepKeys: usize = 0;
let v6DeepPairs: usize = 0;
let pairs: usize = 0;

// Makes the image that begins at `at` the one that all lookups read.
export function bindTables(at: usize): void {
  image = at;
  v4RootShift = headerWord(H_V4_ROOT_SHIFT);
  v4Root = section(H_V4_ROOT);
  v4Nodes = section(H_V4_NODES);
  v6IndexShift = headerWord(H_V6_INDEX_SHIFT);
  v6Index = section(H_V6_INDEX);
  v6GroupKeys = section(H_V6_GROUP_KEYS);
  v6GroupFirst = section(H_V6_GROUP_FIRST);
  v6EntryKeys = section(H_V6_ENTRY_KEYS);
  v6EntryValues = section(H_V6_ENTRY_VALUES);
  v6DeepFirst = section(H_V6_DEEP_FIRST);
  v6DeepKeys = section(H_V6_DEEP_KEYS);
  v6DeepPairs = section(H_V6_DEEP_PAIRS);
  pairs = section(H_PAIRS);
}

// The pair of an IPv4 address, a.b.c.d as a << 24 | b << 16 | c << 8 | d; 0 where nothing is known.
export function lookup4(address: u32): u32 {
  let value = word(v4Root, address >> v4RootShift);
  if (!leadsOn(value)) return value;
  value = runInNode(value, (address >> 8) & 255);
  if (!leadsOn(value)) return value;
  return runInNode(value, address & 255);
}

// The pair of an IPv6 address given as its upper and lower 64 bits; addresses in ::ffff:0:0/96 are looked up as IPv4.
export function lookup6(high: u64, low: u64): u32 {
  if (high == 0 && <u32>(low >> 32) == 0xffff) return lookup4(<u32>low);
  const first = <u32>(high >> 32);
  const bucket = first >> v6IndexShift;
  // The group may lie before the bucket, never after it. The very first group has key 0, so there always is one.
  const from = word(v6Index, bucket);
  const group = lastNotAbove(v6GroupKeys, select<u32>(from - 1, 0, from != 0), word(v6Index, bucket + 1), first);
  const entriesEnd = word(v6GroupFirst, group + 1);
  // An address whose first 32 bits are no group belongs to the last entry of the group before.
  const entry = word(v6GroupKeys, group) == first
    ? lastNotAbove(v6EntryKeys, word(v6GroupFirst, group), entriesEnd, <u32>high)
    : entriesEnd - 1;
  const value = word(v6EntryValues, entry);
  return leadsOn(value) ? inDeepList(value & 0x7fffffff, low) : value;
}

// Where the bytes of a pair's fragments are (absolute), and how many; length 0 is none.
// @ts-ignore: decorator
@inline export function asPointer(pair: u32): usize { return image + load<u32>(pairRecord(pair), PAIR_AS_OFFSET_BYTE); }
// @ts-ignore: decorator
@inline export function asLength(pair: u32): u32 { return load<u32>(pairRecord(pair), PAIR_AS_LENGTH_BYTE); }
// @ts-ignore: decorator
@inline export function geoPointer(pair: u32): usize { return image + load<u32>(pairRecord(pair), PAIR_GEO_OFFSET_BYTE); }
// @ts-ignore: decorator
@inline export function geoLength(pair: u32): u32 { return load<u32>(pairRecord(pair), PAIR_GEO_LENGTH_BYTE); }

// @ts-ignore: decorator
@inline function pairRecord(pair: u32): usize { return pairs + (<usize>pair << PAIR_BYTES_LOG2); }

// @ts-ignore: decorator
@inline function headerWord(index: i32): u32 { return load<u32>(image + (<usize>index << 2)); }

// @ts-ignore: decorator
@inline function section(index: i32): usize { return image + <usize>headerWord(index); }

// @ts-ignore: decorator
@inline function word(base: usize, index: u32): u32 { return load<u32>(base + (<usize>index << 2)); }

// @ts-ignore: decorator
@inline function leadsOn(value: u32): bool { return <i32>value < 0; }

// The value of a slot in the v4 node that `value` leads to. Shifting by 2 turns words to bytes and drops the high bit.
// @ts-ignore: decorator
@inline function runInNode(value: u32, slot: u32): u32 {
  const node = v4Nodes + <usize>(value << 2);
  const bitmapWord = <usize>(slot >> 5);
  const upToSlot = load<u32>(node + (bitmapWord << 2)) & ((<u32>2 << (slot & 31)) - 1);
  const runs = <usize>load<u8>(node + bitmapWord, V4_NODE_COUNTS_BYTE) + <usize>popcnt(upToSlot);
  return load<u32>(node + (runs << 2), V4_NODE_VALUES_BYTE - 4);
}

// The last index in [from, end) whose key is not above `key`; `from` where none is. Halves without a branch: which way
// a search turns is a coin toss that no predictor wins.
// @ts-ignore: decorator
@inline function lastNotAbove(keys: usize, from: u32, end: u32, key: u32): u32 {
  let low = from;
  let count = end - from;
  while (count > 1) {
    const half = count >> 1;
    low = select<u32>(low + half, low, word(keys, low + half) <= key);
    count -= half;
  }
  return low;
}

// The pair of an address within a /64 that holds longer prefixes.
function inDeepList(list: u32, low64: u64): u32 {
  let low = word(v6DeepFirst, list);
  let count = word(v6DeepFirst, list + 1) - low;
  while (count > 1) {
    const half = count >> 1;
    low = select<u32>(low + half, low, load<u64>(v6DeepKeys + (<usize>(low + half) << 3)) <= low64);
    count -= half;
  }
  return word(v6DeepPairs, low);
}

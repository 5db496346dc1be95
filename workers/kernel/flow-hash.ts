/** Hashes by which a sample draws records; formats/filter/flow-hash.ts says what they are. */

import {
  destinationHigh, destinationIs6, destinationLow, destinationPort, protocol, sourceHigh, sourceIs6, sourceLow, sourcePort,
} from './check';

const K: u64 = 0x9e3779b97f4a7c15;
const FNV_OFFSET: u64 = 0xcbf29ce484222325;
const FNV_PRIME: u64 = 0x100000001b3;
/** Lower half of ::ffff:0.0.0.0. */
const V4_MAPPED: u64 = 0xffff00000000;

// @ts-ignore: decorator
@inline
function mix(value: u64): u64 {
  let x = value;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

// @ts-ignore: decorator
@inline
function endHash(is6: bool, high: u64, low: u64, port: u32): u64 {
  return mix(mix(mix(high + K) ^ (is6 ? low : low | V4_MAPPED)) + <u64>port);
}

/** The hash of the record's flow, both of whose addresses are there. */
export function flowHash(hasProtocol: bool): u32 {
  const ends =
    endHash(sourceIs6, sourceHigh, sourceLow, sourcePort) +
    endHash(destinationIs6, destinationHigh, destinationLow, destinationPort);
  return <u32>(mix(ends + (hasProtocol ? <u64>protocol * K : 0)) >> 32);
}

/** The hash of a line. */
export function lineHash(line: usize, lineBytes: usize): u32 {
  let hash = FNV_OFFSET;
  for (let at: usize = 0; at < lineBytes; at++) hash = (hash ^ <u64>load<u8>(line + at)) * FNV_PRIME;
  return <u32>(mix(hash) >> 32);
}

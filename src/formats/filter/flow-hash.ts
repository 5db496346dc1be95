/**
 * The hash by which a sample draws flows: the same for both directions, for each run, machine and version.
 *
 * ```
 * end   = mix(mix(mix(high + K) ^ low) + port)         address as 16 bytes, IPv4 as ::ffff:a.b.c.d
 * flow  = mix(end(source) + end(destination) + protocol · K)
 * hash  = upper 32 bits of flow
 * ```
 *
 * `mix` is the finalizer of SplitMix64 with its constants (https://prng.di.unimi.it/splitmix64.c). A record without both
 * addresses is of no flow: it is drawn by its line, hashed by FNV-1a of 64 bits
 * (http://www.isthe.com/chongo/tech/comp/fnv/) and mixed.
 */

import { numberedAddress } from './ranges.ts';

const K = 0x9e3779b97f4a7c15n;
const FNV_OFFSET = 0xcbf29ce484222325n;
const FNV_PRIME = 0x100000001b3n;
const V4_MAPPED = 0xffff00000000n;

const u64 = (value: bigint): bigint => BigInt.asUintN(64, value);

function mix(value: bigint): bigint {
  let x = u64(value);
  x = u64((x ^ (x >> 30n)) * 0xbf58476d1ce4e5b9n);
  x = u64((x ^ (x >> 27n)) * 0x94d049bb133111ebn);
  return x ^ (x >> 31n);
}

const top = (value: bigint): number => Number(value >> 32n);

function endHash(address: string, port: string | undefined): bigint | null {
  const numbered = numberedAddress(address);
  if (numbered === null) return null;
  const bits = numbered.family === 4 ? numbered.value | V4_MAPPED : numbered.value;
  return mix(mix(mix((bits >> 64n) + K) ^ u64(bits)) + BigInt(port ?? 0));
}

/** The hash of a line, 0 to 2^32 - 1. */
function lineHash(line: string): number {
  let hash = FNV_OFFSET;
  for (const byte of Buffer.from(line)) hash = u64((hash ^ BigInt(byte)) * FNV_PRIME);
  return top(mix(hash));
}

/**
 * The hash of a record's flow, 0 to 2^32 - 1, by its values that are there; ports and protocol that are not count as 0.
 */
export function flowHash(record: ReadonlyMap<string, string>, line: string): number {
  const [source, destination] = [record.get('srcaddr'), record.get('dstaddr')];
  if (source === undefined || destination === undefined) return lineHash(line);
  const ends = [endHash(source, record.get('srcport')), endHash(destination, record.get('dstport'))] as const;
  if (ends[0] === null || ends[1] === null) return lineHash(line);
  return top(mix(ends[0] + ends[1] + BigInt(record.get('protocol') ?? 0) * K));
}

/** Ranges of integers, and networks as ranges of addresses. */

import { parseAddress } from '../../geo/address.ts';

/** Integers from `low` to `high`, both included. */
export interface Range {
  readonly low: bigint;
  readonly high: bigint;
}

/** Ranges of addresses by family. */
export interface Networks {
  readonly v4: readonly Range[];
  readonly v6: readonly Range[];
}

/** The same integers by ranges that ascend and do not touch; empty ranges (low over high) are left out. */
export function mergeRanges(ranges: readonly Range[]): readonly Range[] {
  const sorted = ranges.filter(({ low, high }) => low <= high).sort((a, b) => (a.low < b.low ? -1 : 1));
  const merged: { low: bigint; high: bigint }[] = [];
  for (const { low, high } of sorted) {
    const last = merged.at(-1);
    if (last === undefined || low > last.high + 1n) merged.push({ low, high });
    else if (high > last.high) last.high = high;
  }
  return merged;
}

/** Whether a value lies in one of the ranges. */
export function isWithin(ranges: readonly Range[], value: bigint): boolean {
  return ranges.some(({ low, high }) => value >= low && value <= high);
}

/** An address as a number; IPv4-mapped ones are IPv4. */
export interface NumberedAddress {
  readonly family: 4 | 6;
  readonly value: bigint;
}

const wide = (bytes: Uint8Array): bigint => BigInt(`0x${Buffer.from(bytes).toString('hex')}`);

/** The address of a text; null where it is none. */
export function numberedAddress(text: string): NumberedAddress | null {
  const parsed = parseAddress(text);
  if (parsed === null) return null;
  const isV4 = parsed.family === 4 || parsed.v4Mapped;
  return { family: isV4 ? 4 : 6, value: wide(isV4 ? parsed.bytes.subarray(-4) : parsed.bytes) };
}

/** Why a text is no network. */
export interface NetworkProblem {
  readonly problem: string;
}

/** The addresses of `10.0.0.0/8`, `2001:db8::/32` or a single address, or why they are none. */
export function readNetwork(text: string): { readonly family: 4 | 6; readonly range: Range } | NetworkProblem {
  const slash = text.indexOf('/');
  const base = slash === -1 ? text : text.slice(0, slash);
  const parsed = parseAddress(base);
  const address = numberedAddress(base);
  if (parsed === null || address === null) return { problem: 'is no address' };
  const { family, value } = address;
  if (slash === -1) return { family, range: { low: value, high: value } };
  const bits = family === 4 ? 32 : 128;
  // `::ffff:10.0.0.0/104` is 10.0.0.0/8.
  const prefixText = text.slice(slash + 1);
  const prefix = /^\d{1,3}$/.test(prefixText) ? Number(prefixText) - (parsed.bytes.length * 8 - bits) : -1;
  if (prefix < 0 || prefix > bits) return { problem: `has no prefix from 0 to ${bits} after the /` };
  const size = 1n << BigInt(bits - prefix);
  const low = value - (value % size);
  if (low !== value) return { problem: `has bits set beyond its /${prefixText}: is it ${base}, or a wider network?` };
  return { family, range: { low, high: low + size - 1n } };
}

/** Networks as merged ranges. Throws TypeError for a text that is none: for texts of our own. */
export function networksOf(texts: readonly string[]): Networks {
  const ranges: Readonly<Record<4 | 6, Range[]>> = { 4: [], 6: [] };
  for (const text of texts) {
    const read = readNetwork(text);
    if ('problem' in read) throw new TypeError(`${text} ${read.problem}`);
    ranges[read.family].push(read.range);
  }
  return { v4: mergeRanges(ranges[4]), v6: mergeRanges(ranges[6]) };
}

/** The kernel's small parts one by one, for test/kernel; `place` first, then each as often as wanted. */

import { ipv6High, ipv6Low, prepareShapes, readIpv6 as readIpv6Into, readQuad as readQuadInline } from '../address';
import { placeArena } from '../arena';
import {
  isCount as isCountInline, readSeconds as readSecondsInline, readShortDecimal as readShortDecimalInline,
  writeDecimal as writeDecimalInline, writeTwelveDigits as writeTwelveDigitsInline,
} from '../decimal';
import { prepareTimes, writeIso as writeIsoInline } from '../time';

export { sha1FourLanes } from '../sha1';
export { writeDate } from '../time';

export function place(arenaAddress: usize): void {
  placeArena(arenaAddress);
  prepareShapes();
  prepareTimes();
}

export function readShortDecimal(from: usize, length: usize): f64 { return <f64>readShortDecimalInline(from, length); }
export function readSeconds(from: usize, length: usize): f64 { return <f64>readSecondsInline(from, length); }
export function isCount(from: usize, length: usize): bool { return isCountInline(from, length); }
export function writeDecimal(to: usize, value: f64): usize { return writeDecimalInline(to, <u64>value); }
export function writeTwelveDigits(to: usize, value: f64): usize { return writeTwelveDigitsInline(to, <u64>value); }
export function readQuad(from: usize, length: usize): f64 { return <f64>readQuadInline(from, length); }
export function writeIso(to: usize, seconds: u32): usize { return writeIsoInline(to, seconds); }

/** Puts the 16 bytes of the address to `to`, big endian. */
export function readIpv6(from: usize, length: usize, to: usize): bool {
  const isAddress = readIpv6Into(from, length);
  store<u64>(to, bswap(ipv6High));
  store<u64>(to, bswap(ipv6Low), 8);
  return isAddress;
}

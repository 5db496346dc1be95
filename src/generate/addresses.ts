/** Addresses as text: random public ones, and how an IPv6 address is written. */

import type { Prng } from './prng.ts';

/** First address and prefix length of everything in IPv4 that is no public unicast address (IANA special registry). */
const NOT_PUBLIC_V4: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
];

const NOT_PUBLIC_V4_RANGES = NOT_PUBLIC_V4.map(([text, length]) => {
  const first = text.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);
  return [first, first + 2 ** (32 - length) - 1] as const;
});

/** First groups of the blocks that the five registries give addresses out of. */
const PUBLIC_V6_BLOCKS = [0x2400, 0x2600, 0x2800, 0x2a00, 0x2c00] as const;

/** True for an IPv4 address, as a number, that is public and unicast. */
export function isPublicV4(address: number): boolean {
  return !NOT_PUBLIC_V4_RANGES.some(([first, last]) => address >= first && address <= last);
}

/** The text of an IPv4 address that is given as a number. */
function textOfV4(address: number): string {
  return `${address >>> 24}.${(address >>> 16) & 255}.${(address >>> 8) & 255}.${address & 255}`;
}

/** A public IPv4 address, each as likely as any other. */
export function randomPublicV4(prng: Prng): string {
  for (;;) {
    const address = prng.next32();
    if (isPublicV4(address)) return textOfV4(address);
  }
}

/** The text of eight groups, as RFC 5952 has it: lower case, the longest run of zeros left out. */
export function textOfV6(groups: readonly number[]): string {
  let bestAt = -1;
  let bestLength = 1;
  for (let at = 0; at < 8; at++) {
    let length = 0;
    while (at + length < 8 && groups[at + length] === 0) length++;
    if (length > bestLength) [bestAt, bestLength] = [at, length];
  }
  const hex = (part: readonly number[]) => part.map((group) => group.toString(16)).join(':');
  if (bestAt < 0) return hex(groups);
  return `${hex(groups.slice(0, bestAt))}::${hex(groups.slice(bestAt + bestLength))}`;
}

/** A public IPv6 address: one half looks like a server's (`…::1:23`), the other like a client's. */
export function randomPublicV6(prng: Prng): string {
  const block = PUBLIC_V6_BLOCKS[prng.between(0, PUBLIC_V6_BLOCKS.length - 1)]!;
  const any = () => prng.between(0, 0xffff);
  const head = [block | prng.between(0, 0x000f), any(), prng.between(0, 0x0fff)];
  const isServer = prng.uniform() < 0.5;
  return textOfV6(
    isServer
      ? [...head, 0, 0, 0, prng.between(0, 3), 1 + (any() % 0xffff)]
      : [...head, any(), any(), any(), any(), any()],
  );
}

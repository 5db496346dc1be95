/** Random prefixes and addresses for comparisons, and the slow, sure way to look one up. */

import { type ParsedAddress, parseAddress } from '../../src/geo/address.ts';

/** Bytes of an address to text: dotted for 4, eight groups for 16. */
export function addressText(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join('.');
  const groups: string[] = [];
  for (let i = 0; i < 16; i += 2) groups.push(((bytes[i]! << 8) | bytes[i + 1]!).toString(16));
  return groups.join(':');
}

/** An address of 4 or 16 bytes as an integer. */
export function addressNumber(bytes: Uint8Array): bigint {
  return bytes.reduce((number, byte) => number * 256n + BigInt(byte), 0n);
}

/** An integer as an address of 4 or 16 bytes. */
export function addressBytes(number: bigint, length: 4 | 16): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => Number((number >> BigInt(8 * (length - 1 - i))) & 255n));
}

/** Random prefixes, crowded so that many are nested: each is drawn anew or extends or neighbours an earlier one. */
export function randomPrefixes(random: () => number, family: 4 | 6, count: number): string[] {
  const bits = family === 4 ? 32 : 128;
  const prefixes: { number: bigint; length: number }[] = [];
  while (prefixes.length < count) {
    // Not shorter than /3 in IPv6: `::/96` belongs to IPv4.
    const length = family === 4 ? 1 + (random() % 32) : 3 + (random() % 126);
    let number = 0n;
    for (let word = 0; word < bits / 32; word++) number = number * 0x1_0000_0000n + BigInt(random());
    const earlier = prefixes[random() % (prefixes.length + 1)];
    if (earlier !== undefined) {
      const kept = BigInt(bits - Math.min(earlier.length, length));
      number = ((earlier.number >> kept) << kept) | (number & ((1n << kept) - 1n));
    } else if (family === 6) number = (number & ((1n << 125n) - 1n)) | (1n << 125n);
    const free = BigInt(bits - length);
    prefixes.push({ number: (number >> free) << free, length });
  }
  return prefixes.map(({ number, length }) => `${addressText(addressBytes(number, family === 4 ? 4 : 16))}/${length}`);
}

/** First and last address of a prefix. */
export function prefixRange(prefix: string): { first: bigint; last: bigint; length: number } {
  const [text, lengthText] = prefix.split('/') as [string, string];
  const { bytes } = parseAddress(text)!;
  const length = Number(lengthText);
  const first = addressNumber(bytes);
  return { first, last: first + (1n << BigInt(bytes.length * 8 - length)) - 1n, length };
}

/** The addresses where something changes: first and last of each prefix and their neighbours outside. */
export function borders(prefixes: readonly string[], family: 4 | 6): ParsedAddress[] {
  const limit = 1n << (family === 4 ? 32n : 128n);
  const numbers = prefixes.flatMap((prefix) => {
    const { first, last } = prefixRange(prefix);
    return [first - 1n, first, last, last + 1n].filter((number) => number >= 0n && number < limit);
  });
  return numbers.map((number) => parseAddress(addressText(addressBytes(number, family === 4 ? 4 : 16)))!);
}

/** A random address, half of them within one of the prefixes. */
export function randomAddress(random: () => number, prefixes: readonly string[], family: 4 | 6): ParsedAddress {
  const length = family === 4 ? 4 : 16;
  const bytes = Uint8Array.from({ length }, () => random() & 255);
  const prefix = prefixes[random() % (prefixes.length * 2)];
  if (prefix !== undefined) {
    const { first, length: kept } = prefixRange(prefix);
    const mask = (1n << BigInt(length * 8 - kept)) - 1n;
    bytes.set(addressBytes(first | (addressNumber(bytes) & mask), length));
  }
  return parseAddress(addressText(bytes))!;
}

/** Finds the most specific prefix that holds an address: its index; of equal ones the last; -1 without any. */
export function longestMatcher(prefixes: readonly string[]): (address: ParsedAddress) => number {
  const ranges = prefixes.map((prefix) => ({ ...prefixRange(prefix), v6: prefix.includes(':') }));
  return (address) => {
    const number = addressNumber(address.bytes);
    let best = -1;
    ranges.forEach(({ first, last, length, v6 }, index) => {
      if (v6 !== (address.family === 6) || number < first || number > last) return;
      if (best < 0 || length >= ranges[best]!.length) best = index;
    });
    return best;
  };
}

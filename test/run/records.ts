/** Simple records for tests of the program. */

const HEADER =
  'version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status';

/** A record of AWS's default format; `i` makes it another. */
export function record(i: number): string {
  const port = 1024 + (i % 60_000);
  return `2 123456789012 eni-0a1b2c3d4e5f60718 10.0.${(i >> 8) & 255}.${i & 255} 198.51.100.7 ${port} 443 6 10 ${1000 + i} 1735689600 1735689660 ACCEPT OK`;
}

/** A header and `count` records, a newline at the end of each. */
export function logText(count: number): string {
  return `${HEADER}\n${Array.from({ length: count }, (_, i) => `${record(i)}\n`).join('')}`;
}

/** The header line without its newline. */
export const header = HEADER;

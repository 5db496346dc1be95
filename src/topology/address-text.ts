/** The one text of an address, as RFC 5952 has it (https://www.rfc-editor.org/rfc/rfc5952#section-4). */

import type { NumberedAddress } from '../formats/filter/ranges.ts';

const GROUPS = 8;

/** Where the longest run of zero groups begins, the first of the longest, and its length; one group is no run. */
function longestRun(groups: readonly bigint[]): readonly [from: number, length: number] {
  let best: readonly [number, number] = [0, 1];
  for (let from = 0; from < GROUPS; from++) {
    let length = 0;
    while (groups[from + length] === 0n) length++;
    if (length > best[1]) best = [from, length];
  }
  return best;
}

/** An address in text: dotted decimal, or lower-case hexadecimal groups with `::` for the longest run of zeros. */
export function addressText({ family, value }: NumberedAddress): string {
  if (family === 4) return [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 255n).join('.');
  const groups = Array.from({ length: GROUPS }, (_, i) => (value >> BigInt((GROUPS - 1 - i) * 16)) & 0xffffn);
  const hex = groups.map((group) => group.toString(16));
  const [from, length] = longestRun(groups);
  if (length === 1) return hex.join(':');
  return `${hex.slice(0, from).join(':')}::${hex.slice(from + length).join(':')}`;
}

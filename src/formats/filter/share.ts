/** The share of flows that a sample keeps. */

import { FlowbulkError } from '../../errors.ts';

/** A share of less than one in so many keeps nothing worth the name. */
const MOST_PARTS = 1_000_000_000;

/**
 * Reads `1/100`. `below` is the bound of the flow's hash, of 2^32; null for all flows. A larger share keeps all that a
 * smaller one keeps. Throws E_USAGE.
 */
export function readShare(text: string): { readonly below: number | null; readonly text: string } {
  const [, kept = '', parts = ''] = /^\s*(\d{1,10})\s*\/\s*(\d{1,10})\s*$/.exec(text) ?? [];
  const [numerator, denominator] = [Number(kept), Number(parts)];
  if (kept === '' || numerator < 1 || numerator > denominator || denominator > MOST_PARTS) {
    throw new FlowbulkError(
      'E_USAGE',
      `--sample takes a share such as 1/100 or 3/10, at most 1/1 and at least 1/${MOST_PARTS}, not '${text}'`,
    );
  }
  const below = Math.floor((2 ** 32 * numerator) / denominator);
  return { below: numerator === denominator ? null : below, text: `${numerator}/${denominator}` };
}

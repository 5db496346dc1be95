/** What a filter means, as plain code: the kernel's filters must say the same of every record. */

import type { Test } from './filter.ts';
import { flowHash } from './flow-hash.ts';
import { isWithin, numberedAddress } from './ranges.ts';

/**
 * Whether a record passes a test. `record` has its values by the names of fields, none that is missing, all of them of
 * the form that their kind accepts; `line` is its text.
 */
export function keeps(test: Test, record: ReadonlyMap<string, string>, line: string): boolean {
  switch (test.kind) {
    case 'all':
      return test.of.every((one) => keeps(one, record, line));
    case 'any':
      return test.of.some((one) => keeps(one, record, line));
    case 'not':
      return !keeps(test.of, record, line);
    case 'flow':
      return flowHash(record, line) < test.below;
    default:
      return keepsValue(test, record.get(test.field));
  }
}

function keepsValue(test: Extract<Test, { readonly field: string }>, value: string | undefined): boolean {
  if (test.kind === 'missing') return value === undefined;
  if (value === undefined) return false;
  if (test.kind === 'text') return test.words.includes(value);
  if (test.kind === 'number') {
    // tcp-flags alone can be no number.
    return /^[0-9]+$/.test(value) && isWithin(test.ranges, BigInt(value));
  }
  const address = numberedAddress(value);
  return address !== null && isWithin(address.family === 4 ? test.v4 : test.v6, address.value);
}

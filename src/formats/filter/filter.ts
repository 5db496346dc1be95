/**
 * A filter: which records become documents. What is asked for by options becomes one test of a record, as plain data,
 * so that it crosses threads; `keeps.ts` says what it means, and the kernel does the same (workers/filter-code.ts).
 *
 * A missing value (`-`, or a column that the header lacks) fits no comparison, neither `=` nor `!=`; `not` turns
 * round what it stands before. So every test is true or false, and `not` is just that.
 */

import { parseExpression } from './expression.ts';
import { networksOf, type Range } from './ranges.ts';
import { readShare } from './share.ts';

/** One test of a record. Fields are named as in the table of fields. */
export type Test =
  | { readonly kind: 'all' | 'any'; readonly of: readonly Test[] }
  | { readonly kind: 'not'; readonly of: Test }
  /** The field has no value. */
  | { readonly kind: 'missing'; readonly field: string }
  /** The value, a number, lies in one of the ranges, which ascend and do not touch. */
  | { readonly kind: 'number'; readonly field: string; readonly ranges: readonly Range[] }
  /** The value, an address, lies in one of the ranges; IPv4-mapped addresses count as IPv4. */
  | { readonly kind: 'address'; readonly field: string; readonly v4: readonly Range[]; readonly v6: readonly Range[] }
  /** The value is one of the words. */
  | { readonly kind: 'text'; readonly field: string; readonly words: readonly string[] }
  /** The hash of the flow is below this, of 2^32. */
  | { readonly kind: 'flow'; readonly below: number };

/** What options ask for; plain data that is kept with a job. */
export interface FilterAsked {
  /** An expression such as `action = REJECT and dstport in (22, 3389)`. */
  readonly where?: string | undefined;
  /** A share such as `1/100`. */
  readonly sample?: string | undefined;
  readonly dropNodata: boolean;
  readonly dropPrivate: boolean;
}

/** Which records become documents. */
export interface Filter {
  readonly test: Test;
  /** What was asked for, written in one way: the same for the same filter. */
  readonly asked: FilterAsked;
}

/**
 * Networks whose addresses are private to `--drop-private`: RFC 1918, RFC 6598 (pods of EKS have such addresses),
 * link-local and loopback ones (RFC 3927, RFC 1122), and the same of IPv6 (RFC 4193, RFC 4291).
 */
const PRIVATE_NETWORKS: readonly string[] = [
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  '169.254.0.0/16',
  '127.0.0.0/8',
  'fc00::/7',
  'fe80::/10',
  '::1',
];

const isPrivate = (field: string): Test => ({ kind: 'address', field, ...networksOf(PRIVATE_NETWORKS) });

/** The filter of what is asked for; null where nothing is. Throws E_USAGE. */
export function filterOf({ where, sample, dropNodata, dropPrivate }: FilterAsked): Filter | null {
  if (where === undefined && sample === undefined && !dropNodata && !dropPrivate) return null;
  const tests: Test[] = [];
  if (dropNodata) tests.push({ kind: 'not', of: { kind: 'text', field: 'log-status', words: ['NODATA'] } });
  if (dropPrivate) tests.push({ kind: 'not', of: { kind: 'all', of: [isPrivate('srcaddr'), isPrivate('dstaddr')] } });
  const expression = where === undefined ? null : parseExpression(where);
  const share = sample === undefined ? null : readShare(sample);
  if (expression !== null) tests.push(expression.test);
  // The dearest test comes last.
  if (share !== null && share.below !== null) tests.push({ kind: 'flow', below: share.below });
  const asked = { where: expression?.text, sample: share?.text, dropNodata, dropPrivate };
  return { test: { kind: 'all', of: tests }, asked };
}

/** A filter in words, as options say it: `no filter` for none. */
export function filterText(asked: FilterAsked | null): string {
  if (asked === null) return 'no filter';
  const { where, sample, dropNodata, dropPrivate } = asked;
  return [
    ...(where === undefined ? [] : [`--where ${JSON.stringify(where)}`]),
    ...(sample === undefined ? [] : [`--sample ${sample}`]),
    ...(dropNodata ? ['--drop-nodata'] : []),
    ...(dropPrivate ? ['--drop-private'] : []),
  ].join(' ');
}

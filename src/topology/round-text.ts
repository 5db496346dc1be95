/** What a round did, as people read it. */

import { formatBytes, formatCount } from '../progress/numbers.ts';
import type { FoldedCounts } from './contract.ts';

/** What became of a round. */
export interface RoundSummary {
  readonly objects: {
    /** In the map, whole. */
    readonly done: number;
    readonly damaged: number;
    readonly failed: number;
    /** Taken by StackState in a round before. */
    readonly skipped: number;
  };
  readonly counts: FoldedCounts;
  readonly connections: number;
  /** Pairs of addresses with a NAT gateway or an Application Load Balancer. */
  readonly leftOut: number;
  readonly sent: { readonly requests: number; readonly resent: number; readonly bytes: number };
  readonly deleted: number;
  /** Objects that S3 did not delete. */
  readonly stayed: number;
}

/** Why records are in no connection, in the order in which they are told. */
const REASONS: readonly (readonly [keyof FoldedCounts, string])[] = [
  ['publicRemote', 'with public addresses'],
  ['noData', 'without data'],
  ['unknownInterface', 'of interfaces that are not known'],
  ['noDirection', 'of none of the addresses of their interface'],
  ['deadLetters', 'that could not be read'],
];

/** A sentence for each matter; those of which there is nothing are left out. */
export function roundText({ objects, counts, connections, leftOut, sent, deleted, stayed }: RoundSummary): string {
  const bad = [
    ...(objects.damaged > 0 ? [`${formatCount(objects.damaged)} damaged`] : []),
    ...(objects.failed > 0 ? [`${formatCount(objects.failed)} failed`] : []),
    ...(objects.skipped > 0 ? [`${formatCount(objects.skipped)} taken before`] : []),
  ];
  const besides = bad.length === 0 ? '' : ` (besides ${bad.join(', ')})`;
  const others = REASONS.filter(([name]) => counts[name] > 0).map(
    ([name, words]) => `${formatCount(counts[name])} ${words}`,
  );
  return [
    `${formatCount(objects.done)} objects${besides}, ${formatCount(counts.records)} records`,
    `, ${formatCount(counts.folded)} of them between private addresses: ${formatCount(connections)} connections`,
    leftOut === 0 ? '' : ` (and ${formatCount(leftOut)} of NAT gateways and load balancers, left out)`,
    others.length === 0 ? '' : `; ${others.join(', ')}`,
    sent.requests === 0
      ? ''
      : `; sent ${formatBytes(sent.bytes)} in ${formatCount(sent.requests)} requests` +
        (sent.resent === 0 ? '' : `, ${formatCount(sent.resent)} of them again`),
    deleted === 0 ? '' : `; ${formatCount(deleted)} objects deleted`,
    stayed === 0 ? '' : `; ${formatCount(stayed)} could not be deleted`,
  ].join('');
}

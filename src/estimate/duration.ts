/** How long it will take. */

import type { Estimate } from './extrapolate.ts';

/** A time at a rate of documents a second into a cluster, or of records a second into files. */
export interface Duration {
  readonly ratePerSecond: number;
  readonly seconds: number;
}

/** One core converts 1.4 M records a second at best (docs/performance.md), fewer of many fields. */
const RECORDS_PER_CORE = 1_000_000;

/** What clusters of a node or two, and of some more, take. */
const CLUSTER_RATES = [20_000, 50_000] as const;

/** Times at the asked rate; else at usual ones. `workers` convert. */
export function durations(
  records: Estimate,
  how: { readonly intoCluster: boolean; readonly workers: number; readonly rate: number | undefined },
): Duration[] {
  const usual = how.intoCluster ? CLUSTER_RATES : [how.workers * RECORDS_PER_CORE];
  const rates = how.rate === undefined ? usual : [how.rate];
  return rates.map((ratePerSecond) => ({ ratePerSecond, seconds: records.expected / ratePerSecond }));
}

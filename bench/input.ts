/** What every bench gets, and what it gives. */

import type { GeoImage } from '../src/geo/build.ts';
import type { BenchSet } from './bench-set.ts';
import type { Measured } from './measured.ts';
import type { NaiveGeo } from './naive-geo.ts';
import type { Row } from './report.ts';

/** A set with everything to run on it. */
export interface BenchInput {
  readonly set: BenchSet;
  readonly image: GeoImage;
  /** The databases, for processes that are started anew. */
  readonly databaseFlags: readonly string[];
  /**
   * Opens the databases for the naive transform; null where it cannot run: maxmind is not installed. To be let go of
   * after use: marking so big a heap would slow down whatever makes garbage.
   */
  openNaive(): Promise<NaiveGeo | null>;
  /** Whether to measure whole processes too: what they need does not depend on the fields. */
  readonly withProcesses: boolean;
  /** A cluster of the user's to measure with, instead of the null server; null without one. */
  readonly target: string | null;
  /** An empty folder to write to. */
  readonly scratch: string;
  readonly signal: AbortSignal;
}

/** What a bench found. */
export interface BenchResult {
  readonly rows: readonly Row[];
  readonly measured: Measured;
}

/** Said where the naive transform is left out. */
export const NO_NAIVE = 'naive: not compared, the package maxmind is not installed (npm install maxmind)';

/** Records that the naive transform works off at a time: it is slow, and steady after a few thousand. */
export function naiveRecords(set: BenchSet): number {
  return Math.min(set.records, Math.max(5_000, set.records / 20));
}

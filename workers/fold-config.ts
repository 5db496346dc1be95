/** What crosses between the coordinator of a fold and its workers: plain data and shared memory. */

import type { Filter } from '../src/formats/filter/filter.ts';
import type { FoldedRow, FoldInterface } from '../src/topology/contract.ts';
import type { RecordCounts } from '../src/topology/record-counts.ts';
import type { CommonConfig, ObjectOutcome, ShardEnd } from './config.ts';
import type { FoldMemory } from './fold-memory.ts';

/** What a worker needs to fold. */
export interface FoldConfig extends CommonConfig {
  /** By number of the worker. */
  readonly memories: readonly FoldMemory[];
  readonly interfaces: readonly FoldInterface[];
  readonly filter: Filter | null;
  readonly maxConnections: number;
}

/** What became of an object; only records of those that are done are in rows and counts. */
export type FoldedObject = Pick<ObjectOutcome, 'object' | 'outcome' | 'error'>;

/** What became of a shard; its rows are in the worker's memory. */
export interface FoldedShard extends ShardEnd {
  readonly objects: readonly FoldedObject[];
  /** Of the objects that are done. */
  readonly counts: RecordCounts;
  /** Sums that did not fit into the rows in memory. */
  readonly carried: readonly FoldedRow[];
}

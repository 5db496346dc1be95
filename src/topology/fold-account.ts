/** The account of a fold: what was listed, and what became of it. */

import type { Counters } from '../../workers/counters.ts';
import type { FoldedObject, FoldedShard } from '../../workers/fold-config.ts';
import type { ProgressSnapshot } from '../progress/snapshot.ts';
import { ListingAccount } from '../run/listing-account.ts';
import type { PoolAccount } from '../run/pool.ts';
import type { RefusedObject } from '../sources/source.ts';
import type { FoldPlan, FoldResult } from './fold-run.ts';
import { addRecords, NO_RECORDS } from './record-counts.ts';
import { FoldTable } from './reference-fold.ts';

/** Keeps the account of one fold. */
export class FoldAccount extends ListingAccount implements PoolAccount<FoldedShard> {
  readonly #onRefused: FoldPlan['onRefused'];
  readonly #objects: FoldedObject[] = [];
  #counts = NO_RECORDS;
  /** Sums that did not fit into rows in memory. */
  readonly carried = new FoldTable();

  constructor({ run, deadLetterPath, onRefused }: Pick<FoldPlan, 'run' | 'deadLetterPath' | 'onRefused'>) {
    super(run, deadLetterPath);
    this.#onRefused = onRefused;
  }

  refused(refused: RefusedObject): void {
    this.#objects.push({ object: refused.object, outcome: 'failed', error: this.refuse(refused).toWire() });
    this.#onRefused?.(refused);
  }

  finished({ objects, counts, carried }: FoldedShard): void {
    this.#objects.push(...objects);
    this.#counts = addRecords(this.#counts, counts);
    for (const row of carried) this.carried.add(row);
  }

  /** Where the fold stands. */
  snapshot(counters: Counters): ProgressSnapshot {
    return { ...this.progress(counters), documents: 0, bytesOut: 0 };
  }

  /** What became of objects and records. */
  get result(): Pick<FoldResult, 'counts' | 'filtered' | 'objects' | 'isLimited'> {
    const { filtered, ...counts } = this.#counts;
    return { counts, filtered, objects: this.#objects, isLimited: this.isLimited };
  }
}

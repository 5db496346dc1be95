/** The account of a fold: what was listed, and what became of it. */

import type { Counters } from '../../workers/counters.ts';
import type { FoldedObject, FoldedShard } from '../../workers/fold-config.ts';
import { FlowbulkError } from '../errors.ts';
import type { ProgressSnapshot } from '../progress/snapshot.ts';
import type { PoolAccount } from '../run/pool.ts';
import { DeadLetterFile } from '../sinks/dead-letters.ts';
import { describeObject } from '../sources/refusals.ts';
import type { Listed, RefusedObject } from '../sources/source.ts';
import type { FoldPlan, FoldResult } from './fold-run.ts';
import { addRecords, NO_RECORDS } from './record-counts.ts';
import { FoldTable } from './reference-fold.ts';

/** Keeps the account of one fold. */
export class FoldAccount implements PoolAccount<FoldedShard> {
  readonly #plan: Pick<FoldPlan, 'run' | 'deadLetterPath' | 'onRefused'>;
  readonly #deadLetterFile: DeadLetterFile;
  readonly #objects: FoldedObject[] = [];
  #objectsListed = 0;
  #bytesListed = 0;
  #listingDone = false;
  #isLimited = false;
  #refusedByListing = 0;
  #counts = NO_RECORDS;
  /** Sums that did not fit into rows in memory. */
  readonly carried = new FoldTable();

  constructor(plan: Pick<FoldPlan, 'run' | 'deadLetterPath' | 'onRefused'>) {
    this.#plan = plan;
    this.#deadLetterFile = new DeadLetterFile(plan.deadLetterPath);
  }

  async *listing(listed: AsyncIterable<Listed>): AsyncGenerator<Listed> {
    for await (const item of listed) {
      const { size } = 'object' in item ? item.object : item;
      this.#objectsListed++;
      this.#bytesListed += Math.max(size, 0);
      yield item;
    }
  }

  listingEnded(): void {
    this.#listingDone = true;
  }

  limited(): void {
    this.#isLimited = true;
  }

  get isLimited(): boolean {
    return this.#isLimited;
  }

  refused(refused: RefusedObject): void {
    const { object, code, reason } = refused;
    const { run, onRefused } = this.#plan;
    this.#bytesListed -= Math.max(object.size, 0);
    this.#refusedByListing++;
    const letter = { object: describeObject(object), etag: object.etag, offset: null, code, reason, run };
    this.#deadLetterFile.add({ v: 1, kind: 'object', ...letter });
    this.#deadLetterFile.flush();
    this.#objects.push({ object, outcome: 'failed', error: new FlowbulkError(code, reason).toWire() });
    onRefused?.(refused);
  }

  finished({ objects, counts, carried }: FoldedShard): void {
    this.#objects.push(...objects);
    this.#counts = addRecords(this.#counts, counts);
    for (const row of carried) this.carried.add(row);
  }

  /** Where the fold stands. */
  snapshot(counters: Counters): ProgressSnapshot {
    return {
      objectsListed: this.#objectsListed,
      listingDone: this.#listingDone,
      objectsDone: counters.total('objects') + this.#refusedByListing,
      bytesListed: this.#bytesListed,
      bytesDone: counters.total('bytesIn'),
      records: counters.total('records'),
      documents: 0,
      deadLetters: counters.total('deadLetters'),
      filtered: counters.total('filtered'),
      bytesOut: 0,
    };
  }

  /** What became of objects and records. */
  get result(): Pick<FoldResult, 'counts' | 'filtered' | 'objects' | 'isLimited'> {
    const { filtered, ...counts } = this.#counts;
    return { counts, filtered, objects: this.#objects, isLimited: this.#isLimited };
  }
}

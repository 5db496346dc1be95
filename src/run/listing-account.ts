/** What accounts of runs have in common: how far the listing is, and what it refuses. */

import type { Counters } from '../../workers/counters.ts';
import { objectLetter } from '../../workers/letters.ts';
import { FlowbulkError } from '../errors.ts';
import type { ProgressSnapshot } from '../progress/snapshot.ts';
import { DeadLetterFile } from '../sinks/dead-letters.ts';
import type { Listed, RefusedObject } from '../sources/source.ts';

/** Keeps the account of the listing of one run, and says where the run stands. */
export class ListingAccount {
  readonly #run: string;
  readonly #deadLetterFile: DeadLetterFile;
  #objectsListed = 0;
  #bytesListed = 0;
  #listingDone = false;
  #isLimited = false;
  #refused = 0;

  constructor(run: string, deadLetterPath: string) {
    this.#run = run;
    this.#deadLetterFile = new DeadLetterFile(deadLetterPath);
  }

  /** Passes a listing through and counts it. */
  async *listing(listed: AsyncIterable<Listed>): AsyncGenerator<Listed> {
    for await (const item of listed) {
      const { size } = 'object' in item ? item.object : item;
      this.#objectsListed++;
      this.#bytesListed += Math.max(size, 0);
      yield item;
    }
  }

  /** The listing is at its end. */
  listingEnded(): void {
    this.#listingDone = true;
  }

  /** The run stops at a limit: not everything is read. */
  limited(): void {
    this.#isLimited = true;
  }

  /** Whether the run stops at a limit. */
  get isLimited(): boolean {
    return this.#isLimited;
  }

  /** Takes an object that the listing refuses, writes its dead letter, and gives the reason as an error. */
  refuse({ object, code, reason }: RefusedObject): FlowbulkError {
    this.#bytesListed -= Math.max(object.size, 0);
    this.#refused++;
    const error = new FlowbulkError(code, reason);
    this.#deadLetterFile.add(objectLetter(object, error, this.#run));
    this.#deadLetterFile.flush();
    return error;
  }

  /** Where the run stands, whatever it makes of records. */
  progress(counters: Counters): Omit<ProgressSnapshot, 'documents' | 'bytesOut'> {
    return {
      objectsListed: this.#objectsListed,
      listingDone: this.#listingDone,
      objectsDone: counters.total('objects') + this.#refused,
      bytesListed: this.#bytesListed,
      bytesDone: counters.total('bytesIn'),
      records: counters.total('records'),
      deadLetters: counters.total('deadLetters'),
      filtered: counters.total('filtered'),
    };
  }
}

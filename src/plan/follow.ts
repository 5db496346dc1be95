/**
 * A listing that has no end: lists, waits, lists again. What is new since is given, once.
 *
 * The first look gives all there is, as any run. Later ones leave out what the ledger knows, whether it is done or failed
 * (`flowbulk retry` and the next run read that again), and what is under way. A changed object is another one, and new.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { FlowbulkError } from '../errors.ts';
import { entryKey } from '../ledger/entry.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Listed, SourceObject } from '../sources/source.ts';
import { objectOf } from './lister.ts';

/** Names of finished objects that are kept in mind at most: the first look may be at millions. */
const MOST_FINISHED = 10_000;

/** What is followed, and how. */
export interface Following {
  /** Lists what there is now; dates that depend on the time of day are counted anew. */
  look(): AsyncIterable<Listed>;
  readonly intervalMs: number;
  readonly ledger: Pick<Ledger, 'flush' | 'entryOf'>;
  readonly warn: (text: string) => void;
}

/** Follows a source. Memory grows with what is under way, not with what was. */
export class Follower {
  readonly #following: Following;
  /** Given, and not known by the ledger for sure. */
  readonly #underWay = new Set<string>();
  /** Those of them whose outcome the ledger was told. */
  #finished: string[] = [];

  constructor(following: Following) {
    this.#following = following;
  }

  /** Hears of objects that are done with, in whatever way, after the ledger has. */
  finished(objects: readonly SourceObject[]): void {
    for (const object of objects) this.#finished.push(nameOf(object));
    if (this.#finished.length >= MOST_FINISHED) this.#forgetFinished();
  }

  /** The objects as they come; ends with the signal. Throws what the first look throws, and any refusal of later ones. */
  async *list(signal: AbortSignal): AsyncGenerator<Listed> {
    for (let isFirst = true; ; isFirst = false) {
      const began = performance.now();
      try {
        yield* this.#news(isFirst);
      } catch (error) {
        if (isFirst || !(error instanceof FlowbulkError) || error.code !== 'E_SOURCE_UNREACHABLE') throw error;
        this.#following.warn(`${error.message}; the next look may find it`);
      }
      const waitMs = Math.max(0, this.#following.intervalMs - (performance.now() - began));
      // Nothing has to be kept going for it: what reads the listing does that.
      await sleep(waitMs, undefined, { signal, ref: false }).catch(() => {});
      signal.throwIfAborted();
    }
  }

  async *#news(isFirst: boolean): AsyncGenerator<Listed> {
    this.#forgetFinished();
    for await (const listed of this.#following.look()) {
      const object = objectOf(listed);
      const entry = this.#following.ledger.entryOf(object);
      const isKnown = entry !== null && entry.state !== 'unfinished';
      if (isKnown) {
        // Whoever counts what is done hears of it once.
        if (isFirst) yield listed;
        continue;
      }
      const name = nameOf(object);
      if (this.#underWay.has(name)) continue;
      this.#underWay.add(name);
      yield listed;
    }
  }

  /** The ledger writes outcomes in groups: before that a look would not find them there. */
  #forgetFinished(): void {
    const finished = this.#finished;
    this.#finished = [];
    this.#following.ledger.flush();
    for (const name of finished) this.#underWay.delete(name);
  }
}

const nameOf = (object: SourceObject): string => entryKey(object).toString('latin1');

/** What is noted of single objects while a run goes on: the slowest, and those that failed. */

import type { ObjectOutcome } from '../../workers/config.ts';
import { describeObject } from '../sources/refusals.ts';
import type { RefusedObject } from '../sources/source.ts';

const SLOWEST = 20;

/** Objects that are named in a group of failures. */
const NAMED = 5;

/** An object that took long. */
export interface SlowObject {
  readonly object: string;
  readonly outcome: ObjectOutcome['outcome'];
  /** How long a worker was at it, waiting included. */
  readonly seconds: number;
  readonly records: number;
  /** Compressed, as listed; null where that is not known. */
  readonly bytes: number | null;
}

/** Objects that failed for one reason. */
export interface FailedGroup {
  readonly outcome: 'damaged' | 'failed';
  readonly code: string;
  readonly objects: number;
  /** The first ones, and why. */
  readonly examples: readonly { readonly object: string; readonly reason: string }[];
}

/** Notes of one run; they stay small, however many objects it has. */
export class RunNotes {
  readonly #slowest: SlowObject[] = [];
  readonly #failed = new Map<string, { -readonly [K in keyof FailedGroup]: FailedGroup[K] }>();

  /** Takes outcomes of a shard, and how long a worker was at each. */
  finished(outcomes: readonly ObjectOutcome[], durationsMs: readonly number[]): void {
    for (const [i, { object, outcome, error, records }] of outcomes.entries()) {
      const seconds = Math.round(durationsMs[i] ?? 0) / 1000;
      if (this.#slowest.length < SLOWEST || seconds > this.#slowest.at(-1)!.seconds) {
        const bytes = object.size < 0 ? null : object.size;
        this.#slow({ object: describeObject(object), outcome, seconds, records, bytes });
      }
      if (error !== null && (outcome === 'damaged' || outcome === 'failed')) {
        this.#fail(outcome, error.code, describeObject(object), error.message);
      }
    }
  }

  /** Takes an object that the listing refused. */
  refused({ object, code, reason }: RefusedObject): void {
    this.#fail('failed', code, describeObject(object), reason);
  }

  #slow(one: SlowObject): void {
    const at = this.#slowest.findIndex(({ seconds }) => seconds < one.seconds);
    this.#slowest.splice(at === -1 ? this.#slowest.length : at, 0, one);
    this.#slowest.length = Math.min(this.#slowest.length, SLOWEST);
  }

  #fail(outcome: FailedGroup['outcome'], code: string, object: string, reason: string): void {
    const key = `${outcome} ${code}`;
    const group = this.#failed.get(key) ?? { outcome, code, objects: 0, examples: [] };
    group.objects++;
    if (group.examples.length < NAMED) group.examples = [...group.examples, { object, reason }];
    this.#failed.set(key, group);
  }

  /** The slowest objects, slowest first. */
  get slowest(): readonly SlowObject[] {
    return [...this.#slowest];
  }

  /** Failures by code, most objects first. */
  get failures(): readonly FailedGroup[] {
    return [...this.#failed.values()].sort((a, b) => b.objects - a.objects);
  }
}

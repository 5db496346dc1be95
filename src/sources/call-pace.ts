/**
 * What all threads of a run share about calls to CloudWatch Logs, in one piece of shared memory: when the next may be
 * made, and how many are under way for each group. AWS counts calls by account and region, so a limit for each thread
 * would be too low for one that is busy alone.
 *
 * ```
 * Int32   lock │ wake-ups │ calls at a time for a group │ calls under way by group (hashed)
 * double  next call
 * ```
 */

import { createHash } from 'node:crypto';
import { SharedLock } from '../sinks/shared-lock.ts';

const LOCK = 0;
const WAKE = 1;
const WIDTH = 2;
const FIRST_GROUP = 4;

/** Two groups that share a place have to share its calls, too: no harm, but that both are slower. */
const GROUP_PLACES = 252;

const WORDS = FIRST_GROUP + GROUP_PLACES;

/** How long a thread that waits sleeps at most before it looks for a stop. */
const LOOK_UP_MS = 100;

/** After a call that AWS throttled, nobody makes another one for so long. */
const THROTTLED_MS = 1_000;

/** What calls are limited to. */
export interface PaceLimits {
  readonly callsPerSecond: number;
  /** Calls at a time for each group; null: as many groups as there are, but so that the rate can be reached. */
  readonly windows: number | null;
}

/** Makes the memory that threads share. */
export function sharedPace(): SharedArrayBuffer {
  return new SharedArrayBuffer(WORDS * 4 + 8);
}

/** One thread's view of the pace. */
export class CallPace {
  readonly #limits: PaceLimits;
  readonly #words: Int32Array;
  readonly #nextMs: Float64Array;
  readonly #lock: SharedLock;

  /** `buffer` is that of `sharedPace`, the same for all threads of a run. */
  constructor(limits: PaceLimits, buffer: SharedArrayBuffer) {
    this.#limits = limits;
    this.#words = new Int32Array(buffer, 0, WORDS);
    this.#nextMs = new Float64Array(buffer, WORDS * 4, 1);
    this.#lock = new SharedLock(this.#words, LOCK);
  }

  /** So many groups are read. */
  groups(count: number): void {
    // A call takes up to a second: with as many under way as may be made in one, the rate is reached.
    this.#words[WIDTH] = Math.ceil(this.#limits.callsPerSecond / Math.max(1, count));
  }

  /** Calls at a time for each group. */
  get width(): number {
    return this.#limits.windows ?? Math.max(1, this.#words[WIDTH] as number);
  }

  /** Makes a call for a group when fewer than `width` are under way. Throws the signal's reason when it is aborted. */
  async within<T>(group: string, signal: AbortSignal, call: () => Promise<T>): Promise<T> {
    const at = FIRST_GROUP + ((createHash('sha256').update(group).digest()[0] as number) % GROUP_PLACES);
    while (true) {
      signal.throwIfAborted();
      const wakeUps = Atomics.load(this.#words, WAKE);
      if (this.#take(at)) break;
      const woken = Atomics.waitAsync(this.#words, WAKE, wakeUps, LOOK_UP_MS);
      if (woken.async) await woken.value;
    }
    try {
      return await call();
    } finally {
      Atomics.sub(this.#words, at, 1);
      Atomics.add(this.#words, WAKE, 1);
      Atomics.notify(this.#words, WAKE);
    }
  }

  #take(at: number): boolean {
    return this.#lock.hold(() => {
      if ((this.#words[at] as number) >= this.width) return false;
      this.#words[at] = (this.#words[at] as number) + 1;
      return true;
    });
  }

  /** Waits for the turn of one call, after those of all threads before it. Throws the signal's reason. */
  async turn(signal: AbortSignal): Promise<void> {
    const atMs = this.#lock.hold(() => {
      const beginsMs = Math.max(Date.now(), this.#nextMs[0] as number);
      this.#nextMs[0] = beginsMs + 1000 / this.#limits.callsPerSecond;
      return beginsMs;
    });
    while (Date.now() < atMs) {
      signal.throwIfAborted();
      await new Promise((resolve) => setTimeout(resolve, Math.min(atMs - Date.now(), LOOK_UP_MS)));
    }
  }

  /** AWS throttled a call. */
  throttled(): void {
    this.#lock.hold(() => {
      this.#nextMs[0] = Math.max(this.#nextMs[0] as number, Date.now() + THROTTLED_MS);
    });
  }
}

/** How long to wait before something is tried again, and when to give up. */
import { setTimeout as sleep } from 'node:timers/promises';

/** First and longest wait before jitter. A throttled bucket needs tens of seconds; five quick attempts are used up in 0.4 s. */
const FIRST_MS = 100;
const LONGEST_MS = 20_000;

/** One budget of patience: waits grow twofold, each a random part of its length (full jitter), until the time is used up. */
export class Backoff {
  readonly #forMs: number;
  readonly #random: () => number;
  #tries = 0;
  #sinceMs = 0;

  /** `forMs` counts from the first failure on. */
  constructor(forMs: number, random: () => number = Math.random) {
    this.#forMs = forMs;
    this.#random = random;
  }

  /** Failures since the beginning or the last `reset`. */
  get tries(): number {
    return this.#tries;
  }

  /** Waits; returns false, at once, where patience is used up. Throws the signal's reason when it is aborted. */
  async wait(signal: AbortSignal): Promise<boolean> {
    const now = Date.now();
    if (this.#tries === 0) {
      this.#sinceMs = now;
    }
    const waitMs = this.#random() * Math.min(LONGEST_MS, FIRST_MS * 2 ** this.#tries);
    if (now + waitMs - this.#sinceMs > this.#forMs) {
      return false;
    }
    this.#tries++;
    await sleep(waitMs, undefined, { signal }).catch((error) => {
      signal.throwIfAborted();
      throw error;
    });
    return true;
  }

  /** Begins anew, after something went well. */
  reset(): void {
    this.#tries = 0;
  }
}

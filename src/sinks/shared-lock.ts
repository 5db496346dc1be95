/** A lock in shared memory, between the threads of a process. */

const FREE = 0;
const TAKEN = 1;

/** Guards what several threads change: held for microseconds, or for one write. */
export class SharedLock {
  readonly #words: Int32Array;
  readonly #at: number;

  /** The lock is the word at `index` of `words`, 0 when it is free. */
  constructor(words: Int32Array, index = 0) {
    this.#words = words;
    this.#at = index;
  }

  /** Runs `work` while no other thread holds the lock. `work` must not wait for anything. */
  hold<T>(work: () => T): T {
    while (Atomics.compareExchange(this.#words, this.#at, FREE, TAKEN) !== FREE) {
      Atomics.wait(this.#words, this.#at, TAKEN);
    }
    try {
      return work();
    } finally {
      Atomics.store(this.#words, this.#at, FREE);
      Atomics.notify(this.#words, this.#at, 1);
    }
  }
}

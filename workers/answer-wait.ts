/**
 * How long a worker has nothing to convert and waits for answers to what it has sent:
 *
 * ```
 * shard 1  ██ converts ██│ waits for answers │
 * shard 2                │██ converts ██│ waits for answers    │
 *                                        ▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒  counted
 * ```
 */
export class AnswerWait {
  #converting = 0;
  #waiting = 0;
  #sinceMs = 0;
  readonly #waited: (milliseconds: number) => void;

  /** `waited` hears of each such time, in milliseconds. */
  constructor(waited: (milliseconds: number) => void) {
    this.#waited = waited;
  }

  /** Does `work`, during which the worker converts. */
  async converting<T>(work: () => Promise<T>): Promise<T> {
    this.#change(1, 0);
    try {
      return await work();
    } finally {
      this.#change(-1, 0);
    }
  }

  /** Waits for answers. */
  async until(answered: Promise<unknown>): Promise<void> {
    this.#change(0, 1);
    try {
      await answered;
    } finally {
      this.#change(0, -1);
    }
  }

  #change(converting: number, waiting: number): void {
    const nowMs = performance.now();
    if (this.#isIdle()) this.#waited(nowMs - this.#sinceMs);
    this.#converting += converting;
    this.#waiting += waiting;
    this.#sinceMs = nowMs;
  }

  #isIdle(): boolean {
    return this.#waiting > 0 && this.#converting === 0;
  }
}

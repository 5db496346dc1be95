/**
 * How long a worker waits for its source. Reading goes on while lines are converted, so only the time counts in which
 * both is true: bytes are asked for, and there is nothing else to do.
 */
export class SourceClock {
  readonly #onWait: (milliseconds: number) => void;
  #askedAt: number | null = null;
  #idleAt: number | null = null;

  constructor(onWait: (milliseconds: number) => void) {
    this.#onWait = onWait;
  }

  #count(): void {
    if (this.#askedAt === null || this.#idleAt === null) return;
    this.#onWait(performance.now() - Math.max(this.#askedAt, this.#idleAt));
  }

  /** Passes the source's bytes through; `onBytes` hears how many came. */
  async *reading(bytes: AsyncIterable<Uint8Array>, onBytes: (count: number) => void): AsyncGenerator<Uint8Array> {
    const iterator = bytes[Symbol.asyncIterator]();
    try {
      while (true) {
        this.#askedAt = performance.now();
        const result = await iterator.next();
        this.#count();
        this.#askedAt = null;
        if (result.done === true) return;
        onBytes(result.value.length);
        yield result.value;
      }
    } finally {
      this.#askedAt = null;
      await iterator.return?.();
    }
  }

  /** Passes chunks through that a worker has nothing else to do without. */
  async *waiting(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    const iterator = chunks[Symbol.asyncIterator]();
    try {
      while (true) {
        this.#idleAt = performance.now();
        const result = await iterator.next();
        this.#count();
        this.#idleAt = null;
        if (result.done === true) return;
        yield result.value;
      }
    } finally {
      this.#idleAt = null;
      await iterator.return?.();
    }
  }
}

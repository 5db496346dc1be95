/** Opens the next objects of a shard while one is converted, so that the first byte's way from S3 is not waited for. */

import type { Source, SourceObject } from '../src/sources/source.ts';

/** Objects opened ahead; each holds a connection and a chunk. */
const AHEAD = 4;

interface Opened {
  readonly iterator: AsyncIterator<Uint8Array>;
  readonly first: Promise<IteratorResult<Uint8Array>>;
}

/** The objects of one shard, opened in order. */
export class ReadAhead {
  readonly #source: Source;
  readonly #objects: readonly SourceObject[];
  readonly #signal: AbortSignal;
  readonly #opened = new Map<SourceObject, Opened>();

  constructor(source: Source, objects: readonly SourceObject[], signal: AbortSignal) {
    this.#source = source;
    this.#objects = objects;
    this.#signal = signal;
  }

  /** The raw bytes of the object at `index`; the ones after it begin to open. */
  open(index: number): AsyncIterable<Uint8Array> {
    const ahead = this.#objects.slice(index, index + 1 + AHEAD);
    for (const object of ahead) {
      if (this.#opened.has(object) || object.kind === 'stdin') continue;
      const iterator = this.#source.open(object, 0, this.#signal)[Symbol.asyncIterator]();
      const first = iterator.next();
      // It is looked at when the object's turn comes; until then a failure must not end the process.
      first.catch(() => {});
      this.#opened.set(object, { iterator, first });
    }
    const object = this.#objects[index] as SourceObject;
    const opened = this.#opened.get(object);
    this.#opened.delete(object);
    return opened === undefined ? this.#source.open(object, 0, this.#signal) : resume(opened);
  }

  /** Closes what was opened and not read. */
  async close(): Promise<void> {
    const left = [...this.#opened.values()];
    this.#opened.clear();
    await Promise.allSettled(left.map(({ iterator }) => iterator.return?.()));
  }
}

async function* resume({ iterator, first }: Opened): AsyncGenerator<Uint8Array> {
  try {
    for (let result = await first; result.done !== true; result = await iterator.next()) yield result.value;
  } finally {
    await iterator.return?.();
  }
}

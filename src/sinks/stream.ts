/** Standard output, a file, a device or a pipe as sink: whole bodies of all workers, one after the other. */

import { constants, gzipSync } from 'node:zlib';
import type { Sink, SinkSpec } from './sink.ts';
import { writeWhole } from './write.ts';

const FREE = 0;
const TAKEN = 1;

/** Writes bodies to one open descriptor under the lock of all workers, so that documents of two never mix. */
export class StreamSink implements Sink {
  readonly #spec: Extract<SinkSpec, { kind: 'stream' }>;
  readonly #lock: Int32Array;

  constructor(spec: Extract<SinkSpec, { kind: 'stream' }>) {
    this.#spec = spec;
    this.#lock = new Int32Array(spec.lock);
  }

  begin(): void {}

  async deliver(body: Buffer): Promise<number> {
    const { descriptor, name, gzip } = this.#spec;
    const bytes = gzip ? gzipSync(body, { level: constants.Z_BEST_SPEED }) : body;
    while (Atomics.compareExchange(this.#lock, 0, FREE, TAKEN) !== FREE) Atomics.wait(this.#lock, 0, TAKEN);
    try {
      writeWhole(descriptor, bytes, name);
    } finally {
      Atomics.store(this.#lock, 0, FREE);
      Atomics.notify(this.#lock, 0, 1);
    }
    return bytes.length;
  }

  async end(): Promise<void> {}

  async abandon(): Promise<void> {}
}

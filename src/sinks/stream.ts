/** Standard output, a file, a device or a pipe as sink: whole bodies of all workers, one after the other. */

import { constants, gzipSync } from 'node:zlib';
import { type BodyPart, countWritten } from './document-account.ts';
import { SharedLock } from './shared-lock.ts';
import type { Sink, SinkSpec } from './sink.ts';
import { writeWhole } from './write.ts';

/** Writes bodies to one open descriptor under the lock of all workers, so that documents of two never mix. */
export class StreamSink implements Sink {
  readonly bodiesSpanObjects = false;
  readonly cpuMs = 0;
  readonly #spec: Extract<SinkSpec, { kind: 'stream' }>;
  readonly #lock: SharedLock;

  constructor(spec: Extract<SinkSpec, { kind: 'stream' }>) {
    this.#spec = spec;
    this.#lock = new SharedLock(new Int32Array(spec.lock));
  }

  async expect(): Promise<void> {}

  begin(): void {}

  async deliver(body: Buffer, parts: readonly BodyPart[]): Promise<number> {
    const { descriptor, name, gzip } = this.#spec;
    const bytes = gzip ? gzipSync(body, { level: constants.Z_BEST_SPEED }) : body;
    this.#lock.hold(() => writeWhole(descriptor, bytes, name));
    countWritten(parts);
    return bytes.length;
  }

  async end(): Promise<void> {}

  async abandon(): Promise<boolean> {
    return false;
  }

  takeIndices(): readonly string[] {
    return [];
  }
}

/** Elasticsearch or OpenSearch as sink: bodies go to `_bulk`, each document answered for. */

import { BulkSender } from '../delivery/bulk-sender.ts';
import type { BulkSpec } from '../delivery/bulk-spec.ts';
import type { BodyPart, DocumentAccount } from './document-account.ts';
import type { SinkContext } from './open.ts';
import type { Sink } from './sink.ts';

/** The index of an action line, which stands first in it where there is one. */
const ACTION_INDEX = /^\{"[a-z]+":\{"_index":"([^"]*)"/;
const ACTION_BYTES = 600;

/** Sends bodies that may hold documents of several objects. */
export class ClusterSink implements Sink {
  readonly bodiesSpanObjects = true;
  readonly #sender: BulkSender;
  readonly #isTimeNamed: boolean;
  readonly #indices = new Set<string>();

  constructor(spec: BulkSpec, context: SinkContext) {
    this.#sender = new BulkSender(spec, context);
    this.#isTimeNamed = spec.isTimeNamed;
  }

  get cpuMs(): number {
    return this.#sender.cpuMs;
  }

  async expect(accounts: readonly DocumentAccount[]): Promise<void> {
    await this.#sender.stored?.expect(accounts);
  }

  begin(): void {}

  deliver(body: Buffer, parts: readonly BodyPart[]): Promise<number> {
    if (this.#isTimeNamed) this.#noteIndex(body);
    return this.#sender.send(body, parts);
  }

  /** The first document's index stands for the body's: nearly all records of a body are of one day. */
  #noteIndex(body: Buffer): void {
    const [, index] = ACTION_INDEX.exec(body.toString('latin1', 0, ACTION_BYTES)) ?? [];
    if (index !== undefined) this.#indices.add(index);
  }

  async end(): Promise<void> {}

  async abandon(): Promise<boolean> {
    return false;
  }

  takeIndices(): readonly string[] {
    const taken = [...this.#indices];
    this.#indices.clear();
    return taken;
  }
}

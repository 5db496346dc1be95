/**
 * Sends bodies to a cluster's `_bulk` until every document of them is answered for: created, there already, in the
 * failure store, or a dead letter.
 */

import { type ClusterAnswer, ClusterHttp } from '../cluster/http.ts';
import type { BodyPart } from '../sinks/document-account.ts';
import { wholeError } from './answer.ts';
import { Answered } from './answered.ts';
import { type BodyProtocol, BodySender, LEFT, type SenderContext, type Tried } from './body-sender.ts';
import { BulkDocuments } from './bulk-documents.ts';
import type { BulkSpec } from './bulk-spec.ts';
import { Permits } from './permits.ts';
import { StoredIds } from './stored-ids.ts';
import { blockedError, stopError, wholeVerdict } from './verdict.ts';

/** One worker's way to the cluster. */
export class BulkSender implements BodyProtocol<BulkDocuments> {
  readonly path: string;
  readonly name: string;
  readonly gzip: boolean;
  readonly retryForMs: number;
  readonly mostDocuments: number;
  readonly #spec: BulkSpec;
  readonly #permits: Permits;
  readonly #answered: Answered;
  readonly #sender: BodySender<BulkDocuments>;
  /** Null where ids alone keep documents from being stored twice. */
  readonly #stored: StoredIds | null;

  constructor(spec: BulkSpec, context: SenderContext) {
    this.path = spec.path;
    this.name = spec.name;
    this.gzip = spec.gzip;
    this.retryForMs = spec.retryForMs;
    this.mostDocuments = spec.bodyRecords ?? Number.POSITIVE_INFINITY;
    this.#spec = spec;
    const http = new ClusterHttp(spec.hosts, spec.access, spec.connections);
    this.#permits = new Permits(spec.limits, spec.permits);
    this.#answered = new Answered(spec, this.#permits, context);
    this.#sender = new BodySender(this, http, this.#permits, context);
    const { stream, hasIds, retryForMs } = spec;
    const { waitSignal } = this.#sender;
    this.#stored = stream === null || !hasIds ? null : new StoredIds(http, stream, retryForMs, waitSignal);
  }

  /** What is known of the documents that a data stream has already; null where ids alone will do. */
  get stored(): StoredIds | null {
    return this.#stored;
  }

  /** Milliseconds of CPU for compressing and for reading answers. */
  get cpuMs(): number {
    return this.#sender.cpuMs;
  }

  /** Sends a body whose bytes are the sender's until the promise is kept. Gives the bytes that went over the wire. */
  send(body: Buffer, parts: readonly BodyPart[]): Promise<number> {
    return this.#sender.send(new BulkDocuments(body, parts));
  }

  /** Gives sockets back. */
  close(): Promise<void> {
    return this.#sender.close();
  }

  headers({ count }: BulkDocuments): Readonly<Record<string, string>> {
    const { itemCountHeader } = this.#spec;
    return {
      'content-type': 'application/x-ndjson',
      ...(itemCountHeader === undefined ? {} : { [itemCountHeader]: `${count}` }),
    };
  }

  encode({ bytes }: BulkDocuments): Buffer {
    return bytes;
  }

  /** Documents that the stream has already are taken out. */
  async prepare(documents: BulkDocuments): Promise<() => Promise<void>> {
    // A rollover after this look makes documents that were sent before it storable a second time.
    const before = await this.#stored?.look();
    await this.#stored?.expect(documents.parts.map(({ account }) => account));
    await this.#dropStored(documents, ({ account }) => account.mayBeStored);
    return async () => {
      const now = await this.#stored?.look(0);
      if (now !== undefined && now.indices !== before?.indices) await this.#dropStored(documents, () => true);
    };
  }

  /** Counts documents as duplicates that the stream has already, and takes them out. */
  async #dropStored(documents: BulkDocuments, isAsked: (part: BodyPart) => boolean): Promise<void> {
    const asked: number[] = [];
    let i = 0;
    for (const part of documents.parts) {
      const end = i + part.documents;
      if (isAsked(part)) for (; i < end; i++) asked.push(i);
      i = end;
    }
    if (asked.length === 0 || this.#stored === null) return;
    const ids = asked.map((index) => documents.action(index).id ?? '');
    const found = await this.#stored.among(ids);
    if (found.size === 0) return;
    const there = new Set(asked.filter((_, n) => found.has(ids[n] as string)));
    this.#answered.there(documents, there);
  }

  read(answer: ClusterAnswer, documents: BulkDocuments): Tried {
    return answer.status === 200 ? this.#readItems(answer, documents) : this.#readWhole(answer, documents);
  }

  #readItems(answer: ClusterAnswer, documents: BulkDocuments): Tried {
    const items = this.#answered.apply(answer.body, documents);
    if (items === null) {
      const why = `the answer of ${answer.host} cannot be read or is too short (${answer.body.length} bytes)`;
      return { ...LEFT, why, isUncertain: true };
    }
    if (items.hasProgress) this.#permits.succeeded();
    if (items.blocked !== null && !this.#spec.waitBlocked) throw items.blocked;
    if (documents.count === 0) return { ...LEFT, hasProgress: true };
    // An item with 5xx may be stored on the primary; one with 429 is not.
    return { ...LEFT, ...items, isBlocked: items.blocked !== null, why: items.why };
  }

  #readWhole({ status, body, host }: ClusterAnswer, documents: BulkDocuments): Tried {
    const error = wholeError(body);
    const why = `${host} answered ${status}${error.type === null ? '' : ` ${error.type}`}: ${error.reason}`;
    const { name, waitBlocked } = this.#spec;
    switch (wholeVerdict(status, error)) {
      case 'too large':
        return { ...LEFT, why: `a body of ${documents.bytes.length} bytes is too large for ${host}`, isTooLarge: true };
      case 'blocked':
        if (!waitBlocked) throw blockedError(status, error.type, error.reason, name);
        return { ...LEFT, why, isBlocked: true };
      case 'stop':
        throw stopError(status, error.type, error.reason, name);
      default:
        return { ...LEFT, why, isUncertain: status >= 500 };
    }
  }

  refuse(documents: BulkDocuments): void {
    this.#answered.tooLarge(documents);
  }
}

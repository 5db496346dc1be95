/**
 * Sends bodies to a cluster's `_bulk` until every document of them is answered for: created, there already, in the
 * failure store, or a dead letter. Only what needs it is sent again.
 */

import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { constants, gzipSync } from 'node:zlib';
import { type ClusterAnswer, ClusterHttp } from '../cluster/http.ts';
import { FlowbulkError } from '../errors.ts';
import type { DeadLetterFile } from '../sinks/dead-letters.ts';
import type { BodyPart } from '../sinks/document-account.ts';
import { wholeError } from './answer.ts';
import { Answered } from './answered.ts';
import { BulkDocuments } from './bulk-documents.ts';
import type { BulkSpec } from './bulk-spec.ts';
import { Permits, type RequestEnd } from './permits.ts';
import { StoredIds } from './stored-ids.ts';
import { blockedError, stopError, wholeVerdict } from './verdict.ts';

/** First and longest wait before jitter: a pushed-back cluster needs tens of seconds, a full queue a tenth of one. */
const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 30_000;

/**
 * Requests that are cut off this often in a row are sent in halves: a server that finds a body too large may close the
 * connection before its 413 is read.
 */
const CUTS_BEFORE_HALVES = 3;

/** What one request came to. */
interface Tried {
  /** Why documents are left; null where none are. */
  readonly why: string | null;
  /** Documents may be stored, though the answer does not say so. */
  readonly isUncertain: boolean;
  readonly isBlocked: boolean;
  readonly isTooLarge: boolean;
  readonly isCut: boolean;
  /** Some documents were answered for. */
  readonly hasProgress: boolean;
}

const LEFT: Tried = {
  why: null,
  isUncertain: false,
  isBlocked: false,
  isTooLarge: false,
  isCut: false,
  hasProgress: false,
};

/** What a worker lends the sender. */
export interface SenderContext {
  readonly run: string;
  readonly deadLetters: DeadLetterFile;
  readonly signal: AbortSignal;
  /** Where the length of waits comes from: 0 to 1. */
  readonly random?: () => number;
}

/** One worker's way to the cluster. */
export class BulkSender {
  readonly #spec: BulkSpec;
  readonly #context: SenderContext;
  readonly #http: ClusterHttp;
  readonly #permits: Permits;
  readonly #answered: Answered;
  /** Null where ids alone keep documents from being stored twice. */
  readonly #stored: StoredIds | null;
  /** Aborted by a body that ends the run: what waits is not sent any more, what was sent hears its answer. */
  readonly #halted = new AbortController();
  readonly #waitSignal: AbortSignal;
  /** Milliseconds of CPU for compressing and for reading answers. */
  cpuMs = 0;

  constructor(spec: BulkSpec, context: SenderContext) {
    this.#spec = spec;
    this.#context = context;
    this.#http = new ClusterHttp(spec.hosts, spec.access, spec.connections);
    this.#permits = new Permits(spec.limits, spec.permits);
    this.#answered = new Answered(spec, this.#permits, context);
    this.#waitSignal = AbortSignal.any([context.signal, this.#halted.signal]);
    // Every body that waits listens: Node would warn of a leak from the eleventh on.
    setMaxListeners(0, this.#waitSignal);
    const { stream, hasIds, retryForMs } = spec;
    this.#stored = stream === null || !hasIds ? null : new StoredIds(this.#http, stream, retryForMs, this.#waitSignal);
  }

  /** What is known of the documents that a data stream has already; null where ids alone will do. */
  get stored(): StoredIds | null {
    return this.#stored;
  }

  /** Sends a body whose bytes are the sender's until the promise is kept. Gives the bytes that went over the wire. */
  async send(body: Buffer, parts: readonly BodyPart[]): Promise<number> {
    try {
      return await this.#sendAll(new BulkDocuments(body, parts));
    } catch (error) {
      this.#halted.abort(error);
      throw error;
    }
  }

  async #sendAll(documents: BulkDocuments): Promise<number> {
    let wireBytes = 0;
    let failures = 0;
    let cuts = 0;
    let failingSinceMs = 0;
    let isUncertain = false;
    // A rollover after this look makes documents that were sent before it storable a second time.
    const before = await this.#stored?.look();
    await this.#stored?.expect(documents.parts.map(({ account }) => account));
    await this.#dropStored(documents, ({ account }) => account.mayBeStored);
    while (documents.count > 0) {
      if (documents.count > 1 && (documents.bytes.length > this.#permits.largestBody || cuts >= CUTS_BEFORE_HALVES)) {
        const [first, second] = documents.halves();
        return wireBytes + (await this.#sendAll(first)) + (await this.#sendAll(second));
      }
      const tried = await this.#try(documents, (bytes) => {
        wireBytes += bytes;
      });
      if (tried.why === null) break;
      if (tried.isTooLarge) {
        if (documents.count === 1) this.#answered.tooLarge(documents);
        else this.#permits.tooLarge(documents.bytes.length);
        continue;
      }
      isUncertain ||= tried.isUncertain;
      cuts = tried.isCut ? cuts + 1 : 0;
      if (tried.hasProgress || failures === 0) failingSinceMs = Date.now();
      failures = tried.hasProgress ? 1 : failures + 1;
      if (!tried.isBlocked) this.#giveUpAfter(failingSinceMs, tried.why);
      await this.#wait(failures, tried.isBlocked);
      this.#permits.count('resent', documents.count);
      const now = isUncertain ? await this.#stored?.look(0) : undefined;
      if (now !== undefined && now.indices !== before?.indices) await this.#dropStored(documents, () => true);
    }
    return wireBytes;
  }

  /** Ends the run when nothing has gone through for too long. */
  #giveUpAfter(failingSinceMs: number, why: string): void {
    const sinceMs = Math.max(failingSinceMs, this.#permits.lastSuccessMs);
    if (Date.now() - sinceMs < this.#spec.retryForMs) return;
    const seconds = Math.round(this.#spec.retryForMs / 1000);
    throw new FlowbulkError(
      'E_CLUSTER_UNREACHABLE',
      `nothing went through to ${this.#spec.name} for ${seconds} s (--retry-for): ${why}; run again when the cluster is well`,
    );
  }

  /** Waits a random part of a time that doubles with each failure (full jitter). */
  async #wait(failures: number, isBlocked: boolean): Promise<void> {
    const { random = Math.random } = this.#context;
    const signal = this.#waitSignal;
    const mostMs = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (failures - 1));
    const waitMs = random() * mostMs;
    if (isBlocked) this.#permits.blocked(waitMs);
    await sleep(waitMs, undefined, { signal }).catch((error) => {
      signal.throwIfAborted();
      throw error;
    });
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

  /** Compresses, waits for a permit, sends, reads the answer. */
  async #try(documents: BulkDocuments, onSent: (wireBytes: number) => void): Promise<Tried> {
    const { signal } = this.#context;
    const { gzip, itemCountHeader, path } = this.#spec;
    const { bytes, count } = documents;
    const wire = gzip ? this.#compress(bytes) : bytes;
    const headers = {
      'content-type': 'application/x-ndjson',
      ...(gzip ? { 'content-encoding': 'gzip' } : {}),
      ...(itemCountHeader === undefined ? {} : { [itemCountHeader]: `${count}` }),
    };
    await this.#permits.acquire(bytes.length, count, this.#waitSignal);
    let end: RequestEnd = { how: 'other' };
    try {
      this.#permits.count('requests', 1);
      const began = performance.now();
      const answer = await this.#http.request({ method: 'POST', path, body: wire, headers }, signal);
      onSent(wire.length);
      const roundTripMs = performance.now() - began;
      const tried = this.#read(answer, documents);
      end = pushesBack(answer, tried) ? { how: 'pushed back' } : { how: 'answered', roundTripMs };
      if (tried.isTooLarge || tried.isBlocked) end = { how: 'other' };
      return tried;
    } catch (error) {
      if (!(error instanceof FlowbulkError) || error.code !== 'E_CLUSTER_UNREACHABLE') throw error;
      end = { how: 'pushed back' };
      const { kind } = error.facts;
      // Only a connection that was never made is sure to have stored nothing.
      const isUncertain = kind !== 'refused' && kind !== 'dns';
      return { ...LEFT, why: error.message, isUncertain, isCut: kind === 'reset' || kind === 'cut' };
    } finally {
      if (end.how === 'pushed back') this.#permits.count('pushbacks', 1);
      this.#permits.release(bytes.length, end);
    }
  }

  #compress(bytes: Buffer): Buffer {
    const began = performance.now();
    const compressed = gzipSync(bytes, { level: constants.Z_BEST_SPEED });
    this.cpuMs += performance.now() - began;
    return compressed;
  }

  /** Applies an answer to the documents: those that are answered for are taken out. */
  #read(answer: ClusterAnswer, documents: BulkDocuments): Tried {
    const began = performance.now();
    try {
      return answer.status === 200 ? this.#readItems(answer, documents) : this.#readWhole(answer, documents);
    } finally {
      this.cpuMs += performance.now() - began;
    }
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

  /** Gives sockets back. */
  close(): Promise<void> {
    return this.#http.close();
  }
}

/** Whether the cluster says that it has too much to do. */
function pushesBack({ status }: ClusterAnswer, { why, isTooLarge, isBlocked }: Tried): boolean {
  if (isTooLarge || isBlocked) return false;
  return status === 429 || status >= 500 || why !== null;
}

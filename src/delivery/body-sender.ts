/**
 * Sends bodies until every document of them is answered for, whatever the protocol. Only what needs it is sent again, with
 * waits that grow, and under the permits of all workers.
 */

import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { constants, gzipSync } from 'node:zlib';
import type { ClusterAnswer, ClusterHttp } from '../cluster/http.ts';
import { FlowbulkError } from '../errors.ts';
import type { DeadLetterFile } from '../sinks/dead-letters.ts';
import type { Permits, RequestEnd } from './permits.ts';

/** First and longest wait before jitter: a pushed-back cluster needs tens of seconds, a full queue a tenth of one. */
const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 30_000;

/**
 * Requests that are cut off this often in a row are sent in halves: a server that finds a body too large may close the
 * connection before its 413 is read.
 */
const CUTS_BEFORE_HALVES = 3;

/** What is left of a body: documents that are not answered for. */
export interface Unanswered {
  /** The bytes of the documents; the protocol may put others around them. */
  readonly bytes: Buffer;
  readonly count: number;
  /** The first `count` documents and the others, over the same bytes. */
  cut(count: number): readonly [this, this];
}

/** What one request came to. */
export interface Tried {
  /** Why documents are left; null where none are. */
  readonly why: string | null;
  /** Of the answer, where that is the reason. */
  readonly status?: number;
  /** Documents may be stored, though the answer does not say so. */
  readonly isUncertain: boolean;
  readonly isBlocked: boolean;
  readonly isTooLarge: boolean;
  /** Some document is at fault, and the answer does not say which: to be found by sending parts. */
  readonly isUnclear: boolean;
  readonly isCut: boolean;
  /** Some documents were answered for. */
  readonly hasProgress: boolean;
}

/** All documents are left, for no reason yet. */
export const LEFT: Tried = {
  why: null,
  isUncertain: false,
  isBlocked: false,
  isTooLarge: false,
  isUnclear: false,
  isCut: false,
  hasProgress: false,
};

/** How bodies of one kind go over the wire, and what answers to them mean. */
export interface BodyProtocol<Documents extends Unanswered> {
  /** Path and query of requests. */
  readonly path: string;
  /** What to call the target. */
  readonly name: string;
  readonly gzip: boolean;
  /** Ends the run when nothing went through for so long. */
  readonly retryForMs: number;
  /** Most documents of a request. */
  readonly mostDocuments: number;
  headers(documents: Documents): Readonly<Record<string, string>>;
  /** The request's body, before compression. */
  encode(documents: Documents): Buffer;
  /** Applies an answer: documents that are answered for are taken out. Throws what ends the run. */
  read(answer: ClusterAnswer, documents: Documents): Tried;
  /** The one document that is left cannot be taken, and `tried` says why: a dead letter. */
  refuse(documents: Documents, tried: Tried): void;
  /** Is done before a body is sent; gives what is done before documents are sent again that may be stored. */
  prepare?(documents: Documents): Promise<() => Promise<void>>;
}

/** What a worker lends the sender. */
export interface SenderContext {
  readonly run: string;
  readonly deadLetters: DeadLetterFile;
  readonly signal: AbortSignal;
  /** Where the length of waits comes from: 0 to 1. */
  readonly random?: () => number;
}

/** One worker's way to a server. */
export class BodySender<Documents extends Unanswered> {
  readonly #protocol: BodyProtocol<Documents>;
  readonly #http: ClusterHttp;
  readonly #permits: Permits;
  readonly #context: SenderContext;
  /** Aborted by a body that ends the run: what waits is not sent any more, what was sent hears its answer. */
  readonly #halted = new AbortController();
  /** Aborted when nothing more is to be sent. */
  readonly waitSignal: AbortSignal;
  /** Milliseconds of CPU for making bodies and for reading answers. */
  cpuMs = 0;

  constructor(protocol: BodyProtocol<Documents>, http: ClusterHttp, permits: Permits, context: SenderContext) {
    this.#protocol = protocol;
    this.#http = http;
    this.#permits = permits;
    this.#context = context;
    this.waitSignal = AbortSignal.any([context.signal, this.#halted.signal]);
    // Every body that waits listens: Node would warn of a leak from the eleventh on.
    setMaxListeners(0, this.waitSignal);
  }

  /** Sends documents whose bytes are the sender's until the promise is kept. Gives the bytes that went over the wire. */
  async send(documents: Documents): Promise<number> {
    try {
      return await this.#sendAll(documents);
    } catch (error) {
      this.#halted.abort(error);
      throw error;
    }
  }

  async #sendAll(documents: Documents): Promise<number> {
    let wireBytes = 0;
    let failures = 0;
    let cuts = 0;
    let failingSinceMs = 0;
    let isUncertain = false;
    const beforeAgain = await this.#protocol.prepare?.(documents);
    while (documents.count > 0) {
      const most = this.#mostAtATime(documents, cuts >= CUTS_BEFORE_HALVES);
      if (documents.count > most) {
        const [first, others] = documents.cut(most);
        return wireBytes + (await this.#sendAll(first)) + (await this.#sendAll(others));
      }
      const tried = await this.#try(documents, (bytes) => {
        wireBytes += bytes;
      });
      if (tried.why === null) break;
      if (tried.isUncertain) this.#permits.count('doubtful', documents.count);
      if (documents.count === 1 && (tried.isTooLarge || tried.isUnclear)) {
        this.#protocol.refuse(documents, tried);
        continue;
      }
      if (tried.isTooLarge) {
        this.#permits.tooLarge(documents.bytes.length);
        continue;
      }
      if (tried.isUnclear) {
        this.#permits.count('resent', documents.count);
        const [first, second] = documents.cut(documents.count >> 1);
        return wireBytes + (await this.#sendAll(first)) + (await this.#sendAll(second));
      }
      isUncertain ||= tried.isUncertain;
      cuts = tried.isCut ? cuts + 1 : 0;
      if (tried.hasProgress || failures === 0) failingSinceMs = Date.now();
      failures = tried.hasProgress ? 1 : failures + 1;
      if (!tried.isBlocked) this.#giveUpAfter(failingSinceMs, tried.why);
      await this.#wait(failures, tried.isBlocked);
      this.#permits.count('resent', documents.count);
      if (isUncertain) await beforeAgain?.();
    }
    return wireBytes;
  }

  /** How many of the documents may go in one request. */
  #mostAtATime({ count, bytes }: Documents, isCutOff: boolean): number {
    const half = bytes.length > this.#permits.largestBody || isCutOff ? Math.max(1, count >> 1) : count;
    return Math.min(half, this.#protocol.mostDocuments);
  }

  /** Ends the run when nothing has gone through for too long. */
  #giveUpAfter(failingSinceMs: number, why: string): void {
    const { name, retryForMs } = this.#protocol;
    const sinceMs = Math.max(failingSinceMs, this.#permits.lastSuccessMs);
    if (Date.now() - sinceMs < retryForMs) return;
    const seconds = Math.round(retryForMs / 1000);
    throw new FlowbulkError(
      'E_CLUSTER_UNREACHABLE',
      `nothing went through to ${name} for ${seconds} s (--retry-for): ${why}; run again when it is well`,
    );
  }

  /** Waits a random part of a time that doubles with each failure (full jitter). */
  async #wait(failures: number, isBlocked: boolean): Promise<void> {
    const { random = Math.random } = this.#context;
    const signal = this.waitSignal;
    const mostMs = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (failures - 1));
    const waitMs = random() * mostMs;
    if (isBlocked) this.#permits.blocked(waitMs);
    await sleep(waitMs, undefined, { signal }).catch((error) => {
      signal.throwIfAborted();
      throw error;
    });
  }

  /** Makes the body, waits for a permit, sends, reads the answer. */
  async #try(documents: Documents, onSent: (wireBytes: number) => void): Promise<Tried> {
    const { signal } = this.#context;
    const { path, gzip } = this.#protocol;
    const { count } = documents;
    const bytes = documents.bytes.length;
    const body = this.#body(documents);
    const headers = { ...this.#protocol.headers(documents), ...(gzip ? { 'content-encoding': 'gzip' } : {}) };
    await this.#permits.acquire(bytes, count, this.waitSignal);
    let end: RequestEnd = { how: 'other' };
    try {
      this.#permits.count('requests', 1);
      const began = performance.now();
      const answer = await this.#http.request({ method: 'POST', path, body, headers }, signal);
      onSent(body.length);
      const roundTripMs = performance.now() - began;
      const tried = this.#read(answer, documents);
      if (!tried.isTooLarge && !tried.isUnclear && !tried.isBlocked) {
        end = pushesBack(answer, tried) ? { how: 'pushed back' } : { how: 'answered', roundTripMs };
      }
      return tried;
    } catch (error) {
      if (!(error instanceof FlowbulkError) || error.code !== 'E_CLUSTER_UNREACHABLE') {
        // Broken off by a stop: what it sent may have been taken.
        if (signal.aborted) this.#permits.count('doubtful', count);
        throw error;
      }
      end = { how: 'pushed back' };
      const { kind } = error.facts;
      // Only a connection that was never made is sure to have stored nothing.
      const isUncertain = kind !== 'refused' && kind !== 'dns';
      return { ...LEFT, why: error.message, isUncertain, isCut: kind === 'reset' || kind === 'cut' };
    } finally {
      if (end.how === 'pushed back') this.#permits.count('pushbacks', 1);
      this.#permits.release(bytes, end);
    }
  }

  #body(documents: Documents): Buffer {
    const began = performance.now();
    const bytes = this.#protocol.encode(documents);
    const body = this.#protocol.gzip ? gzipSync(bytes, { level: constants.Z_BEST_SPEED }) : bytes;
    this.cpuMs += performance.now() - began;
    return body;
  }

  #read(answer: ClusterAnswer, documents: Documents): Tried {
    const began = performance.now();
    try {
      return this.#protocol.read(answer, documents);
    } finally {
      this.cpuMs += performance.now() - began;
    }
  }

  /** Gives sockets back. */
  close(): Promise<void> {
    return this.#http.close();
  }
}

/** Whether the server says that it has too much to do. */
function pushesBack({ status }: ClusterAnswer, { why }: Tried): boolean {
  return status === 429 || status >= 500 || why !== null;
}

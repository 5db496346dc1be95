/** StackState's receiver: takes the elements of a map, batch by batch. */

import { gzipSync } from 'node:zlib';
import type { ClusterAccess } from '../cluster/access.ts';
import { type ClusterAnswer, ClusterHttp } from '../cluster/http.ts';
import { FlowbulkError } from '../errors.ts';
import { Backoff } from '../sources/backoff.ts';
import type { MapOf } from './elements.ts';
import { type Batch, bodyOf, halved } from './payload.ts';

/** How to reach a receiver. Holds a secret: never print it. */
export interface ReceiverOptions {
  /** As `parseReceiver` gives it. */
  readonly base: string;
  readonly apiKey: string;
  /** TLS and the time that a request may take; without credentials. */
  readonly access: ClusterAccess;
  /** How long it is tried while nothing goes through. */
  readonly retryForMs: number;
  readonly gzip: boolean;
}

/** What went out and was taken. */
export interface Sent {
  requests: number;
  resent: number;
  bytes: number;
  connections: number;
}

/** Answers after which the same request may go well later. */
const PASSING: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504]);

/** Patience before the first answer ever: a wrong host name should not take minutes to be told. */
const FIRST_CONTACT_TRIES = 3;

/** Of what it answers, so much is told. */
const TOLD_CHARACTERS = 200;

/** A receiver. One request is under way at a time: the batches of a snapshot have to come in order. */
export class Receiver {
  readonly sent: Sent = { requests: 0, resent: 0, bytes: 0, connections: 0 };
  readonly #options: ReceiverOptions;
  readonly #http: ClusterHttp;
  #hasAnswered = false;

  constructor(options: ReceiverOptions) {
    this.#options = options;
    this.#http = new ClusterHttp([options.base], options.access, 1);
  }

  /**
   * Sends a batch until it is taken; where it is too large, in halves. Throws E_SINK_UNREACHABLE when patience is used
   * up, E_SINK_DENIED where the key is not taken, E_SINK_REFUSED for what it will never take, and the signal's reason.
   */
  async send(batch: Batch, of: MapOf, signal: AbortSignal): Promise<void> {
    const body = this.#encoded(bodyOf(batch, of, this.#options.apiKey));
    const answer = await this.#request(body, signal);
    if (answer.status === 413) {
      const halves = halved(batch);
      if (halves === null)
        throw this.#refused(answer, `a body of ${body.length} bytes is too large, and cannot be cut`);
      for (const half of halves) await this.send(half, of, signal);
      return;
    }
    if (answer.status < 200 || answer.status >= 300) throw this.#refusal(answer);
    this.sent.bytes += body.length;
    this.sent.connections += batch.connections.length;
  }

  /** Breaks off what is under way. */
  async close(): Promise<void> {
    await this.#http.close();
  }

  #encoded(text: string): Buffer {
    const bytes = Buffer.from(text);
    return this.#options.gzip ? gzipSync(bytes, { level: 1 }) : bytes;
  }

  /** The first answer that means something, whatever its status. */
  async #request(body: Buffer, signal: AbortSignal): Promise<ClusterAnswer> {
    const { apiKey, gzip, retryForMs } = this.#options;
    const backoff = new Backoff(retryForMs);
    for (;;) {
      let answer: ClusterAnswer | null = null;
      let failure: FlowbulkError;
      try {
        this.sent.requests++;
        answer = await this.#http.request(
          {
            method: 'POST',
            path: `/stsAgent/intake?api_key=${encodeURIComponent(apiKey)}`,
            headers: { 'content-type': 'application/json', ...(gzip ? { 'content-encoding': 'gzip' } : {}) },
            body,
          },
          signal,
        );
        this.#hasAnswered = true;
        if (!PASSING.has(answer.status)) return answer;
        failure = this.#failed(`it answers ${this.#told(answer)}`);
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof FlowbulkError)) throw error;
        if (error.code !== 'E_CLUSTER_UNREACHABLE') {
          throw new FlowbulkError('E_SINK_REFUSED', error.message, { cause: error.cause, facts: error.facts });
        }
        failure = this.#failed(`${error.facts['kind']}`, error);
      }
      const isPatient = this.#hasAnswered || backoff.tries + 1 < FIRST_CONTACT_TRIES;
      if (!isPatient || !(await backoff.wait(signal))) throw failure;
      this.sent.resent++;
    }
  }

  #failed(why: string, cause?: FlowbulkError): FlowbulkError {
    const { base } = this.#options;
    return new FlowbulkError(
      'E_SINK_UNREACHABLE',
      `StackState at ${base} takes nothing (${why}): look at its receiver and at the network, then run again`,
      { cause: cause?.cause, facts: { host: base } },
    );
  }

  #refusal(answer: ClusterAnswer): FlowbulkError {
    const { status } = answer;
    if (status === 401 || status === 403) {
      return new FlowbulkError(
        'E_SINK_DENIED',
        `StackState at ${this.#options.base} does not take this API key (${this.#told(answer)}): look at --api-key-file`,
        { facts: { host: this.#options.base, status } },
      );
    }
    if (status >= 300 && status < 400) {
      return this.#refused(answer, 'it sends requests elsewhere: give that host');
    }
    const where = '7077 is the port of its receiver, /receiver the path on Kubernetes';
    return this.#refused(
      answer,
      status === 404 ? `there is no receiver here (${where})` : 'it cannot use the elements',
    );
  }

  #refused(answer: ClusterAnswer, why: string): FlowbulkError {
    const { base } = this.#options;
    return new FlowbulkError('E_SINK_REFUSED', `StackState at ${base} refuses: ${why} (${this.#told(answer)})`, {
      facts: { host: base, status: answer.status },
    });
  }

  /** What it answered, in short, without the key: servers repeat the address that they were asked at. */
  #told({ status, body }: ClusterAnswer): string {
    const { apiKey } = this.#options;
    const text = body
      .toString('utf8', 0, 10 * TOLD_CHARACTERS)
      .replaceAll(apiKey, '…')
      .replaceAll(encodeURIComponent(apiKey), '…')
      .replace(/<[^>]*>/g, ' ')
      .replace(/\s+/g, ' ')
      .trim();
    return [`status ${status}`, ...(text === '' ? [] : [text.slice(0, TOLD_CHARACTERS)])].join(', ');
  }
}

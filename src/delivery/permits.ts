/**
 * What all workers of a run share about the cluster, in one piece of shared memory: how many requests may be under way,
 * how many bytes are, when the next documents may go, and what has come of it so far. No messages: a worker that waits
 * is woken where another gives a permit back.
 *
 * ```
 * Int32    lock, wake-ups, requests under way
 * doubles  controller │ bytes under way │ next send │ last success │ largest body │ typical body │ blocked until │ tallies
 * ```
 */

import { SharedLock } from '../sinks/shared-lock.ts';
import { CONTROLLER_DOUBLES, ConcurrencyController } from './controller.ts';

const LOCK = 0;
const WAKE = 1;
const UNDER_WAY = 2;
const WORDS_BYTES = 16;

const BYTES_UNDER_WAY = CONTROLLER_DOUBLES;
const NEXT_SEND_MS = BYTES_UNDER_WAY + 1;
const LAST_SUCCESS_MS = BYTES_UNDER_WAY + 2;
const LARGEST_BODY = BYTES_UNDER_WAY + 3;
const TYPICAL_BYTES = BYTES_UNDER_WAY + 4;
const BLOCKED_MS = BYTES_UNDER_WAY + 5;
const FIRST_TALLY = BYTES_UNDER_WAY + 6;

/** What is counted over all workers. */
const TALLIES = [
  /** Requests that were sent, also those that failed. */
  'requests',
  /** Whole answers and items of 429, 5xx, and requests without an answer. */
  'pushbacks',
  /** Documents that were sent more than once. */
  'resent',
  /** Documents of requests that may have stored them though nobody said so. */
  'doubtful',
  /** Documents that the cluster has, and those it refused for good. */
  'accepted',
  'refused',
  /** Bytes of bodies as they went over the wire. */
  'wireBytes',
  /** Most requests that were under way at a time. */
  'mostUnderWay',
] as const;

/** The name of a tally. */
export type TallyName = (typeof TALLIES)[number];

/** How a request ended, for the limit: only full answers tell how fast the cluster is. */
export type RequestEnd =
  | { readonly how: 'answered'; readonly roundTripMs: number }
  | { readonly how: 'pushed back' }
  | { readonly how: 'other' };

/** Limits of a run, plain data. */
export interface PermitLimits {
  /** Requests at a time: where it begins, and whether it stays so. */
  readonly concurrency: number;
  readonly isFixed: boolean;
  /** Most that the limit can come to: bodies that all arenas have. */
  readonly mostConcurrency: number;
  readonly inflightBytes: number;
  /** Documents a second; null without a limit. */
  readonly maxRate: number | null;
}

/** Weight of the newest body in the mean of their sizes. */
const SIZE_ALPHA = 0.1;

/** How long a worker that waits for a permit sleeps at most before it looks for a stop. */
const LOOK_UP_MS = 100;

/** One thread's view of the permits. */
export class Permits {
  readonly buffer: SharedArrayBuffer;
  readonly #limits: PermitLimits;
  readonly #words: Int32Array;
  readonly #numbers: Float64Array;
  readonly #lock: SharedLock;
  readonly #controller: ConcurrencyController;

  /** Makes the shared memory, or sees the one that another thread made with the same limits. */
  constructor(limits: PermitLimits, buffer?: SharedArrayBuffer) {
    this.#limits = limits;
    this.buffer = buffer ?? new SharedArrayBuffer(WORDS_BYTES + (FIRST_TALLY + TALLIES.length) * 8);
    this.#words = new Int32Array(this.buffer, 0, WORDS_BYTES / 4);
    this.#numbers = new Float64Array(this.buffer, WORDS_BYTES);
    this.#lock = new SharedLock(this.#words, LOCK);
    this.#controller = new ConcurrencyController(this.#numbers, limits.mostConcurrency, limits.isFixed);
    if (buffer === undefined) {
      this.#controller.begin(limits.concurrency);
      this.#numbers[LAST_SUCCESS_MS] = Date.now();
      this.#numbers[LARGEST_BODY] = Number.POSITIVE_INFINITY;
    }
  }

  #get(at: number): number {
    return this.#numbers[at] as number;
  }

  /** Waits until `bytes` may go, and takes a permit for them. Throws the signal's reason when it is aborted. */
  async acquire(bytes: number, documents: number, signal: AbortSignal): Promise<void> {
    await this.#waitForRate(documents, signal);
    while (true) {
      signal.throwIfAborted();
      const wakeUps = Atomics.load(this.#words, WAKE);
      if (this.#lock.hold(() => this.#take(bytes))) return;
      const woken = Atomics.waitAsync(this.#words, WAKE, wakeUps, LOOK_UP_MS);
      if (woken.async) await woken.value;
    }
  }

  #take(bytes: number): boolean {
    const underWay = this.#words[UNDER_WAY] as number;
    if (underWay >= this.#controller.limit) {
      this.#controller.reached();
      return false;
    }
    // One body always may go, however large.
    if (underWay > 0 && this.#get(BYTES_UNDER_WAY) + bytes > this.#limits.inflightBytes) return false;
    this.#words[UNDER_WAY] = underWay + 1;
    if (underWay + 1 >= this.#controller.limit) this.#controller.reached();
    this.#numbers[BYTES_UNDER_WAY] = this.#get(BYTES_UNDER_WAY) + bytes;
    this.#raise('mostUnderWay', underWay + 1);
    return true;
  }

  /** Gives a permit back and tells how its request ended. */
  release(bytes: number, end: RequestEnd): void {
    const nowMs = Date.now();
    this.#lock.hold(() => {
      this.#words[UNDER_WAY] = (this.#words[UNDER_WAY] as number) - 1;
      this.#numbers[BYTES_UNDER_WAY] = this.#get(BYTES_UNDER_WAY) - bytes;
      if (end.how === 'answered') this.#answered(bytes, end.roundTripMs, nowMs);
      else if (end.how === 'pushed back') this.#controller.pushedBack(nowMs);
    });
    Atomics.add(this.#words, WAKE, 1);
    Atomics.notify(this.#words, WAKE);
  }

  /** Bodies much smaller than others, as at the end of a shard, come back sooner: that says nothing of the cluster. */
  #answered(bytes: number, roundTripMs: number, nowMs: number): void {
    const typical = this.#get(TYPICAL_BYTES);
    this.#numbers[TYPICAL_BYTES] = typical === 0 ? bytes : typical + SIZE_ALPHA * (bytes - typical);
    if (bytes * 2 >= typical) this.#controller.answered(roundTripMs, nowMs);
  }

  /** Waits for the turn of `documents`: each takes 1/rate of a second, after those of all workers before it. */
  async #waitForRate(documents: number, signal: AbortSignal): Promise<void> {
    const { maxRate } = this.#limits;
    if (maxRate === null) return;
    const atMs = this.#lock.hold(() => {
      const begins = Math.max(Date.now(), this.#get(NEXT_SEND_MS));
      this.#numbers[NEXT_SEND_MS] = begins + (documents / maxRate) * 1000;
      return begins;
    });
    while (Date.now() < atMs) {
      signal.throwIfAborted();
      const waitMs = Math.min(atMs - Date.now(), LOOK_UP_MS);
      await new Promise((resolve) => setTimeout(resolve, waitMs));
    }
  }

  /** Requests that may be under way now, and those that are. */
  get limit(): number {
    return this.#controller.limit;
  }

  /** When the cluster last took something, milliseconds of the Unix epoch; the beginning of the run before that. */
  get lastSuccessMs(): number {
    return this.#get(LAST_SUCCESS_MS);
  }

  /** The cluster took something, or says itself that it will again. */
  succeeded(): void {
    this.#numbers[LAST_SUCCESS_MS] = Date.now();
  }

  /** The cluster blocks writes, and some worker waits for `waitMs` until it looks again. */
  blocked(waitMs: number): void {
    this.#numbers[BLOCKED_MS] = Date.now() + waitMs + LOOK_UP_MS;
  }

  /** Whether a worker waits since the cluster blocks writes. */
  get isBlocked(): boolean {
    return Date.now() < this.#get(BLOCKED_MS);
  }

  /** Largest body that the cluster takes, as far as it is known, in bytes. */
  get largestBody(): number {
    return this.#get(LARGEST_BODY);
  }

  /** A body of so many bytes was too large. */
  tooLarge(bytes: number): void {
    this.#lock.hold(() => {
      this.#numbers[LARGEST_BODY] = Math.min(this.largestBody, Math.ceil(bytes / 2));
    });
  }

  /** Adds to a tally. */
  count(name: TallyName, value: number): void {
    if (value === 0) return;
    const at = FIRST_TALLY + TALLIES.indexOf(name);
    this.#lock.hold(() => {
      this.#numbers[at] = this.#get(at) + value;
    });
  }

  #raise(name: TallyName, value: number): void {
    const at = FIRST_TALLY + TALLIES.indexOf(name);
    this.#numbers[at] = Math.max(this.#get(at), value);
  }

  /** A tally over all workers. */
  tally(name: TallyName): number {
    return this.#get(FIRST_TALLY + TALLIES.indexOf(name));
  }
}

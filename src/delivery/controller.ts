/**
 * How many requests may be under way: additive increase, multiplicative decrease, as Vector's adaptive request
 * concurrency has it (https://vector.dev/blog/adaptive-request-concurrency/, its controller.rs).
 *
 * Once an interval, which lasts as long as a request takes on average: one more, when the limit was reached and answers
 * came no slower than before; a tenth less, when the cluster pushed back or answers came clearly slower.
 *
 * Vector's rule alone drifts upwards by chance: where requests only wait longer for each other, half of all intervals
 * are still no slower than the mean. So there is no more either once requests wait for about one other, judged by the
 * quickest interval, as TCP Vegas does (https://doi.org/10.1145/190314.190317).
 */

/** Weight of the newest interval in the mean of round trips. */
const ALPHA = 0.4;
const DECREASE_RATIO = 0.9;
/** Slower than the mean by so many standard deviations is clearly slower, but not by less than this share of it. */
const DEVIATIONS = 2.5;
const LEAST_SHARE = 0.1;

/** Requests that may wait for others in the cluster, and their share of the limit where it is large. */
const WAITING = 1;
const WAITING_SHARE = 0.2;
/** The quickest interval is forgotten slowly: a cluster may become slower for good. */
const FORGET_A_SECOND = 0.0005;

/** Without an answer there is no mean yet: pressure is then acted on at most this often. */
const FIRST_INTERVAL_MS = 500;

const LIMIT = 0;
const MEAN_MS = 1;
const VARIANCE = 2;
const SUM_MS = 3;
const ANSWERS = 4;
const DECIDE_AT_MS = 5;
const HAD_PRESSURE = 6;
const WAS_REACHED = 7;
const QUICKEST_MS = 8;
const DECIDED_AT_MS = 9;
/** Doubles that a controller keeps. */
export const CONTROLLER_DOUBLES = 10;

/** Moves one limit. Its numbers lie where the caller says, so that threads can share them; calls must not overlap. */
export class ConcurrencyController {
  readonly #numbers: Float64Array;
  readonly #most: number;
  readonly #isFixed: boolean;

  /** Sees the numbers in the first `CONTROLLER_DOUBLES` of `numbers`. A fixed limit never moves. */
  constructor(numbers: Float64Array, most: number, isFixed: boolean) {
    this.#numbers = numbers;
    this.#most = most;
    this.#isFixed = isFixed;
  }

  /** Sets the limit to begin with. */
  begin(limit: number): void {
    this.#numbers[LIMIT] = Math.min(limit, this.#most);
  }

  #get(at: number): number {
    return this.#numbers[at] as number;
  }

  /** Requests that may be under way. The number behind it has fractions, so that small limits fall in steps, too. */
  get limit(): number {
    return Math.round(this.#get(LIMIT));
  }

  /** Mean round trip of the intervals so far in milliseconds; 0 before the first. */
  get meanMs(): number {
    return this.#get(MEAN_MS);
  }

  /** As many requests are under way as may be. */
  reached(): void {
    this.#numbers[WAS_REACHED] = 1;
  }

  /** A request was answered in full, and took so long. */
  answered(roundTripMs: number, nowMs: number): void {
    this.#numbers[SUM_MS] = this.#get(SUM_MS) + roundTripMs;
    this.#numbers[ANSWERS] = this.#get(ANSWERS) + 1;
    this.#decide(nowMs);
  }

  /** The cluster pushed back: 429, 5xx, or no answer in time. */
  pushedBack(nowMs: number): void {
    this.#numbers[HAD_PRESSURE] = 1;
    this.#decide(nowMs);
  }

  #decide(nowMs: number): void {
    if (nowMs < this.#get(DECIDE_AT_MS)) return;
    const answers = this.#get(ANSWERS);
    const past = this.#get(MEAN_MS);
    const now = answers === 0 ? past : this.#get(SUM_MS) / answers;
    if (answers > 0) this.#noteQuickest(now, nowMs);
    if (!this.#isFixed) this.#move(now);
    if (answers > 0) this.#noteMean(now);
    this.#numbers[SUM_MS] = 0;
    this.#numbers[ANSWERS] = 0;
    this.#numbers[HAD_PRESSURE] = 0;
    this.#numbers[WAS_REACHED] = 0;
    this.#numbers[DECIDE_AT_MS] = nowMs + (this.meanMs > 0 ? this.meanMs : FIRST_INTERVAL_MS);
  }

  #move(roundTripMs: number): void {
    const limit = this.#get(LIMIT);
    const past = this.#get(MEAN_MS);
    const slower = Math.max(DEVIATIONS * Math.sqrt(this.#get(VARIANCE)), LEAST_SHARE * past);
    if (this.#get(HAD_PRESSURE) === 1 || (past > 0 && roundTripMs >= past + slower)) {
      this.#numbers[LIMIT] = Math.max(1, limit * DECREASE_RATIO);
      return;
    }
    const waiting = limit * (1 - this.#get(QUICKEST_MS) / roundTripMs);
    const mayGrow = past > 0 && this.#get(WAS_REACHED) === 1 && roundTripMs <= past;
    if (mayGrow && waiting < Math.max(WAITING, WAITING_SHARE * limit)) {
      this.#numbers[LIMIT] = Math.min(this.#most, limit + 1);
    }
  }

  #noteQuickest(roundTripMs: number, nowMs: number): void {
    const seconds = (nowMs - this.#get(DECIDED_AT_MS)) / 1000;
    const quickest = this.#get(QUICKEST_MS) * (1 + FORGET_A_SECOND * seconds);
    this.#numbers[QUICKEST_MS] = quickest === 0 ? roundTripMs : Math.min(quickest, roundTripMs);
    this.#numbers[DECIDED_AT_MS] = nowMs;
  }

  /** Mean and variance that forget (https://fanf2.user.srcf.net/hermes/doc/antiforgery/stats.pdf, section 9). */
  #noteMean(roundTripMs: number): void {
    const past = this.#get(MEAN_MS);
    const difference = past === 0 ? 0 : roundTripMs - past;
    this.#numbers[MEAN_MS] = past === 0 ? roundTripMs : past + ALPHA * difference;
    this.#numbers[VARIANCE] = (1 - ALPHA) * (this.#get(VARIANCE) + ALPHA * difference * difference);
  }
}

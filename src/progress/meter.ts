/** From snapshots to rates and the time left. Takes its clock from outside and has no timer. */

import type { ProgressSnapshot } from './snapshot.ts';

/** Rates that are shown follow within seconds; the one that the time left is reckoned with, within minutes. */
const SHOWN_SECONDS = 5;
const ETA_SECONDS = 120;

/** A guess from less than this would be far off. */
const ETA_AFTER_SECONDS = 5;

/**
 * A mean of a rate that forgets: weights fall by e in `seconds`. Divided by the weight seen so far, so that it is
 * right from the first sample on and needs no warm-up.
 */
class FadingRate {
  readonly #seconds: number;
  #amount = 0;
  #weight = 0;

  constructor(seconds: number) {
    this.#seconds = seconds;
  }

  add(amount: number, seconds: number): void {
    const kept = Math.exp(-seconds / this.#seconds);
    this.#amount = this.#amount * kept + (amount / seconds) * (1 - kept);
    this.#weight = this.#weight * kept + (1 - kept);
  }

  get perSecond(): number {
    return this.#weight === 0 ? 0 : this.#amount / this.#weight;
  }
}

/** A snapshot with what follows from it and those before. */
export interface Reading {
  readonly at: ProgressSnapshot;
  readonly elapsedSeconds: number;
  readonly recordsPerSecond: number;
  readonly bytesPerSecond: number;
  readonly objectsLeft: number;
  /** Null while there is nothing to reckon with. */
  readonly etaSeconds: number | null;
  /** True while the listing goes on: it will be later than that. */
  readonly isEtaLeast: boolean;
}

/** Reads snapshots, oldest first. */
export class Meter {
  readonly #records = new FadingRate(SHOWN_SECONDS);
  readonly #bytes = new FadingRate(SHOWN_SECONDS);
  readonly #etaBytes = new FadingRate(ETA_SECONDS);
  readonly #beganMs: number;
  #lastMs: number;
  #lastRecords = 0;
  #lastBytes = 0;

  constructor(nowMs: number) {
    this.#beganMs = nowMs;
    this.#lastMs = nowMs;
  }

  /** Takes a snapshot in and reads it. */
  read(at: ProgressSnapshot, nowMs: number): Reading {
    const seconds = (nowMs - this.#lastMs) / 1000;
    if (seconds > 0) {
      this.#records.add(at.records - this.#lastRecords, seconds);
      this.#bytes.add(at.bytesDone - this.#lastBytes, seconds);
      this.#etaBytes.add(at.bytesDone - this.#lastBytes, seconds);
      this.#lastMs = nowMs;
      this.#lastRecords = at.records;
      this.#lastBytes = at.bytesDone;
    }
    const elapsedSeconds = (nowMs - this.#beganMs) / 1000;
    const perSecond = this.#etaBytes.perSecond;
    const bytesLeft = Math.max(0, at.bytesListed - at.bytesDone);
    const canReckon = elapsedSeconds >= ETA_AFTER_SECONDS && perSecond > 0;
    return {
      at,
      elapsedSeconds,
      recordsPerSecond: this.#records.perSecond,
      bytesPerSecond: this.#bytes.perSecond,
      objectsLeft: Math.max(0, at.objectsListed - at.objectsDone),
      etaSeconds: canReckon ? bytesLeft / perSecond : null,
      isEtaLeast: !at.listingDone,
    };
  }
}

/** How a run went over time: counters at moments, as many for a run of hours as for one of a minute. */

import type { ProgressSnapshot } from '../progress/snapshot.ts';

/** When so many are kept, every other one goes and the next ones come half as often. */
const MOST_SAMPLES = 600;

/** A short run is to have a shape, too. */
const FIRST_STEP_MS = 100;

/** Columns of equal length: counters that only grow, each at `seconds` after the beginning. */
export interface Samples {
  readonly seconds: readonly number[];
  readonly objects: readonly number[];
  readonly records: readonly number[];
  /** Compressed bytes read, and bytes written or sent. */
  readonly bytesIn: readonly number[];
  readonly bytesOut: readonly number[];
  readonly deadLetters: readonly number[];
  /** Where documents went to a cluster. */
  readonly delivery: DeliverySamples | null;
}

/** Columns of delivery. */
export interface DeliverySamples {
  /** Documents that were answered for, and requests that were pushed back. */
  readonly accepted: readonly number[];
  readonly pushbacks: readonly number[];
  /** Requests that might be under way at that moment: no counter. */
  readonly concurrency: readonly number[];
  /** 1 where the cluster blocked writes at that moment. */
  readonly blocked: readonly number[];
}

interface Sample {
  readonly seconds: number;
  readonly at: ProgressSnapshot;
}

/** Samples of a bounded number. Takes its clock from outside and has no timer. */
export class SampleSeries {
  #samples: Sample[] = [];
  #stepMs = FIRST_STEP_MS;

  /** How long to wait before the next one. */
  get stepMs(): number {
    return this.#stepMs;
  }

  add(at: ProgressSnapshot, seconds: number): void {
    this.#samples.push({ at, seconds });
    if (this.#samples.length < MOST_SAMPLES) return;
    // The first one stays: counters begin there.
    this.#samples = this.#samples.filter((_, i) => i % 2 === 0);
    this.#stepMs *= 2;
  }

  /** All that are kept, by column. */
  columns(): Samples {
    const column = (of: (snapshot: ProgressSnapshot) => number) => this.#samples.map(({ at }) => of(at));
    const hasDelivery = this.#samples.some(({ at }) => at.delivery !== undefined);
    return {
      seconds: this.#samples.map(({ seconds }) => Math.round(seconds * 1000) / 1000),
      objects: column((at) => at.objectsDone),
      records: column((at) => at.records),
      bytesIn: column((at) => at.bytesDone),
      bytesOut: column((at) => at.bytesOut),
      deadLetters: column((at) => at.deadLetters),
      delivery: hasDelivery
        ? {
            accepted: column((at) => at.delivery?.accepted ?? 0),
            pushbacks: column((at) => at.delivery?.pushbacks ?? 0),
            concurrency: column((at) => at.delivery?.concurrency ?? 0),
            blocked: column((at) => (at.delivery?.isBlocked === true ? 1 : 0)),
          }
        : null,
    };
  }
}

/** Takes samples from now on until it is stopped. */
export class Sampler {
  readonly #snapshot: () => ProgressSnapshot;
  readonly #series = new SampleSeries();
  readonly #began = performance.now();
  #timer: NodeJS.Timeout | null = null;

  constructor(snapshot: () => ProgressSnapshot) {
    this.#snapshot = snapshot;
    this.#take();
  }

  #take(): void {
    this.#series.add(this.#snapshot(), (performance.now() - this.#began) / 1000);
    this.#timer = setTimeout(() => this.#take(), this.#series.stepMs);
    // It does not keep the program alive.
    this.#timer.unref();
  }

  /** Takes the last one and gives all. */
  stop(): Samples {
    this.#take();
    if (this.#timer !== null) clearTimeout(this.#timer);
    return this.#series.columns();
  }
}

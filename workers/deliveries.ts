/** A worker's bodies: which are free, and which belong to the sink until it is done with them. */

import type { BodyPart } from '../src/sinks/document-account.ts';
import type { Sink } from '../src/sinks/sink.ts';
import type { BodyPlace } from './arena.ts';

/** What deliveries tell: milliseconds that the worker waited for them, and bytes that were written. */
export interface DeliveryCounts {
  waited(milliseconds: number): void;
  written(bytes: number): void;
}

/** Hands bodies to the sink and gets them back. Never more are out than the arena has room for: that is the backpressure. */
export class Deliveries {
  readonly #sink: Sink;
  readonly #free: BodyPlace[];
  readonly #counts: DeliveryCounts;
  readonly #inFlight = new Set<Promise<void>>();
  #failure: unknown = null;

  constructor(sink: Sink, bodies: readonly BodyPlace[], counts: DeliveryCounts) {
    this.#sink = sink;
    this.#free = [...bodies];
    this.#counts = counts;
  }

  /** A free body, as soon as there is one. Throws what any delivery threw: it ends the run. */
  async take(): Promise<BodyPlace> {
    while (this.#free.length === 0) await this.#wait(Promise.race(this.#inFlight));
    if (this.#failure !== null) throw this.#failure;
    return this.#free.pop() as BodyPlace;
  }

  /** Hands `bytes` of a body over; the place comes back by itself. The promise is kept even when the delivery fails. */
  give(place: BodyPlace, bytes: number, parts: readonly BodyPart[]): Promise<void> {
    const stop = this.#waiting();
    const delivery = this.#sink
      .deliver(place.view.subarray(0, bytes), parts)
      .then((written) => this.#counts.written(written))
      .catch((error: unknown) => {
        this.#failure ??= error;
      })
      .finally(() => {
        this.#free.push(place);
        this.#inFlight.delete(delivery);
      });
    this.#inFlight.add(delivery);
    // Files are written before `deliver` returns.
    stop();
    return delivery;
  }

  /** Gives an unused body back. */
  putBack(place: BodyPlace): void {
    this.#free.push(place);
  }

  /** Waits for deliveries with nothing else to do. Throws what any delivery threw. */
  async settle(deliveries: ReadonlySet<Promise<void>>): Promise<void> {
    if (deliveries.size > 0) await this.#wait(Promise.all(deliveries));
    this.throwIfFailed();
  }

  /** Throws what any delivery threw. */
  throwIfFailed(): void {
    if (this.#failure !== null) throw this.#failure;
  }

  async #wait(until: Promise<unknown>): Promise<void> {
    const stop = this.#waiting();
    await until;
    stop();
  }

  /** Counts the time until what it gives is called, without that in which the sink itself was at work. */
  #waiting(): () => void {
    const began = performance.now();
    const cpuBefore = this.#sink.cpuMs;
    return () => this.#counts.waited(Math.max(0, performance.now() - began - (this.#sink.cpuMs - cpuBefore)));
  }
}

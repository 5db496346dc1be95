/** A worker's bodies: which are free, and which belong to the sink until it is done with them. */

import type { Sink } from '../src/sinks/sink.ts';
import type { BodyPlace } from './arena.ts';

/** Hands bodies to the sink and gets them back. Never more are out than the arena has room for: that is the backpressure. */
export class Deliveries {
  readonly #sink: Sink;
  readonly #free: BodyPlace[];
  readonly #onWait: (milliseconds: number) => void;
  readonly #onWritten: (bytes: number) => void;
  readonly #inFlight = new Set<Promise<void>>();
  #failure: unknown = null;

  constructor(
    sink: Sink,
    bodies: readonly BodyPlace[],
    onWait: (ms: number) => void,
    onWritten: (bytes: number) => void,
  ) {
    this.#sink = sink;
    this.#free = [...bodies];
    this.#onWait = onWait;
    this.#onWritten = onWritten;
  }

  /** A free body, as soon as there is one. Throws what a delivery threw. */
  async take(): Promise<BodyPlace> {
    while (this.#free.length === 0) await this.#wait(Promise.race(this.#inFlight));
    if (this.#failure !== null) throw this.#failure;
    return this.#free.pop() as BodyPlace;
  }

  /** Hands `bytes` of a body over; it comes back by itself. */
  give(place: BodyPlace, bytes: number): void {
    const began = performance.now();
    const delivery = this.#sink
      .deliver(place.view.subarray(0, bytes))
      .then(this.#onWritten)
      .catch((error: unknown) => {
        this.#failure ??= error;
      })
      .finally(() => {
        this.#free.push(place);
        this.#inFlight.delete(delivery);
      });
    this.#inFlight.add(delivery);
    // Files are written before `deliver` returns.
    this.#onWait(performance.now() - began);
  }

  /** Gives an unused body back. */
  putBack(place: BodyPlace): void {
    this.#free.push(place);
  }

  /** Waits until all bodies are back. Throws what a delivery threw, once. */
  async settle(): Promise<void> {
    while (this.#inFlight.size > 0) await this.#wait(Promise.all(this.#inFlight));
    const failure = this.#failure;
    this.#failure = null;
    if (failure !== null) throw failure;
  }

  async #wait(until: Promise<unknown>): Promise<void> {
    const began = performance.now();
    await until;
    this.#onWait(performance.now() - began);
  }
}

/** What workers have done so far, in shared memory: read by the progress display, no messages. */

/** Places of a worker's counters, one double each. A worker writes only its own, so plain stores will do. */
const COUNTERS = [
  'objects',
  'bytesIn',
  'records',
  'documents',
  'deadLetters',
  'filtered',
  'bytesOut',
  'sourceMs',
  'sinkMs',
  'busyMs',
] as const;

/** The name of a counter. */
export type CounterName = (typeof COUNTERS)[number];

/** Counters of all workers of a run. */
export class Counters {
  readonly buffer: SharedArrayBuffer;
  readonly #values: Float64Array;

  /** Makes counters for `workers`, or sees those in `buffer`. */
  constructor(source: number | SharedArrayBuffer) {
    this.buffer = typeof source === 'number' ? new SharedArrayBuffer(source * COUNTERS.length * 8) : source;
    this.#values = new Float64Array(this.buffer);
  }

  /** Adds to a worker's counter. */
  add(worker: number, name: CounterName, value: number): void {
    const at = worker * COUNTERS.length + COUNTERS.indexOf(name);
    this.#values[at] = (this.#values[at] as number) + value;
  }

  /** A counter over all workers. */
  total(name: CounterName): number {
    let sum = 0;
    for (let at = COUNTERS.indexOf(name); at < this.#values.length; at += COUNTERS.length)
      sum += this.#values[at] as number;
    return sum;
  }
}

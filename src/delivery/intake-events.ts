/**
 * The events of a body, in place: JSON strings, one a line. A request has them in an array, with commas for newlines.
 *
 * ```
 * "2 123456789010 eni-…"\n"2 123456789010 eni-…"\n
 * ▲ start of 0            ▲ start of 1            ▲ end
 * ```
 */

import type { BodyPart } from '../sinks/document-account.ts';
import { cutParts } from './body-parts.ts';
import type { Unanswered } from './body-sender.ts';

const NEWLINE = 10;
const COMMA = 44;

/** Events of one object that follow each other in it. `first` is the number of the first one in the object, from 0 on. */
export interface EventRun extends BodyPart {
  readonly first: number;
}

/** Events over bytes that the caller owns: `drop` moves them there. */
export class IntakeEvents implements Unanswered {
  #bytes: Buffer;
  #runs: readonly EventRun[];
  #count: number;
  #starts: Uint32Array | null = null;
  /** Times that the intake said nothing of the one event that is left. */
  unanswered = 0;

  constructor(bytes: Buffer, runs: readonly EventRun[]) {
    this.#bytes = bytes;
    this.#runs = runs;
    this.#count = runs.reduce((sum, { documents }) => sum + documents, 0);
  }

  get bytes(): Buffer {
    return this.#bytes;
  }

  get count(): number {
    return this.#count;
  }

  /** What is left, by object, in order. */
  get runs(): readonly EventRun[] {
    return this.#runs;
  }

  /** Start of each event, and the end. */
  #places(): Uint32Array {
    if (this.#starts !== null) return this.#starts;
    const starts = new Uint32Array(this.#count + 1);
    for (let i = 0, at = 0; i < this.#count; i++) {
      at = this.#bytes.indexOf(NEWLINE, at) + 1;
      starts[i + 1] = at;
    }
    this.#starts = starts;
    return starts;
  }

  /** The text of an event. */
  text(index: number): string {
    const starts = this.#places();
    return JSON.parse(this.#bytes.toString('utf8', starts[index], starts[index + 1])) as string;
  }

  /** A request's body: the events as an array between `head` and `tail`. */
  between(head: Buffer, tail: Buffer): Buffer {
    const starts = this.#places();
    const body = Buffer.allocUnsafeSlow(head.length + this.#bytes.length + tail.length);
    head.copy(body, 0);
    this.#bytes.copy(body, head.length);
    for (let i = 1; i <= this.#count; i++) body[head.length + (starts[i] as number) - 1] = COMMA;
    // The comma after the last event makes room for the tail.
    const end = tail.copy(body, head.length + this.#bytes.length - 1) + head.length + this.#bytes.length - 1;
    return body.subarray(0, end);
  }

  cut(count: number): readonly [this, this] {
    const at = this.#places()[count] as number;
    const [first, others] = cutParts(this.#runs, count, (run, events) => ({ ...run, first: run.first + events }));
    return [
      new IntakeEvents(this.#bytes.subarray(0, at), first) as this,
      new IntakeEvents(this.#bytes.subarray(at), others) as this,
    ];
  }

  /** Takes out the events for which `isDropped` holds; asked once for each, in order. The others' bytes are moved. */
  drop(isDropped: (run: EventRun, number: number) => boolean): void {
    const starts = this.#places();
    const runs: EventRun[] = [];
    let to = 0;
    let i = 0;
    for (const run of this.#runs) {
      let kept: { account: EventRun['account']; first: number; documents: number } | null = null;
      for (let number = run.first; number < run.first + run.documents; number++, i++) {
        if (isDropped(run, number)) {
          kept = null;
          continue;
        }
        const [from, next] = [starts[i] as number, starts[i + 1] as number];
        if (from !== to) this.#bytes.copyWithin(to, from, next);
        to += next - from;
        if (kept === null) {
          kept = { account: run.account, first: number, documents: 0 };
          runs.push(kept);
        }
        kept.documents++;
      }
    }
    this.#bytes = this.#bytes.subarray(0, to);
    this.#runs = runs;
    this.#count = runs.reduce((sum, { documents }) => sum + documents, 0);
    this.#starts = null;
  }

  /** Keeps none. */
  clear(): void {
    this.#bytes = this.#bytes.subarray(0, 0);
    this.#runs = [];
    this.#count = 0;
    this.#starts = null;
  }
}

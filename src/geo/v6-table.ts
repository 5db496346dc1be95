/** The IPv6 part of an image: groups, entries and deep lists, as drawn in `layout.ts`. */

import { EMPTY_SHIFT, LEADS_ON, V6_INDEX_SHIFT } from './layout.ts';
import { WordList } from './words.ts';

/** The finished sections. */
export interface V6Table {
  readonly indexShift: number;
  readonly index: Uint8Array;
  readonly groupKeys: Uint8Array;
  readonly groupFirst: Uint8Array;
  readonly entryKeys: Uint8Array;
  readonly entryValues: Uint8Array;
  readonly deepFirst: Uint8Array;
  readonly deepKeys: Uint8Array;
  readonly deepPairs: Uint8Array;
  /** Runs of addresses with one pair each. */
  readonly runs: number;
}

/**
 * Makes the table of runs of addresses in ascending order.
 *
 * A run that begins within a /64 opens a deep list for that /64: its keys are the lower 64 bits. When the list ends,
 * the pair that held last goes on, so an entry for the /64 behind it is made, unless a run begins right there.
 */
export class V6TableBuilder {
  readonly #groupKeys = new WordList(1 << 12);
  readonly #groupFirst = new WordList(1 << 12);
  readonly #entryKeys = new WordList(1 << 16);
  readonly #entryValues = new WordList(1 << 16);
  readonly #deepFirst = new WordList(16);
  readonly #deepKeys = new WordList(16);
  readonly #deepPairs = new WordList(16);
  #pair = 0;
  #runs = 0;
  /** Upper words of the /64 whose deep list is open. */
  #deepHigh: readonly [number, number] | null = null;

  constructor() {
    this.#entry(0, 0, 0);
  }

  /** Says that from the address of these four words on, until the next call, addresses have `pair`. */
  append(first: number, second: number, third: number, fourth: number, pair: number): void {
    if (pair === this.#pair) return;
    if (this.#deepHigh !== null && (this.#deepHigh[0] !== first || this.#deepHigh[1] !== second)) this.#closeDeep();
    if (third === 0 && fourth === 0) {
      this.#entry(first, second, pair);
    } else {
      if (this.#deepHigh === null) this.#openDeep(first, second);
      this.#deep(third, fourth, pair);
    }
    this.#pair = pair;
    this.#runs++;
  }

  /** Ends the last run with the last address. */
  finish(): V6Table {
    if (this.#deepHigh !== null) this.#closeDeep();
    this.#groupFirst.push(this.#entryKeys.length);
    this.#deepFirst.push(this.#deepPairs.length);
    const indexShift = this.#runs === 0 ? EMPTY_SHIFT : V6_INDEX_SHIFT;
    return {
      indexShift,
      index: this.#index(indexShift),
      groupKeys: this.#groupKeys.bytes(),
      groupFirst: this.#groupFirst.bytes(),
      entryKeys: this.#entryKeys.bytes(),
      entryValues: this.#entryValues.bytes(),
      deepFirst: this.#deepFirst.bytes(),
      deepKeys: this.#deepKeys.bytes(),
      deepPairs: this.#deepPairs.bytes(),
      runs: this.#runs,
    };
  }

  /** Makes or changes the entry of a /64; entries come in ascending order. */
  #entry(first: number, second: number, value: number): void {
    const groups = this.#groupKeys.length;
    const last = this.#entryKeys.length - 1;
    if (groups === 0 || this.#groupKeys.array[groups - 1] !== first) {
      this.#groupKeys.push(first);
      this.#groupFirst.push(this.#entryKeys.length);
      // The first entry of a group has key 0, so that a search within the group always finds one.
      if (second !== 0) this.#pushEntry(0, this.#pair);
    } else if (this.#entryKeys.array[last] === second) {
      this.#entryValues.array[last] = value;
      return;
    }
    this.#pushEntry(second, value);
  }

  #pushEntry(second: number, value: number): void {
    this.#entryKeys.push(second);
    this.#entryValues.push(value);
  }

  /** Begins a deep list with what holds at the start of its /64. */
  #openDeep(first: number, second: number): void {
    this.#deepHigh = [first, second];
    const value = (LEADS_ON | this.#deepFirst.length) >>> 0;
    this.#deepFirst.push(this.#deepPairs.length);
    this.#deep(0, 0, this.#pair);
    this.#entry(first, second, value);
  }

  #deep(third: number, fourth: number, pair: number): void {
    // A u64 in little-endian order: the lower word first.
    this.#deepKeys.push(fourth);
    this.#deepKeys.push(third);
    this.#deepPairs.push(pair);
  }

  #closeDeep(): void {
    const [first, second] = this.#deepHigh!;
    this.#deepHigh = null;
    if (second !== 0xffffffff) this.#entry(first, second + 1, this.#pair);
    else if (first !== 0xffffffff) this.#entry(first + 1, 0, this.#pair);
  }

  /** For each value of the upper bits: how many groups have smaller ones. One word more at the end. */
  #index(shift: number): Uint8Array {
    const index = new Uint32Array(2 ** (32 - shift) + 1);
    const keys = this.#groupKeys;
    for (let group = 0; group < keys.length; group++) index[(keys.array[group]! >>> shift) + 1]!++;
    for (let bucket = 1; bucket < index.length; bucket++) index[bucket]! += index[bucket - 1]!;
    return new Uint8Array(index.buffer);
  }
}

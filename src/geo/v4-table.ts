/** The IPv4 part of an image: root and nodes, as drawn in `layout.ts`. */

import { EMPTY_SHIFT, LEADS_ON, V4_NODE_COUNTS_BYTE, V4_NODE_VALUES_BYTE, V4_ROOT_SHIFT } from './layout.ts';
import { WordList } from './words.ts';

/** The finished sections. */
export interface V4Table {
  readonly rootShift: number;
  readonly root: Uint8Array;
  readonly nodes: Uint8Array;
  /** Runs of addresses with one pair each. */
  readonly runs: number;
}

/**
 * Makes the table of runs of addresses in ascending order.
 *
 * Two rows of 256 slots are filled as the runs go by, one for the /24s of the present /16 and one for the addresses of
 * the present /24. A row that is full becomes a node, or, where all its slots agree, one value in the row above.
 *
 * ```
 *  root   … │ /16 │ /16 │ …
 *               ▲ full          row16  │ /24 │ /24 │ … 256
 *                                         ▲ full          row24  │ address │ address │ … 256
 * ```
 */
export class V4TableBuilder {
  readonly #root = new Uint32Array(1 << (32 - V4_ROOT_SHIFT));
  readonly #nodes = new WordList(1 << 20);
  readonly #row16 = new Row();
  readonly #row24 = new Row();
  #start = 0;
  #pair = 0;
  #runs = 0;

  /** Says that from `start` on, until the next call, addresses have `pair`. */
  append(start: number, pair: number): void {
    if (pair === this.#pair) return;
    if (start > this.#start) this.#fill(this.#start, start - 1);
    this.#start = start;
    this.#pair = pair;
  }

  /** Ends the last run with the last address. */
  finish(): V4Table {
    this.#fill(this.#start, 0xffffffff);
    if (this.#runs === 1 && this.#pair === 0) {
      return { rootShift: EMPTY_SHIFT, root: new Uint8Array(8), nodes: new Uint8Array(0), runs: 0 };
    }
    const root = new Uint8Array(this.#root.buffer);
    return { rootShift: V4_ROOT_SHIFT, root, nodes: this.#nodes.bytes(), runs: this.#runs };
  }

  /** Fills the addresses from `start` to `end`, inclusive, in the largest steps that fit. */
  #fill(start: number, end: number): void {
    this.#runs++;
    let at = start;
    while (at <= end) {
      const left = end - at + 1;
      if (at % 65_536 === 0 && left >= 65_536) {
        const count = Math.floor(left / 65_536);
        this.#root.fill(this.#pair, at / 65_536, at / 65_536 + count);
        at += count * 65_536;
      } else if (at % 256 === 0 && left >= 256) {
        const slot = (at >>> 8) & 255;
        const count = Math.min(left >>> 8, 256 - slot);
        this.#row16.begin(slot, this.#pair);
        at += count * 256;
        if (slot + count === 256) this.#root[(at - 1) >>> 16] = this.#close(this.#row16);
      } else {
        const slot = at & 255;
        const count = Math.min(left, 256 - slot);
        this.#row24.begin(slot, this.#pair);
        at += count;
        if (slot + count === 256) this.#close24(at - 1);
      }
    }
  }

  /** Ends the /24 of an address, and its /16 where that was the last /24 in it. */
  #close24(address: number): void {
    const slot = (address >>> 8) & 255;
    this.#row16.begin(slot, this.#close(this.#row24));
    if (slot === 255) this.#root[address >>> 16] = this.#close(this.#row16);
  }

  /** Turns a full row into one value, and empties it: the value of its only run, or the way to a new node. */
  #close(row: Row): number {
    const { runs, slots, values } = row;
    row.runs = 0;
    if (runs === 1) return values[0]!;
    const node = this.#nodes.extend(V4_NODE_VALUES_BYTE / 4 + runs);
    const words = this.#nodes.array;
    let run = 0;
    for (let bitmapWord = 0; bitmapWord < 8; bitmapWord++) {
      words[node + ((V4_NODE_COUNTS_BYTE + bitmapWord) >>> 2)]! |= run << ((bitmapWord & 3) * 8);
      for (; run < runs && slots[run]! >>> 5 === bitmapWord; run++) {
        words[node + bitmapWord]! |= 1 << (slots[run]! & 31);
        words[node + V4_NODE_VALUES_BYTE / 4 + run] = values[run]!;
      }
    }
    return (LEADS_ON | node) >>> 0;
  }
}

/** 256 slots as runs: where each begins and its value. */
class Row {
  runs = 0;
  readonly slots = new Uint8Array(256);
  readonly values = new Uint32Array(256);

  /** Says that from `slot` on the value is `value`; slots come in ascending order, the first of a row is 0. */
  begin(slot: number, value: number): void {
    if (this.runs > 0 && this.values[this.runs - 1] === value) return;
    this.slots[this.runs] = slot;
    this.values[this.runs++] = value;
  }
}

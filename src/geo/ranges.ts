/**
 * Ranges as CSV files have them, in any order, nested or overlapping, to spans: the smallest range that holds an
 * address wins, and of two equally small ones the one that came first.
 */

import { compareAddresses, nextAddress, SpanList } from './spans.ts';
import { doubled } from './words.ts';

/** Ranges of one family as columns; an address has `words` words, most significant first. */
export class RangeList {
  readonly words: 1 | 4;
  count = 0;
  starts: Uint32Array;
  /** Last address of each range. */
  ends: Uint32Array;
  ids: Uint32Array;
  /** Whether every range so far begins after the end of the one before: then nothing needs sorting. */
  disjoint = true;

  constructor(words: 1 | 4) {
    this.words = words;
    this.starts = new Uint32Array(1024 * words);
    this.ends = new Uint32Array(1024 * words);
    this.ids = new Uint32Array(1024);
  }

  /** Adds the range from `start` to `end`, both inclusive; false (and nothing added) where it ends before it begins. */
  add(start: Uint32Array, end: Uint32Array, id: number): boolean {
    const { words } = this;
    if (compareAddresses(start, 0, end, 0, words) > 0) return false;
    if (this.count === this.ids.length) this.#grow();
    const at = this.count * words;
    if (this.count > 0 && compareAddresses(start, 0, this.ends, at - words, words) <= 0) this.disjoint = false;
    this.starts.set(start, at);
    this.ends.set(end, at);
    this.ids[this.count++] = id;
    return true;
  }

  /** The ranges as spans. */
  toSpans(): SpanList {
    return this.disjoint ? this.#inOrder() : this.#smallestFirst();
  }

  #inOrder(): SpanList {
    const { words } = this;
    const spans = new SpanList(words, this.count * 2 + 1);
    const after = new Uint32Array(words);
    for (let range = 0; range < this.count; range++) {
      const at = range * words;
      spans.append(this.starts.subarray(at, at + words), this.ids[range]!, this.#prefixLength(range));
      after.set(this.ends.subarray(at, at + words));
      if (nextAddress(after)) spans.append(after, 0, 0);
    }
    return spans;
  }

  /**
   * Goes through the address space from border to border. `open` is a heap of the ranges begun, the smallest on top;
   * those that have ended are thrown away when they come to the top.
   */
  #smallestFirst(): SpanList {
    const { words } = this;
    const spans = new SpanList(words, this.count * 2 + 1);
    const order = Uint32Array.from({ length: this.count }, (_, range) => range);
    order.sort((a, b) => compareAddresses(this.starts, a * words, this.starts, b * words, words) || a - b);
    const open = new Heap((a, b) => this.#compareSizes(a, b) || a - b);
    const here = new Uint32Array(words);
    let begun = 0;
    for (;;) {
      while (begun < this.count && compareAddresses(this.starts, order[begun]! * words, here, 0, words) === 0) {
        open.push(order[begun++]!);
      }
      while (open.size > 0 && compareAddresses(this.ends, open.top * words, here, 0, words) < 0) open.pop();
      if (open.size > 0) spans.append(here, this.ids[open.top]!, this.#prefixLength(open.top));
      else spans.append(here, 0, 0);
      const nextStart = begun < this.count ? order[begun]! * words : -1;
      if (open.size > 0) {
        const end = open.top * words;
        if (nextStart < 0 || compareAddresses(this.ends, end, this.starts, nextStart, words) < 0) {
          here.set(this.ends.subarray(end, end + words));
          if (!nextAddress(here)) return spans;
          continue;
        }
      }
      if (nextStart < 0) return spans;
      here.set(this.starts.subarray(nextStart, nextStart + words));
    }
  }

  /** The length of the longest prefix that could hold as many addresses; exact where the range is a prefix. */
  #prefixLength(range: number): number {
    const { words } = this;
    for (let word = 0; word < words; word++) {
      const size = this.#sizeWord(range, word);
      if (size !== 0) return word * 32 + Math.clz32(size);
    }
    return words * 32;
  }

  #compareSizes(a: number, b: number): number {
    for (let word = 0; word < this.words; word++) {
      const difference = this.#sizeWord(a, word) - this.#sizeWord(b, word);
      if (difference !== 0) return difference;
    }
    return 0;
  }

  /** One word of `end - start` of a range: a subtraction by words, with the borrow from the words below. */
  #sizeWord(range: number, word: number): number {
    const at = range * this.words;
    let borrow = 0;
    for (let below = this.words - 1; below > word; below--) {
      borrow = this.ends[at + below]! - this.starts[at + below]! - borrow < 0 ? 1 : 0;
    }
    return (this.ends[at + word]! - this.starts[at + word]! - borrow) >>> 0;
  }

  #grow(): void {
    this.starts = doubled(this.starts);
    this.ends = doubled(this.ends);
    this.ids = doubled(this.ids);
  }
}

/** A binary heap of range numbers, the least on top. */
class Heap {
  readonly #items: number[] = [];
  readonly #compare: (a: number, b: number) => number;

  constructor(compare: (a: number, b: number) => number) {
    this.#compare = compare;
  }

  get size(): number {
    return this.#items.length;
  }

  get top(): number {
    return this.#items[0]!;
  }

  push(item: number): void {
    const items = this.#items;
    let at = items.push(item) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (this.#compare(items[parent]!, item) <= 0) break;
      items[at] = items[parent]!;
      at = parent;
    }
    items[at] = item;
  }

  pop(): void {
    const items = this.#items;
    const item = items.pop()!;
    if (items.length === 0) return;
    let at = 0;
    for (;;) {
      let child = at * 2 + 1;
      if (child >= items.length) break;
      if (child + 1 < items.length && this.#compare(items[child + 1]!, items[child]!) < 0) child++;
      if (this.#compare(item, items[child]!) <= 0) break;
      items[at] = items[child]!;
      at = child;
    }
    items[at] = item;
  }
}

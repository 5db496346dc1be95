import { doubled } from './words.ts';

/**
 * Address space cut into spans: each begins at an address, ends before the next one, and has an id (0: nothing known).
 *
 * A list always covers the whole space of its family, from address 0 on. Columns are typed arrays, without an object
 * a span: City of DB-IP has ten million of them.
 *
 * ```
 *  starts  │ 0.0.0.0 │ 1.0.0.0 │ 1.0.1.0 │ …     `words` words each: 1 in IPv4, 4 in IPv6, most significant first
 *  ids     │       0 │      17 │       3 │ …
 *  lengths │       0 │      24 │      24 │ …     prefix length, to tell which of two spans is more specific
 * ```
 */
export class SpanList {
  /** Words of an address: 1 or 4. */
  readonly words: number;
  count = 0;
  starts: Uint32Array;
  ids: Uint32Array;
  lengths: Uint8Array;

  /**
   * @param words words of an address: 1 for IPv4, 4 for IPv6
   * @param capacity spans to make room for; memory that is never reached is never touched, so generous costs nothing
   */
  constructor(words: 1 | 4, capacity: number) {
    const spans = Math.max(capacity, 16);
    this.words = words;
    this.starts = new Uint32Array(spans * words);
    this.ids = new Uint32Array(spans);
    this.lengths = new Uint8Array(spans);
    this.append(new Uint32Array(words), 0, 0);
  }

  /** Whether nothing is known about any address. */
  get empty(): boolean {
    return this.count === 1 && this.ids[0] === 0;
  }

  /**
   * Begins a span at `start`, which is not below the start of the last one; where they are equal, the last is replaced.
   * A neighbour with the same id and length is merged.
   */
  append(start: Uint32Array, id: number, length: number): void {
    const { words } = this;
    if (this.count > 0 && compareAddresses(this.starts, (this.count - 1) * words, start, 0, words) === 0) this.count--;
    const last = this.count - 1;
    if (last >= 0 && this.ids[last] === id && (id === 0 || this.lengths[last] === length)) return;
    if (this.count === this.ids.length) this.#grow();
    const at = this.count * words;
    for (let word = 0; word < words; word++) this.starts[at + word] = start[word]!;
    this.ids[this.count] = id;
    this.lengths[this.count] = length;
    this.count++;
  }

  #grow(): void {
    this.starts = doubled(this.starts);
    this.ids = doubled(this.ids);
    const lengths = new Uint8Array(this.ids.length);
    lengths.set(this.lengths);
    this.lengths = lengths;
  }
}

/** The spans of one database: IPv4 and IPv6 apart. */
export interface FamilySpans {
  readonly v4: SpanList;
  readonly v6: SpanList;
}

/** Compares the address at word `at` of `a` with the one at word `bt` of `b`: negative, 0 or positive. */
export function compareAddresses(a: Uint32Array, at: number, b: Uint32Array, bt: number, words: number): number {
  for (let word = 0; word < words; word++) {
    const difference = a[at + word]! - b[bt + word]!;
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Adds 1 to an address in place; false where it was the last one of its family (it is 0 then). */
export function nextAddress(address: Uint32Array): boolean {
  for (let word = address.length - 1; word >= 0; word--) {
    address[word]!++;
    if (address[word] !== 0) return true;
  }
  return false;
}

/**
 * Walks two lists at once and calls `visit` at every address where a span begins in either, in ascending order, with
 * where that address stands (words from `at` in `starts`) and the numbers of the two spans that hold from there on.
 */
export function sweep(
  a: SpanList,
  b: SpanList,
  visit: (starts: Uint32Array, at: number, spanOfA: number, spanOfB: number) => void,
): void {
  const { words } = a;
  let i = 0;
  let j = 0;
  visit(a.starts, 0, 0, 0);
  while (i + 1 < a.count || j + 1 < b.count) {
    const order =
      i + 1 === a.count
        ? 1
        : j + 1 === b.count
          ? -1
          : compareAddresses(a.starts, (i + 1) * words, b.starts, (j + 1) * words, words);
    if (order <= 0) i++;
    if (order >= 0) j++;
    if (order <= 0) visit(a.starts, i * words, i, j);
    else visit(b.starts, j * words, i, j);
  }
}

/**
 * Lays `later` over `earlier`: it wins where `earlier` knows nothing or where its prefix is longer.
 *
 * A MaxMind DB does not say which prefixes were put into it, only which leaves its tree has: a /8 with a /24 cut out of
 * it counts as the leaves around the /24.
 */
export function overlay(earlier: SpanList, later: SpanList): SpanList {
  if (later.empty) return earlier;
  if (earlier.empty) return later;
  const words = earlier.words === 1 ? 1 : 4;
  const result = new SpanList(words, earlier.count + later.count);
  sweep(earlier, later, (starts, at, i, j) => {
    const wins = later.ids[j] !== 0 && (earlier.ids[i] === 0 || later.lengths[j]! > earlier.lengths[i]!);
    const from = wins ? later : earlier;
    const span = wins ? j : i;
    result.append(starts.subarray(at, at + words), from.ids[span]!, from.lengths[span]!);
  });
  return result;
}

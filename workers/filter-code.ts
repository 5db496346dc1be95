/** Compiles a filter for columns with a pattern of absent ones to the kernel's tests; kernel/layout.ts has their form. */

import type { Test } from '../src/formats/filter/filter.ts';
import type { Range } from '../src/formats/filter/ranges.ts';
import type { Arena } from './arena.ts';
import * as layout from './kernel/layout.ts';

/** A test of one column. */
type Leaf = Exclude<Test, { readonly kind: 'all' | 'any' | 'not' | 'missing' }>;

/** A filter with the values that are missing decided. */
type Decided = boolean | Leaf | Joined | Negated;

interface Joined {
  readonly kind: 'all' | 'any';
  readonly of: readonly Decided[];
}

interface Negated {
  readonly kind: 'not';
  readonly of: Decided;
}

/** The column of a field that has a value; undefined where there is none. */
export type ColumnOf = (field: string) => number | undefined;

const isJoined = (test: Leaf | Joined): test is Joined => test.kind === 'all' || test.kind === 'any';

function negated(test: Decided): Decided {
  return typeof test === 'boolean' ? !test : { kind: 'not', of: test };
}

/** Decides what is known of all lines of a pattern, so that no test looks at a column that is not there. */
function decide(test: Test, column: ColumnOf): Decided {
  switch (test.kind) {
    case 'not':
      return negated(decide(test.of, column));
    case 'all':
    case 'any': {
      // What ends it: one false of all, one true of any.
      const ending = test.kind === 'any';
      const of = test.of.map((one) => decide(one, column)).filter((one) => one !== !ending);
      if (of.includes(ending)) return ending;
      return of.length === 0 ? !ending : { kind: test.kind, of };
    }
    case 'missing':
      return column(test.field) === undefined;
    case 'flow':
      return test;
    default:
      return column(test.field) === undefined ? false : test;
  }
}

interface Table {
  readonly count: number;
  readonly address: number;
}

const NO_TABLE: Table = { count: 0, address: 0 };

/** Ranges of addresses or numbers as the kernel's tables have them. */
export function rangesBytes(ranges: readonly Range[], isV6: boolean): Buffer {
  const bytes = Buffer.alloc(ranges.length * (isV6 ? layout.RANGE_V6_BYTES : layout.RANGE_BYTES));
  let at = 0;
  for (const bound of ranges.flatMap(({ low, high }) => [low, high])) {
    if (isV6) at = bytes.writeBigUInt64LE(bound >> 64n, at);
    at = bytes.writeBigUInt64LE(BigInt.asUintN(64, bound), at);
  }
  return bytes;
}

/** Puts the tables of a filter's tests on the heap once each. */
export class FilterTables {
  readonly #tables = new Map<readonly (Range | string)[], Table>();

  /** Forgets all places: the heap was given back. */
  clear(): void {
    this.#tables.clear();
  }

  /** Null when the heap is full. */
  ranges(ranges: readonly Range[], arena: Arena, isV6 = false): Table | null {
    return this.#once(ranges, () => {
      const bytes = rangesBytes(ranges, isV6);
      const address = arena.allocate(bytes.length);
      if (address !== null) bytes.copy(arena.bytes, address);
      return address;
    });
  }

  /** Null when the heap is full. */
  texts(words: readonly string[], arena: Arena): Table | null {
    return this.#once(words, () => {
      const table = arena.allocate(words.length * layout.TEXT_BYTES);
      // One text after the other: each with slack of its own, thousands would take much of the heap.
      const placed = arena.allocateText(words.join(''));
      if (table === null || placed === null) return null;
      let at = placed[0];
      for (const [i, word] of words.entries()) {
        const length = Buffer.byteLength(word);
        arena.words.setUint32(table + i * layout.TEXT_BYTES, at, true);
        arena.words.setUint32(table + i * layout.TEXT_BYTES + 4, length, true);
        at += length;
      }
      return table;
    });
  }

  #once(values: readonly (Range | string)[], place: () => number | null): Table | null {
    if (values.length === 0) return NO_TABLE;
    const known = this.#tables.get(values);
    if (known !== undefined) return known;
    const address = place();
    if (address === null) return null;
    const table = { count: values.length, address };
    this.#tables.set(values, table);
    return table;
  }
}

function countLeaves(test: Decided): number {
  if (typeof test === 'boolean') return 0;
  if (test.kind === 'not') return countLeaves(test.of);
  return !isJoined(test) ? 1 : test.of.reduce((sum, one) => sum + countLeaves(one), 0);
}

/** Puts tests on the heap, the last of a filter first: each names those that come after it. */
class Placer {
  readonly #column: ColumnOf;
  readonly #tables: FilterTables;
  readonly #arena: Arena;
  #at: number;

  /** `end` is the end of the room for the tests. */
  constructor(column: ColumnOf, tables: FilterTables, arena: Arena, end: number) {
    this.#column = column;
    this.#tables = tables;
    this.#arena = arena;
    this.#at = end;
  }

  /** The address of the first test of those that lead to `whenTrue` or `whenFalse`; null when the heap is full. */
  place(test: Decided, whenTrue: number, whenFalse: number): number | null {
    if (typeof test === 'boolean') return test ? whenTrue : whenFalse;
    if (test.kind === 'not') return this.place(test.of, whenFalse, whenTrue);
    if (!isJoined(test)) return this.#leaf(test, whenTrue, whenFalse);
    let first: number | null = test.kind === 'all' ? whenTrue : whenFalse;
    for (const one of test.of.toReversed()) {
      if (first === null) return null;
      first = test.kind === 'all' ? this.place(one, first, whenFalse) : this.place(one, whenTrue, first);
    }
    return first;
  }

  #leaf(test: Leaf, whenTrue: number, whenFalse: number): number | null {
    const put = (code: number, column: number, table: Table | null, v6: Table | null = NO_TABLE) => {
      if (table === null || v6 === null) return null;
      const { words } = this.#arena;
      this.#at -= layout.TEST_BYTES;
      const at = this.#at;
      words.setUint8(at, code);
      words.setUint8(at + 1, column);
      words.setUint32(at + layout.TEST_NEXT_TRUE, whenTrue, true);
      words.setUint32(at + layout.TEST_NEXT_FALSE, whenFalse, true);
      words.setUint32(at + layout.TEST_COUNT, table.count, true);
      words.setUint32(at + layout.TEST_TABLE, table.address, true);
      words.setUint32(at + layout.TEST_COUNT_V6, v6.count, true);
      words.setUint32(at + layout.TEST_TABLE_V6, v6.address, true);
      return at;
    };
    if (test.kind === 'flow') {
      const below = { count: test.below, address: 0 };
      const hasEnds = this.#column('srcaddr') !== undefined && this.#column('dstaddr') !== undefined;
      if (!hasEnds) return put(layout.TEST_LINE, 0, below);
      return put(layout.TEST_FLOW, this.#column('protocol') === undefined ? 0 : 1, below);
    }
    const column = this.#column(test.field) as number;
    const [tables, arena] = [this.#tables, this.#arena];
    if (test.kind === 'number') return put(layout.TEST_NUMBER, column, tables.ranges(test.ranges, arena));
    if (test.kind === 'text') return put(layout.TEST_TEXT, column, tables.texts(test.words, arena));
    return put(layout.TEST_ADDRESS, column, tables.ranges(test.v4, arena), tables.ranges(test.v6, arena, true));
  }
}

/** The address of a filter's first test on the arena's heap, or FILTER_KEEP, or FILTER_DROP; null when the heap is full. */
export function placeFilter(test: Test, column: ColumnOf, tables: FilterTables, arena: Arena): number | null {
  const decided = decide(test, column);
  const bytes = countLeaves(decided) * layout.TEST_BYTES;
  const room = arena.allocate(bytes);
  if (room === null) return null;
  return new Placer(column, tables, arena, room + bytes).place(decided, layout.FILTER_KEEP, layout.FILTER_DROP);
}

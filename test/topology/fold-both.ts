/** Objects folded both ways: by the kernel in its memory, fed in chunks, and line by line by the reference fold. */

import assert from 'node:assert/strict';
import type { Filter } from '../../src/formats/filter/filter.ts';
import { keeps } from '../../src/formats/filter/keeps.ts';
import { numberedAddress } from '../../src/formats/filter/ranges.ts';
import type { Columns } from '../../src/formats/header.ts';
import { LineReader, type RefusedLine } from '../../src/formats/line-reader.ts';
import { isLineProblem, readValues } from '../../src/formats/record-values.ts';
import type { FoldedRow, FoldInterface } from '../../src/topology/contract.ts';
import { addRecords, NO_RECORDS, type RecordCounts } from '../../src/topology/record-counts.ts';
import { FoldTable, foldRecord, Interfaces } from '../../src/topology/reference-fold.ts';
import { ConnectionFold } from '../../workers/connection-fold.ts';
import { ConnectionRows } from '../../workers/connection-rows.ts';
import { FoldKernel } from '../../workers/fold-kernel.ts';
import { createFoldMemory, type FoldMemory } from '../../workers/fold-memory.ts';
import { interfaceImage, localsOf } from '../../workers/interface-image.ts';
import { ROW_BYTES } from '../../workers/kernel/fold-layout.ts';
import { loadKernelModule } from '../../workers/kernel.ts';
import { randomWords } from '../geo/random.ts';

/** What objects became. */
export interface Folded {
  /** In the order of interface, local and remote address. */
  readonly rows: readonly FoldedRow[];
  readonly counts: RecordCounts;
  readonly refused: readonly RefusedLine[];
}

/** What folds are set up with. */
export interface FoldBothSetup {
  readonly interfaces: readonly FoldInterface[];
  readonly format?: Columns | null;
  readonly filter?: Filter | null;
  readonly maxConnections?: number;
}

/** An object, and whether it turns out to be damaged after its last byte. */
export interface FoldObject {
  readonly bytes: Buffer;
  readonly isDamaged?: boolean;
}

const MODULE = loadKernelModule();

/** Rows in one order. */
export function sorted(rows: Iterable<FoldedRow>): readonly FoldedRow[] {
  const key = (row: FoldedRow): string => `${row.interface} ${row.localAddress} ${row.remoteAddress}`;
  return [...rows].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

/** Both folds over the same interfaces; objects come into one table, as in a worker. */
export class FoldBoth {
  readonly memory: FoldMemory;
  readonly kernel: FoldKernel;
  readonly #fold: ConnectionFold;
  readonly #rows: ConnectionRows;
  readonly #setup: Required<FoldBothSetup>;
  readonly #interfaces: Interfaces;
  #refused: RefusedLine[] = [];
  #counts = NO_RECORDS;
  readonly #carried = new FoldTable();

  constructor(setup: FoldBothSetup, memory?: FoldMemory) {
    this.#setup = { format: null, filter: null, maxConnections: 50_000, ...setup };
    this.#interfaces = new Interfaces(setup.interfaces);
    const { maxConnections, filter, format } = this.#setup;
    this.memory = memory ?? createFoldMemory(interfaceImage(this.#interfaces), maxConnections);
    this.kernel = new FoldKernel(MODULE, this.memory, filter);
    const locals = localsOf(this.#interfaces);
    this.#rows = new ConnectionRows(this.memory, locals);
    const own = { memory: this.memory, locals, interfaces: this.#interfaces, format, filter, maxConnections };
    this.#fold = new ConnectionFold(this.kernel, own, (line) => this.#refused.push(line));
  }

  /** Folds one more object by the kernel, in chunks of `chunkBytes`. */
  add({ bytes, isDamaged = false }: FoldObject, chunkBytes = 65_536): void {
    const fold = this.#fold;
    const refusedBefore = this.#refused.length;
    fold.begin();
    for (let at = 0; at < bytes.length; at += chunkBytes) fold.take(bytes.subarray(at, at + chunkBytes));
    if (isDamaged) {
      fold.rollBack();
      this.#refused.length = refusedBefore;
      return;
    }
    fold.end();
    this.#counts = addRecords(this.#counts, fold.counts);
    for (const row of fold.commit()) this.#carried.add(row);
  }

  /** What came of the objects so far, by the kernel. */
  get folded(): Folded {
    const rows: FoldedRow[] = [];
    for (let i = 0; i < this.#rows.count; i++) {
      rows.push(this.#carried.mergedWith(this.#rows.read(this.#rows.address(0) + i * ROW_BYTES)));
    }
    return { rows: sorted(rows), counts: this.#counts, refused: this.#refused };
  }

  /** What comes of objects by the reference fold. */
  byReference(objects: readonly FoldObject[]): Folded {
    const { filter, format } = this.#setup;
    const table = new FoldTable();
    const refused: RefusedLine[] = [];
    const counts: { -readonly [name in keyof RecordCounts]: number } = { ...NO_RECORDS };
    const reader = new LineReader(format, {
      record: (columns, line) => {
        const values = readValues(columns, line.tokens);
        if (isLineProblem(values)) return values;
        const record = new Map(values.map(({ field, token }) => [field.name, token]));
        const isKept = filter === null || keeps(filter.test, record, line.text);
        const row = isKept ? foldRecord(record, this.#interfaces) : 'filtered';
        counts.records++;
        if (typeof row === 'string') counts[row]++;
        else {
          counts.folded++;
          table.add(row);
        }
        return null;
      },
      refused: (line) => {
        counts.records++;
        counts.deadLetters++;
        refused.push(line);
      },
    });
    for (const { bytes, isDamaged } of objects) {
      if (isDamaged) continue;
      reader.begin();
      for (let from = 0; from < bytes.length; ) {
        const newline = bytes.indexOf(10, from);
        const end = newline === -1 ? bytes.length : newline;
        reader.read(bytes.subarray(from, end), from, from);
        from = end + 1;
      }
    }
    return { rows: sorted(table.rows()), counts, refused };
  }

  /** Folds objects both ways, the kernel's in chunks of these sizes in turn; what comes out must be the same. */
  fold(objects: readonly FoldObject[], chunkSizes: readonly number[] = [65_536]): Folded {
    for (const [i, object] of objects.entries()) this.add(object, chunkSizes[i % chunkSizes.length]);
    const expected = this.byReference(objects);
    assertSame(this.folded, expected);
    return expected;
  }
}

/** The same rows, counts and refused lines; says at which row they part. */
export function assertSame(actual: Folded, expected: Folded): void {
  const part = expected.rows.findIndex(
    (row, i) => JSON.stringify(row, asText) !== JSON.stringify(actual.rows[i], asText),
  );
  if (part !== -1) assert.deepEqual(actual.rows[part], expected.rows[part]);
  assert.equal(actual.rows.length, expected.rows.length, 'as many rows');
  assert.deepEqual(actual.refused, expected.refused);
  assert.deepEqual(actual.counts, expected.counts);
  const { records, ...parts } = expected.counts;
  assert.equal(
    Object.values(parts).reduce((sum, count) => sum + count, 0),
    records,
    'counts add up',
  );
}

const asText = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? `${value}` : value);

/**
 * Interfaces that fit lines: those whose ids stand in them, with half of the addresses that stand beside these, drawn by
 * the seed; every seventh is not known at all.
 */
export function interfacesOf(objects: readonly FoldObject[], seed: number): readonly FoldInterface[] {
  const random = randomWords(seed);
  const byId = new Map<string, Set<string>>();
  for (const { bytes } of objects) {
    for (const line of bytes.toString('latin1').split('\n')) {
      const tokens = line.split(/[\s"]+/);
      const id = tokens.find((token) => token.startsWith('eni-'));
      if (id === undefined) continue;
      const own = byId.get(id) ?? new Set();
      byId.set(id, own);
      for (const token of tokens) if (numberedAddress(token) !== null && random() % 2 === 0) own.add(token);
    }
  }
  return [...byId].map(([id, addresses]) => ({ id, addresses: [...addresses] })).filter(() => random() % 7 !== 0);
}

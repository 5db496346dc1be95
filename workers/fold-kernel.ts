/** The fold of the kernel from the host's side: one instance over a fold's memory. */

import type { Filter } from '../src/formats/filter/filter.ts';
import type { Columns } from '../src/formats/header.ts';
import { Arena } from './arena.ts';
import { FilterTables } from './filter-code.ts';
import type { FoldMemory } from './fold-memory.ts';
import { compileFold } from './fold-program.ts';
import { FOLD_COUNTS, RESULT, RESULT_COUNTS, RESULT_INPUT, RESULT_ROW } from './kernel/layout.ts';
import { instantiate } from './kernel.ts';
import { kernelTakes } from './program.ts';
import { type PatternExports, Programs } from './programs.ts';

/** What kernel/index.ts exports for the fold. */
interface FoldExports extends PatternExports {
  prepareFold(arena: number, interfaces: number, table: number): void;
  fold(input: number, inputEnd: number, columns: number): number;
  flush(): number;
  mergeRows(from: number, fromEnd: number): number;
  beginObject(): void;
  rollBack(): void;
}

/** Folds lines into the table of its memory. */
export class FoldKernel {
  readonly arena: Arena;
  readonly #exports: FoldExports;
  readonly #programs: Programs;

  constructor(module: WebAssembly.Module, run: FoldMemory, filter: Filter | null) {
    this.arena = new Arena(run.memory, run.arenaAddress, run.sizes);
    this.#exports = instantiate<FoldExports>(module, run.memory);
    const tables = new FilterTables();
    this.#programs = new Programs(this.arena, this.#exports, {
      compile: (columns, absent) => compileFold(columns, absent, filter, tables, this.arena),
      clear: () => tables.clear(),
    });
    this.#exports.prepareFold(run.arenaAddress, run.interfacesAddress, run.tableAddress);
  }

  /** Takes columns; false where the kernel must not take lines of these. */
  bind(columns: Columns): boolean {
    if (!kernelTakes(columns)) return false;
    this.#programs.bind(columns, columns.key);
    return true;
  }

  /** Begins an object: what comes is taken back by `rollBack`, what came before it is not. */
  beginObject(): void {
    this.#exports.beginObject();
  }

  /** Takes back what was folded and merged since `beginObject`. */
  rollBack(): void {
    this.#exports.rollBack();
  }

  /** Folds lines from `input` to `inputEnd`. Gives a status of kernel/layout.ts. */
  fold(input: number, inputEnd: number): number {
    return this.#exports.fold(input, inputEnd, this.#programs.columnCount);
  }

  /** Adds what a `fold` that stopped at full sums has left to add. Gives a status of kernel/layout.ts. */
  flush(): number {
    return this.#exports.flush();
  }

  /** Merges rows that lie from `from` to `fromEnd` into the table. Gives a status of kernel/layout.ts. */
  mergeRows(from: number, fromEnd: number): number {
    return this.#exports.mergeRows(from, fromEnd);
  }

  /** Compiles the program for the pattern that the last `fold` stopped at. */
  addPattern(): void {
    this.#programs.addPattern();
  }

  /** Where the last `fold` or `mergeRows` stopped. */
  get input(): number {
    return this.arena.words.getUint32(this.arena.address + RESULT + RESULT_INPUT, true);
  }

  /** Address of the row at whose sums the last call stopped. */
  get fullRow(): number {
    return this.arena.words.getUint32(this.arena.address + RESULT + RESULT_ROW, true);
  }

  /** Adds what the last `fold` made of records to counts, which are in the order of FOLDED and what follows it. */
  addCounts(counts: Float64Array): void {
    const at = this.arena.address + RESULT + RESULT_COUNTS;
    for (let i = 0; i < FOLD_COUNTS; i++) counts[i]! += this.arena.words.getUint32(at + i * 4, true);
  }
}

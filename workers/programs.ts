/** Programs by columns and pattern: kept on the arena's heap, and told to the kernel as their patterns come. */

import type { Columns } from '../src/formats/header.ts';
import type { Arena } from './arena.ts';
import { PATTERN_ROOM, RESULT, RESULT_PATTERN } from './kernel/layout.ts';

/** The part of the kernel's exports that programs need. */
export interface PatternExports {
  clearPatterns(): void;
  addPattern(low: bigint, high: bigint, program: number): void;
}

/** Makes the programs of one kind; kernel/layout.ts has their forms. */
export interface ProgramCompiler {
  /** Puts the program of columns, some of which are absent, on the heap: its address; null when the heap is full. */
  compile(columns: Columns, absent: (column: number) => boolean): number | null;
  /** Forgets what it has on the heap, which was given back. */
  clear(): void;
}

/** Patterns kept at a time; beyond that all are forgotten and come again. One entry must stay free for the search. */
const MAX_PATTERNS = PATTERN_ROOM - 64;

/** The programs of one instance of the kernel. */
export class Programs {
  readonly #arena: Arena;
  readonly #exports: PatternExports;
  readonly #compiler: ProgramCompiler;
  /** By what columns are bound as, and pattern. */
  readonly #programs = new Map<string, number>();
  #patterns = 0;
  #bound: string | null = null;
  #columns: Columns | null = null;

  constructor(arena: Arena, exports: PatternExports, compiler: ProgramCompiler) {
    this.#arena = arena;
    this.#exports = exports;
    this.#compiler = compiler;
  }

  /** The columns that hold: programs are those kept under `key`. */
  bind(columns: Columns, key: string): void {
    if (key === this.#bound) return;
    this.#bound = key;
    this.#columns = columns;
    this.#forgetPatterns();
  }

  /** How many columns are bound. */
  get columnCount(): number {
    return (this.#columns as Columns).fields.length;
  }

  #forgetPatterns(): void {
    this.#patterns = 0;
    this.#exports.clearPatterns();
  }

  /** Compiles the program for the pattern that the kernel stopped at. */
  addPattern(): void {
    const at = this.#arena.address + RESULT + RESULT_PATTERN;
    const low = this.#arena.words.getBigUint64(at, true);
    const high = this.#arena.words.getBigUint64(at + 8, true);
    if (this.#patterns === MAX_PATTERNS) this.#forgetPatterns();
    this.#patterns++;
    this.#exports.addPattern(low, high, this.#programFor(low | (high << 64n)));
  }

  #programFor(pattern: bigint): number {
    const key = `${this.#bound} ${pattern}`;
    const known = this.#programs.get(key);
    if (known !== undefined) return known;
    const program = this.#compile(pattern) ?? this.#compileOnEmptyHeap(pattern);
    this.#programs.set(key, program);
    return program;
  }

  #compile(pattern: bigint): number | null {
    return this.#compiler.compile(this.#columns as Columns, (column) => ((pattern >> BigInt(column)) & 1n) === 1n);
  }

  #compileOnEmptyHeap(pattern: bigint): number {
    this.#arena.freeAll();
    this.#compiler.clear();
    this.#programs.clear();
    this.#forgetPatterns();
    this.#patterns = 1;
    const program = this.#compile(pattern);
    if (program === null) throw new RangeError('a program does not fit into the heap of an arena');
    return program;
  }
}

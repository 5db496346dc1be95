/** The kernel from the host's side: loading it, and its programs by columns and pattern. */

import { readFileSync } from 'node:fs';
import type { DocumentOptions } from '../src/formats/document.ts';
import type { Columns } from '../src/formats/header.ts';
import { Arena } from './arena.ts';
import { FilterTables } from './filter-code.ts';
import {
  PATTERN_ROOM,
  RESULT,
  RESULT_DOCUMENTS,
  RESULT_FILTERED,
  RESULT_INPUT,
  RESULT_OUTPUT,
  RESULT_PATTERN,
} from './kernel/layout.ts';
import type { RunMemory } from './memory.ts';
import { compileProgram, type FragmentBounds, kernelTakes, VariantTables } from './program.ts';
import type { ShapeFacts } from './shape.ts';

/** What kernel/index.ts exports. */
interface KernelExports {
  prepare(arena: number, tables: number): void;
  clearPatterns(): void;
  addPattern(low: bigint, high: bigint, program: number): void;
  convert(
    input: number,
    inputEnd: number,
    output: number,
    outputEnd: number,
    columns: number,
    offset: number,
    idOffset: number,
  ): number;
}

/** Compiles the kernel's module, which workers share. */
export function loadKernelModule(): WebAssembly.Module {
  return new WebAssembly.Module(readFileSync(new URL('./kernel.wasm', import.meta.url)));
}

/** Patterns kept at a time; beyond that all are forgotten and come again. One entry must stay free for the search. */
const MAX_PATTERNS = PATTERN_ROOM - 64;

/** One instance of the kernel over its arena. */
export class Kernel {
  readonly arena: Arena;
  readonly #exports: KernelExports;
  readonly #options: DocumentOptions;
  readonly #bounds: FragmentBounds;
  readonly #tables = new VariantTables();
  readonly #filterTables = new FilterTables();
  /** Programs by shape, columns and pattern. */
  readonly #programs = new Map<string, number>();
  #patterns = 0;
  #bound = '';
  #columns: Columns | null = null;
  #facts: ShapeFacts | null = null;

  constructor(
    module: WebAssembly.Module,
    run: RunMemory,
    worker: number,
    options: DocumentOptions,
    bounds: FragmentBounds,
  ) {
    const address = run.arenaAddresses[worker];
    if (address === undefined) throw new RangeError(`no arena for worker ${worker}`);
    this.arena = new Arena(run.memory, address, run.sizes);
    this.#options = options;
    this.#bounds = bounds;
    const abort = (): never => {
      throw new Error('the kernel aborted');
    };
    this.#exports = new WebAssembly.Instance(module, { env: { memory: run.memory, abort } }).exports as KernelExports;
    this.#exports.prepare(address, run.tablesAddress);
  }

  /** Takes columns and the facts of the object; false where the kernel must not take lines of these columns. */
  bind(columns: Columns, facts: ShapeFacts): boolean {
    if (!kernelTakes(columns, this.#options.as)) return false;
    const key = `${facts.hasS3}${facts.hasRegion}${facts.hasId} ${columns.key}`;
    if (key !== this.#bound) {
      this.#bound = key;
      this.#columns = columns;
      this.#facts = facts;
      this.#forgetPatterns();
    }
    return true;
  }

  #forgetPatterns(): void {
    this.#patterns = 0;
    this.#exports.clearPatterns();
  }

  /**
   * Converts lines from `input` to `inputEnd` into the body at `output`, up to `outputEnd`. Gives a status of
   * kernel/layout.ts.
   */
  convert(
    input: number,
    inputEnd: number,
    output: number,
    outputEnd: number,
    offset: number,
    idOffset: number,
  ): number {
    const columns = (this.#columns as Columns).fields.length;
    return this.#exports.convert(input, inputEnd, output, outputEnd, columns, offset, idOffset);
  }

  /** Where the last `convert` stopped reading. */
  get input(): number {
    return this.arena.words.getUint32(this.arena.address + RESULT + RESULT_INPUT, true);
  }

  /** Where the last `convert` stopped writing. */
  get output(): number {
    return this.arena.words.getUint32(this.arena.address + RESULT + RESULT_OUTPUT, true);
  }

  /** Documents that the last `convert` wrote. */
  get documents(): number {
    return this.arena.words.getUint32(this.arena.address + RESULT + RESULT_DOCUMENTS, true);
  }

  /** Records that the filter left out of the last `convert`. */
  get filtered(): number {
    return this.arena.words.getUint32(this.arena.address + RESULT + RESULT_FILTERED, true);
  }

  /** Compiles the program for the pattern that the last `convert` stopped at. */
  addPattern(): void {
    const at = this.arena.address + RESULT + RESULT_PATTERN;
    const low = this.arena.words.getBigUint64(at, true);
    const high = this.arena.words.getBigUint64(at + 8, true);
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
    const context = {
      options: this.#options,
      facts: this.#facts as ShapeFacts,
      bounds: this.#bounds,
      tables: this.#tables,
      filterTables: this.#filterTables,
    };
    return compileProgram(
      this.#columns as Columns,
      (column) => ((pattern >> BigInt(column)) & 1n) === 1n,
      context,
      this.arena,
    );
  }

  #compileOnEmptyHeap(pattern: bigint): number {
    this.arena.freeAll();
    this.#tables.clear();
    this.#filterTables.clear();
    this.#programs.clear();
    this.#forgetPatterns();
    this.#patterns = 1;
    const program = this.#compile(pattern);
    if (program === null) throw new RangeError('a program does not fit into the heap of an arena');
    return program;
  }
}

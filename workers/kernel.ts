/** The kernel from the host's side: loading it, and its programs by columns and pattern. */

import { readFileSync } from 'node:fs';
import type { DocumentOptions } from '../src/formats/document.ts';
import type { Columns } from '../src/formats/header.ts';
import { Arena } from './arena.ts';
import { FilterTables } from './filter-code.ts';
import { RESULT, RESULT_DOCUMENTS, RESULT_FILTERED, RESULT_INPUT, RESULT_OUTPUT } from './kernel/layout.ts';
import type { RunMemory } from './memory.ts';
import { compileProgram, type FragmentBounds, kernelTakes, VariantTables } from './program.ts';
import { type PatternExports, type ProgramCompiler, Programs } from './programs.ts';
import type { ShapeFacts } from './shape.ts';

/** What kernel/index.ts exports. */
interface KernelExports extends PatternExports {
  prepare(arena: number, tables: number): void;
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

/** An instance of the module over a memory. */
export function instantiate<Exports>(module: WebAssembly.Module, memory: WebAssembly.Memory): Exports {
  const abort = (): never => {
    throw new Error('the kernel aborted');
  };
  return new WebAssembly.Instance(module, { env: { memory, abort } }).exports as Exports;
}

/** One instance of the kernel over its arena. */
export class Kernel {
  readonly arena: Arena;
  readonly #exports: KernelExports;
  readonly #programs: Programs;
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
    this.#exports = instantiate<KernelExports>(module, run.memory);
    this.#programs = new Programs(this.arena, this.#exports, this.#compiler(options, bounds));
    this.#exports.prepare(address, run.tablesAddress);
  }

  #compiler(options: DocumentOptions, bounds: FragmentBounds): ProgramCompiler {
    const tables = new VariantTables();
    const filterTables = new FilterTables();
    return {
      compile: (columns, absent) => {
        const context = { options, facts: this.#facts as ShapeFacts, bounds, tables, filterTables };
        return compileProgram(columns, absent, context, this.arena);
      },
      clear() {
        tables.clear();
        filterTables.clear();
      },
    };
  }

  /** Takes columns and the facts of the object; false where the kernel must not take lines of these columns. */
  bind(columns: Columns, facts: ShapeFacts): boolean {
    if (!kernelTakes(columns)) return false;
    this.#facts = facts;
    this.#programs.bind(columns, `${facts.hasS3}${facts.hasRegion}${facts.hasId} ${columns.key}`);
    return true;
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
    const { columnCount } = this.#programs;
    return this.#exports.convert(input, inputEnd, output, outputEnd, columnCount, offset, idOffset);
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
    this.#programs.addPattern();
  }
}

/** Lines of objects in, rows of connections out: lets the kernel fold, and gives odd lines to the reference fold. */

import { FlowbulkError } from '../src/errors.ts';
import type { Filter } from '../src/formats/filter/filter.ts';
import { keeps } from '../src/formats/filter/keeps.ts';
import type { Columns } from '../src/formats/header.ts';
import { LineReader, type RefusedLine } from '../src/formats/line-reader.ts';
import { isLineProblem, type LineProblem, type RecordLine, readValues } from '../src/formats/record-values.ts';
import type { FoldedRow } from '../src/topology/contract.ts';
import type { RecordCounts } from '../src/topology/record-counts.ts';
import { FoldTable, foldRecord, type Interfaces, type LeftOut } from '../src/topology/reference-fold.ts';
import { ConnectionRows } from './connection-rows.ts';
import type { FoldKernel } from './fold-kernel.ts';
import type { FoldMemory } from './fold-memory.ts';
import type { LocalAddress } from './interface-image.ts';
import * as foldLayout from './kernel/fold-layout.ts';
import * as layout from './kernel/layout.ts';
import { LineWindow } from './line-window.ts';

const PLACES: Readonly<Record<LeftOut, number>> = {
  noData: layout.NO_DATA,
  unknownInterface: layout.UNKNOWN_INTERFACE,
  noDirection: layout.NO_DIRECTION,
  publicRemote: layout.PUBLIC_REMOTE,
};

/** What a fold is set up with. */
export interface FoldSetup {
  readonly memory: FoldMemory;
  readonly locals: readonly LocalAddress[];
  readonly interfaces: Interfaces;
  readonly format: Columns | null;
  readonly filter: Filter | null;
  readonly maxConnections: number;
}

/**
 * Folds one object after the other into the table of its memory. An object counts when it is committed; what is rolled
 * back leaves no trace.
 */
export class ConnectionFold {
  readonly #kernel: FoldKernel;
  readonly #setup: FoldSetup;
  readonly #rows: ConnectionRows;
  readonly #reader: LineReader;
  readonly #window: LineWindow;
  /** Whether the kernel takes lines of the columns that hold, and which those are. */
  #kernelTakes = false;
  #boundTo: Columns | null = null;
  /** Records of the object by what became of them, as the kernel counts them. */
  readonly #counts = new Float64Array(layout.FOLD_COUNTS);
  #refusedLines = 0;
  /** Sums of the object that did not fit into its rows: almost never any. */
  #carried = new FoldTable();

  constructor(kernel: FoldKernel, setup: FoldSetup, onRefused: (line: RefusedLine) => void) {
    this.#kernel = kernel;
    this.#setup = setup;
    this.#rows = new ConnectionRows(setup.memory, setup.locals);
    const refused = (line: RefusedLine): void => {
      this.#refusedLines++;
      onRefused(line);
    };
    this.#window = new LineWindow(kernel.arena, refused);
    this.#reader = new LineReader(setup.format, {
      record: (columns, line) => this.#foldOddLine(columns, line),
      refused,
    });
  }

  /** Begins an object; counts start anew. */
  begin(): void {
    this.#reader.begin();
    this.#window.begin();
    this.#kernel.beginObject();
    // Columns of the object before must not be taken for this one's: without a header it has none at first.
    this.#boundTo = null;
    this.#kernelTakes = false;
    this.#counts.fill(0);
    this.#refusedLines = 0;
    this.#carried = new FoldTable();
  }

  /** What became of the object's records so far. */
  get counts(): RecordCounts {
    const at = (place: number): number => this.#counts[place] as number;
    return {
      records: this.#counts.reduce((sum, count) => sum + count, this.#refusedLines),
      folded: at(layout.FOLDED),
      noData: at(layout.NO_DATA),
      unknownInterface: at(layout.UNKNOWN_INTERFACE),
      noDirection: at(layout.NO_DIRECTION),
      publicRemote: at(layout.PUBLIC_REMOTE),
      deadLetters: this.#refusedLines,
      filtered: at(layout.FOLD_FILTERED),
    };
  }

  /** The object is whole: its records stay. Gives the rows of sums that did not fit into the table's. */
  commit(): readonly FoldedRow[] {
    return [...this.#carried.rows()];
  }

  /** The object is not whole: its records never were. */
  rollBack(): void {
    this.#kernel.rollBack();
  }

  /** Takes the bytes of `chunk`. Throws E_TOO_MANY_CONNECTIONS. */
  take(chunk: Uint8Array): void {
    for (let taken = 0; taken < chunk.length; ) {
      taken += this.#window.fill(chunk, taken);
      this.#run();
    }
  }

  /** The object ended: its last line may lack a newline. Throws E_TOO_MANY_CONNECTIONS. */
  end(): void {
    this.#window.end();
    this.#run();
  }

  /** Folds all whole lines. */
  #run(): void {
    while (this.#window.hasLine()) {
      const { columns } = this.#reader;
      if (columns !== this.#boundTo) {
        this.#boundTo = columns;
        this.#kernelTakes = columns !== null && this.#kernel.bind(columns);
      }
      if (this.#kernelTakes) this.#runKernel();
      else this.#readLine();
    }
  }

  #runKernel(): void {
    const { from, to } = this.#window;
    const status = this.#kernel.fold(from, to);
    this.#kernel.addCounts(this.#counts);
    this.#window.advance(this.#kernel.input);
    if (status === layout.NEW_PATTERN) this.#kernel.addPattern();
    else if (status === layout.ODD_LINE) this.#readLine();
    else for (let full = status; this.#makeRoom(full); full = this.#kernel.flush());
  }

  /** Gives the next line to the reader. */
  #readLine(): void {
    const { offset } = this.#window;
    const line = this.#window.takeLine();
    if (line !== null) this.#reader.read(line, offset, offset);
  }

  /** Folds a record that the kernel does not take; gives a problem where it cannot be one. */
  #foldOddLine(columns: Columns, line: RecordLine): LineProblem | null {
    const values = readValues(columns, line.tokens);
    if (isLineProblem(values)) return values;
    const record = new Map(values.map(({ field, token }) => [field.name, token]));
    this.#counts[this.#foldOdd(record, line.text)]!++;
    return null;
  }

  /** Gives the place of the record's count. */
  #foldOdd(record: ReadonlyMap<string, string>, text: string): number {
    const { filter, interfaces } = this.#setup;
    if (filter !== null && !keeps(filter.test, record, text)) return layout.FOLD_FILTERED;
    const row = foldRecord(record, interfaces);
    if (typeof row === 'string') return PLACES[row];
    const { arena } = this.#kernel;
    // The fold has no texts of objects: their place is free.
    const at = arena.address + layout.HEAP;
    this.#rows.write(at, row);
    while (this.#makeRoom(this.#kernel.mergeRows(at, at + foldLayout.ROW_BYTES)));
    return layout.FOLDED;
  }

  /** Sees to a status that says that something is full; gives whether there was anything. */
  #makeRoom(status: number): boolean {
    if (status === layout.SUM_FULL) {
      const at = this.#kernel.fullRow;
      this.#carried.add(this.#rows.read(at));
      this.#rows.clearSums(at);
      return true;
    }
    if (status === layout.TABLE_FULL) throw tooManyConnections(this.#setup.maxConnections);
    return false;
  }
}

/** The error of a fold that has more connections than are kept. */
export function tooManyConnections(most: number): FlowbulkError {
  return new FlowbulkError(
    'E_TOO_MANY_CONNECTIONS',
    `there are more than ${most.toLocaleString('en-US')} connections: give --max-connections a larger number ` +
      '(each takes about 140 bytes a worker), or fold fewer objects at a time',
    { facts: { maxConnections: most } },
  );
}

/**
 * Lines to documents, by the reference encoder: the whole meaning of an object's lines. The kernel does the same for
 * the lines it takes; this does it for any.
 */

import type { GeoTables } from '../geo/tables.ts';
import type { DocumentOptions, ObjectContext } from './document.ts';
import { EventReader } from './event-reader.ts';
import type { Columns } from './header.ts';
import { type LineOutput, LineReader, type RefusedLine } from './line-reader.ts';
import { isLineProblem } from './record-values.ts';
import { encodeRecord } from './reference.ts';

/** Where a reader's results go. */
export interface RecordOutput {
  /** A document's text with its newline, and its action line where wanted. */
  document(text: string): void;
  /** A record was left out by the filter. */
  filtered(): void;
  refused(line: RefusedLine): void;
}

/** Reads an object's lines one by one; knows the columns that hold at each. */
export class RecordReader {
  readonly #lines: LineReader;
  readonly #events: EventReader;
  #context: ObjectContext | null = null;

  constructor(format: Columns | null, options: DocumentOptions, geo: GeoTables, output: RecordOutput) {
    const records: LineOutput = {
      record: (columns, line) => {
        const result = encodeRecord(columns, line, options, this.#context as ObjectContext, geo);
        if (isLineProblem(result)) return result;
        if (result === null) output.filtered();
        else output.document(result);
        return null;
      },
      refused: (line) => output.refused(line),
    };
    this.#lines = new LineReader(format, records);
    this.#events = new EventReader(format, records);
  }

  /** Begins an object. */
  begin(context: ObjectContext): void {
    this.#context = context;
    this.#lines.begin();
  }

  /** The columns that hold for the next line; null where they must be found out first. */
  get columns(): Columns | null {
    return this.#lines.columns;
  }

  /**
   * Reads a line without its newline. `offset` is that of the line, `idOffset` the one its id is made of. Gives false
   * for an empty line.
   */
  read(line: Buffer, offset: number, idOffset: number): boolean {
    const log = this.#context?.log ?? null;
    if (log === null) return this.#lines.read(line, offset, idOffset);
    this.#events.read(line, log.formats);
    return true;
  }
}

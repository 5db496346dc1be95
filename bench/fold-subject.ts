/** The fold in this thread, as a worker has it, without source: what the bench of the fold measures. */

import { LineReader } from '../src/formats/line-reader.ts';
import { isLineProblem, readValues } from '../src/formats/record-values.ts';
import type { FoldedRow, FoldInterface } from '../src/topology/contract.ts';
import { FoldTable, foldRecord, Interfaces } from '../src/topology/reference-fold.ts';
import { ConnectionFold } from '../workers/connection-fold.ts';
import { ConnectionRows } from '../workers/connection-rows.ts';
import { FoldKernel } from '../workers/fold-kernel.ts';
import { createFoldMemory } from '../workers/fold-memory.ts';
import { interfaceImage, localsOf } from '../workers/interface-image.ts';
import { ROW_BYTES } from '../workers/kernel/fold-layout.ts';
import { loadKernelModule } from '../workers/kernel.ts';

/** What `inflateObject` gives at a time. */
const CHUNK_BYTES = 256 * 1024;

const MAX_CONNECTIONS = 1 << 21;

/** One object's text, and how many records it has. */
export interface FoldedText {
  readonly text: Buffer;
  readonly records: number;
}

/** A table and what folds into it; what it has folded once stays. */
export class FoldSubject {
  readonly #interfaces: Interfaces;
  readonly #fold: ConnectionFold;
  readonly #rows: ConnectionRows;

  constructor(list: readonly FoldInterface[]) {
    const interfaces = new Interfaces(list);
    const memory = createFoldMemory(interfaceImage(interfaces), MAX_CONNECTIONS);
    const locals = localsOf(interfaces);
    const setup = { memory, locals, interfaces, format: null, filter: null, maxConnections: MAX_CONNECTIONS };
    this.#interfaces = interfaces;
    this.#rows = new ConnectionRows(memory, locals);
    this.#fold = new ConnectionFold(new FoldKernel(loadKernelModule(), memory, null), setup, ({ reason }) => {
      throw new Error(`a line of the bench set was refused: ${reason}`);
    });
  }

  /** Folds an object's text, whole in memory, in the chunks that inflating gives. */
  foldText(text: Uint8Array): void {
    this.#fold.begin();
    for (let at = 0; at < text.length; at += CHUNK_BYTES) this.#fold.take(text.subarray(at, at + CHUNK_BYTES));
    this.#finish();
  }

  /** Folds an object's text as it comes. */
  async foldStream(chunks: AsyncIterable<Uint8Array>): Promise<void> {
    this.#fold.begin();
    for await (const chunk of chunks) this.#fold.take(chunk);
    this.#finish();
  }

  #finish(): void {
    this.#fold.end();
    if (this.#fold.commit().length > 0) throw new Error('sums of the bench set do not fit');
  }

  /** How many connections there are. */
  get connections(): number {
    return this.#rows.count;
  }

  /** The connections. */
  rows(): readonly FoldedRow[] {
    const first = this.#rows.address(0);
    return Array.from({ length: this.#rows.count }, (_, i) => this.#rows.read(first + i * ROW_BYTES));
  }

  /** What the reference fold makes of texts. */
  byReference(texts: readonly Buffer[]): readonly FoldedRow[] {
    const table = new FoldTable();
    const reader = new LineReader(null, {
      record: (columns, { tokens }) => {
        const values = readValues(columns, tokens);
        if (isLineProblem(values)) return values;
        const row = foldRecord(new Map(values.map(({ field, token }) => [field.name, token])), this.#interfaces);
        if (typeof row !== 'string') table.add(row);
        return null;
      },
      refused: ({ reason }) => {
        throw new Error(`a line of the bench set was refused: ${reason}`);
      },
    });
    for (const text of texts) {
      reader.begin();
      for (let at = 0; at < text.length; ) {
        const end = text.indexOf(10, at);
        reader.read(text.subarray(at, end), at, at);
        at = end + 1;
      }
    }
    return [...table.rows()];
  }
}

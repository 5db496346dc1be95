/**
 * The round that is being sent: which objects it is made of, on disk before the first request goes out. After a kill
 * the same objects are folded into the same map again, so that what is sent twice is the same: same ids, same gauges at
 * the same times. With others among them, the gauges would hold the records of the killed round once more.
 */

import { closeSync, fdatasyncSync, openSync, readFileSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { FlowbulkError } from '../errors.ts';
import { sinkError, writeWhole } from '../sinks/write.ts';
import type { SourceObject } from '../sources/source.ts';

/** Version of the file. */
const VERSION = 1;

/** The note of a job's round. */
export class PendingRound {
  readonly #file: string;

  /** `folder` is the job's. */
  constructor(folder: string) {
    this.#file = path.join(folder, 'round.json');
  }

  /** The objects of the round that came to no end; null where there is none. Throws E_FORMAT and E_SINK_*. */
  read(): readonly SourceObject[] | null {
    let text: string;
    try {
      text = readFileSync(this.#file, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw sinkError(error, this.#file);
    }
    const { v, objects } = this.#parsed(text);
    if (v === VERSION) return objects;
    throw new FlowbulkError(
      'E_FORMAT',
      `${this.#file} is of version ${v}, this flowbulk knows ${VERSION}: use the newer one`,
    );
  }

  #parsed(text: string): { readonly v: number; readonly objects: readonly SourceObject[] } {
    try {
      return JSON.parse(text);
    } catch (cause) {
      throw new FlowbulkError('E_FORMAT', `${this.#file} is broken: remove it, and its objects are read anew`, {
        cause,
      });
    }
  }

  /** Notes a round: it is on disk when this returns. Throws E_SINK_*. */
  begin(objects: readonly SourceObject[]): void {
    const temporary = `${this.#file}.tmp`;
    try {
      const descriptor = openSync(temporary, 'w');
      try {
        writeWhole(descriptor, Buffer.from(JSON.stringify({ v: VERSION, objects })), temporary);
        fdatasyncSync(descriptor);
      } finally {
        closeSync(descriptor);
      }
      renameSync(temporary, this.#file);
    } catch (error) {
      throw error instanceof FlowbulkError ? error : sinkError(error, this.#file);
    }
  }

  /** The ledger has the round. */
  end(): void {
    rmSync(this.#file, { force: true });
  }
}

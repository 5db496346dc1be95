/** Dead letters: what became no document, with its reason, one JSON object a line. */

import { closeSync, fdatasyncSync, openSync } from 'node:fs';
import type { SourceObject } from '../sources/source.ts';
import { sinkError, writeWhole } from './write.ts';

/** One dead letter. `v` is the version of this schema. */
export interface DeadLetter {
  readonly v: 1;
  readonly kind: 'line' | 'object' | 'document' | 'failure_store';
  /** Name of the object: `s3://bucket/key`, or a path. */
  readonly object: string;
  readonly etag: string | null;
  /** Bytes of the decompressed object before the line, or before the damage; null where there is no such place. */
  readonly offset: number | null;
  /** The event of CloudWatch Logs that the line came in. */
  readonly event?: { readonly id: string; readonly stream: string; readonly timestamp: string };
  readonly line?: string;
  readonly lineBase64?: string;
  /** The document that the cluster refused, its id (null where it has none) and its index. */
  readonly document?: unknown;
  readonly id?: string | null;
  readonly index?: string;
  /** HTTP status of the refusal. */
  readonly status?: number;
  /** Of documents: the object as it was listed, by which the ledger knows it. */
  readonly source?: SourceObject;
  readonly code: string;
  readonly reason: string;
  /** The run that wrote it. */
  readonly run: string;
}

/** Makes what was written to a file of dead letters outlast a power cut. Throws where there is no such file. */
export function syncDeadLetters(path: string): void {
  const descriptor = openSync(path, 'r');
  try {
    fdatasyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Appends to a file of dead letters; all workers of a run may have it open. */
export class DeadLetterFile {
  readonly #path: string;
  #descriptor: number | null = null;
  #waiting: DeadLetter[] = [];
  #waitingBytes = 0;

  constructor(path: string) {
    this.#path = path;
  }

  /** Takes a letter; it is on its way to disk after `flush`. */
  add(letter: DeadLetter): void {
    this.#waiting.push(letter);
    this.#waitingBytes += letter.document === undefined ? 200 : 2_000;
    this.#waitingBytes += letter.line?.length ?? letter.lineBase64?.length ?? 0;
    if (this.#waitingBytes > 65_536) this.flush();
  }

  /**
   * Writes the letters taken: one write to a file opened for appending, so that lines of two workers do not mix. The
   * file is made at the first letter. Throws E_SINK_*.
   */
  flush(): void {
    if (this.#waiting.length === 0) return;
    const text = this.#waiting.map((letter) => `${JSON.stringify(letter)}\n`).join('');
    this.#waiting = [];
    this.#waitingBytes = 0;
    try {
      this.#descriptor ??= openSync(this.#path, 'a');
    } catch (error) {
      throw sinkError(error, this.#path);
    }
    writeWhole(this.#descriptor, Buffer.from(text), this.#path);
  }

  /** Writes what is left and closes the file. */
  close(): void {
    this.flush();
    if (this.#descriptor !== null) closeSync(this.#descriptor);
    this.#descriptor = null;
  }
}

/** A folder as sink: a file, or several parts, for each object, under their names only when they are whole. */

import { closeSync, mkdirSync, openSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { constants, gzipSync } from 'node:zlib';
import type { SourceObject } from '../sources/source.ts';
import { type BodyPart, countWritten } from './document-account.ts';
import { outputEnding, outputPath } from './output-names.ts';
import type { ObjectEnd, Sink, SinkSpec } from './sink.ts';
import { sinkError, writeWhole } from './write.ts';

/** Writes `KEY.ndjson[.gz]` below a root. */
export class FolderSink implements Sink {
  readonly bodiesSpanObjects = false;
  readonly cpuMs = 0;
  readonly #spec: Extract<SinkSpec, { kind: 'folder' }>;
  /** Makes temporary names the run's own, so that two runs do not write one file. */
  readonly #run: string;
  #base = '';
  #temporary: string[] = [];
  #descriptor: number | null = null;
  #partBytes = 0;

  constructor(spec: Extract<SinkSpec, { kind: 'folder' }>, run: string) {
    this.#spec = spec;
    this.#run = run;
  }

  async expect(): Promise<void> {}

  begin(object: SourceObject): void {
    this.#base = path.join(this.#spec.root, outputPath(object.key));
    this.#temporary = [];
    this.#openPart();
  }

  /** Temporary names begin with a dot: folders are read without those. */
  #openPart(): void {
    const name = `.${path.basename(this.#base)}.${this.#run}.${this.#temporary.length + 1}.tmp`;
    const file = path.join(path.dirname(this.#base), name);
    try {
      mkdirSync(path.dirname(file), { recursive: true });
      this.#descriptor = openSync(file, 'w');
    } catch (error) {
      throw sinkError(error, file);
    }
    this.#temporary.push(file);
    this.#partBytes = 0;
  }

  #closePart(): void {
    if (this.#descriptor !== null) closeSync(this.#descriptor);
    this.#descriptor = null;
  }

  async deliver(body: Buffer, parts: readonly BodyPart[]): Promise<number> {
    const { gzip, partBytes } = this.#spec;
    if (partBytes !== null && this.#partBytes > 0 && this.#partBytes + body.length > partBytes) {
      this.#closePart();
      this.#openPart();
    }
    // One gzip member a body: members one after the other are one gzip file.
    const bytes = gzip ? gzipSync(body, { level: constants.Z_BEST_SPEED }) : body;
    writeWhole(this.#descriptor as number, bytes, `${this.#base}${outputEnding('whole', null, gzip)}`);
    this.#partBytes += body.length;
    countWritten(parts);
    return bytes.length;
  }

  async end(how: ObjectEnd): Promise<void> {
    this.#closePart();
    const { gzip, partBytes } = this.#spec;
    for (const [i, file] of this.#temporary.entries()) {
      const name = `${this.#base}${outputEnding(how, partBytes === null ? null : i + 1, gzip)}`;
      try {
        renameSync(file, name);
      } catch (error) {
        throw sinkError(error, name);
      }
    }
    this.#temporary = [];
  }

  async abandon(): Promise<boolean> {
    this.#closePart();
    for (const file of this.#temporary) rmSync(file, { force: true });
    this.#temporary = [];
    return true;
  }

  takeIndices(): readonly string[] {
    return [];
  }
}

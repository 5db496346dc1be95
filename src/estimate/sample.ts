/** Reads and converts single objects in this thread, to know what the others will give. */

import type { WorkerConfig } from '../../workers/config.ts';
import { contextOf } from '../../workers/context.ts';
import { Converter } from '../../workers/converter.ts';
import { Kernel, loadKernelModule } from '../../workers/kernel.ts';
import { createRunMemory, tablesOf } from '../../workers/memory.ts';
import { FlowbulkError } from '../errors.ts';
import { detectColumns } from '../formats/detect.ts';
import type { DocumentOptions } from '../formats/document.ts';
import { type Columns, isProblem, readHeader } from '../formats/header.ts';
import { LAYOUTS } from '../formats/layouts.ts';
import { fragmentBounds } from '../geo/bounds.ts';
import type { GeoImage } from '../geo/build.ts';
import { GeoTables } from '../geo/tables.ts';
import { inflateEngine } from '../inflate/engine.ts';
import { inflateObject } from '../inflate/inflate.ts';
import { describeObject } from '../sources/refusals.ts';
import type { Source, SourceObject } from '../sources/source.ts';
import type { SourceSpec } from '../sources/spec.ts';

/** Of larger objects only the beginning is read: some 180,000 records. */
const SAMPLE_BYTES = 4 << 20;

/** The first line of an object is looked for in so much of its text. */
const FIRST_LINE_BYTES = 8192;

/** What one object gave. All but `objectBytes` is of the part that was read. */
export interface Sampled {
  readonly object: string;
  /** Size of the object as listed, and how much of it was read. */
  readonly objectBytes: number;
  readonly readBytes: number;
  readonly plainBytes: number;
  /** Documents, dead lines and those that the filter leaves out. */
  readonly records: number;
  readonly documents: number;
  readonly filtered: number;
  /** Without action lines. */
  readonly documentBytes: number;
  readonly deadLines: Readonly<Record<string, number>>;
  /** A layout's name, or `14 fields of its own`. */
  readonly layout: string;
}

/** An object of the sample that could not be read. */
export interface FailedSample {
  readonly object: string;
  readonly code: string;
  readonly reason: string;
}

/** How documents are made, as for a run. */
export interface SampleOptions {
  readonly spec: SourceSpec;
  readonly bucketRegion: string | null;
  readonly options: DocumentOptions;
  readonly format: Columns | null;
  readonly geo: GeoImage;
}

/** One kernel in this thread; documents are counted and thrown away. */
export class SampleReader {
  readonly #source: Source;
  readonly #config: WorkerConfig;
  readonly #format: Columns | null;
  readonly #kernel: Kernel;
  readonly #converter: Converter;
  #deadLines: Record<string, number> = {};
  #documentBytes = 0;

  constructor(source: Source, { spec, bucketRegion, options: asked, format, geo }: SampleOptions) {
    // Action lines are no part of what is stored.
    const options: DocumentOptions = { ...asked, as: 'documents', index: null };
    const memory = createRunMemory(geo.bytes, 1);
    geo.readInto(tablesOf(memory));
    this.#source = source;
    this.#format = format;
    // As much as `contextOf` reads of it.
    const config: Pick<WorkerConfig, 'source' | 'bucketRegion' | 'options'> = { source: spec, bucketRegion, options };
    this.#config = config as WorkerConfig;
    this.#kernel = new Kernel(loadKernelModule(), memory, 0, options, fragmentBounds(tablesOf(memory)));
    const tables = new GeoTables(tablesOf(memory));
    this.#converter = new Converter(this.#kernel, options, format, tables, ({ code }) => {
      this.#deadLines[code] = (this.#deadLines[code] ?? 0) + 1;
    });
  }

  /** Reads an object, or the beginning of a large one, by one GET. Throws E_OBJECT_* where it cannot be read. */
  async read(object: SourceObject, signal: AbortSignal): Promise<Sampled> {
    const { bytes, isCut } = await this.#head(object, signal);
    this.#deadLines = {};
    this.#documentBytes = 0;
    this.#converter.begin(contextOf(object, this.#config));
    let plainBytes = 0;
    let layout: string | null = null;
    const name = describeObject(object);
    try {
      for await (const chunk of inflateObject(from(bytes), inflateEngine(), { name })) {
        signal.throwIfAborted();
        layout ??= layoutOf(chunk, this.#format);
        plainBytes += chunk.length;
        this.#feed(chunk);
      }
    } catch (error) {
      // That the stream ends where reading was ended is no damage.
      if (!(isCut && isCutAt(error, bytes.length))) throw error;
    }
    if (isCut) this.#converter.dropLineBegun();
    else this.#converter.end();
    this.#pump();
    this.#pass();
    const { documents, refused, filtered } = this.#converter.counts;
    return {
      object: name,
      objectBytes: object.size,
      readBytes: bytes.length,
      plainBytes,
      records: documents + refused + filtered,
      documents,
      filtered,
      documentBytes: this.#documentBytes,
      deadLines: this.#deadLines,
      layout: layout ?? 'empty',
    };
  }

  /** The first bytes of an object; `isCut` where there are more. */
  async #head(object: SourceObject, signal: AbortSignal): Promise<{ bytes: Buffer; isCut: boolean }> {
    const chunks: Uint8Array[] = [];
    let have = 0;
    for await (const chunk of this.#source.open(object, 0, signal)) {
      chunks.push(chunk);
      have += chunk.length;
      if (have >= SAMPLE_BYTES) break;
    }
    return { bytes: Buffer.concat(chunks), isCut: have < object.size };
  }

  #feed(chunk: Uint8Array): void {
    for (let taken = 0; taken < chunk.length; ) {
      taken += this.#converter.fill(chunk, taken);
      this.#pump();
    }
  }

  #pump(): void {
    while (this.#converter.run() === 'needs body') {
      this.#pass();
      this.#converter.takeBody(this.#kernel.arena.bodies[0]!);
    }
  }

  #pass(): void {
    this.#documentBytes += this.#converter.giveBody()?.bytes ?? 0;
  }
}

/** Opens bytes that are in memory as `inflateObject` wants it. */
function from(bytes: Buffer): (fromByte: number) => AsyncGenerator<Uint8Array> {
  return async function* (fromByte) {
    yield bytes.subarray(fromByte);
  };
}

function isCutAt(error: unknown, atByte: number): boolean {
  return (
    error instanceof FlowbulkError &&
    error.code === 'E_OBJECT_DAMAGED' &&
    (error.facts['compressedOffset'] as number) >= atByte
  );
}

/** What to call the columns of an object by its first line. */
function layoutOf(chunk: Uint8Array, format: Columns | null): string {
  const text = Buffer.from(chunk.subarray(0, FIRST_LINE_BYTES)).toString('utf8');
  const line = /^\uFEFF?([^\r\n]*)/.exec(text)?.[1] ?? '';
  if (line.startsWith('{')) return 'JSON';
  const tokens = line.split(/[ \t]+/).filter((token) => token !== '');
  const header = readHeader(tokens);
  const columns = header === null ? detectColumns(tokens, format) : isProblem(header) ? null : header;
  return columns === null ? 'unknown' : layoutName(columns);
}

function layoutName({ fields, key }: Columns): string {
  const known = Object.entries(LAYOUTS).find(([, names]) => names.join(' ') === key);
  return known === undefined ? `${fields.length} fields of its own` : known[0];
}

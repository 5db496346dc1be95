/** The converter in this thread, as a worker has it, without source and sink: what the kernel benches measure. */

import { DEFAULT_DOCUMENTS, type DocumentOptions, type ObjectContext } from '../src/formats/document.ts';
import { fragmentBounds } from '../src/geo/bounds.ts';
import type { GeoImage } from '../src/geo/build.ts';
import { GeoTables } from '../src/geo/tables.ts';
import { Converter } from '../workers/converter.ts';
import { Kernel, loadKernelModule } from '../workers/kernel.ts';
import { createRunMemory, tablesOf } from '../workers/memory.ts';

/** What `inflateObject` gives at a time. */
const CHUNK_BYTES = 256 * 1024;

/** The options of `flowbulk convert` without any. */
export const DOCUMENT_OPTIONS: DocumentOptions = DEFAULT_DOCUMENTS;

/** Hears of each full body; the bytes are valid until it returns. */
type OnBody = (bytes: Buffer) => void;

/** What a conversion gave. */
export interface Converted {
  readonly documents: number;
  readonly bytesOut: number;
}

/** One arena, one kernel, and bodies that are thrown away unless somebody looks. */
export class Subject {
  readonly geo: GeoTables;
  readonly options: DocumentOptions;
  readonly #kernel: Kernel;
  readonly #converter: Converter;
  #refused = 0;
  #bytesOut = 0;

  constructor(image: GeoImage, options: DocumentOptions = DOCUMENT_OPTIONS) {
    this.options = options;
    const memory = createRunMemory(image.bytes, 1);
    image.readInto(tablesOf(memory));
    this.geo = new GeoTables(tablesOf(memory));
    this.#kernel = new Kernel(loadKernelModule(), memory, 0, options, fragmentBounds(tablesOf(memory)));
    this.#converter = new Converter(this.#kernel, options, null, this.geo, () => this.#refused++);
  }

  /** Converts an object's text, whole in memory, in the chunks that inflating gives. Throws where a line is refused. */
  convertText(context: ObjectContext, text: Uint8Array, onBody: OnBody = ignore): Converted {
    this.#begin(context);
    for (let at = 0; at < text.length; at += CHUNK_BYTES) this.#feed(text.subarray(at, at + CHUNK_BYTES), onBody);
    return this.#finish(onBody);
  }

  /** Converts an object's text as it comes. Throws where a line is refused. */
  async convertStream(
    context: ObjectContext,
    chunks: AsyncIterable<Uint8Array>,
    onBody: OnBody = ignore,
  ): Promise<Converted> {
    this.#begin(context);
    for await (const chunk of chunks) this.#feed(chunk, onBody);
    return this.#finish(onBody);
  }

  #begin(context: ObjectContext): void {
    this.#refused = 0;
    this.#bytesOut = 0;
    this.#converter.begin(context);
  }

  #feed(chunk: Uint8Array, onBody: OnBody): void {
    for (let taken = 0; taken < chunk.length; ) {
      taken += this.#converter.fill(chunk, taken);
      this.#pump(onBody);
    }
  }

  #pump(onBody: OnBody): void {
    while (this.#converter.run() === 'needs body') {
      this.#pass(onBody);
      // A sink that is done at once gives the same body back: so does a run whose sink is a file.
      this.#converter.takeBody(this.#kernel.arena.bodies[0]!);
    }
  }

  #pass(onBody: OnBody): void {
    const body = this.#converter.giveBody();
    if (body === null || body.bytes === 0) return;
    this.#bytesOut += body.bytes;
    onBody(body.place.view.subarray(0, body.bytes));
  }

  #finish(onBody: OnBody): Converted {
    this.#converter.end();
    this.#pump(onBody);
    this.#pass(onBody);
    if (this.#refused > 0) throw new Error(`${this.#refused} lines of the bench set were refused`);
    return { documents: this.#converter.counts.documents, bytesOut: this.#bytesOut };
  }
}

function ignore(): void {}

/** The ids of an object's documents, from the object itself. */

import type { WorkerConfig } from '../../workers/config.ts';
import { contextOf } from '../../workers/context.ts';
import { Converter } from '../../workers/converter.ts';
import { Kernel, loadKernelModule } from '../../workers/kernel.ts';
import { createRunMemory, tablesOf } from '../../workers/memory.ts';
import { BulkDocuments } from '../delivery/bulk-documents.ts';
import { FlowbulkError } from '../errors.ts';
import type { DocumentOptions } from '../formats/document.ts';
import type { Columns } from '../formats/header.ts';
import { fragmentBounds } from '../geo/bounds.ts';
import type { GeoImage } from '../geo/build.ts';
import { GeoTables } from '../geo/tables.ts';
import { inflateEngine } from '../inflate/engine.ts';
import { inflateObject } from '../inflate/inflate.ts';
import { DocumentAccount } from '../sinks/document-account.ts';
import { describeObject } from '../sources/refusals.ts';
import type { Source, SourceObject } from '../sources/source.ts';
import type { SourceSpec } from '../sources/spec.ts';

/** A document by its id, and the offset that the id is made of; null for ids of events, which have none. */
export interface KnownId {
  readonly id: string;
  readonly offset: number | null;
}

/** What an object is read with. */
export interface ReadingOptions {
  readonly spec: SourceSpec;
  readonly bucketRegion: string | null;
  /** Made for `_bulk`: ids stand in action lines. */
  readonly options: DocumentOptions;
  readonly format: Columns | null;
  /** An empty one will do: ids do not depend on it. */
  readonly geo: GeoImage;
}

/** Reads objects again in this thread, by one kernel. */
export class IdReader {
  readonly #source: Source;
  readonly #config: WorkerConfig;
  readonly #kernel: Kernel;
  readonly #converter: Converter;
  #hasBody = false;

  constructor(source: Source, { spec, bucketRegion, options, format, geo }: ReadingOptions) {
    const memory = createRunMemory(geo.bytes, 1);
    geo.readInto(tablesOf(memory));
    this.#source = source;
    // As much as `contextOf` reads of it.
    const config: Pick<WorkerConfig, 'source' | 'bucketRegion' | 'options'> = { source: spec, bucketRegion, options };
    this.#config = config as WorkerConfig;
    this.#kernel = new Kernel(loadKernelModule(), memory, 0, options, fragmentBounds(tablesOf(memory)));
    this.#converter = new Converter(this.#kernel, options, format, new GeoTables(tablesOf(memory)), () => {});
  }

  /** Ids by the body, in the object's order; those before the damage where it is damaged. Throws E_OBJECT_*. */
  async *ids(object: SourceObject, signal: AbortSignal): AsyncGenerator<readonly KnownId[]> {
    const converter = this.#converter;
    // What an object before left when it could not be read to its end.
    if (this.#hasBody) converter.giveBody();
    this.#hasBody = false;
    converter.begin(contextOf(object, this.#config));
    const open = (fromByte: number) => this.#source.open(object, fromByte, signal);
    try {
      for await (const chunk of inflateObject(open, inflateEngine(), { name: describeObject(object) })) {
        for (let taken = 0; taken < chunk.length; ) {
          taken += converter.fill(chunk, taken);
          yield* this.#convert(object);
        }
      }
      converter.end();
    } catch (error) {
      if (!(error instanceof FlowbulkError) || error.code !== 'E_OBJECT_DAMAGED') throw error;
      converter.dropLineBegun();
    }
    yield* this.#convert(object);
    yield* this.#take(object);
  }

  *#convert(object: SourceObject): Generator<readonly KnownId[]> {
    while (this.#converter.run() === 'needs body') {
      yield* this.#take(object);
      this.#converter.takeBody(this.#kernel.arena.bodies[0]!);
      this.#hasBody = true;
    }
  }

  /** The ids of the body, which is free again. */
  *#take(object: SourceObject): Generator<readonly KnownId[]> {
    const body = this.#hasBody ? this.#converter.giveBody() : null;
    this.#hasBody = false;
    if (body === null || body.bytes === 0) return;
    const bytes = Buffer.from(body.place.view.subarray(0, body.bytes));
    yield idsOf(bytes, object);
  }
}

const NEWLINE = 10;

function idsOf(bytes: Buffer, object: SourceObject): readonly KnownId[] {
  let lines = 0;
  for (let at = bytes.indexOf(NEWLINE); at !== -1; at = bytes.indexOf(NEWLINE, at + 1)) lines++;
  const documents = new BulkDocuments(bytes, [{ account: new DocumentAccount(object, ''), documents: lines / 2 }]);
  return Array.from({ length: documents.count }, (_, i) => {
    const id = documents.action(i).id ?? '';
    return { id, offset: object.kind === 'cloudwatch' ? null : Number(id.slice(id.lastIndexOf('-') + 1)) };
  });
}

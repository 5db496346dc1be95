/** Lines of objects in, bodies of documents out: lets the kernel convert, and gives odd lines to the record reader. */

import type { DocumentOptions, ObjectContext } from '../src/formats/document.ts';
import { objectMembers } from '../src/formats/document.ts';
import type { Columns } from '../src/formats/header.ts';
import { countsLikeFilebeat } from '../src/formats/ids.ts';
import { type Json, newObject, setPath, toJson } from '../src/formats/json.ts';
import type { RefusedLine } from '../src/formats/line-reader.ts';
import { RecordReader } from '../src/formats/record-reader.ts';
import type { GeoTables } from '../src/geo/tables.ts';
import type { Arena, BodyPlace } from './arena.ts';
import * as layout from './kernel/layout.ts';
import type { Kernel } from './kernel.ts';
import { LineWindow } from './line-window.ts';
import type { ShapeFacts } from './shape.ts';

/** What an object's lines became. */
export interface LineCounts {
  documents: number;
  refused: number;
  /** Left out by the filter. */
  filtered: number;
}

/** Converts one object after the other; the caller owns the bodies and says when. */
export class Converter {
  readonly #kernel: Kernel;
  readonly #arena: Arena;
  readonly #options: DocumentOptions;
  readonly #reader: RecordReader;
  readonly #onRefused: (line: RefusedLine) => void;
  readonly #window: LineWindow;

  #facts: ShapeFacts | null = null;
  #slotBytes = 0;
  /** Whether the kernel takes lines of the columns that hold, and which those are. */
  #kernelTakes = false;
  #boundTo: Columns | null = null;

  /** How far ids' offsets lie behind those of lines. */
  #uncountedBytes = 0;

  /** Documents of odd lines that wait for room. */
  #pending: Buffer[] = [];
  #body: BodyPlace | null = null;
  #bodyBytes = 0;
  #counts: LineCounts = { documents: 0, refused: 0, filtered: 0 };

  constructor(
    kernel: Kernel,
    options: DocumentOptions,
    format: Columns | null,
    geo: GeoTables,
    onRefused: (line: RefusedLine) => void,
  ) {
    this.#kernel = kernel;
    this.#arena = kernel.arena;
    this.#options = options;
    this.#onRefused = onRefused;
    this.#window = new LineWindow(kernel.arena, (line) => this.#refused(line));
    this.#reader = new RecordReader(format, options, geo, {
      document: (text) => this.#pending.push(Buffer.from(text)),
      filtered: () => this.#counts.filtered++,
      refused: (line) => this.#refused(line),
    });
  }

  #refused(line: RefusedLine): void {
    this.#counts.refused++;
    this.#onRefused(line);
  }

  /** Begins an object; counts start anew. */
  begin(context: ObjectContext): void {
    this.#reader.begin(context);
    this.#facts = { hasS3: context.s3 !== null, hasRegion: context.region !== null, hasId: context.idPrefix !== null };
    this.#slotBytes = this.#arena.setSlots(slotTexts(context));
    // Columns of the object before must not be taken for this one's: without a header it has none at first.
    this.#boundTo = null;
    this.#kernelTakes = false;
    this.#window.begin();
    this.#uncountedBytes = 0;
    this.#counts = { documents: 0, refused: 0, filtered: 0 };
  }

  /** What the object's lines became so far; documents are counted when they are in a body. */
  get counts(): Readonly<LineCounts> {
    return this.#counts;
  }

  /** Takes an empty body to fill. */
  takeBody(body: BodyPlace): void {
    this.#body = body;
    this.#bodyBytes = 0;
  }

  /** Gives the body away with the bytes used; null when there is none. */
  giveBody(): { readonly place: BodyPlace; readonly bytes: number } | null {
    if (this.#body === null) return null;
    const given = { place: this.#body, bytes: this.#bodyBytes };
    this.#body = null;
    return given;
  }

  /** Copies bytes from `chunk`, from `taken` on, into the window; gives how many. `run` must have asked for input. */
  fill(chunk: Uint8Array, taken: number): number {
    return this.#window.fill(chunk, taken);
  }

  /** The object ended: its last line may lack a newline. `run` must have asked for input. */
  end(): void {
    this.#window.end();
  }

  /** The object is damaged after what was given: the line that was begun is no whole line. */
  dropLineBegun(): void {
    this.#window.dropLineBegun();
  }

  /** Converts until more input is needed, or the body is full (or there is none). */
  run(): 'needs input' | 'needs body' {
    while (true) {
      if (!this.#flushPending()) return 'needs body';
      if (!this.#window.hasLine()) return 'needs input';
      const columns = this.#reader.columns;
      if (columns !== this.#boundTo) {
        this.#boundTo = columns;
        this.#kernelTakes = columns !== null && this.#kernel.bind(columns, this.#facts as ShapeFacts);
      }
      if (!this.#kernelTakes) this.#readLine();
      else if (!this.#runKernel()) return 'needs body';
    }
  }

  /** Lets the kernel convert. False when it needs a body. */
  #runKernel(): boolean {
    const body = this.#body;
    if (body === null) return false;
    const { offset, from, to } = this.#window;
    const output = body.address + this.#bodyBytes;
    const outputEnd = body.address + body.view.length - this.#slotBytes;
    const status = this.#kernel.convert(from, to, output, outputEnd, offset, offset - this.#uncountedBytes);
    this.#window.advance(this.#kernel.input);
    this.#bodyBytes = this.#kernel.output - body.address;
    this.#counts.documents += this.#kernel.documents;
    this.#counts.filtered += this.#kernel.filtered;
    if (status === layout.NEW_PATTERN) this.#kernel.addPattern();
    else if (status === layout.ODD_LINE) this.#readLine();
    // Nothing fits into an empty body: the reader makes the document, or says that it is too large.
    else if (status === layout.BODY_FULL && this.#bodyBytes === 0) this.#readLine();
    else if (status === layout.BODY_FULL) return false;
    return true;
  }

  /** Gives the next line to the reader. */
  #readLine(): void {
    const { offset } = this.#window;
    const line = this.#window.takeLine();
    if (line === null) return;
    const isRecord = this.#reader.read(line, offset, offset - this.#uncountedBytes);
    if (!isRecord && countsLikeFilebeat(this.#options.ids)) this.#uncountedBytes += line.length + 1;
  }

  /** Moves waiting documents into the body; false when there is no room. */
  #flushPending(): boolean {
    while (this.#pending.length > 0) {
      const document = this.#pending[0] as Buffer;
      if (this.#body === null) return false;
      if (document.length > this.#body.view.length)
        throw new RangeError(`a document of ${document.length} bytes fits no body`);
      if (this.#bodyBytes + document.length > this.#body.view.length) return false;
      document.copy(this.#body.view, this.#bodyBytes);
      this.#bodyBytes += document.length;
      this.#counts.documents++;
      this.#pending.shift();
    }
    return true;
  }
}

/** An object's texts by slot. */
function slotTexts(context: ObjectContext): readonly string[] {
  const members = newObject();
  for (const [path, value] of objectMembers(context)) setPath(members, path, value);
  const { aws } = members as { aws?: { s3: Json } };
  const texts: string[] = [];
  texts[layout.SLOT_ID] = context.idPrefix ?? '';
  texts[layout.SLOT_S3] = aws === undefined ? '' : toJson(aws.s3);
  texts[layout.SLOT_PATH] = toJson(context.path);
  texts[layout.SLOT_REGION] = toJson(context.region ?? '');
  texts[layout.SLOT_TIME] = new Date(context.timeMs).toISOString();
  return texts;
}

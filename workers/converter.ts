/**
 * Plain bytes of objects in, bodies of documents out: fills the arena's input window, lets the kernel convert whole
 * lines, and gives the lines it does not take to the record reader.
 *
 * ```
 * window   │ whole lines … │ line begun │  free   │
 *          ▲ #from          ▲ #to        ▲ #filled
 * ```
 */

import type { DocumentOptions, ObjectContext } from '../src/formats/document.ts';
import { objectMembers } from '../src/formats/document.ts';
import type { Columns } from '../src/formats/header.ts';
import { countsLikeFilebeat } from '../src/formats/ids.ts';
import { type Json, newObject, setPath, toJson } from '../src/formats/json.ts';
import { KEPT_BYTES, RecordReader, type RefusedLine, refuse } from '../src/formats/record-reader.ts';
import type { GeoTables } from '../src/geo/tables.ts';
import type { Arena, BodyPlace } from './arena.ts';
import * as layout from './kernel/layout.ts';
import type { Kernel } from './kernel.ts';
import type { ShapeFacts } from './shape.ts';

const NEWLINE = 10;

/** A line longer than this is not even kept until its end comes: its start goes to dead letters. */
export const MAX_LINE_BYTES = 4 << 20;

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

  #facts: ShapeFacts | null = null;
  /** Lines are events of a log group: the kernel reads none of those. */
  #isLog = false;
  #slotBytes = 0;
  /** Whether the kernel takes lines of the columns that hold, and which those are. */
  #kernelTakes = false;
  #boundTo: Columns | null = null;

  #from = 0;
  #to = 0;
  #filled = 0;
  /** Offset in the object of the window's first byte, and how far ids' offsets lie behind it. */
  #windowOffset = 0;
  #uncountedBytes = 0;
  /** Inside a line that is too long: its bytes are dropped until it ends. */
  #skipping = false;

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
    this.#isLog = context.log !== null;
    this.#facts = { hasS3: context.s3 !== null, hasRegion: context.region !== null, hasId: context.idPrefix !== null };
    this.#slotBytes = this.#arena.setSlots(slotTexts(context));
    // Columns of the object before must not be taken for this one's: without a header it has none at first.
    this.#boundTo = null;
    this.#kernelTakes = false;
    this.#from = this.#to = this.#filled = this.#arena.input;
    this.#windowOffset = 0;
    this.#uncountedBytes = 0;
    this.#skipping = false;
    this.#counts = { documents: 0, refused: 0, filtered: 0 };
  }

  /** What the object's lines became so far; documents are counted when they are in a body. */
  get counts(): Readonly<LineCounts> {
    return this.#counts;
  }

  /** Offset of the first byte that is not converted. */
  get offset(): number {
    return this.#windowOffset + this.#from - this.#arena.input;
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
    const { input, inputEnd, bytes } = this.#arena;
    if (this.#from > input) {
      bytes.copyWithin(input, this.#from, this.#filled);
      this.#windowOffset += this.#from - input;
      this.#filled -= this.#from - input;
      this.#from = input;
    }
    const count = Math.min(chunk.length - taken, inputEnd - this.#filled);
    const part = taken === 0 && count === chunk.length ? chunk : chunk.subarray(taken, taken + count);
    // `set` into shared memory goes byte by byte in V8; Buffer's `fill` is a memcpy (and here fills just once).
    bytes.fill(part, this.#filled, this.#filled + part.length);
    // Only the new bytes can hold a newline: what was left over is the start of a line.
    const last = Buffer.from(part.buffer, part.byteOffset, part.length).lastIndexOf(NEWLINE);
    this.#to = last === -1 ? this.#from : this.#filled + last + 1;
    this.#filled += count;
    return count;
  }

  /** The object ended: its last line may lack a newline. `run` must have asked for input. */
  end(): void {
    if (this.#from === this.#filled && !this.#skipping) return;
    this.fill(Uint8Array.of(NEWLINE), 0);
  }

  /** The object is damaged after what was given: the line that was begun is no whole line. */
  dropLineBegun(): void {
    this.#filled = this.#to = this.#from;
  }

  /** Converts until more input is needed, or the body is full (or there is none). */
  run(): 'needs input' | 'needs body' {
    while (true) {
      if (!this.#flushPending()) return 'needs body';
      if (this.#skipping && !this.#skipLine()) return 'needs input';
      if (this.#from === this.#to) {
        if (this.#filled - this.#from < MAX_LINE_BYTES) return 'needs input';
        this.#refuseLongLine();
        continue;
      }
      const columns = this.#reader.columns;
      if (columns !== this.#boundTo) {
        this.#boundTo = columns;
        this.#kernelTakes = columns !== null && !this.#isLog && this.#kernel.bind(columns, this.#facts as ShapeFacts);
      }
      if (!this.#kernelTakes) this.#readLine();
      else if (!this.#runKernel()) return 'needs body';
    }
  }

  /** Lets the kernel convert. False when it needs a body. */
  #runKernel(): boolean {
    const body = this.#body;
    if (body === null) return false;
    const { offset } = this;
    const output = body.address + this.#bodyBytes;
    const outputEnd = body.address + body.view.length - this.#slotBytes;
    const status = this.#kernel.convert(this.#from, this.#to, output, outputEnd, offset, offset - this.#uncountedBytes);
    this.#from = this.#kernel.input;
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

  /** Address of the newline that ends the next line. */
  #lineEnd(): number {
    const { window, input } = this.#arena;
    return input + window.indexOf(NEWLINE, this.#from - input);
  }

  /** Gives the next line to the reader. */
  #readLine(): void {
    const { offset } = this;
    const lineEnd = this.#lineEnd();
    // So it ends, too, where its newline comes with the chunk that makes it too long.
    if (lineEnd - this.#from >= MAX_LINE_BYTES) {
      this.#refuseLongLine();
      return;
    }
    const line = Buffer.from(this.#arena.bytes.subarray(this.#from, lineEnd));
    this.#from = lineEnd + 1;
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

  #refuseLongLine(): void {
    const start = Buffer.from(this.#arena.bytes.subarray(this.#from, this.#from + KEPT_BYTES));
    this.#refused(refuse(start, this.offset, 'line_too_long', `over ${MAX_LINE_BYTES} bytes`));
    this.#skipping = true;
  }

  /** Drops bytes up to the end of a line that is too long; true when it is reached. */
  #skipLine(): boolean {
    if (this.#to === this.#from) {
      this.#from = this.#to = this.#filled;
      return false;
    }
    this.#from = this.#lineEnd() + 1;
    this.#skipping = false;
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

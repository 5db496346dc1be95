/**
 * Lines to documents, by the reference encoder: the whole meaning of an object's lines. The kernel does the same for
 * the lines it takes; this does it for any.
 */

import { isUtf8 } from 'node:buffer';
import type { GeoTables } from '../geo/tables.ts';
import { detectColumns } from './detect.ts';
import type { DocumentOptions, ObjectContext } from './document.ts';
import { type Columns, isProblem, readHeader } from './header.ts';
import { type LogEvent, readEventLine } from './log-event.ts';
import { encodeRecord, isLineProblem, type LineProblem } from './reference.ts';
import { isWrapped, unwrap } from './wrapped.ts';

/** The longest line that can be a record; AWS's longest are a third of it. */
export const MAX_RECORD_BYTES = 32_768;

/** Why a line became a dead letter. */
export type LineCode = LineProblem['code'] | 'bad_header' | 'bad_json' | 'unknown_format' | 'line_too_long';

/** A line that became no document. */
export interface RefusedLine {
  /** Null for an event of CloudWatch Logs, which `event` names. */
  readonly offset: number | null;
  readonly event?: { readonly id: string; readonly stream: string; readonly timestamp: string };
  readonly code: LineCode;
  readonly reason: string;
  /** The line, or the start of it; as text where it is UTF-8. */
  readonly line?: string;
  readonly lineBase64?: string;
}

/** Bytes of a line that are kept when it is too long. */
export const KEPT_BYTES = 1024;

/** A refused line with its text as a dead letter keeps it. */
export function refuse(bytes: Buffer, offset: number | null, code: LineCode, reason: string): RefusedLine {
  const kept = code === 'line_too_long' ? bytes.subarray(0, KEPT_BYTES) : bytes;
  const text = isUtf8(kept) ? { line: kept.toString() } : { lineBase64: kept.toString('base64') };
  return { offset, code, reason, ...text };
}

/** Where a reader's results go. */
export interface RecordOutput {
  /** A document's text with its newline, and its action line where wanted. */
  document(text: string): void;
  /** A record was left out by the filter. */
  filtered(): void;
  refused(line: RefusedLine): void;
}

const BLANKS = /[ \t]+/;
const BLANKS_AND_ENDS = /[ \t\r\n]+/;
const CARRIAGE_RETURN = 13;
/** What some Windows programs put before UTF-8 text. */
const BYTE_ORDER_MARK = Buffer.from('\uFEFF');

/** Reads an object's lines one by one; knows the columns that hold at each. */
export class RecordReader {
  readonly #format: Columns | null;
  readonly #options: DocumentOptions;
  readonly #geo: GeoTables;
  readonly #output: RecordOutput;
  #context: ObjectContext | null = null;
  #columns: Columns | null = null;
  #hasHeader = false;
  #headerProblem: string | null = null;

  constructor(format: Columns | null, options: DocumentOptions, geo: GeoTables, output: RecordOutput) {
    this.#format = format;
    this.#options = options;
    this.#geo = geo;
    this.#output = output;
  }

  /** Begins an object. */
  begin(context: ObjectContext): void {
    this.#context = context;
    this.#columns = this.#format;
    this.#hasHeader = false;
    this.#headerProblem = null;
  }

  /** The columns that hold for the next line; null where they must be found out first. */
  get columns(): Columns | null {
    return this.#columns;
  }

  /**
   * Reads a line without its newline. `offset` is that of the line, `idOffset` the one its id is made of. Gives false
   * for an empty line.
   */
  read(line: Buffer, offset: number, idOffset: number): boolean {
    if (this.#context?.log != null) {
      this.#readEvent(readEventLine(line.toString()), this.#context.log.formats);
      return true;
    }
    const from =
      offset === 0 && line.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK.length : 0;
    const bytes = line.subarray(from, line.at(-1) === CARRIAGE_RETURN ? -1 : line.length);
    const text = bytes.toString();
    if (isWrapped(text)) {
      const inner = unwrap(text);
      if (inner === null)
        this.#refuse(bytes, offset, 'bad_json', 'JSON that is neither a Firehose record nor a subscription payload');
      // A record inside takes more than one byte of the line, so these offsets stay below the next line's.
      else
        for (const [i, record] of inner.entries()) this.#readRecord(Buffer.from(record), record, offset, idOffset + i);
      return true;
    }
    return this.#readRecord(bytes, text, offset, idOffset);
  }

  /**
   * Reads the record of an event. There are no headers, and several flow logs may write to one group: each record is told by
   * its own tokens.
   */
  #readEvent(event: LogEvent, formats: readonly Columns[]): void {
    const { message } = event;
    const tokens = message.split(BLANKS_AND_ENDS).filter((token) => token !== '');
    const refuseEvent = (code: LineCode, reason: string) => {
      const { id, stream, timestampMs } = event;
      const named = { id, stream, timestamp: new Date(timestampMs).toISOString() };
      this.#output.refused({ ...refuse(Buffer.from(message), null, code, reason), event: named });
    };
    if (message.length > MAX_RECORD_BYTES) {
      refuseEvent('line_too_long', `over ${MAX_RECORD_BYTES} characters, which no record has`);
      return;
    }
    // One that looks like none of them is told by its number, so that what is wrong with it can be said.
    const columns =
      detectColumns(tokens, this.#format, formats) ?? formats.find(({ fields }) => fields.length === tokens.length);
    if (columns === undefined) {
      refuseEvent('unknown_format', `${tokens.length} tokens are no layout known; say --format "<field names>"`);
      return;
    }
    const problem = this.#encodeBy(columns, { text: message, tokens, offset: 0, idOffset: 0, event });
    if (problem !== null) refuseEvent(problem.code, problem.reason);
  }

  #readRecord(bytes: Buffer, text: string, offset: number, idOffset: number): boolean {
    if (bytes.length > MAX_RECORD_BYTES) {
      this.#refuse(bytes, offset, 'line_too_long', `${bytes.length} bytes, a record has at most ${MAX_RECORD_BYTES}`);
      return true;
    }
    const tokens = text.split(BLANKS).filter((token) => token !== '');
    // Blanks alone are no record, but Filebeat counts them: it skips only what has no bytes.
    if (tokens.length === 0) return bytes.length > 0;
    const header = readHeader(tokens);
    if (header !== null) {
      this.#hasHeader = true;
      this.#columns = isProblem(header) ? null : header;
      this.#headerProblem = isProblem(header) ? header.problem : null;
      if (isProblem(header)) this.#refuse(bytes, offset, 'bad_header', header.problem);
      return true;
    }
    if (this.#headerProblem !== null) {
      this.#refuse(bytes, offset, 'bad_header', `the header before it cannot be used: ${this.#headerProblem}`);
      return true;
    }
    const problem = this.#encode({ text, tokens, offset, idOffset, event: null });
    if (problem !== null) this.#refuse(bytes, offset, problem.code, problem.reason);
    return true;
  }

  /** Encodes a record by the columns that hold; without a header, finds others where those do not fit. */
  #encode(line: Parameters<typeof encodeRecord>[1]): { code: LineCode; reason: string } | null {
    const kept = this.#columns;
    const problem = kept === null ? null : this.#encodeBy(kept, line);
    if (kept !== null && (problem === null || this.#hasHeader)) return problem;
    const found = detectColumns(line.tokens, this.#format);
    if (found === null) {
      if (problem !== null && problem.code !== 'token_count') return problem;
      const reason = `${line.tokens.length} tokens without a header are no layout known; say --format "<field names>"`;
      return { code: 'unknown_format', reason };
    }
    if (found.key === kept?.key) return problem;
    this.#columns = found;
    return this.#encodeBy(found, line);
  }

  #encodeBy(columns: Columns, line: Parameters<typeof encodeRecord>[1]): LineProblem | null {
    const result = encodeRecord(columns, line, this.#options, this.#context as ObjectContext, this.#geo);
    if (isLineProblem(result)) return result;
    if (result === null) this.#output.filtered();
    else this.#output.document(result);
    return null;
  }

  #refuse(bytes: Buffer, offset: number, code: LineCode, reason: string): void {
    this.#output.refused(refuse(bytes, offset, code, reason));
  }
}

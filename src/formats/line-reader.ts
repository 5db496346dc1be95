/** Lines to records: headers, layouts without header, records inside JSON; and lines that are none of it. */

import { isUtf8 } from 'node:buffer';
import { detectColumns } from './detect.ts';
import { type Columns, isProblem, readHeader } from './header.ts';
import type { LineProblem, RecordLine } from './record-values.ts';
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

/** What becomes of the lines that are read. */
export interface LineOutput {
  /** Takes a record by these columns; gives a problem where it cannot be one. */
  record(columns: Columns, line: RecordLine): LineProblem | null;
  refused(line: RefusedLine): void;
}

const BLANKS = /[ \t]+/;
const CARRIAGE_RETURN = 13;
/** What some Windows programs put before UTF-8 text. */
const BYTE_ORDER_MARK = Buffer.from('\uFEFF');

/** Reads an object's lines one by one; knows the columns that hold at each. */
export class LineReader {
  readonly #format: Columns | null;
  readonly #output: LineOutput;
  #columns: Columns | null = null;
  #hasHeader = false;
  #headerProblem: string | null = null;

  constructor(format: Columns | null, output: LineOutput) {
    this.#format = format;
    this.#output = output;
  }

  /** Begins an object. */
  begin(): void {
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
    const problem = this.#take({ text, tokens, offset, idOffset, event: null });
    if (problem !== null) this.#refuse(bytes, offset, problem.code, problem.reason);
    return true;
  }

  /** Takes a record by the columns that hold; without a header, finds others where those do not fit. */
  #take(line: RecordLine): { code: LineCode; reason: string } | null {
    const kept = this.#columns;
    const problem = kept === null ? null : this.#output.record(kept, line);
    if (kept !== null && (problem === null || this.#hasHeader)) return problem;
    const found = detectColumns(line.tokens, this.#format);
    if (found === null) {
      if (problem !== null && problem.code !== 'token_count') return problem;
      const reason = `${line.tokens.length} tokens without a header are no layout known; say --format "<field names>"`;
      return { code: 'unknown_format', reason };
    }
    if (found.key === kept?.key) return problem;
    this.#columns = found;
    return this.#output.record(found, line);
  }

  #refuse(bytes: Buffer, offset: number, code: LineCode, reason: string): void {
    this.#output.refused(refuse(bytes, offset, code, reason));
  }
}

/** Events of CloudWatch Logs to records, as line-reader.ts does it for lines. */

import { detectColumns } from './detect.ts';
import type { Columns } from './header.ts';
import { type LineCode, type LineOutput, MAX_RECORD_BYTES, refuse } from './line-reader.ts';
import { type LogEvent, readEventLine } from './log-event.ts';

const BLANKS_AND_ENDS = /[ \t\r\n]+/;

/**
 * Reads events one by one. There are no headers, and several flow logs may write to one group: each record is told by its own
 * tokens.
 */
export class EventReader {
  readonly #format: Columns | null;
  readonly #output: LineOutput;

  constructor(format: Columns | null, output: LineOutput) {
    this.#format = format;
    this.#output = output;
  }

  /** Reads an event as `eventLine` wrote it, without the newline. `formats`: what flow logs are known to write there. */
  read(line: Buffer, formats: readonly Columns[]): void {
    const event = readEventLine(line.toString());
    const { message: text } = event;
    if (text.length > MAX_RECORD_BYTES) {
      this.#refuse(event, 'line_too_long', `over ${MAX_RECORD_BYTES} characters, which no record has`);
      return;
    }
    const tokens = text.split(BLANKS_AND_ENDS).filter((token) => token !== '');
    // One that looks like none of them is told by its number, so that what is wrong with it can be said.
    const columns =
      detectColumns(tokens, this.#format, formats) ?? formats.find(({ fields }) => fields.length === tokens.length);
    if (columns === undefined) {
      this.#refuse(
        event,
        'unknown_format',
        `${tokens.length} tokens are no layout known; say --format "<field names>"`,
      );
      return;
    }
    const problem = this.#output.record(columns, { text, tokens, offset: 0, idOffset: 0, event });
    if (problem !== null) this.#refuse(event, problem.code, problem.reason);
  }

  #refuse({ id, stream, timestampMs, message }: LogEvent, code: LineCode, reason: string): void {
    const event = { id, stream, timestamp: new Date(timestampMs).toISOString() };
    this.#output.refused({ ...refuse(Buffer.from(message), null, code, reason), event });
  }
}

/** Dead letters of what cannot be read: lines and whole objects. */

import type { FlowbulkError } from '../src/errors.ts';
import type { RefusedLine } from '../src/formats/line-reader.ts';
import type { DeadLetter } from '../src/sinks/dead-letters.ts';
import { describeObject } from '../src/sources/refusals.ts';
import type { SourceObject } from '../src/sources/source.ts';

/** The letter of a line. */
export function lineLetter(object: SourceObject, line: RefusedLine, run: string): DeadLetter {
  return { v: 1, kind: 'line', object: describeObject(object), etag: object.etag, ...line, run };
}

/** The letter of an object that is damaged, or that cannot be read. */
export function objectLetter(object: SourceObject, error: FlowbulkError, run: string): DeadLetter {
  const { code, message: reason, facts } = error;
  const offset = typeof facts['plainOffset'] === 'number' ? facts['plainOffset'] : null;
  return { v: 1, kind: 'object', object: describeObject(object), etag: object.etag, offset, code, reason, run };
}

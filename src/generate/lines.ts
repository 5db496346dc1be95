/** The text of one object, in chunks: the header first, then the records. */

import type { Traffic } from './traffic.ts';
import { MAX_VALUE_BYTES, type Writer } from './writers.ts';

const CHUNK_BYTES = 256 * 1024;
const BLANK = 32;
const NEWLINE = 10;

/** Gives the object's text; every chunk is a buffer of its own, for the compressor holds on to it. */
export function* linesOf(
  columns: readonly string[],
  writers: readonly Writer[],
  traffic: Traffic,
  records: number,
): Generator<Uint8Array> {
  yield Buffer.from(`${columns.join(' ')}\n`, 'latin1');
  const maxLineBytes = writers.length * (MAX_VALUE_BYTES + 1);
  const { flow } = traffic;
  let left = records;
  while (left > 0) {
    const chunk = Buffer.allocUnsafe(Math.max(CHUNK_BYTES, maxLineBytes));
    const lastBegin = chunk.length - maxLineBytes;
    let at = 0;
    for (; left > 0 && at <= lastBegin; left--) {
      traffic.next();
      for (const write of writers) {
        at = write(flow, chunk, at);
        chunk[at++] = BLANK;
      }
      chunk[at - 1] = NEWLINE;
    }
    yield chunk.subarray(0, at);
  }
}

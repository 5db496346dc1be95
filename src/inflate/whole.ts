/**
 * Small gzip objects in one call. Nearly all flow logs are small, and a call costs no hop to another thread and leaves
 * the text in this core's cache; anything odd is left to the stream, which knows what to make of it.
 */
import { gunzipSync } from 'node:zlib';

/** Objects of up to this many bytes are inflated in one call: flow logs of some 200,000 records. */
export const MAX_WHOLE_BYTES = 4 * 1024 * 1024;

/** Text beyond this is a bomb, or worth a stream. */
const MAX_TEXT_BYTES = 64 * 1024 * 1024;
const MIN_TEXT_BYTES = 16 * 1024;

/** The end of a gzip member says how long its text is (RFC 1952, ISIZE). */
const ISIZE_BYTES = 4;

/** What `gunzipSync` gives with `info`; its declared type leaves that out. */
interface Inflated {
  readonly buffer: Buffer;
  /** `bytesWritten` counts what the engine has read. */
  readonly engine: { readonly bytesWritten: number };
}

/**
 * The text of a gzip object of one or several members; null where that is not all there is in it (damage, padding, which
 * `gunzipSync` would pass over with what follows it) or where it is longer than is kept in memory.
 */
export function gunzipWhole(bytes: Buffer): Uint8Array | null {
  const told = bytes.length < ISIZE_BYTES ? 0 : bytes.readUInt32LE(bytes.length - ISIZE_BYTES);
  // Room for all of it at once saves joining pieces. What is told may be wrong: then there are pieces.
  const chunkSize = Math.min(Math.max(told + 1, MIN_TEXT_BYTES), MAX_TEXT_BYTES);
  try {
    const options = { chunkSize, maxOutputLength: MAX_TEXT_BYTES, info: true };
    const { buffer, engine } = gunzipSync(bytes, options) as unknown as Inflated;
    return engine.bytesWritten === bytes.length ? buffer : null;
  } catch {
    return null;
  }
}

/** The start of a stream: all of it, or as much as is over `maxBytes`, and then the rest. */
export async function collect(
  chunks: AsyncGenerator<Uint8Array>,
  maxBytes: number,
): Promise<{ readonly start: Buffer; readonly rest: AsyncGenerator<Uint8Array> | null }> {
  const parts: Uint8Array[] = [];
  for (let bytes = 0; bytes <= maxBytes; ) {
    const next = await chunks.next();
    if (next.done === true) return { start: Buffer.concat(parts), rest: null };
    parts.push(next.value);
    bytes += next.value.length;
  }
  return { start: Buffer.concat(parts), rest: chunks };
}

/** A stream put together again. It closes the rest also where that is never begun. */
export async function* joined(start: Buffer, rest: AsyncGenerator<Uint8Array> | null): AsyncGenerator<Uint8Array> {
  try {
    yield start;
    if (rest !== null) yield* rest;
  } finally {
    await rest?.return(undefined);
  }
}

/** The engine zlib-sync: synchronous, fast, and silent about much. It only has to know when it is not sure. */
import { type Bytes, cut } from './chunks.ts';
import { loadZlibSync } from './engine.ts';

/** It gives the text of a whole push at once: 16 KB of a bomb are 16 MB of text. */
const SLICE_BYTES = 16 * 1024;
const CHUNK_BYTES = 256 * 1024;

/** Window of 32 KB (15) and a gzip wrapper whose checksum is verified (16), as zlib.h has it for `inflateInit2`. */
const GZIP_WINDOW_BITS = 15 + 16;

/**
 * Inflates a gzip stream of one member; returns true where that was the whole object. It returns false, after some of
 * the text, for everything else (damage, more members, padding): the caller reads the object again with node:zlib.
 *
 * zlib-sync stops silently at the end of the first member and hides how much it left. The object's last four bytes
 * (ISIZE) would tell most of these cases, but not two members of the same length. So the last byte of the object is
 * held back: a member that ends before it is not the last thing in the object, and one that does not end with it is cut.
 */
export async function* inflateOneMember(chunks: Bytes): AsyncGenerator<Uint8Array, boolean> {
  const { Inflate, Z_SYNC_FLUSH } = loadZlibSync()!;
  const inflate = new Inflate({ windowBits: GZIP_WINDOW_BITS, chunkSize: CHUNK_BYTES });
  let held: Uint8Array | null = null;
  for await (const chunk of chunks) {
    if (chunk.length === 0) {
      continue;
    }
    for (const part of [...(held === null ? [] : [held]), ...cut(chunk.subarray(0, -1), SLICE_BYTES)]) {
      inflate.push(part, Z_SYNC_FLUSH);
      // The result is null after an error: what the push gave before it is lost with it.
      if (inflate.err !== 0) {
        return false;
      }
      yield* texts(inflate.result);
    }
    held = chunk.subarray(-1);
  }
  if (held === null) {
    return false;
  }
  inflate.push(held, Z_SYNC_FLUSH);
  if (inflate.err !== 1) {
    return false;
  }
  yield* texts(inflate.result);
  return true;
}

function* texts(result: Uint8Array | string | null): Generator<Uint8Array> {
  if (result !== null && typeof result !== 'string' && result.length > 0) {
    yield* cut(result, CHUNK_BYTES);
  }
}

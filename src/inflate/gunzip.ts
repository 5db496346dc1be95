/** The engine `node:zlib`: a gunzip stream that is fed slice by slice, so that it is known where it broke. */
import { createGunzip, type Gunzip } from 'node:zlib';
import { type Bytes, cut } from './chunks.ts';
import { type Damage, damageReason } from './damage.ts';

/** One slice makes at most 1032 times its size of text: 33 MB of a bomb at a time is what memory has to bear. */
const SLICE_BYTES = 32 * 1024;

/** zlib's default of 16 KB costs three times as much: every chunk is a hop to the thread pool and back. */
const CHUNK_BYTES = 256 * 1024;

/** What `gunzipSlices` ends with: null where the stream was whole. `sliceOffset` is where the failing slice began. */
export type Verdict = (Damage & { readonly sliceOffset: number; readonly cause: unknown }) | null;

/** How to slice: above `fineFrom`, in bytes of the object, slices are one byte long. */
export interface Slicing {
  readonly sliceBytes?: number;
  readonly fineFrom?: number;
}

/**
 * Inflates a gzip stream of any number of members, zero padding after the last one allowed; yields chunks of at most
 * 256 KB and returns what was wrong. Text of the failing slice is lost to zlib when it is broken in its middle: so the
 * caller may ask again with `fineFrom` at that slice.
 */
export async function* gunzipSlices(chunks: Bytes, slicing: Slicing = {}): AsyncGenerator<Uint8Array, Verdict> {
  const step = new GunzipStep();
  const sliceBytes = slicing.sliceBytes ?? SLICE_BYTES;
  const fineFrom = slicing.fineFrom ?? Number.POSITIVE_INFINITY;
  let offset = 0;
  let plainOffset = 0;
  const damage = (cause: NodeJS.ErrnoException, sliceOffset: number): Verdict => {
    const reason = damageReason(cause, sliceOffset >= SMALLEST_MEMBER_BYTES || offset >= SMALLEST_MEMBER_BYTES);
    return { reason, compressedOffset: offset, plainOffset, sliceOffset, cause };
  };
  try {
    for await (const chunk of chunks) {
      for (const slice of sliceAt(chunk, offset, sliceBytes, fineFrom)) {
        if (step.ended) {
          const odd = slice.findIndex((byte) => byte !== 0);
          if (odd >= 0) {
            return { ...padding(offset + odd, plainOffset), sliceOffset: offset, cause: undefined };
          }
          offset += slice.length;
          continue;
        }
        for (const text of await step.push(slice)) {
          plainOffset += text.length;
          yield text;
        }
        if (step.error !== null) {
          return damage(step.error, offset);
        }
        if (step.ended) {
          // Zero padding: zlib says how far it read, the rest of this slice has to be looked at.
          const rest = slice.subarray(step.bytesRead - offset);
          const odd = rest.findIndex((byte) => byte !== 0);
          if (odd >= 0) {
            return { ...padding(step.bytesRead + odd, plainOffset), sliceOffset: offset, cause: undefined };
          }
        }
        offset += slice.length;
      }
    }
    if (!step.ended) {
      for (const text of await step.finish()) {
        plainOffset += text.length;
        yield text;
      }
      if (step.error !== null) {
        return damage(step.error, offset);
      }
    }
    return null;
  } finally {
    step.close();
  }
}

/** Ten bytes of header, two of an empty deflate block, eight of trailer (RFC 1952). */
const SMALLEST_MEMBER_BYTES = 20;

function padding(compressedOffset: number, plainOffset: number): Damage {
  return { reason: 'garbage follows the zero padding of its gzip stream', compressedOffset, plainOffset };
}

function* sliceAt(chunk: Uint8Array, offset: number, sliceBytes: number, fineFrom: number): Generator<Uint8Array> {
  const coarse = Math.max(0, Math.min(chunk.length, fineFrom - offset));
  yield* cut(chunk.subarray(0, coarse), sliceBytes);
  yield* cut(chunk.subarray(coarse), 1);
}

/**
 * A gunzip stream, one write at a time. Three ways a write can come back: its callback; `end`, without the callback,
 * where zero padding follows; `error`. What came out before an error is kept, unlike in the stream's own iterator.
 */
class GunzipStep {
  readonly #gunzip: Gunzip = createGunzip({ chunkSize: CHUNK_BYTES });
  #texts: Uint8Array[] = [];
  #settle: () => void = () => {};
  error: NodeJS.ErrnoException | null = null;
  ended = false;

  constructor() {
    this.#gunzip.on('data', (text: Uint8Array) => this.#texts.push(text));
    this.#gunzip.on('error', (error) => {
      this.error = error;
      this.#settle();
    });
    this.#gunzip.on('end', () => {
      this.ended = true;
      this.#settle();
    });
  }

  /** Bytes of the object that zlib has taken. */
  get bytesRead(): number {
    return this.#gunzip.bytesWritten;
  }

  async push(slice: Uint8Array): Promise<Uint8Array[]> {
    await new Promise<void>((resolve) => {
      this.#settle = resolve;
      this.#gunzip.write(slice, () => resolve());
    });
    return this.#take();
  }

  async finish(): Promise<Uint8Array[]> {
    await new Promise<void>((resolve) => {
      this.#settle = resolve;
      this.#gunzip.end();
    });
    return this.#take();
  }

  close(): void {
    this.#gunzip.destroy();
  }

  #take(): Uint8Array[] {
    const texts = this.#texts;
    this.#texts = [];
    return texts;
  }
}

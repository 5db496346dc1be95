/** From an object's bytes to its text: gzip where it begins like gzip, as it is otherwise. */
import { FlowbulkError } from '../errors.ts';
import { cut, peek } from './chunks.ts';
import { damagedError } from './damage.ts';
import type { InflateEngine } from './engine.ts';
import { gunzipSlices, type Verdict } from './gunzip.ts';
import { collect, gunzipWhole, joined, MAX_WHOLE_BYTES } from './whole.ts';
import { inflateOneMember } from './zlib-sync.ts';

/** Opens the bytes of an object from `fromByte` on. Called again for objects that are odd. */
export type OpenBytes = (fromByte: number) => AsyncIterable<Uint8Array>;

/** What is known about the object besides its bytes. */
export interface InflateOptions {
  /** What to call the object in errors. */
  readonly name?: string;
  /** False for standard input: `open` is called once, and the text of the last 4 KB before damage may be lost. */
  readonly replayable?: boolean;
}

const PLAIN_CHUNK_BYTES = 256 * 1024;
const UNREPLAYABLE_SLICE_BYTES = 4 * 1024;

/**
 * Yields an object's text in chunks of at most 256 KB; a chunk is valid until the next one is asked for. Gzip, of one
 * or many members, is known by its first two bytes; anything else is passed through.
 *
 * Memory is bounded whatever the object holds (a bomb: 33 MB at a time). Throws E_OBJECT_PARQUET for Parquet, and
 * E_OBJECT_DAMAGED (facts: reason, compressedOffset, plainOffset) after all text before the damage was yielded; errors
 * of `open` pass through.
 */
export async function* inflateObject(
  open: OpenBytes,
  engine: InflateEngine,
  options: InflateOptions = {},
): AsyncGenerator<Uint8Array, void> {
  const name = options.name ?? 'the object';
  const { head, whole, close } = await peek(open(0), 4);
  if (head[0] !== 0x1f || head[1] !== 0x8b) {
    if (Buffer.from(head).toString('latin1') === 'PAR1') {
      await close();
      throw parquetError(name);
    }
    for await (const chunk of whole) {
      yield* cut(chunk, PLAIN_CHUNK_BYTES);
    }
    return;
  }
  if (options.replayable === false) {
    const verdict = yield* gunzipSlices(whole, { sliceBytes: UNREPLAYABLE_SLICE_BYTES });
    if (verdict !== null) {
      throw damagedError(name, verdict, verdict.cause);
    }
    return;
  }
  yield* gunzipReplayable(open, engine, name, whole);
}

async function* gunzipReplayable(
  open: OpenBytes,
  engine: InflateEngine,
  name: string,
  whole: AsyncGenerator<Uint8Array>,
): AsyncGenerator<Uint8Array, void> {
  const yielded = { plainBytes: 0 };
  let verdict: Verdict;
  if (engine === 'zlib-sync') {
    if (yield* counted(inflateOneMember(whole), yielded)) {
      return;
    }
    verdict = yield* beyond(gunzipSlices(open(0)), yielded);
  } else {
    const { start, rest } = await collect(whole, MAX_WHOLE_BYTES);
    const text = rest === null ? gunzipWhole(start) : null;
    if (text !== null) {
      yield* cut(text, PLAIN_CHUNK_BYTES);
      return;
    }
    verdict = yield* counted(gunzipSlices(joined(start, rest)), yielded);
  }
  if (verdict === null) {
    return;
  }
  if (verdict.cause !== undefined && (verdict.cause as NodeJS.ErrnoException).code !== 'Z_BUF_ERROR') {
    // zlib keeps what a failing call has inflated to itself. Byte by byte it gives all of it, and the place.
    verdict = (yield* beyond(gunzipSlices(open(0), { fineFrom: verdict.sliceOffset }), yielded)) ?? verdict;
  }
  throw damagedError(name, verdict, verdict.cause);
}

async function* counted<T>(texts: AsyncGenerator<Uint8Array, T>, yielded: { plainBytes: number }) {
  return yield* whileCounting(texts, yielded, 0);
}

/** Yields only what has not been yielded yet. */
async function* beyond<T>(texts: AsyncGenerator<Uint8Array, T>, yielded: { plainBytes: number }) {
  return yield* whileCounting(texts, yielded, yielded.plainBytes);
}

async function* whileCounting<T>(
  texts: AsyncGenerator<Uint8Array, T>,
  yielded: { plainBytes: number },
  skipBytes: number,
): AsyncGenerator<Uint8Array, T> {
  let left = skipBytes;
  try {
    for (;;) {
      const next = await texts.next();
      if (next.done === true) {
        return next.value;
      }
      if (left >= next.value.length) {
        left -= next.value.length;
        continue;
      }
      const text = left === 0 ? next.value : next.value.subarray(left);
      left = 0;
      yielded.plainBytes += text.length;
      yield text;
    }
  } finally {
    await texts.return(undefined as T);
  }
}

/** E_OBJECT_PARQUET for an object called `name`. */
function parquetError(name: string): FlowbulkError {
  return new FlowbulkError(
    'E_OBJECT_PARQUET',
    `${name} is Parquet, which flowbulk does not read: have the flow log written as plain text ` +
      '(file format "Text"), or leave it out with --exclude "*.parquet"',
  );
}

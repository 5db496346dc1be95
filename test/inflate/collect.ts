/** Helpers of the inflate tests: both engines over one object in memory, and text that looks like flow logs. */
import type { FlowbulkError } from '../../src/errors.ts';
import { type InflateEngine, loadZlibSync } from '../../src/inflate/engine.ts';
import { type InflateOptions, inflateObject } from '../../src/inflate/inflate.ts';

/** The engines that are there: zlib-sync is optional. */
export const ENGINES: readonly InflateEngine[] = loadZlibSync() === null ? ['node:zlib'] : ['node:zlib', 'zlib-sync'];

export interface Result {
  readonly text: Buffer;
  readonly error: FlowbulkError | null;
  readonly opens: number;
  readonly biggestChunkBytes: number;
}

/** Inflates an object that arrives in pieces of `pieceBytes`; copies every chunk before it asks for the next. */
export async function inflated(
  object: Uint8Array,
  engine: InflateEngine,
  pieceBytes = 65_536,
  options: InflateOptions = {},
): Promise<Result> {
  let opens = 0;
  async function* open(fromByte: number) {
    opens++;
    for (let at = fromByte; at < object.length; at += pieceBytes) {
      yield object.subarray(at, at + pieceBytes);
    }
  }
  const chunks: Buffer[] = [];
  let biggestChunkBytes = 0;
  let error: FlowbulkError | null = null;
  try {
    for await (const chunk of inflateObject(open, engine, { name: 'x.log.gz', ...options })) {
      chunks.push(Buffer.from(chunk));
      biggestChunkBytes = Math.max(biggestChunkBytes, chunk.length);
    }
  } catch (caught) {
    error = caught as FlowbulkError;
  }
  return { text: Buffer.concat(chunks), error, opens, biggestChunkBytes };
}

/** Numbers from 0 to 1, the same for the same seed. */
export function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** Text that compresses about as flow logs do. */
export function flowText(records: number, seed = 1): Buffer {
  const random = randomOf(seed);
  const below = (limit: number) => Math.floor(random() * limit);
  const out: string[] = [];
  for (let record = 0; record < records; record++) {
    const start = 1_418_530_000 + below(600);
    const [source, port, bytes] = [`10.0.${below(256)}.${below(256)}`, 32_768 + below(20_000), below(400_000)];
    out.push(
      `2 123456789010 eni-0${(below(400) + 4_096).toString(16)} ${source} 172.31.16.21 ${port} 443 6 20 ${bytes} ${start} ${start + 60} ACCEPT OK`,
    );
  }
  return Buffer.from(`${out.join('\n')}\n`);
}

/**
 * Which inflate engine is in use.
 *
 * Both engines give the same bytes and the same errors, and both stay within 30 % of `gunzipSync`. `node:zlib` is the
 * default: zlib-sync never calls `inflateEnd`, so each object leaves its window and state behind (about 50 KB measured,
 * 1.1 GB after 20,000 objects), which no run of months can afford. It is there for comparison:
 * `FLOWBULK_INFLATE=zlib-sync`.
 */
import { createRequire } from 'node:module';
import { FlowbulkError } from '../errors.ts';

/** The engines that can inflate an object. */
export type InflateEngine = 'zlib-sync' | 'node:zlib';

/** As much of zlib-sync as is used; its own declarations would make an optional package a condition of the build. */
export interface ZlibSync {
  readonly Inflate: new (options: { windowBits: number; chunkSize: number }) => ZlibSyncInflate;
  readonly Z_SYNC_FLUSH: number;
}

/** One inflate stream of zlib-sync. `err` is 0 while it goes on, 1 at the end of the member, negative when broken. */
interface ZlibSyncInflate {
  readonly result: Uint8Array | string | null;
  readonly err: number;
  push(slice: Uint8Array, flush: number): void;
}

let loaded: ZlibSync | null | undefined;

/**
 * Loads the optional native package once a thread; null where it was not built (npm blocks install scripts by default).
 * It is context-aware, so every worker thread can load it.
 */
export function loadZlibSync(): ZlibSync | null {
  if (loaded === undefined) {
    try {
      loaded = createRequire(import.meta.url)('zlib-sync') as ZlibSync;
    } catch {
      loaded = null;
    }
  }
  return loaded;
}

/**
 * The engine to use: `node:zlib`, or what FLOWBULK_INFLATE names. Throws E_USAGE where it names no engine, or names
 * zlib-sync and that is not built.
 */
export function inflateEngine(environment: NodeJS.ProcessEnv = process.env): InflateEngine {
  const wanted = environment['FLOWBULK_INFLATE'];
  if (wanted === undefined || wanted === '' || wanted === 'node:zlib') {
    return 'node:zlib';
  }
  if (wanted !== 'zlib-sync') {
    throw new FlowbulkError('E_USAGE', `FLOWBULK_INFLATE is "${wanted}": give zlib-sync or node:zlib`);
  }
  if (loadZlibSync() === null) {
    throw new FlowbulkError(
      'E_USAGE',
      'FLOWBULK_INFLATE asks for zlib-sync, which is not built here: unset it, or run npm rebuild zlib-sync',
    );
  }
  return 'zlib-sync';
}

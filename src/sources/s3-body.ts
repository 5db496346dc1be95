/** The body of one GET: where it begins, how long it should be, and reading it without hanging. */
import type { Readable } from 'node:stream';
import type { GetObjectCommandOutput } from '@aws-sdk/client-s3';
import { FlowbulkError } from '../errors.ts';
import { describeObject } from './refusals.ts';
import { timeoutError } from './s3-errors.ts';
import type { SourceObject } from './source.ts';

/**
 * What to drop of a body that was asked for from byte `at`, and the object's whole size, null where the answer does not
 * say it. Throws E_OBJECT_CHANGED, and gives the body up, where that size is not the listed one.
 */
export function bodyOf(
  object: SourceObject,
  output: GetObjectCommandOutput,
  at: number,
  body: Readable,
): { skipBytes: number; totalBytes: number | null } {
  // "bytes 500-999/1000"; a server that knows no ranges sends the whole, with status 200 and without this.
  const range = /^bytes (\d+)-\d+\/(\d+)$/.exec(output.ContentRange ?? '');
  const begin = range === null ? 0 : Number(range[1]);
  const totalBytes = range === null ? (output.ContentLength ?? null) : Number(range[2]);
  if (begin > at || (object.size >= 0 && totalBytes !== null && totalBytes !== object.size)) {
    body.destroy();
    throw new FlowbulkError(
      'E_OBJECT_CHANGED',
      `${describeObject(object)} is not the one that was listed (${object.size} bytes then, ${totalBytes} now): run again`,
    );
  }
  return { skipBytes: at - begin, totalBytes };
}

/**
 * Yields a body's chunks, all but the first `skipBytes`. Throws a time-out where it is silent for `idleTimeoutMs` while
 * somebody waits for it: a reader that takes its time is no fault of the server's.
 */
export async function* readBody(
  body: Readable,
  skipBytes: number,
  idleTimeoutMs: number,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  let left = skipBytes;
  let waiting = true;
  const timer = setTimeout(() => {
    if (waiting) {
      body.destroy(timeoutError(`the body was silent for ${idleTimeoutMs} ms`));
    } else {
      timer.refresh();
    }
  }, idleTimeoutMs);
  const abort = () => body.destroy(signal.reason as Error);
  signal.addEventListener('abort', abort, { once: true });
  try {
    signal.throwIfAborted();
    for await (const chunk of body as AsyncIterable<Uint8Array>) {
      waiting = false;
      if (left >= chunk.length) {
        left -= chunk.length;
      } else {
        yield left === 0 ? chunk : chunk.subarray(left);
        left = 0;
      }
      timer.refresh();
      waiting = true;
    }
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
    body.destroy();
  }
}

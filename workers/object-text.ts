/** An object's text, read ahead of the worker that takes it. */

import { FlowbulkError } from '../src/errors.ts';
import type { InflateEngine } from '../src/inflate/engine.ts';
import { inflateObject } from '../src/inflate/inflate.ts';
import { readAhead } from '../src/plan/ahead.ts';
import { describeObject } from '../src/sources/refusals.ts';
import { isReplayable, type Source, type SourceObject } from '../src/sources/source.ts';
import type { CounterName } from './counters.ts';
import { SourceClock } from './source-clock.ts';

/** What a worker reads objects with. */
export interface ReadingKit {
  readonly source: Source;
  readonly config: { readonly engine: InflateEngine };
  /** Aborted when nothing more is to be read. */
  readonly signal: AbortSignal;
  count(name: CounterName, value: number): void;
}

/**
 * The text of an object in chunks, each valid until the next is asked for. Its bytes come from `first`; what has to be
 * read again is opened anew. Counts bytes and the time that is waited. Throws what `inflateObject` and the source throw.
 */
export async function* objectText(
  { source, config, signal, count }: ReadingKit,
  object: SourceObject,
  first: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const clock = new SourceClock((milliseconds) => count('sourceMs', milliseconds));
  let isFirst = true;
  const openAt = (fromByte: number): AsyncIterable<Uint8Array> => {
    // Bytes that are read a second time are not counted a second time.
    if (!isFirst) return source.open(object, fromByte, signal);
    isFirst = false;
    return clock.reading(first, (bytes) => count('bytesIn', bytes));
  };
  const facts = { name: describeObject(object), replayable: isReplayable(object) };
  // One chunk ahead: node:zlib inflates it in another thread while this one is worked on.
  for await (const chunk of clock.waiting(readAhead(inflateObject(openAt, config.engine, facts)))) {
    signal.throwIfAborted();
    yield chunk;
  }
}

/** Errors that are about one object: the run goes on without it. */
export function isAboutObject(error: unknown): error is FlowbulkError {
  return error instanceof FlowbulkError && error.code.startsWith('E_OBJECT_');
}

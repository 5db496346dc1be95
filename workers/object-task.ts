/** One object from its source to its sink: open, inflate, convert, deliver, account. */

import { FlowbulkError } from '../src/errors.ts';
import { inflateObject } from '../src/inflate/inflate.ts';
import { readAhead } from '../src/plan/ahead.ts';
import type { DeadLetterFile } from '../src/sinks/dead-letters.ts';
import type { Sink } from '../src/sinks/sink.ts';
import { describeObject } from '../src/sources/refusals.ts';
import { isReplayable, type Source, type SourceObject } from '../src/sources/source.ts';
import type { ObjectOutcome, WorkerConfig } from './config.ts';
import { contextOf } from './context.ts';
import type { Converter, LineCounts } from './converter.ts';
import type { CounterName } from './counters.ts';
import type { Deliveries } from './deliveries.ts';
import { SourceClock } from './source-clock.ts';

/** A worker's own things, made once. */
export interface WorkerKit {
  readonly config: WorkerConfig;
  readonly source: Source;
  readonly sink: Sink;
  readonly converter: Converter;
  readonly deliveries: Deliveries;
  readonly deadLetters: DeadLetterFile;
  readonly signal: AbortSignal;
  count(name: CounterName, value: number): void;
  /** Whether the run has reached a limit, so that no object is begun. */
  isAtLimit(): boolean;
  /** Gives the refused lines since the last call, by code. */
  takeRefused(): Record<string, number>;
  /** Says which object refused lines belong to. */
  current(object: SourceObject): void;
}

/** Lets the converter work off what it has; bodies come and go. */
async function pump(kit: WorkerKit): Promise<void> {
  while (kit.converter.run() === 'needs body') {
    passBody(kit);
    kit.converter.takeBody(await kit.deliveries.take());
  }
}

/** Hands the body over as far as it is filled. */
function passBody({ converter, deliveries }: WorkerKit): void {
  const body = converter.giveBody();
  if (body === null) return;
  if (body.bytes === 0) deliveries.putBack(body.place);
  else deliveries.give(body.place, body.bytes);
}

async function feed(kit: WorkerKit, chunk: Uint8Array): Promise<void> {
  for (let taken = 0; taken < chunk.length; ) {
    taken += kit.converter.fill(chunk, taken);
    await pump(kit);
  }
}

/** Counts what the object's lines became since the last call. */
function lineCounter(kit: WorkerKit): () => void {
  let counted: LineCounts = { documents: 0, refused: 0 };
  return () => {
    const { documents, refused } = kit.converter.counts;
    kit.count('documents', documents - counted.documents);
    kit.count('deadLetters', refused - counted.refused);
    kit.count('records', documents - counted.documents + refused - counted.refused);
    counted = { documents, refused };
  };
}

/** Reads and converts the object; gives the error that damaged it, or null. Throws any other error. */
async function readObject(
  kit: WorkerKit,
  object: SourceObject,
  first: AsyncIterable<Uint8Array>,
): Promise<FlowbulkError | null> {
  const { converter, source, config, signal } = kit;
  const clock = new SourceClock((milliseconds) => kit.count('sourceMs', milliseconds));
  let isFirst = true;
  const open = (fromByte: number): AsyncIterable<Uint8Array> => {
    // Bytes that are read a second time are not counted a second time.
    if (!isFirst) return source.open(object, fromByte, signal);
    isFirst = false;
    return clock.reading(first, (count) => kit.count('bytesIn', count));
  };
  const facts = { name: describeObject(object), replayable: isReplayable(object) };
  const countLines = lineCounter(kit);
  try {
    // One chunk ahead: node:zlib inflates it in another thread while this one is converted.
    for await (const chunk of clock.waiting(readAhead(inflateObject(open, config.engine, facts)))) {
      signal.throwIfAborted();
      await feed(kit, chunk);
      countLines();
    }
    converter.end();
    await pump(kit);
    return null;
  } catch (error) {
    if (!(error instanceof FlowbulkError) || error.code !== 'E_OBJECT_DAMAGED') throw error;
    converter.dropLineBegun();
    await pump(kit);
    return error;
  } finally {
    countLines();
  }
}

/** Errors that are about one object: the run goes on without it. */
function isAboutObject(error: unknown): error is FlowbulkError {
  return error instanceof FlowbulkError && error.code.startsWith('E_OBJECT_');
}

/**
 * Converts one object. Its bytes come from `first`; what has to be read again is opened anew. Throws what ends the run.
 */
export async function convertObject(
  kit: WorkerKit,
  object: SourceObject,
  first: AsyncIterable<Uint8Array>,
): Promise<ObjectOutcome> {
  const { converter, deliveries, deadLetters, sink, config } = kit;
  const began = performance.now();
  let error: FlowbulkError | null = null;
  let outcome: ObjectOutcome['outcome'] = 'done';
  sink.begin(object);
  kit.current(object);
  converter.begin(contextOf(object, config));
  try {
    error = await readObject(kit, object, first);
    passBody(kit);
    await deliveries.settle();
    if (error !== null) outcome = 'damaged';
    deadLetters.flush();
    await sink.end(outcome === 'damaged' ? 'damaged' : 'whole');
  } catch (problem) {
    const unsent = converter.giveBody();
    if (unsent !== null) deliveries.putBack(unsent.place);
    await deliveries.settle().catch(() => {});
    await sink.abandon();
    if (!isAboutObject(problem)) throw problem;
    error = problem;
    outcome = 'failed';
  }
  if (error !== null) {
    const { code, message: reason, facts } = error;
    const offset = typeof facts['plainOffset'] === 'number' ? facts['plainOffset'] : null;
    const letter = { object: describeObject(object), etag: object.etag, offset, code, reason, run: config.run };
    deadLetters.add({ v: 1, kind: 'object', ...letter });
    deadLetters.flush();
  }
  const { documents, refused } = converter.counts;
  kit.count('objects', 1);
  kit.count('busyMs', performance.now() - began);
  return {
    object,
    outcome,
    error: error?.toWire() ?? null,
    records: documents + refused,
    documents,
    deadLetters: kit.takeRefused(),
  };
}

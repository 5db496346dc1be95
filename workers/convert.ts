/**
 * The Piscina task: converts a shard of objects.
 *
 * ```
 * source.open() ─▶ inflate ─▶ kernel.convert() ─▶ body ─▶ sink.deliver()
 *   S3 GET stream    zlib       parse, enrich,     full
 *                               encode
 * ```
 *
 * Record bytes never leave the worker but through its sink. What crosses threads are names of objects, and counts.
 */

import { workerData } from 'node:worker_threads';
import { FlowbulkError, type WireError } from '../src/errors.ts';
import { GeoTables } from '../src/geo/tables.ts';
import { DeadLetterFile } from '../src/sinks/dead-letters.ts';
import { addTo } from '../src/sinks/document-account.ts';
import { openSink } from '../src/sinks/open.ts';
import type { SourceObject } from '../src/sources/source.ts';
import { openSource } from '../src/sources/spec.ts';
import { AnswerWait } from './answer-wait.ts';
import type { ShardResult, WorkerConfig } from './config.ts';
import { contextOf } from './context.ts';
import { Converter } from './converter.ts';
import { Counters } from './counters.ts';
import { Deliveries } from './deliveries.ts';
import { Kernel } from './kernel.ts';
import { lineLetter } from './letters.ts';
import { isAtLimit } from './limits.ts';
import { tablesOf } from './memory.ts';
import { convertObject, ShardBodies, type WorkerKit } from './object-task.ts';
import { OpenObject } from './open-object.ts';
import { ReadAhead } from './read-ahead.ts';
import { stopSignals } from './stop-signals.ts';
import { Turns } from './turns.ts';

const config = workerData as WorkerConfig;
const kit = setUp(config);
const turns = new Turns();
const answerWait = new AnswerWait((milliseconds) => {
  kit.count('sinkMs', milliseconds);
  kit.count('busyMs', milliseconds);
});

/** Makes a worker's own things: an arena nobody has, the kernel over it, its source and sink. */
function setUp(config: WorkerConfig): WorkerKit {
  const worker = Atomics.add(new Int32Array(config.arenaClaims), 0, 1);
  const counters = new Counters(config.counters);
  const kernel = new Kernel(config.module, config.memory, worker, config.options, config.bounds);
  const deadLetters = new DeadLetterFile(config.deadLetterPath);
  let current: OpenObject | null = null;

  const { drain, stop } = stopSignals(config);
  const sink = openSink(config.sink, { run: config.run, deadLetters, signal: stop });
  const geo = new GeoTables(tablesOf(config.memory));
  const converter = new Converter(kernel, config.options, config.format, geo, (line) => {
    const { object, account } = current as OpenObject;
    addTo(account.deadLetters, line.code);
    deadLetters.add(lineLetter(object, line, config.run));
  });
  const count: WorkerKit['count'] = (name, value) => counters.add(worker, name, value);
  return {
    config,
    source: openSource(config.source),
    sink,
    converter,
    deadLetters,
    deliveries: new Deliveries(sink, kernel.arena.bodies, {
      waited: (milliseconds) => count('sinkMs', milliseconds),
      written: (bytes) => count('bytesOut', bytes),
    }),
    signal: drain,
    count,
    isAtLimit: () => isAtLimit(config.limits, counters),
    current(open) {
      current = open;
    },
  };
}

/** Converts objects one after the other, in the worker's turn; gives false where a limit leaves objects out. */
async function convertAll(opened: readonly OpenObject[], bodies: ShardBodies, begun: OpenObject[]): Promise<boolean> {
  const began = performance.now();
  const objects = opened.map(({ object }) => object);
  const reading = new ReadAhead(kit.source, objects, kit.signal);
  try {
    await kit.sink.expect(opened.map(({ account }) => account));
    for (const [i, open] of opened.entries()) {
      kit.signal.throwIfAborted();
      if (kit.isAtLimit()) break;
      begun.push(open);
      const openedAt = performance.now();
      try {
        await convertObject(kit, open, reading.open(i), bodies);
      } finally {
        open.durationMs = performance.now() - openedAt;
      }
      if (!kit.sink.bodiesSpanObjects) kit.count('objects', 1);
    }
    bodies.give();
    return begun.length === opened.length;
  } catch (error) {
    // A drain: the documents of whole objects may go yet.
    if (kit.signal.aborted && kit.sink.bodiesSpanObjects) bodies.give();
    throw error;
  } finally {
    bodies.drop();
    await reading.close();
    kit.count('busyMs', performance.now() - began);
  }
}

/**
 * Converts the objects of a shard and waits until all their documents are answered for; meanwhile the next shard may
 * be converted. Never throws what is foreseen.
 */
export default async function convertShard(objects: readonly SourceObject[]): Promise<ShardResult> {
  const opened = objects.map((object) => new OpenObject(object, contextOf(object, config)));
  const bodies = new ShardBodies(kit);
  const begun: OpenObject[] = [];
  const result = (fatal: WireError | null, isLimited: boolean): ShardResult => {
    const outcomes = begun.map((open) => open.finish());
    const durationsMs = begun.map((open) => open.durationMs);
    return { outcomes, durationsMs, fatal, isLimited, indices: kit.sink.takeIndices() };
  };
  try {
    const endTurn = await turns.take();
    const isWhole = await answerWait.converting(() => convertAll(opened, bodies, begun)).finally(endTurn);
    await answerWait.until(Promise.all(bodies.out));
    kit.deliveries.throwIfFailed();
    if (kit.sink.bodiesSpanObjects) kit.count('objects', begun.length);
    return result(null, !isWhole);
  } catch (error) {
    await Promise.all(bodies.out);
    if (!(error instanceof FlowbulkError)) throw error;
    return result(error.toWire(), false);
  }
}

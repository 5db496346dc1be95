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

import { BroadcastChannel, workerData } from 'node:worker_threads';
import { FlowbulkError } from '../src/errors.ts';
import { GeoTables } from '../src/geo/tables.ts';
import { DeadLetterFile } from '../src/sinks/dead-letters.ts';
import { openSink } from '../src/sinks/open.ts';
import { describeObject } from '../src/sources/refusals.ts';
import type { SourceObject } from '../src/sources/source.ts';
import { openSource } from '../src/sources/spec.ts';
import type { ObjectOutcome, ShardResult, WorkerConfig } from './config.ts';
import { Converter } from './converter.ts';
import { Counters } from './counters.ts';
import { Deliveries } from './deliveries.ts';
import { Kernel } from './kernel.ts';
import { tablesOf } from './memory.ts';
import { convertObject, type WorkerKit } from './object-task.ts';
import { ReadAhead } from './read-ahead.ts';

const config = workerData as WorkerConfig;
const kit = setUp(config);

/** Makes a worker's own things: an arena nobody has, the kernel over it, its source and sink. */
function setUp(config: WorkerConfig): WorkerKit {
  const worker = Atomics.add(new Int32Array(config.arenaClaims), 0, 1);
  const counters = new Counters(config.counters);
  const kernel = new Kernel(config.module, config.memory, worker, config.options, config.bounds);
  const sink = openSink(config.sink, config.run);
  const deadLetters = new DeadLetterFile(config.deadLetterPath);
  let object: SourceObject | null = null;
  let refused: Record<string, number> = {};

  const stop = new AbortController();
  const channel = new BroadcastChannel(config.stopChannel);
  const onStop = () => stop.abort(new FlowbulkError('E_STOPPED', 'stopped'));
  channel.onmessage = onStop;
  if (Atomics.load(new Int32Array(config.stopFlag), 0) === 1) onStop();
  (channel as unknown as { unref(): void }).unref();

  const geo = new GeoTables(tablesOf(config.memory));
  const converter = new Converter(kernel, config.options, config.format, geo, (line) => {
    refused[line.code] = (refused[line.code] ?? 0) + 1;
    const { etag } = object as SourceObject;
    const name = describeObject(object as SourceObject);
    deadLetters.add({ v: 1, kind: 'line', object: name, etag, ...line, run: config.run });
  });
  return {
    config,
    source: openSource(config.source),
    sink,
    converter,
    deadLetters,
    deliveries: new Deliveries(
      sink,
      kernel.arena.bodies,
      (ms) => counters.add(worker, 'sinkMs', ms),
      (bytes) => counters.add(worker, 'bytesOut', bytes),
    ),
    signal: stop.signal,
    count: (name, value) => counters.add(worker, name, value),
    isAtLimit() {
      const { maxRecords, deadlineMs } = config.limits;
      return counters.total('records') >= maxRecords || Date.now() >= deadlineMs;
    },
    current(now) {
      object = now;
    },
    takeRefused() {
      const taken = refused;
      refused = {};
      return taken;
    },
  };
}

/** Converts the objects of a shard, one after the other. Never throws what is foreseen. */
export default async function convertShard(objects: readonly SourceObject[]): Promise<ShardResult> {
  const outcomes: ObjectOutcome[] = [];
  const reading = new ReadAhead(kit.source, objects, kit.signal);
  try {
    for (const [i, object] of objects.entries()) {
      kit.signal.throwIfAborted();
      if (kit.isAtLimit()) return { outcomes, fatal: null, isLimited: true };
      outcomes.push(await convertObject(kit, object, reading.open(i)));
    }
    return { outcomes, fatal: null, isLimited: false };
  } catch (error) {
    if (error instanceof FlowbulkError) return { outcomes, fatal: error.toWire(), isLimited: false };
    throw error;
  } finally {
    await reading.close();
  }
}

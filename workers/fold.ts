/**
 * The Piscina task of a fold: folds a shard of objects into the worker's table.
 *
 * ```
 * source.open() ─▶ inflate ─▶ kernel.fold() ─▶ rows in the worker's memory
 *   S3 GET stream    zlib       parse, add      read by the coordinator at the end
 * ```
 *
 * An object counts when all of it was read; what was added for one that is damaged or fails is taken back. What crosses
 * threads are names of objects, and counts.
 */

import { workerData } from 'node:worker_threads';
import { FlowbulkError, type WireError } from '../src/errors.ts';
import type { RefusedLine } from '../src/formats/line-reader.ts';
import { DeadLetterFile } from '../src/sinks/dead-letters.ts';
import type { SourceObject } from '../src/sources/source.ts';
import { openSource } from '../src/sources/spec.ts';
import type { FoldedRow } from '../src/topology/contract.ts';
import { addRecords, NO_RECORDS } from '../src/topology/record-counts.ts';
import { Interfaces } from '../src/topology/reference-fold.ts';
import { ConnectionFold } from './connection-fold.ts';
import { Counters } from './counters.ts';
import type { FoldConfig, FoldedObject, FoldedShard } from './fold-config.ts';
import { FoldKernel } from './fold-kernel.ts';
import type { FoldMemory } from './fold-memory.ts';
import { localsOf } from './interface-image.ts';
import { lineLetter, objectLetter } from './letters.ts';
import { isAtLimit } from './limits.ts';
import { isAboutObject, objectText, type ReadingKit } from './object-text.ts';
import { ReadAhead } from './read-ahead.ts';
import { stopSignals } from './stop-signals.ts';

const config = workerData as FoldConfig;
const worker = Atomics.add(new Int32Array(config.arenaClaims), 0, 1);
const counters = new Counters(config.counters);
const deadLetters = new DeadLetterFile(config.deadLetterPath);
const kit: ReadingKit = {
  config,
  source: openSource(config.source),
  // There are no bodies that could be waited for: a drain is a stop.
  signal: stopSignals(config).drain,
  count: (name, value) => counters.add(worker, name, value),
};
let current: SourceObject;
const fold = makeFold(config.memories[worker] as FoldMemory, (line) => {
  deadLetters.add(lineLetter(current, line, config.run));
});

function makeFold(memory: FoldMemory, onRefused: (line: RefusedLine) => void): ConnectionFold {
  const { filter, format, maxConnections } = config;
  const interfaces = new Interfaces(config.interfaces);
  const setup = { memory, locals: localsOf(interfaces), interfaces, format, filter, maxConnections };
  return new ConnectionFold(new FoldKernel(config.module, memory, filter), setup, onRefused);
}

/** Counts what became of the object's records since the last call. */
function recordCounter(): () => void {
  let counted = NO_RECORDS;
  return () => {
    const { counts } = fold;
    kit.count('records', counts.records - counted.records);
    kit.count('deadLetters', counts.deadLetters - counted.deadLetters);
    kit.count('filtered', counts.filtered - counted.filtered);
    counted = counts;
  };
}

/** Reads an object into the fold. Throws what is wrong with it, and what ends the run. */
async function readObject(object: SourceObject, first: AsyncIterable<Uint8Array>): Promise<void> {
  const countRecords = recordCounter();
  try {
    for await (const chunk of objectText(kit, object, first)) {
      fold.take(chunk);
      countRecords();
    }
    fold.end();
  } finally {
    countRecords();
  }
}

/** Folds one object: all of it, or nothing. Gives the error that is about it, or null. Throws what ends the run. */
async function foldObject(object: SourceObject, first: AsyncIterable<Uint8Array>): Promise<FlowbulkError | null> {
  current = object;
  fold.begin();
  try {
    await readObject(object, first);
    deadLetters.flush();
    return null;
  } catch (error) {
    fold.rollBack();
    if (!isAboutObject(error)) throw error;
    deadLetters.add(objectLetter(object, error, config.run));
    deadLetters.flush();
    return error;
  }
}

/** Folds the objects of a shard. Never throws what is foreseen. */
export default async function foldShard(objects: readonly SourceObject[]): Promise<FoldedShard> {
  const began = performance.now();
  const reading = new ReadAhead(kit.source, objects, kit.signal);
  const folded: FoldedObject[] = [];
  const carried: FoldedRow[] = [];
  let counts = NO_RECORDS;
  let fatal: WireError | null = null;
  try {
    for (const [i, object] of objects.entries()) {
      kit.signal.throwIfAborted();
      if (isAtLimit(config.limits, counters)) break;
      const error = await foldObject(object, reading.open(i));
      if (error === null) {
        counts = addRecords(counts, fold.counts);
        carried.push(...fold.commit());
      }
      const outcome = error === null ? 'done' : error.code === 'E_OBJECT_DAMAGED' ? 'damaged' : 'failed';
      folded.push({ object, outcome, error: error?.toWire() ?? null });
      kit.count('objects', 1);
    }
  } catch (error) {
    if (!(error instanceof FlowbulkError)) throw error;
    fatal = error.toWire();
  } finally {
    await reading.close();
    kit.count('busyMs', performance.now() - began);
  }
  const isLimited = fatal === null && folded.length < objects.length;
  return { objects: folded, counts, carried, fatal, isLimited };
}

/** A run with its start-up left out: workers are warm, and the clock goes from the first shard to the last done. */

import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { GeoImage } from '../src/geo/build.ts';
import { SHARD_LIMITS } from '../src/plan/shard.ts';
import { type Run, startRun } from '../src/run/run.ts';
import { openDestination } from '../src/sinks/destination.ts';
import type { SourceObject } from '../src/sources/source.ts';
import { cpuMsNow, type Taken } from './rounds.ts';
import { DOCUMENT_OPTIONS } from './subject.ts';

/** Shards that warm a worker up: one to compile its code, the others because one worker may get two of them. */
const WARM_SHARDS = 3;
const POLL_MS = 5;
const STALLED_MS = 60_000;

/** What to run. */
export interface TimedRunOptions {
  readonly objects: readonly SourceObject[];
  readonly image: GeoImage;
  readonly workers: number;
  /** Shards that are timed, for each worker. */
  readonly shardsPerWorker: number;
  /** Where documents go. */
  readonly destination: string;
  readonly scratch: string;
}

/** What was timed. */
export interface TimedRun extends Taken {
  readonly records: number;
  readonly bytesOut: number;
}

/** Objects, over and over, cut where a shard is full; the cut decides when a shard is handed out. */
function* cycle(objects: readonly SourceObject[]): Generator<{ object: SourceObject; beginsShard: boolean }> {
  let bytes = 0;
  let count = 0;
  for (let i = 0; ; i++) {
    const object = objects[i % objects.length]!;
    const isFull = bytes + object.size > SHARD_LIMITS.maxBytes || count >= SHARD_LIMITS.maxObjects;
    const beginsShard = count > 0 && isFull;
    if (beginsShard) bytes = count = 0;
    bytes += object.size;
    count++;
    yield { object, beginsShard };
  }
}

/** Waits until so many objects are done. */
async function untilDone(run: Run, objects: number, signal: AbortSignal): Promise<void> {
  let seen = -1;
  let seenAt = performance.now();
  for (let done = 0; done < objects; done = run.snapshot().objectsDone) {
    signal.throwIfAborted();
    if (done > seen) [seen, seenAt] = [done, performance.now()];
    else if (performance.now() - seenAt > STALLED_MS) throw new Error(`the run stalls at ${done} objects`);
    await sleep(POLL_MS);
  }
}

/** Runs and times. The objects are listed as often as it takes. */
export async function timedRun(options: TimedRunOptions, signal: AbortSignal): Promise<TimedRun> {
  const { objects, image, workers, shardsPerWorker } = options;
  const warmShards = WARM_SHARDS * workers;
  const allShards = warmShards + shardsPerWorker * workers;
  let began = 0;
  let cpuMsBefore = 0;
  let before = { records: 0, bytesOut: 0 };
  let listed = 0;

  async function* listing(): AsyncGenerator<SourceObject> {
    let shard = 0;
    for (const { object, beginsShard } of cycle(objects)) {
      if (beginsShard) shard++;
      if (shard === allShards) return;
      // The first object of a shard hands out the one before it: here, the last of those that warm up.
      yield object;
      if (beginsShard && shard === warmShards) {
        await untilDone(run, listed, signal);
        before = run.snapshot();
        cpuMsBefore = cpuMsNow();
        began = performance.now();
      }
      listed++;
    }
  }

  const destination = openDestination(options.destination, { gzip: false, partBytes: null, run: 'bench' });
  const run: Run = startRun(
    {
      run: 'bench',
      source: { kind: 'files', root: path.dirname(objects[0]!.path!) },
      bucketRegion: null,
      listed: listing(),
      sink: destination.spec,
      options: DOCUMENT_OPTIONS,
      format: null,
      limits: {},
      geo: image,
      workers,
      deadLetterPath: path.join(options.scratch, 'dead-letters.ndjson'),
    },
    signal,
  );
  let ended = 0;
  let cpuMs = 0;
  let isOver = false;
  // The run itself ends later than its last object: it ends its threads too.
  const watching = (async () => {
    while (!isOver && !(run.snapshot().listingDone && run.snapshot().objectsDone === listed)) await sleep(POLL_MS);
    ended = performance.now();
    cpuMs = cpuMsNow() - cpuMsBefore;
  })();
  try {
    await run.done;
  } finally {
    isOver = true;
    await watching;
  }
  destination.commit();
  const { objectsDone, records, bytesOut, deadLetters } = run.snapshot();
  if (objectsDone !== listed || deadLetters > 0 || Object.keys(run.summary().objectsRefused).length > 0) {
    throw new Error(`the run did ${objectsDone} of ${listed} objects, with ${deadLetters} dead letters`);
  }
  return { wallMs: ended - began, cpuMs, records: records - before.records, bytesOut: bytesOut - before.bytesOut };
}

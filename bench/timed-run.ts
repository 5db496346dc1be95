/** A run with its start-up left out: workers are warm, and the clock goes from the first shard to the last done. */

import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import type { GeoImage } from '../src/geo/build.ts';
import { SHARD_LIMITS } from '../src/plan/shard.ts';
import { type Run, startRun } from '../src/run/run.ts';
import { FilesSource } from '../src/sources/files.ts';
import type { SourceObject } from '../src/sources/source.ts';
import type { BenchOutlet } from './outlets.ts';
import { cpuMsNow, type Taken } from './rounds.ts';
import { serverCpu } from './server-cpu.ts';

/** Shards that warm a worker up: one to compile its code, the others because one worker may get two of them. */
const WARM_SHARDS = 3;
/**
 * How often a run is looked at. A look with its timer costs 0.1 ms, which would be a good part of what a run takes that
 * waits for a cluster: so it is a two-hundredth of the time that has passed, within these bounds.
 */
const LEAST_POLL_MS = 5;
const MOST_POLL_MS = 50;
const POLL_SHARE = 0.005;
const STALLED_MS = 60_000;

/** Objects in the order in which a run lists them. */
export interface TimedListing {
  readonly objects: readonly SourceObject[];
  /** So many of them come before the clock begins: whole shards. */
  readonly warm: number;
}

/** What to run. */
export interface TimedRunOptions {
  readonly listing: TimedListing;
  readonly image: GeoImage;
  readonly workers: number;
  readonly outlet: BenchOutlet;
  readonly scratch: string;
  /** The process of the server that is sent to, whose processor time is to be told too. */
  readonly serverPid?: number | null;
}

/** What was timed. */
export interface TimedRun extends Taken {
  readonly records: number;
  readonly bytesOut: number;
}

/** A set over and over: shards that warm workers up, then so many for each worker. */
export function cycledListing(
  objects: readonly SourceObject[],
  workers: number,
  shardsPerWorker: number,
): TimedListing {
  const listed: SourceObject[] = [];
  const warmShards = WARM_SHARDS * workers;
  const allShards = warmShards + shardsPerWorker * workers;
  let warm = 0;
  for (let shard = 0, bytes = 0, count = 0; ; count++) {
    const object = objects[listed.length % objects.length]!;
    // Where a run cuts, see plan/shard.ts.
    if (count > 0 && (bytes + object.size > SHARD_LIMITS.maxBytes || count >= SHARD_LIMITS.maxObjects)) {
      bytes = count = 0;
      shard++;
      if (shard === warmShards) warm = listed.length;
      if (shard === allShards) return { objects: listed, warm };
    }
    bytes += object.size;
    listed.push(object);
  }
}

/**
 * Objects once, after workers have started: on shards of an object without records, so that nothing is sent before the
 * clock begins. `text` is an object's, whose header is taken.
 */
export async function listingAfterStart(
  objects: readonly SourceObject[],
  text: Buffer,
  workers: number,
  scratch: string,
  signal: AbortSignal,
): Promise<TimedListing> {
  const file = path.join(scratch, 'empty.log.gz');
  writeFileSync(file, gzipSync(text.subarray(0, text.indexOf(10) + 1)));
  const empty: SourceObject[] = [];
  for await (const listed of new FilesSource(file).list({}, signal)) if (!('object' in listed)) empty.push(listed);
  const warm = WARM_SHARDS * workers * SHARD_LIMITS.maxObjects;
  return { objects: [...Array<SourceObject>(warm).fill(empty[0]!), ...objects], warm };
}

/** Waits until so many objects are done. */
async function untilDone(run: Run, objects: number, signal: AbortSignal): Promise<void> {
  let seen = -1;
  let seenAt = performance.now();
  for (let done = 0; done < objects; done = run.snapshot().objectsDone) {
    signal.throwIfAborted();
    if (done > seen) [seen, seenAt] = [done, performance.now()];
    else if (performance.now() - seenAt > STALLED_MS) throw new Error(`the run stalls at ${done} objects`);
    await sleep(LEAST_POLL_MS);
  }
}

/** Runs and times. Throws where not every object is done, or not every document was taken. */
export async function timedRun(options: TimedRunOptions, signal: AbortSignal): Promise<TimedRun> {
  const { listing, image, workers, outlet, scratch, serverPid = null } = options;
  const { objects, warm } = listing;
  let began = 0;
  let cpuMsBefore = 0;
  let ofServer = serverCpu(null);
  let before = { records: 0, bytesOut: 0 };

  async function* listed(): AsyncGenerator<SourceObject> {
    for (const [i, object] of objects.entries()) {
      // The first object of a shard hands out the one before it: here, the last of those that warm up.
      yield object;
      if (i !== warm) continue;
      await untilDone(run, warm, signal);
      before = run.snapshot();
      ofServer = serverCpu(serverPid);
      cpuMsBefore = cpuMsNow();
      began = performance.now();
    }
  }

  const run: Run = startRun(
    {
      run: 'bench',
      source: { kind: 'files', root: path.dirname(objects[0]!.path!) },
      bucketRegion: null,
      listed: listed(),
      sink: outlet.sink,
      options: outlet.options,
      format: null,
      limits: {},
      geo: image,
      workers,
      deadLetterPath: path.join(scratch, 'dead-letters.ndjson'),
      ...(outlet.bodies === undefined ? {} : { bodies: outlet.bodies }),
    },
    signal,
  );
  let ended = 0;
  let cpuMs = 0;
  let usedByServer: Pick<Taken, 'serverCpuMs'> = {};
  let isOver = false;
  // The run itself ends later than its last object: it ends its threads too.
  const watching = (async () => {
    while (!isOver && !(run.snapshot().listingDone && run.snapshot().objectsDone === objects.length)) {
      const passedMs = began === 0 ? 0 : performance.now() - began;
      await sleep(Math.min(Math.max(POLL_SHARE * passedMs, LEAST_POLL_MS), MOST_POLL_MS));
    }
    ended = performance.now();
    cpuMs = cpuMsNow() - cpuMsBefore;
    usedByServer = ofServer();
  })();
  try {
    await run.done;
  } finally {
    isOver = true;
    await watching;
  }
  outlet.commit?.();
  const { objectsDone, records, bytesOut, deadLetters } = run.snapshot();
  const { objectsRefused, delivery } = run.summary();
  if (objectsDone !== objects.length || deadLetters > 0 || Object.keys(objectsRefused).length > 0) {
    throw new Error(`the run did ${objectsDone} of ${objects.length} objects, with ${deadLetters} dead letters`);
  }
  if (delivery !== undefined && delivery.created !== records) {
    throw new Error(`of ${records} documents the cluster created ${delivery.created}`);
  }
  return {
    wallMs: ended - began,
    cpuMs,
    ...usedByServer,
    records: records - before.records,
    bytesOut: bytesOut - before.bytesOut,
  };
}

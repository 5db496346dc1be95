/** A run: lists, shards, hands out to the pool, and adds up what comes back. */

import { randomBytes } from 'node:crypto';
import { BroadcastChannel } from 'node:worker_threads';
import { Piscina } from 'piscina';
import { type ObjectOutcome, type ShardResult, STOP_STEPS, type WorkerConfig } from '../../workers/config.ts';
import { Counters } from '../../workers/counters.ts';
import { loadKernelModule } from '../../workers/kernel.ts';
import { type BodySizes, createRunMemory, tablesOf } from '../../workers/memory.ts';
import { FlowbulkError } from '../errors.ts';
import type { DocumentOptions } from '../formats/document.ts';
import type { Columns } from '../formats/header.ts';
import { fragmentBounds } from '../geo/bounds.ts';
import type { GeoImage } from '../geo/build.ts';
import { inflateEngine } from '../inflate/engine.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { type Shard, shards } from '../plan/shard.ts';
import type { ProgressSnapshot } from '../progress/snapshot.ts';
import type { RunSummary } from '../progress/summary.ts';
import { syncDeadLetters } from '../sinks/dead-letters.ts';
import type { SinkSpec } from '../sinks/sink.ts';
import type { Listed, RefusedObject, Source } from '../sources/source.ts';
import type { SourceSpec } from '../sources/spec.ts';
import { Account } from './account.ts';
import { deadline, type Limits, withinLimits, workerLimits } from './limits.ts';

/** What a run is to do. */
export interface RunPlan {
  /** Names the run, in dead letters and temporary files. */
  readonly run: string;
  readonly source: SourceSpec;
  readonly bucketRegion: string | null;
  /** The objects, as they are listed. */
  readonly listed: AsyncIterable<Listed>;
  readonly sink: SinkSpec;
  readonly options: DocumentOptions;
  readonly format: Columns | null;
  readonly geo: GeoImage;
  readonly workers: number;
  readonly deadLetterPath: string;
  readonly limits: Limits;
  /** Bodies of each worker; parts of outputs must hold one. */
  readonly bodies?: BodySizes;
  /** What is done already, and where outcomes go; null without. */
  readonly ledger?: Ledger | null;
  /** How long bodies that are under way are waited for when the run is stopped; 0 unless given. */
  readonly drainTimeoutMs?: number;
  /** Hears of time-named indices that documents went to, as far as they are seen. */
  readonly onIndices?: (indices: readonly string[]) => void;
  /** Hears what workers come back with, and the milliseconds that they were at each object. */
  readonly onOutcomes?: (outcomes: readonly ObjectOutcome[], durationsMs: readonly number[]) => void;
  /** Hears what became of each object, and gives back at the end what was not told: see `Source`. */
  readonly answerTo?: Pick<Source, 'done' | 'giveBack' | 'queueFacts'>;
  /** Hears of objects that the listing refuses. */
  readonly onRefused?: (refused: RefusedObject) => void;
}

/** A run that goes on. */
export interface Run {
  /** Where it stands. */
  snapshot(): ProgressSnapshot;
  /** What is finished so far, and how. */
  summary(): RunSummary;
  /** Kept when everything is done; broken by what ended the run early, after its workers are gone. */
  readonly done: Promise<void>;
}

/** Shards a worker has waiting: enough that none runs dry, few enough that the listing is not read far ahead. */
const SHARDS_AHEAD = 2;

/**
 * Shards a worker has under way where bodies go to a server: while the last bodies of one are answered, the next is
 * converted.
 */
const SERVER_SHARDS = 2;

function shardsUnderWay(plan: RunPlan): number {
  return plan.sink.kind === 'cluster' || plan.sink.kind === 'sekoia' ? SERVER_SHARDS : 1;
}

/** Starts a run. `signal` stops it: nothing more is converted, and what is under way has the drain's time to end. */
export function startRun(plan: RunPlan, signal: AbortSignal): Run {
  const account = new Account(plan.run, plan.deadLetterPath, plan.sink, () => plan.answerTo?.queueFacts?.() ?? null);
  const counters = new Counters(plan.workers);
  return {
    snapshot: () => account.snapshot(counters),
    summary: () => account.summary(counters),
    done: execute(plan, account, counters, signal),
  };
}

function workerConfig(plan: RunPlan, account: Account, counters: Counters): WorkerConfig {
  const memory = createRunMemory(plan.geo.bytes, plan.workers, plan.bodies);
  plan.geo.readInto(tablesOf(memory));
  return {
    memory,
    module: loadKernelModule(),
    arenaClaims: new SharedArrayBuffer(4),
    counters: counters.buffer,
    bounds: fragmentBounds(tablesOf(memory)),
    options: plan.options,
    format: plan.format,
    source: plan.source,
    bucketRegion: plan.bucketRegion,
    sink: plan.sink,
    deadLetterPath: plan.deadLetterPath,
    engine: inflateEngine(),
    run: account.run,
    limits: workerLimits(plan.limits, Date.now()),
    stopFlag: new SharedArrayBuffer(4),
    stopChannel: `flowbulk-stop-${randomBytes(8).toString('hex')}`,
  };
}

async function execute(plan: RunPlan, account: Account, counters: Counters, signal: AbortSignal): Promise<void> {
  const config = workerConfig(plan, account, counters);
  const pool = new Piscina<Shard['objects'], ShardResult>({
    filename: new URL('../../workers/entry.cjs', import.meta.url).href,
    minThreads: plan.workers,
    maxThreads: plan.workers,
    concurrentTasksPerWorker: shardsUnderWay(plan),
    // Waiting by Atomics would freeze reads and writes that a worker has under way between tasks.
    atomics: 'disabled',
    workerData: config,
  });
  const stopChannel = new BroadcastChannel(config.stopChannel);
  const stop = new AbortController();
  let drainTimer: NodeJS.Timeout | undefined;
  const tellWorkers = (step: keyof typeof STOP_STEPS) => {
    Atomics.store(new Int32Array(config.stopFlag), 0, STOP_STEPS[step]);
    stopChannel.postMessage(step);
  };
  const onAbort = () => {
    const { drainTimeoutMs = 0 } = plan;
    // What ends a run by itself leaves nothing to wait for.
    if (!signal.aborted || drainTimeoutMs === 0) return tellWorkers('stop');
    tellWorkers('drain');
    drainTimer = setTimeout(() => tellWorkers('stop'), drainTimeoutMs);
    return undefined;
  };
  stop.signal.addEventListener('abort', onAbort, { once: true });
  const onStop = () => stop.abort(signal.reason);
  signal.addEventListener('abort', onStop, { once: true });
  if (signal.aborted) onStop();
  try {
    await dispatch(plan, account, pool, stop);
  } finally {
    clearTimeout(drainTimer);
    signal.removeEventListener('abort', onStop);
    stopChannel.close();
    await pool.destroy();
    try {
      plan.ledger?.flush();
    } finally {
      await plan.answerTo?.giveBack?.();
    }
  }
}

/** Passes on what the ledger does not have as done. */
async function* undone(listed: AsyncIterable<Listed>, plan: RunPlan, account: Account): AsyncGenerator<Listed> {
  for await (const item of listed) {
    if (!('object' in item) && plan.ledger?.isDone(item)) {
      account.skipped();
      plan.answerTo?.done?.(item, plan.ledger.entryOf(item)?.state ?? 'done');
    } else yield item;
  }
}

/** Notes outcomes, and tells them to who waits for them. */
function noted(outcomes: readonly ObjectOutcome[], { ledger, answerTo, deadLetterPath }: RunPlan): void {
  ledger?.record(outcomes);
  if (answerTo?.done === undefined) return;
  // Nobody else has these records once the source forgets their objects.
  if (outcomes.some((one) => one.outcome === 'done' && hasDeadLetters(one))) {
    if (ledger) ledger.flush();
    else syncDeadLetters(deadLetterPath);
  }
  for (const { object, outcome } of outcomes) answerTo.done(object, outcome);
}

function hasDeadLetters({ deadLetters, failureStore }: ObjectOutcome): boolean {
  return failureStore > 0 || Object.keys(deadLetters).length > 0;
}

/** Hands shards out as workers come free; throws what ends the run when no shard is under way any more. */
async function dispatch(
  plan: RunPlan,
  account: Account,
  pool: Piscina<Shard['objects'], ShardResult>,
  stop: AbortController,
): Promise<void> {
  const underWay = new Set<Promise<void>>();
  const enough = new AbortController();
  const endListing = () => {
    account.limited();
    enough.abort();
  };
  const shardsAhead = shardsUnderWay(plan) - 1 + SHARDS_AHEAD;
  const hand = (shard: Shard): void => {
    const task = pool
      .run(shard.objects)
      .then(({ outcomes, durationsMs, fatal, isLimited, indices }) => {
        account.finished(outcomes);
        noted(outcomes, plan);
        plan.onOutcomes?.(outcomes, durationsMs);
        if (indices.length > 0) plan.onIndices?.(indices);
        if (isLimited) endListing();
        if (fatal !== null) stop.abort(FlowbulkError.fromWire(fatal));
      })
      .catch((error: unknown) => stop.abort(error))
      .finally(() => underWay.delete(task));
    underWay.add(task);
  };
  const onStop = () => enough.abort();
  stop.signal.addEventListener('abort', onStop, { once: true });
  if (stop.signal.aborted) onStop();
  const timer = deadline(plan.limits, endListing);
  try {
    const listed = withinLimits(undone(plan.listed, plan, account), plan.limits, () => account.limited());
    const onRefused = (refused: RefusedObject) => {
      account.refused(refused);
      plan.ledger?.refuse(refused);
      plan.answerTo?.done?.(refused.object, 'failed');
      plan.onRefused?.(refused);
    };
    for await (const shard of shards(account.listing(listed), onRefused, enough.signal)) {
      hand(shard);
      while (underWay.size >= plan.workers * shardsAhead && !stop.signal.aborted) await Promise.race(underWay);
      if (stop.signal.aborted || account.isLimited) break;
    }
    account.listingEnded();
  } catch (error) {
    stop.abort(error);
  } finally {
    clearTimeout(timer);
    stop.signal.removeEventListener('abort', onStop);
  }
  await Promise.all(underWay);
  if (stop.signal.aborted) throw stop.signal.reason;
}

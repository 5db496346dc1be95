/** The workers of a run: shards of what is listed are handed out to them, and what comes back is told. */

import { BroadcastChannel } from 'node:worker_threads';
import { Piscina } from 'piscina';
import { type CommonConfig, type ShardEnd, STOP_STEPS } from '../../workers/config.ts';
import { FlowbulkError } from '../errors.ts';
import { type Shard, shards } from '../plan/shard.ts';
import type { Listed, RefusedObject } from '../sources/source.ts';
import { deadline, type Limits, withinLimits } from './limits.ts';

/** What hears how a run goes. */
export interface PoolAccount<Result extends ShardEnd> {
  /** Passes a listing through and counts it. */
  listing(listed: AsyncIterable<Listed>): AsyncIterable<Listed>;
  /** Takes an object that the listing refuses. */
  refused(refused: RefusedObject): void;
  /** Takes what became of a shard. */
  finished(result: Result): void;
  /** The run stops at a limit: not everything is read. */
  limited(): void;
  readonly isLimited: boolean;
  /** The listing is at its end. */
  listingEnded(): void;
}

/** What a pool of workers is to do. */
export interface PoolPlan<Result extends ShardEnd> {
  /** What workers load: CommonJS, see workers/entry.cts. */
  readonly entry: URL;
  readonly config: CommonConfig;
  readonly workers: number;
  /** Shards that a worker has under way. */
  readonly shardsUnderWay: number;
  readonly listed: AsyncIterable<Listed>;
  readonly limits: Limits;
  /** How long workers may go on with what is under way when the run is stopped; 0: not at all. */
  readonly drainTimeoutMs: number;
  readonly account: PoolAccount<Result>;
}

type Pool<Result> = Piscina<Shard['objects'], Result>;

/** Shards a worker has waiting: enough that none runs dry, few enough that the listing is not read far ahead. */
const SHARDS_AHEAD = 2;

/** Works through what is listed. Throws what ends the run early, after the workers are gone. `signal` stops it. */
export async function runPool<Result extends ShardEnd>(plan: PoolPlan<Result>, signal: AbortSignal): Promise<void> {
  const { config } = plan;
  const pool: Pool<Result> = new Piscina({
    filename: plan.entry.href,
    minThreads: plan.workers,
    maxThreads: plan.workers,
    concurrentTasksPerWorker: plan.shardsUnderWay,
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
    const { drainTimeoutMs } = plan;
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
    await dispatch(plan, pool, stop);
  } finally {
    clearTimeout(drainTimer);
    signal.removeEventListener('abort', onStop);
    stopChannel.close();
    await pool.destroy();
  }
}

/** Hands shards out as workers come free; throws what ends the run when no shard is under way any more. */
async function dispatch<Result extends ShardEnd>(
  plan: PoolPlan<Result>,
  pool: Pool<Result>,
  stop: AbortController,
): Promise<void> {
  const { account } = plan;
  const underWay = new Set<Promise<void>>();
  const enough = new AbortController();
  const endListing = () => {
    account.limited();
    enough.abort();
  };
  const shardsAhead = plan.shardsUnderWay - 1 + SHARDS_AHEAD;
  const hand = (shard: Shard): void => {
    const task = pool
      .run(shard.objects)
      .then((result) => {
        account.finished(result);
        if (result.isLimited) endListing();
        if (result.fatal !== null) stop.abort(FlowbulkError.fromWire(result.fatal));
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
    const listed = withinLimits(plan.listed, plan.limits, () => account.limited());
    const onRefused = (refused: RefusedObject) => account.refused(refused);
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

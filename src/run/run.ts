/** A run: lists, shards, hands out to the pool, and adds up what comes back. */

import type { ObjectOutcome, ShardResult, WorkerConfig } from '../../workers/config.ts';
import { Counters } from '../../workers/counters.ts';
import { type BodySizes, createRunMemory, tablesOf } from '../../workers/memory.ts';
import type { DocumentOptions } from '../formats/document.ts';
import type { Columns } from '../formats/header.ts';
import { fragmentBounds } from '../geo/bounds.ts';
import type { GeoImage } from '../geo/build.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { ProgressSnapshot } from '../progress/snapshot.ts';
import type { RunSummary } from '../progress/summary.ts';
import { syncDeadLetters } from '../sinks/dead-letters.ts';
import type { SinkSpec } from '../sinks/sink.ts';
import type { Listed, RefusedObject, Source } from '../sources/source.ts';
import type { SourceSpec } from '../sources/spec.ts';
import { Account } from './account.ts';
import { commonConfig } from './common-config.ts';
import type { Limits } from './limits.ts';
import { type PoolAccount, runPool } from './pool.ts';

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

/**
 * Shards a worker has under way where bodies go to a cluster: while the last bodies of one are answered, the next is
 * converted.
 */
const CLUSTER_SHARDS = 2;

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
    ...commonConfig(plan, account.run, counters),
    memory,
    bounds: fragmentBounds(tablesOf(memory)),
    options: plan.options,
    bucketRegion: plan.bucketRegion,
    sink: plan.sink,
  };
}

/** What hears how the run goes: its account, its ledger, and those who asked to. */
function heardBy(plan: RunPlan, account: Account): PoolAccount<ShardResult> {
  return {
    listing: (listed) => account.listing(listed),
    limited: () => account.limited(),
    get isLimited() {
      return account.isLimited;
    },
    listingEnded: () => account.listingEnded(),
    refused(refused) {
      account.refused(refused);
      plan.ledger?.refuse(refused);
      plan.answerTo?.done?.(refused.object, 'failed');
      plan.onRefused?.(refused);
    },
    finished({ outcomes, durationsMs, indices }) {
      account.finished(outcomes);
      noted(outcomes, plan);
      plan.onOutcomes?.(outcomes, durationsMs);
      if (indices.length > 0) plan.onIndices?.(indices);
    },
  };
}

async function execute(plan: RunPlan, account: Account, counters: Counters, signal: AbortSignal): Promise<void> {
  try {
    await runPool<ShardResult>(
      {
        entry: new URL('../../workers/entry.cjs', import.meta.url),
        config: workerConfig(plan, account, counters),
        workers: plan.workers,
        shardsUnderWay: plan.sink.kind === 'cluster' ? CLUSTER_SHARDS : 1,
        listed: undone(plan.listed, plan, account),
        limits: plan.limits,
        drainTimeoutMs: plan.drainTimeoutMs ?? 0,
        account: heardBy(plan, account),
      },
      signal,
    );
  } finally {
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

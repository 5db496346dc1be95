/** A fold of flow logs: objects in, connections out. */

import { ConnectionRows } from '../../workers/connection-rows.ts';
import { Counters } from '../../workers/counters.ts';
import type { FoldConfig, FoldedObject } from '../../workers/fold-config.ts';
import { createFoldMemory } from '../../workers/fold-memory.ts';
import { interfaceImage, localsOf } from '../../workers/interface-image.ts';
import { MAX_ROWS, ROW_BYTES } from '../../workers/kernel/fold-layout.ts';
import { mergeTables } from '../../workers/merge-tables.ts';
import { FlowbulkError } from '../errors.ts';
import type { Filter } from '../formats/filter/filter.ts';
import type { Columns } from '../formats/header.ts';
import type { ProgressSnapshot } from '../progress/snapshot.ts';
import { commonConfig } from '../run/common-config.ts';
import type { Limits } from '../run/limits.ts';
import { runPool } from '../run/pool.ts';
import type { Listed, RefusedObject } from '../sources/source.ts';
import type { SourceSpec } from '../sources/spec.ts';
import type { FoldedCounts, FoldedRow, FoldInterface } from './contract.ts';
import { FoldAccount } from './fold-account.ts';
import { type FoldTable, Interfaces } from './reference-fold.ts';

/** What is to be folded. */
export interface FoldPlan {
  /** Names the run, in dead letters. */
  readonly run: string;
  readonly source: SourceSpec;
  /** The objects, as they are listed. */
  readonly listed: AsyncIterable<Listed>;
  readonly interfaces: readonly FoldInterface[];
  /** Columns of lines without header; null where they are found out. */
  readonly format: Columns | null;
  /** Which records count; null for all of them. */
  readonly filter: Filter | null;
  readonly workers: number;
  readonly deadLetterPath: string;
  readonly limits: Limits;
  /** Most connections that are kept, 16,777,214 at most; more end the fold with E_TOO_MANY_CONNECTIONS. */
  readonly maxConnections: number;
  /** Hears of objects that the listing refuses. */
  readonly onRefused?: (refused: RefusedObject) => void;
}

/** What a fold gives. */
export interface FoldResult {
  /** The connections, in no order, each once; may be gone through more than once. */
  readonly rows: Iterable<FoldedRow>;
  readonly connections: number;
  readonly counts: FoldedCounts;
  /** Records that the filter left out, which are in `counts.records`, too. */
  readonly filtered: number;
  /** Every object that was listed and begun, refused ones as failed. */
  readonly objects: readonly FoldedObject[];
  /** Objects were left out, since a limit of objects, bytes, records or time was reached. */
  readonly isLimited: boolean;
}

/** A fold that goes on. */
export interface Fold {
  /** Where it stands. */
  snapshot(): ProgressSnapshot;
  /** Kept when all is folded; broken by what ended the fold early, after its workers are gone. */
  readonly done: Promise<FoldResult>;
}

/** Starts a fold. `signal` stops it: `done` is then broken with the signal's reason. */
export function startFold(plan: FoldPlan, signal: AbortSignal): Fold {
  const counters = new Counters(plan.workers);
  const account = new FoldAccount(plan);
  return { snapshot: () => account.snapshot(counters), done: execute(plan, account, counters, signal) };
}

async function execute(
  plan: FoldPlan,
  account: FoldAccount,
  counters: Counters,
  signal: AbortSignal,
): Promise<FoldResult> {
  if (plan.maxConnections > MAX_ROWS) {
    const most = MAX_ROWS.toLocaleString('en-US');
    throw new FlowbulkError(
      'E_USAGE',
      `--max-connections ${plan.maxConnections} is more than can be kept: at most ${most}`,
    );
  }
  const interfaces = new Interfaces(plan.interfaces);
  const locals = localsOf(interfaces);
  const image = interfaceImage(interfaces);
  const memories = Array.from({ length: plan.workers }, () => createFoldMemory(image, plan.maxConnections));
  const config: FoldConfig = {
    ...commonConfig(plan, plan.run, counters),
    memories,
    interfaces: plan.interfaces,
    filter: plan.filter,
    maxConnections: plan.maxConnections,
  };
  const entry = new URL('../../workers/fold-entry.cjs', import.meta.url);
  const { workers, listed, limits } = plan;
  await runPool({ entry, config, workers, shardsUnderWay: 1, listed, limits, drainTimeoutMs: 0, account }, signal);

  const table = await mergeTables(config.module, memories, locals, plan.maxConnections, signal);
  for (const row of table.carried) account.carried.add(row);
  const rows = new ConnectionRows(table.memory, locals);
  return {
    rows: { [Symbol.iterator]: () => foldedRows(rows, account.carried) },
    connections: rows.count,
    ...account.result,
  };
}

function* foldedRows(rows: ConnectionRows, carried: FoldTable): Generator<FoldedRow> {
  const end = rows.address(rows.count);
  for (let at = rows.address(0); at < end; at += ROW_BYTES) {
    const row = rows.read(at);
    yield carried.size === 0 ? row : carried.mergedWith(row);
  }
}

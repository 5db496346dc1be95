/** One map: from objects to connections. */

import type { FoldedObject } from '../../workers/fold-config.ts';
import type { Columns } from '../formats/header.ts';
import type { Listed } from '../sources/source.ts';
import { openSource, type SourceSpec } from '../sources/spec.ts';
import type { Connection } from './connection.ts';
import { connectionsOf } from './connections.ts';
import type { FoldedCounts } from './contract.ts';
import { type Fold, startFold } from './fold-run.ts';
import type { KnownInterfaces } from './known-interfaces.ts';
import { foldAsOriginal } from './original-run.ts';

/** What a map is made of. */
export interface MapPlan {
  /** Names the run, in dead letters. */
  readonly run: string;
  readonly source: SourceSpec;
  readonly listed: readonly Listed[];
  readonly interfaces: KnownInterfaces;
  /** Columns of lines without header; null where they are found out. */
  readonly format: Columns | null;
  readonly workers: number;
  readonly deadLetterPath: string;
  readonly maxConnections: number;
  /** The numbers of StackState's own agent, record by record. */
  readonly isCompatible: boolean;
}

/** A map, and what it is of. */
export interface TopologyMap {
  readonly connections: Iterable<Connection>;
  readonly count: number;
  /** Pairs of addresses with a NAT gateway or an Application Load Balancer, which are not in it. */
  readonly leftOut: number;
  readonly counts: FoldedCounts;
  /** What became of each object; those that are done are in the map, whole. */
  readonly objects: readonly FoldedObject[];
}

/**
 * Reads the objects and makes the map of their records. `onFold` hears of the fold that goes on. Throws E_SOURCE_*,
 * E_SINK_*, E_USAGE for more connections than may be, and the signal's reason.
 */
export async function makeMap(
  plan: MapPlan,
  signal: AbortSignal,
  onFold: (fold: Pick<Fold, 'snapshot'>) => void,
): Promise<TopologyMap> {
  const { interfaces } = plan;
  if (plan.isCompatible) {
    const source = openSource(plan.source);
    try {
      const { fold, counts, objects } = await foldAsOriginal({ ...plan, source }, signal);
      const connections = [...fold.connections()];
      return { connections, count: connections.length, leftOut: fold.size - connections.length, counts, objects };
    } finally {
      await source.close();
    }
  }
  const { run, source, format, workers, deadLetterPath, maxConnections } = plan;
  const fold = startFold(
    {
      run,
      source,
      listed: oneByOne(plan.listed),
      interfaces: interfaces.forFold(),
      format,
      filter: null,
      workers,
      deadLetterPath,
      limits: {},
      maxConnections,
    },
    signal,
  );
  onFold(fold);
  const { rows, counts, objects } = await fold.done;
  const connections = connectionsOf(rows, interfaces);
  return { connections, count: connections.count, leftOut: connections.leftOut, counts, objects };
}

async function* oneByOne<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}

/** What crosses between the coordinator and its workers: plain data and shared memory. */

import type { WireError } from '../src/errors.ts';
import type { DocumentOptions } from '../src/formats/document.ts';
import type { Columns } from '../src/formats/header.ts';
import type { InflateEngine } from '../src/inflate/engine.ts';
import type { SinkSpec } from '../src/sinks/sink.ts';
import type { SourceObject } from '../src/sources/source.ts';
import type { SourceSpec } from '../src/sources/spec.ts';
import type { RunMemory } from './memory.ts';
import type { FragmentBounds } from './program.ts';

/** The limits that workers look at before each object: records of all workers, and the time of day in milliseconds. */
export interface WorkerLimits {
  readonly maxRecords: number;
  readonly deadlineMs: number;
}

/** What every worker needs once, whatever it makes of records. */
export interface CommonConfig {
  readonly module: WebAssembly.Module;
  /** One Int32: the next arena that nobody has taken. */
  readonly arenaClaims: SharedArrayBuffer;
  readonly counters: SharedArrayBuffer;
  readonly format: Columns | null;
  readonly source: SourceSpec;
  readonly deadLetterPath: string;
  readonly engine: InflateEngine;
  /** Names the run, in dead letters and temporary files. */
  readonly run: string;
  readonly limits: WorkerLimits;
  /** One Int32: the step of stopping. For workers that do not listen yet when it is told. */
  readonly stopFlag: SharedArrayBuffer;
  /** The broadcast channel on which each step is told. */
  readonly stopChannel: string;
}

/** What a worker needs to make documents. */
export interface WorkerConfig extends CommonConfig {
  readonly memory: RunMemory;
  readonly bounds: FragmentBounds;
  readonly options: DocumentOptions;
  /** Region of the bucket, null where there is none. */
  readonly bucketRegion: string | null;
  readonly sink: SinkSpec;
}

/**
 * Steps of stopping. A drain converts no more and waits for the bodies that are under way; a stop waits for nothing.
 */
export const STOP_STEPS = { drain: 1, stop: 2 } as const;

/** How an object ended: all of it, up to the damage, not at all, or somewhere when the run ended. */
export interface ObjectOutcome {
  readonly object: SourceObject;
  readonly outcome: 'done' | 'damaged' | 'failed' | 'unfinished';
  /** Of damaged and failed objects. */
  readonly error: WireError | null;
  /** Records that were answered for: the sum of what follows. */
  readonly records: number;
  /** Documents that were written, or that the cluster took. */
  readonly created: number;
  /** Documents that the cluster had already. */
  readonly duplicates: number;
  /** Documents that the cluster put into its failure store. */
  readonly failureStore: number;
  /** Records that the filter left out. */
  readonly filtered: number;
  /** Dead letters by code: lines that are no record, and documents that the cluster refused. */
  readonly deadLetters: Readonly<Record<string, number>>;
  /** Documents that the cluster refused, by reason. */
  readonly rejects: Readonly<Record<string, number>>;
  /** The indices behind the target's name when it was begun; null where that was not looked up. */
  readonly indices: string | null;
}

/** How a shard ended. `fatal` ends the run: objects that have no outcome were not finished. */
export interface ShardEnd {
  readonly fatal: WireError | null;
  /** Objects were left out, since a limit of records or time was reached. */
  readonly isLimited: boolean;
}

/** What became of a shard. */
export interface ShardResult extends ShardEnd {
  readonly outcomes: readonly ObjectOutcome[];
  /** Milliseconds that the worker was at each of them, from its opening until all of its lines were converted. */
  readonly durationsMs: readonly number[];
  /** Time-named indices that its documents went to, as far as they were seen. */
  readonly indices: readonly string[];
}

/** Grouping objects into shards: what a worker gets as one task. */
import type { Listed, RefusedObject, SourceObject } from '../sources/source.ts';
import { PAUSE, withPauses } from './pauses.ts';

/** The objects of one task, plain data. `bytes` is their size as listed, compressed. */
export interface Shard {
  readonly objects: readonly SourceObject[];
  readonly bytes: number;
}

/** How much one shard may hold. An object bigger than `maxBytes` is a shard of its own. */
export interface ShardLimits {
  readonly maxBytes: number;
  readonly maxObjects: number;
}

/** 8 MiB of gzip are about 0.3 s of work, enough to pay for the hand-over; 64 objects keep tasks of tiny ones short. */
export const SHARD_LIMITS: ShardLimits = { maxBytes: 8 * 1024 * 1024, maxObjects: 64 };

/** What an object of unknown size (standard input, a bare list of keys) counts as. */
const UNKNOWN_BYTES = 1024 * 1024;

/** What a window of a log group counts as: an hour of one can be more than AWS puts into an object. */
const WINDOW_BYTES = 2 * 1024 * 1024;

/** No object waits longer than this for others to make its shard full: a listing may be slow, or have no end. */
const HOLD_MS = 1_000;

/**
 * Groups a listing into shards, lazily and in its order; refused objects go to `onRefused` as they come by. Ends early,
 * without what it holds, when the signal is aborted: also while the listing waits for something to come.
 */
export async function* shards(
  listed: AsyncIterable<Listed>,
  onRefused: (refused: RefusedObject) => void,
  signal: AbortSignal,
  limits: ShardLimits = SHARD_LIMITS,
): AsyncGenerator<Shard> {
  let objects: SourceObject[] = [];
  let bytes = 0;
  for await (const item of withPauses(listed, HOLD_MS, signal)) {
    if (item === PAUSE) {
      if (objects.length > 0) yield { objects, bytes };
      objects = [];
      bytes = 0;
      continue;
    }
    if ('object' in item) {
      onRefused(item);
      continue;
    }
    const size = item.size >= 0 ? item.size : item.kind === 'cloudwatch' ? WINDOW_BYTES : UNKNOWN_BYTES;
    if (objects.length > 0 && (bytes + size > limits.maxBytes || objects.length >= limits.maxObjects)) {
      yield { objects, bytes };
      objects = [];
      bytes = 0;
    }
    objects.push(item);
    bytes += size;
  }
  if (objects.length > 0 && !signal.aborted) {
    yield { objects, bytes };
  }
}

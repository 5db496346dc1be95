/** Limits of a run: no object is begun beyond them, and what was begun is finished. */

import type { WorkerLimits } from '../../workers/config.ts';
import type { Listed } from '../sources/source.ts';

/** What a run may read. */
export interface Limits {
  readonly maxObjects?: number;
  /** Compressed bytes, as listed. */
  readonly maxBytes?: number;
  readonly maxRecords?: number;
  readonly maxDurationMs?: number;
}

/** The part of the limits that only shows while the run goes on; it begins now. */
export function workerLimits({ maxRecords, maxDurationMs }: Limits, nowMs: number): WorkerLimits {
  return {
    maxRecords: maxRecords ?? Number.POSITIVE_INFINITY,
    deadlineMs: nowMs + (maxDurationMs ?? Number.POSITIVE_INFINITY),
  };
}

/** The longest that a timer of Node waits: 24.8 days. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Calls `onEnd` when the time is over: a listing that waits for something to come would not notice. */
export function deadline(
  { maxDurationMs = Number.POSITIVE_INFINITY }: Limits,
  onEnd: () => void,
): NodeJS.Timeout | undefined {
  return maxDurationMs > MAX_TIMER_MS ? undefined : setTimeout(onEnd, maxDurationMs);
}

/** Passes a listing through up to the limits of objects and bytes; says when it leaves something out. */
export async function* withinLimits(
  listed: AsyncIterable<Listed>,
  { maxObjects = Number.POSITIVE_INFINITY, maxBytes = Number.POSITIVE_INFINITY }: Limits,
  onLimit: () => void,
): AsyncGenerator<Listed> {
  let objects = 0;
  let bytes = 0;
  for await (const item of listed) {
    if (!('object' in item)) {
      objects++;
      bytes += Math.max(item.size, 0);
      if (objects > maxObjects || bytes > maxBytes) return onLimit();
    }
    yield item;
  }
}

/** The order of objects: days ascending, biggest first within a day. */
import type { Listed } from '../sources/source.ts';
import { parseKey } from './keys.ts';
import { objectOf } from './lister.ts';

/** Sorts objects of one day: biggest first, so that the last worker is not left with a big one. */
export function biggestFirst(one: Listed, other: Listed): number {
  const [a, b] = [objectOf(one), objectOf(other)];
  return b.size - a.size || (a.key < b.key ? -1 : 1);
}

/** Sorts objects of many days, in place. Keys that do not say their day come last. */
export function sortByDay(batch: Listed[]): Listed[] {
  const days = new Map(batch.map((listed) => [listed, parseKey(objectOf(listed).key).day ?? Number.MAX_SAFE_INTEGER]));
  return batch.sort((one, other) => days.get(one)! - days.get(other)! || biggestFirst(one, other));
}

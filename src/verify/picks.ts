/** A few objects out of a listing of any length, spread over its days. */

import { Prng } from '../generate/prng.ts';
import { dayOfObject } from '../ledger/entry.ts';
import type { SourceObject } from '../sources/source.ts';

/** The same listing gives the same objects. */
export const PICK_SEED = 1;

/**
 * How many objects to take from each day, given how many it has: from evenly spread days where there are more days than
 * objects to take, else from all days alike as far as they have some.
 */
export function quotas(objectsByDay: ReadonlyMap<number, number>, objects: number): ReadonlyMap<number, number> {
  const days = [...objectsByDay].filter(([, has]) => has > 0).sort(([a], [b]) => a - b);
  if (objects <= days.length) {
    return new Map(Array.from({ length: objects }, (_, i) => [days[Math.floor((i * days.length) / objects)]![0], 1]));
  }
  const found = new Map(days.map(([day]) => [day, 0]));
  let left = objects;
  for (let each = 1, open = days; left > 0 && open.length > 0; each++) {
    open = open.filter(([, has]) => has >= each);
    for (const [day] of open.slice(0, left)) found.set(day, each);
    left -= open.length;
  }
  return found;
}

/** Picks by day, each object of a day as likely as any other (algorithm R: Vitter, "Random sampling with a reservoir"). */
export class Picks {
  readonly #quotas: ReadonlyMap<number, number>;
  readonly #prng = new Prng(PICK_SEED, 0);
  readonly #days = new Map<number, { offered: number; readonly kept: SourceObject[] }>();

  constructor(quotas: ReadonlyMap<number, number>) {
    this.#quotas = quotas;
  }

  /** Offers an object. */
  offer(object: SourceObject): void {
    const number = dayOfObject(object);
    const quota = this.#quotas.get(number) ?? 0;
    if (quota === 0) return;
    let day = this.#days.get(number);
    if (day === undefined) {
      day = { offered: 0, kept: [] };
      this.#days.set(number, day);
    }
    day.offered++;
    if (day.kept.length < quota) day.kept.push(object);
    else {
      const place = this.#prng.between(0, day.offered - 1);
      if (place < quota) day.kept[place] = object;
    }
  }

  /** What was picked, days ascending. */
  get objects(): readonly SourceObject[] {
    return [...this.#days].sort(([a], [b]) => a - b).flatMap(([, { kept }]) => kept);
  }
}

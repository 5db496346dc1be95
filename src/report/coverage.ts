/** Which days a job's ledger has objects of, and which of those it should have it lacks. */

import type { DayTotals } from '../ledger/ledger.ts';
import { addTotals, noTotals, type Totals } from '../ledger/totals.ts';
import { formatDay } from '../plan/dates.ts';

/** Sums of a day over all accounts and regions. */
export interface DayCoverage {
  /** `2025-01-31`; null for objects whose keys say no day. */
  readonly day: string | null;
  readonly objects: Totals['objects'];
  readonly records: number;
  /** Documents that were created or were there already. */
  readonly documents: number;
  readonly failureStore: number;
  readonly deadLetters: number;
}

/** Days of all runs of a job up to now. */
export interface Coverage {
  /** Only days with objects, ascending, the one without a day first. */
  readonly days: readonly DayCoverage[];
  /** First and last day that something is missed between; null where no day is known. */
  readonly span: { readonly first: string; readonly last: string } | null;
}

/**
 * Coverage from the sums of a ledger. `asked` are the days that the run was to read, as days since the epoch: one with
 * a beginning and no end reaches until today.
 */
export function coverageOf(
  totals: readonly DayTotals[],
  asked: { readonly fromDay?: number; readonly toDay?: number },
  today: number,
): Coverage {
  const byDay = new Map<number, Totals>();
  for (const one of totals) {
    const sums = byDay.get(one.day) ?? noTotals();
    addTotals(sums, one);
    byDay.set(one.day, sums);
  }
  const found = [...byDay.keys()].filter((day) => day > 0);
  const { fromDay, toDay = fromDay === undefined ? undefined : today } = asked;
  const ends = [...found, fromDay, toDay === undefined ? undefined : Math.min(toDay, today)].filter(
    (day) => day !== undefined,
  );
  const [first, last] = [Math.min(...ends), Math.max(...ends)];
  return {
    days: [...byDay]
      .filter(([, { objects }]) => Object.values(objects).some((count) => count > 0))
      .sort(([a], [b]) => a - b)
      .map(([day, { objects, records, created, duplicates, failureStore, deadLetters }]) => ({
        day: day === 0 ? null : formatDay(day),
        objects,
        records,
        documents: created + duplicates,
        failureStore,
        deadLetters,
      })),
    span: ends.length === 0 || first > last ? null : { first: formatDay(first), last: formatDay(last) },
  };
}

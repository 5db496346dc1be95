/** Sums over the objects of each day, account and region: kept with the entries, so that nothing has to count them. */

import type { Entry, EntryState } from './entry.ts';

/** Sums of objects. */
export interface Totals {
  readonly objects: Record<EntryState, number>;
  records: number;
  created: number;
  duplicates: number;
  failureStore: number;
  deadLetters: number;
  /** Records that the filter left out. */
  filtered: number;
}

/** Nothing yet. */
export function noTotals(): Totals {
  const objects = { done: 0, damaged: 0, failed: 0, unfinished: 0 };
  return { objects, records: 0, created: 0, duplicates: 0, failureStore: 0, deadLetters: 0, filtered: 0 };
}

/** Adds an entry `times` times: -1 takes it out. Unfinished objects count as objects alone: they are done again. */
export function addEntry(totals: Totals, entry: Entry, times: 1 | -1): void {
  totals.objects[entry.state] += times;
  if (entry.state === 'unfinished' || entry.state === 'failed') return;
  totals.records += times * entry.records;
  totals.created += times * entry.created;
  totals.duplicates += times * entry.duplicates;
  totals.failureStore += times * entry.failureStore;
  totals.deadLetters += times * entry.deadLetters;
  totals.filtered += times * entry.filtered;
}

/** Adds sums to others. */
export function addTotals(to: Totals, more: Totals): void {
  for (const state of Object.keys(to.objects) as EntryState[]) to.objects[state] += more.objects[state];
  to.records += more.records;
  to.created += more.created;
  to.duplicates += more.duplicates;
  to.failureStore += more.failureStore;
  to.deadLetters += more.deadLetters;
  to.filtered += more.filtered;
}

/** Sums from the text that they are kept as; what an older version did not sum up is 0. */
export function readTotals(text: string): Totals {
  return { ...noTotals(), ...(JSON.parse(text) as Partial<Totals>) };
}

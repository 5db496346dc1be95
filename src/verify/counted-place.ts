/**
 * From the ledger's places to counts of the target, exactly: documents that lie in one place must not count for another
 * whose path begins alike.
 *
 * ```
 * logs/                       own = all that begin so, without those of the two below
 * ├── logs/2025/01/31/        own = all that begin so
 * └── logs/late/              own = all that begin so
 * ```
 */

import type { PlaceTotals } from '../ledger/ledger.ts';
import { folderOfDay, MAX_LOOSE_FOLDERS } from '../ledger/place.ts';
import { addTotals, noTotals, type Totals } from '../ledger/totals.ts';
import type { Selection } from '../sources/source.ts';

/** Objects whose documents are counted together. */
export interface CountedPlace {
  /** How their `log.file.path` begins. */
  readonly path: string;
  /** Days of their keys, since the epoch, ascending; 0 where a key says none. */
  readonly days: readonly number[];
  readonly accounts: readonly string[];
  readonly regions: readonly string[];
  readonly totals: Totals;
  /** Places right below it. */
  readonly below: readonly CountedPlace[];
}

interface Growing extends CountedPlace {
  readonly days: number[];
  readonly accounts: string[];
  readonly regions: string[];
  readonly below: Growing[];
}

const addOnce = <T>(list: T[], value: T): void => {
  if (!list.includes(value)) list.push(value);
};

/** The places below `base`, how every `log.file.path` of the source begins, in the order of their days. */
export function countedPlaces(places: readonly PlaceTotals[], base: string): readonly CountedPlace[] {
  const loose = new Set(places.filter(({ form }) => form === null).map(({ folder }) => folder));
  // Beyond that the ledger has not kept them apart.
  const isFull = loose.size >= MAX_LOOSE_FOLDERS;
  const found = new Map<string, Growing>();
  for (const { account, region, folder, form, day, ...totals } of places) {
    const path = base + (form === null ? (isFull ? '' : folder) : folder + folderOfDay(form, day));
    let place = found.get(path);
    if (place === undefined) {
      place = { path, days: [], accounts: [], regions: [], totals: noTotals(), below: [] };
      found.set(path, place);
    }
    addOnce(place.days, day);
    addOnce(place.accounts, account);
    addOnce(place.regions, region);
    addTotals(place.totals, totals);
  }
  const sorted = [...found.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
  // All that begin alike stand together, the shortest first.
  const above: Growing[] = [];
  for (const place of sorted) {
    place.days.sort((a, b) => a - b);
    while (above.length > 0 && !place.path.startsWith(above.at(-1)!.path)) above.pop();
    above.at(-1)?.below.push(place);
    above.push(place);
  }
  return sorted.sort((a, b) => a.days[0]! - b.days[0]! || (a.path < b.path ? -1 : 1));
}

/** Whether some of a place's objects are what a selection asks for by day, account and region. */
export function isSelected({ days, accounts, regions }: CountedPlace, selection: Selection): boolean {
  const { fromDay = Number.NEGATIVE_INFINITY, toDay = Number.POSITIVE_INFINITY } = selection;
  return (
    days.some((day) => day >= fromDay && day <= toDay) &&
    (selection.accounts === undefined || accounts.some((account) => selection.accounts?.includes(account))) &&
    (selection.regions === undefined || regions.some((region) => selection.regions?.includes(region)))
  );
}

/** The paths that have to be counted to know what lies in these places alone. */
export function pathsToCount(places: readonly CountedPlace[]): readonly string[] {
  return [...new Set(places.flatMap(({ path, below }) => [path, ...below.map((one) => one.path)]))];
}

/** What lies in a place alone. */
export function ownCount({ path, below }: CountedPlace, counts: ReadonlyMap<string, number>): number {
  return below.reduce((own, one) => own - (counts.get(one.path) ?? 0), counts.get(path) ?? 0);
}

/** Documents that have to be in the target: those that it took, and those that it had. */
export function expectedOf({ created, duplicates }: Pick<Totals, 'created' | 'duplicates'>): number {
  return created + duplicates;
}

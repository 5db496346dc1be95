/**
 * Counts the documents of log groups: by group and day of the record's `start`, which is the time of its event. Where
 * documents of a group lack `start`, all of the group are counted together.
 */

import type { PlaceTotals } from '../ledger/ledger.ts';
import { addTotals, noTotals, type Totals } from '../ledger/totals.ts';
import type { Selection } from '../sources/source.ts';
import { expectedOf } from './counted-place.ts';
import type { TargetCounts } from './target-counts.ts';
import type { VerifiedRow } from './verification.ts';

/** Windows that are counted together. */
interface GroupDays {
  readonly group: string;
  /** Documents lack `start`: days are not counted one by one. */
  readonly isTimeless: boolean;
  readonly days: readonly [first: number, last: number];
  readonly totals: Totals;
}

/** What the ledger has, by group and day. */
function groupDays(places: readonly PlaceTotals[], isLinked: boolean): readonly GroupDays[] {
  const found = new Map<string, GroupDays>();
  for (const { folder, day, account: _, region: __, form: ___, ...totals } of places) {
    // Keys of linked accounts begin with their number: the name of a group may be in several.
    const group = (isLinked ? folder.replace(/^\d{12}\//, '') : folder).slice(0, -1);
    const key = `${day} ${group}`;
    const sums = found.get(key) ?? { group, isTimeless: false, days: [day, day], totals: noTotals() };
    addTotals(sums.totals, totals);
    found.set(key, sums);
  }
  return [...found.values()].sort((a, b) => a.days[0] - b.days[0] || (a.group < b.group ? -1 : 1));
}

function allDays(days: readonly GroupDays[]): GroupDays {
  const totals = noTotals();
  for (const one of days) addTotals(totals, one.totals);
  return { group: days[0]!.group, isTimeless: true, days: [days[0]!.days[0], days.at(-1)!.days[1]], totals };
}

/** Counts the target by the ledger's groups and days; null for `counts` where there is nothing to count. */
export async function logRows(
  places: readonly PlaceTotals[],
  isLinked: boolean,
  { fromDay = Number.NEGATIVE_INFINITY, toDay = Number.POSITIVE_INFINITY }: Selection,
  counts: TargetCounts | null,
): Promise<{ readonly places: readonly { readonly totals: Totals }[]; readonly rows: readonly VerifiedRow[] }> {
  const days = groupDays(places, isLinked);
  const chosen: GroupDays[] = [];
  for (const group of new Set(days.map((one) => one.group))) {
    const its = days.filter((one) => one.group === group);
    const isTimeless = ((await counts?.countEvents(group, 'timeless')) ?? 0) > 0;
    chosen.push(...(isTimeless ? [allDays(its)] : its.filter(({ days: [day] }) => day >= fromDay && day <= toDay)));
  }
  const rows: VerifiedRow[] = [];
  for (const { group, isTimeless, days: span, totals } of chosen.sort((a, b) => a.days[0] - b.days[0])) {
    const found = (await counts?.countEvents(group, isTimeless ? 'all' : span[0])) ?? 0;
    const expected = expectedOf(totals);
    rows.push({ days: span, account: '-', region: '-', group, objects: totals.objects, expected, found });
  }
  return { places: chosen, rows };
}

/** Days with nothing in them. */

/** Days without any object, as days since the epoch, both ends included. */
export interface Gap {
  readonly firstDay: number;
  readonly lastDay: number;
}

/** The days that a listing was to cover: as asked for, else as found. */
export interface Span {
  readonly firstDay: number;
  readonly lastDay: number;
}

/**
 * The days between which something is missed: `fromDay` and `toDay` where they were asked for; the first and the last
 * day found where not, but that a range with a beginning and no end reaches until today. Days to come are not missed.
 * Null where neither is known.
 */
export function spanOf(
  found: Iterable<number | null>,
  asked: { readonly fromDay?: number; readonly toDay?: number },
  today: number,
): Span | null {
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  for (const day of found) {
    if (day === null) continue;
    first = Math.min(first, day);
    last = Math.max(last, day);
  }
  const firstDay = asked.fromDay ?? first;
  const untilToday = asked.fromDay === undefined && asked.toDay === undefined ? last : Math.max(last, today);
  const lastDay = Math.min(asked.toDay ?? untilToday, untilToday);
  return Number.isFinite(firstDay) && Number.isFinite(lastDay) && firstDay <= lastDay ? { firstDay, lastDay } : null;
}

/** The gaps of a span, in order. A day with objects that cannot be read, or that are done already, is no gap. */
export function gapsOf(found: ReadonlyMap<number | null, unknown>, span: Span): Gap[] {
  const days = [...found.keys()].filter((day) => day !== null && day >= span.firstDay && day <= span.lastDay);
  const gaps: Gap[] = [];
  let next = span.firstDay;
  for (const day of [...(days as number[]).sort((a, b) => a - b), span.lastDay + 1]) {
    if (day > next) gaps.push({ firstDay: next, lastDay: day - 1 });
    next = day + 1;
  }
  return gaps;
}

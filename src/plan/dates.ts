/** Days as days since the Unix epoch, UTC: what the selection by date counts in. */
import { FlowbulkError } from '../errors.ts';

const MS_PER_DAY = 86_400_000;
const MS_PER_UNIT = { d: MS_PER_DAY, h: 3_600_000, m: 60_000, w: 7 * MS_PER_DAY } as const;

/** Days since the epoch of a date; null where there is no such date. `month` and `day` begin with 1. */
export function dayOf(year: number, month: number, day: number): number | null {
  const ms = Date.UTC(year, month - 1, day);
  const date = new Date(ms);
  // Date.UTC rolls 31 February over to March.
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? Math.floor(ms / MS_PER_DAY) : null;
}

/** A day as `YYYY-MM-DD`. */
export function formatDay(day: number): string {
  return new Date(day * MS_PER_DAY).toISOString().slice(0, 10);
}

/**
 * Parses `--from` and `--to`: `YYYY-MM-DD`, or an ISO date and time, of which the day in UTC counts. Returns days since
 * the epoch; throws E_USAGE that names `option`.
 */
export function parseDay(text: string, option: string): number {
  const parts = /^(\d{4})-(\d\d)-(\d\d)(T.*)?$/.exec(text);
  const day = parts === null ? null : dayOf(Number(parts[1]), Number(parts[2]), Number(parts[3]));
  if (day !== null && parts?.[4] === undefined) {
    return day;
  }
  // Without a zone, Date.parse would take the machine's own.
  const ms = Date.parse(/(Z|[+-]\d\d:?\d\d)$/i.test(text) ? text : `${text}Z`);
  if (day === null || Number.isNaN(ms)) {
    throw new FlowbulkError('E_USAGE', `${option} is "${text}": give a day as YYYY-MM-DD, such as 2025-01-31`);
  }
  return Math.floor(ms / MS_PER_DAY);
}

/** Parses an age such as `90d`, `12h`, `2w` or `30m` to milliseconds; throws E_USAGE. */
export function parseAge(text: string): number {
  const parts = /^(\d{1,6})([dhmw])$/.exec(text);
  if (parts === null) {
    throw new FlowbulkError('E_USAGE', `--since is "${text}": give a number and a unit, such as 90d, 12h or 2w`);
  }
  return Number(parts[1]) * MS_PER_UNIT[parts[2] as keyof typeof MS_PER_UNIT];
}

/** Parses `--since` to the day it reaches back to from `nowMs`; throws E_USAGE. */
export function parseSince(text: string, nowMs: number): number {
  return Math.floor((nowMs - parseAge(text)) / MS_PER_DAY);
}

/**
 * The days that `--from`, `--to` and `--since` give together, both inclusive. Throws E_USAGE where they contradict
 * each other.
 */
export function parseDays(
  options: { readonly from?: string; readonly to?: string; readonly since?: string },
  nowMs: number,
): { fromDay?: number; toDay?: number } {
  if (options.from !== undefined && options.since !== undefined) {
    throw new FlowbulkError(
      'E_USAGE',
      `--from ${options.from} and --since ${options.since} both say where to begin: give one`,
    );
  }
  const days: { fromDay?: number; toDay?: number } = {};
  if (options.from !== undefined) {
    days.fromDay = parseDay(options.from, '--from');
  }
  if (options.since !== undefined) {
    days.fromDay = parseSince(options.since, nowMs);
  }
  if (options.to !== undefined) {
    days.toDay = parseDay(options.to, '--to');
  }
  if (days.fromDay !== undefined && days.toDay !== undefined && days.fromDay > days.toDay) {
    const [from, to] = [formatDay(days.fromDay), formatDay(days.toDay)];
    throw new FlowbulkError('E_USAGE', `nothing lies between ${from} and ${to}: give --from before --to`);
  }
  return days;
}

/**
 * Windows of time of a log group: what objects are to a bucket.
 *
 * ```
 * 10:00 ├──────────────────────────────┤ 11:00 ├───────────┤ 11:23 ├──────┤ 11:31
 *        one hour, as the clock has it          up to now   the next look at it
 * ```
 *
 * Windows begin and end where the clock does, so that each run has the same ones. The hour that is not over is cut where it
 * was read up to: the ledger knows a part by its end, and the next one begins there.
 */
import { createHash } from 'node:crypto';
import type { SourceObject } from './source.ts';

/** From the first millisecond up to, not including, the last. */
export interface TimeRange {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Which streams of a group are read; both undefined for all of them. */
export interface StreamsAsked {
  readonly names?: readonly string[];
  readonly prefix?: string;
}

/** A log group that windows are of. */
export interface LogGroupFound {
  /** As requests name it: its name, or its ARN where it was named so or is another account's. */
  readonly nameOrArn: string;
  readonly name: string;
  /** Before all keys of its windows: its account where that is another one. */
  readonly keyPrefix: string;
  readonly region: string;
  /** LogFormat of the flow logs that write to it; empty where that is not known. */
  readonly logFormats: readonly string[];
}

/** Long enough that months are not all requests for nothing, short enough to be read again when a run was killed. */
const WINDOW_MS = 3_600_000;

/** Parts of a window end at whole minutes. */
const PART_MS = 60_000;

/** The last moment that parts of windows may end at, as of `ms`. */
export function lastEnd(ms: number): number {
  return Math.floor(ms / PART_MS) * PART_MS;
}

/** The window that a moment is in. */
export function windowAt(ms: number): TimeRange {
  const fromMs = Math.floor(ms / WINDOW_MS) * WINDOW_MS;
  return { fromMs, toMs: fromMs + WINDOW_MS };
}

/**
 * The window from `fromMs` to `toMs` at most as the parts that are known, each with the end that it has there, and what is
 * left. A window that was never cut is one part.
 */
export function partsOf({ fromMs, toMs }: TimeRange, isKnown: (part: TimeRange) => boolean): readonly TimeRange[] {
  const { toMs: windowEndMs } = windowAt(fromMs);
  const parts: TimeRange[] = [];
  let atMs = fromMs;
  while (atMs < toMs) {
    const part = knownPart(atMs, windowEndMs, isKnown) ?? { fromMs: atMs, toMs };
    parts.push(part);
    atMs = part.toMs;
  }
  return parts;
}

/** The part that begins there. Most go to the end of the window; those of `--follow` are short. */
function knownPart(fromMs: number, windowEndMs: number, isKnown: (part: TimeRange) => boolean): TimeRange | null {
  if (isKnown({ fromMs, toMs: windowEndMs })) return { fromMs, toMs: windowEndMs };
  for (let toMs = fromMs + PART_MS; toMs < windowEndMs; toMs += PART_MS) {
    if (isKnown({ fromMs, toMs })) return { fromMs, toMs };
  }
  return null;
}

/** Equal parts of a range, as many as asked, or fewer where there are no more milliseconds. */
export function slicesOf({ fromMs, toMs }: TimeRange, count: number): readonly TimeRange[] {
  const of = Math.min(count, toMs - fromMs);
  const at = (i: number) => fromMs + Math.floor(((toMs - fromMs) * i) / of);
  return Array.from({ length: of }, (_, i) => ({ fromMs: at(i), toMs: at(i + 1) }));
}

/**
 * The window of a group as an object. Its key is `GROUP/YYYY/MM/DD/HHMM`, in UTC, so that all that goes by the day in a key
 * holds for it, too. It names the beginning alone: an output of a window that was written and not noted, since the run was
 * killed, is then written anew with what came later. The end and which streams are read make other versions of it.
 */
export function windowObject(group: LogGroupFound, { fromMs, toMs }: TimeRange, streams: StreamsAsked): SourceObject {
  const [day = '', clock = ''] = new Date(fromMs).toISOString().split('T');
  return {
    kind: 'cloudwatch',
    bucket: group.nameOrArn,
    key: `${group.keyPrefix}${group.name}/${day.replaceAll('-', '/')}/${clock.slice(0, 5).replace(':', '')}`,
    path: null,
    etag: versionOf(toMs, streams),
    size: -1,
    lastModifiedMs: fromMs,
    toMs,
    region: group.region,
    ...(group.logFormats.length === 0 ? {} : { logFormats: group.logFormats }),
  };
}

/** What tells a window from others that begin when it does. */
export function versionOf(toMs: number, { names, prefix }: StreamsAsked): string {
  if (names === undefined && prefix === undefined) return `${toMs}`;
  const asked = JSON.stringify(names === undefined ? { prefix } : { names: [...names].sort() });
  return `${toMs}-${createHash('sha256').update(asked).digest('hex').slice(0, 16)}`;
}

/** The range of a window. Throws TypeError for another object. */
export function rangeOf({ key, toMs }: SourceObject): TimeRange {
  const parts = /(\d{4})\/(\d\d)\/(\d\d)\/(\d\d)(\d\d)$/.exec(key)?.slice(1).map(Number);
  if (parts === undefined || toMs === undefined) throw new TypeError(`${key} is no window of a log group`);
  const [year = 0, month = 0, day = 0, hours = 0, minutes = 0] = parts;
  return { fromMs: Date.UTC(year, month - 1, day, hours, minutes), toMs };
}

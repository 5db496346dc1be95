/** When a schedule runs, in UTC, and how each scheduler writes that. */

import { FlowbulkError } from '../errors.ts';

/** A grid of times over the day: what all schedulers can say alike. */
export interface When {
  /** For people: `at 02:30 UTC`, `every 6h`. */
  readonly text: string;
  /** `30 2 * * *`, for cron and Kubernetes. */
  readonly cron: string;
  /** `*-*-* 02:30:00 UTC` (systemd.time(7)). */
  readonly systemd: string;
  /** `cron(30 2 * * ? *)` (https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html). */
  readonly eventBridge: string;
  /** Runs begin at random within this time, so that not everybody's begin at once. */
  readonly delaySeconds: number;
  readonly runsADay: number;
}

const DEFAULT_AT = '02:30';
const MOST_DELAY_SECONDS = 600;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** Steps that divide an hour or a day: with others the time between two runs would not be even. */
const EVEN_MINUTES = [5, 6, 10, 12, 15, 20, 30];
const EVEN_HOURS = [1, 2, 3, 4, 6, 8, 12, 24];

function daily(hour: number, minute: number, text: string): When {
  const two = (value: number) => String(value).padStart(2, '0');
  return {
    text,
    cron: `${minute} ${hour} * * *`,
    systemd: `*-*-* ${two(hour)}:${two(minute)}:00 UTC`,
    eventBridge: `cron(${minute} ${hour} * * ? *)`,
    delaySeconds: MOST_DELAY_SECONDS,
    runsADay: 1,
  };
}

function repeated(everyMs: number): When {
  const minutes = everyMs / MINUTE_MS;
  const hours = everyMs / HOUR_MS;
  const delaySeconds = Math.min(MOST_DELAY_SECONDS, everyMs / 10_000);
  const runsADay = (24 * HOUR_MS) / everyMs;
  if (EVEN_MINUTES.includes(minutes)) {
    return {
      text: `every ${minutes} minutes`,
      cron: `*/${minutes} * * * *`,
      systemd: `*-*-* *:00/${minutes}:00 UTC`,
      eventBridge: `cron(0/${minutes} * * * ? *)`,
      delaySeconds,
      runsADay,
    };
  }
  if (hours === 24) return daily(0, 0, 'every day at 00:00 UTC');
  if (!EVEN_HOURS.includes(hours)) {
    const steps = [...EVEN_MINUTES.map((step) => `${step}m`), ...EVEN_HOURS.map((step) => `${step}h`)].join(', ');
    throw new FlowbulkError(
      'E_USAGE',
      `--every takes a time that divides an hour or a day, ${steps}; not ${minutes} minutes`,
    );
  }
  return {
    text: hours === 1 ? 'every hour' : `every ${hours} hours`,
    cron: hours === 1 ? '0 * * * *' : `0 */${hours} * * *`,
    systemd: `*-*-* 00/${hours}:00:00 UTC`,
    eventBridge: `cron(0 0/${hours} * * ? *)`,
    delaySeconds,
    runsADay,
  };
}

/**
 * Reads `--at HH:MM` or `--every` in milliseconds; without both it is 02:30. Throws E_USAGE where both are given, and
 * for a time that schedulers cannot repeat evenly.
 */
export function parseWhen(at: string | undefined, everyMs: number | undefined): When {
  if (at !== undefined && everyMs !== undefined) {
    throw new FlowbulkError('E_USAGE', `--at ${at} and --every exclude one another: give one of them`);
  }
  if (everyMs !== undefined) return repeated(everyMs);
  const time = at ?? DEFAULT_AT;
  return daily(Number(time.slice(0, 2)), Number(time.slice(3)), `every day at ${time} UTC`);
}

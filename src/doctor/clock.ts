/** The clock against those of servers: signatures of AWS hold for minutes only. */

import { EXIT } from '../errors.ts';
import { formatSeconds } from '../progress/numbers.ts';
import { type CheckGroup, type Finding, fail, ok, skipped, warn } from './check.ts';

/** AWS refuses signatures that are further off: https://docs.aws.amazon.com/IAM/latest/UserGuide/signing-elements.html */
const REFUSED_SECONDS = 300;
const ODD_SECONDS = 30;

/** A server's time when an answer came. */
export interface Tick {
  readonly who: string;
  /** How far this clock goes before the server's, in seconds; a server tells whole ones. */
  readonly aheadSeconds: number;
}

/** Reads the Date header of an answer; null where there is none. The two times are this clock's. */
export function tickOf(who: string, date: string | null | undefined, sentMs: number, answeredMs: number): Tick | null {
  const serverMs = Date.parse(date ?? '');
  if (Number.isNaN(serverMs)) return null;
  // The header has no fraction: on average half a second has gone by.
  return { who, aheadSeconds: ((sentMs + answeredMs) / 2 - serverMs - 500) / 1000 };
}

/** Asks a web server for its time, without credentials; null where it does not answer or does not tell. */
export async function askTime(who: string, url: string, signal: AbortSignal): Promise<Tick | null> {
  const sentMs = Date.now();
  try {
    const answer = await fetch(url, { method: 'HEAD', redirect: 'manual', signal });
    await answer.arrayBuffer();
    return tickOf(who, answer.headers.get('date'), sentMs, Date.now());
  } catch {
    signal.throwIfAborted();
    return null;
  }
}

/** Looks at what the checks before it have gathered. */
export function clockGroup(ticks: readonly Tick[]): CheckGroup {
  return { title: 'Clock', exitCode: EXIT.usage, checks: [{ name: 'clock', look: () => clockFinding(ticks) }] };
}

function clockFinding(ticks: readonly Tick[]): Finding {
  const [first, ...rest] = ticks;
  if (first === undefined) return skipped('nothing that was asked tells the time');
  const off = ({ aheadSeconds }: Tick) => Math.abs(aheadSeconds);
  const worst = rest.reduce((most, tick) => (off(tick) > off(most) ? tick : most), first);
  const seconds = off(worst);
  const way = worst.aheadSeconds > 0 ? 'ahead of' : 'behind';
  if (seconds <= ODD_SECONDS) return ok(`within ${Math.max(2, Math.ceil(seconds))} s of ${worst.who}`);
  const found = `${formatSeconds(seconds)} ${way} ${worst.who}`;
  const fix = 'set the clock (timedatectl set-ntp true, or chrony)';
  return seconds > REFUSED_SECONDS ? fail(found, `${fix}: AWS refuses signatures of such a clock`) : warn(found, fix);
}

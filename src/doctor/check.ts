/** What a check of `flowbulk doctor` is, and running them: one that fails stops none but those that need it. */

import { EXIT, FlowbulkError } from '../errors.ts';

/** Each check has so much time. */
const LIMIT_MS = 10_000;

/** What a check found. `found` says what was looked at with its value, `fix` what to do; null where there is nothing. */
export interface Finding {
  readonly status: 'ok' | 'warn' | 'fail' | 'skipped';
  readonly found: string;
  readonly fix: string | null;
  /** Of the program, where this fails. */
  readonly exitCode?: number;
}

/** A finding under its check's name. */
export interface Result extends Finding {
  readonly check: string;
}

/** One thing that is looked at. */
export interface Check {
  readonly name: string;
  /** Names of checks before it without which it cannot be made. */
  readonly needs?: readonly string[];
  /** Looks. What it throws is a failure. */
  look(signal: AbortSignal): Promise<Finding> | Finding;
}

/** Checks about one thing. */
export interface CheckGroup {
  readonly title: string;
  /** The exit code where one fails that gives none of its own. */
  readonly exitCode: number;
  readonly checks: readonly Check[];
}

/** It is as it should be. */
export function ok(found: string): Finding {
  return { status: 'ok', found, fix: null };
}

/** It works, and could be better. */
export function warn(found: string, fix: string): Finding {
  return { status: 'warn', found, fix };
}

/** A run would fail. */
export function fail(found: string, fix: string, exitCode?: number): Finding {
  return { status: 'fail', found, fix, ...(exitCode === undefined ? {} : { exitCode }) };
}

/** It was not looked at, or nothing can be told. */
export function skipped(why: string): Finding {
  return { status: 'skipped', found: why, fix: null };
}

/** Exit codes that say which part failed; others are those of single objects. */
const PARTS: ReadonlySet<number> = new Set([EXIT.usage, EXIT.sourceRefused, EXIT.sinkRefused, EXIT.tryAgain]);

/**
 * An error of ours as a finding. Its message is cut at the last colon that is not inside of brackets, behind which
 * messages say what to do, unless `fix` is given. Anything else is thrown: it is a bug.
 */
export function failure(error: unknown, fix?: string): Finding {
  if (!(error instanceof FlowbulkError)) throw error;
  const { message } = error;
  const exitCode = PARTS.has(error.exitCode) ? error.exitCode : undefined;
  const at = fix === undefined ? lastColon(message) : -1;
  if (at < 0) return fail(message, fix ?? 'see the message', exitCode);
  return fail(message.slice(0, at), message.slice(at + 2), exitCode);
}

/** Where the last `: ` outside of brackets is; -1 where there is none. */
function lastColon(message: string): number {
  let depth = 0;
  for (let at = message.length - 1; at > 0; at--) {
    const character = message[at];
    if (character === ')') depth++;
    else if (character === '(') depth--;
    else if (depth === 0 && character === ':' && message[at + 1] === ' ') return at;
  }
  return -1;
}

/** Makes the checks of the groups one after the other. `onResult` hears of each. Throws the signal's reason. */
export async function runChecks(
  groups: readonly CheckGroup[],
  onResult: (group: CheckGroup, result: Result) => void,
  signal: AbortSignal,
  limitMs: number = LIMIT_MS,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  for (const group of groups) {
    const sound = new Set<string>();
    for (const check of group.checks) {
      const missing = check.needs?.find((name) => !sound.has(name));
      const finding =
        missing === undefined ? await look(check, signal, limitMs) : skipped(`"${missing}" has to be well first`);
      signal.throwIfAborted();
      if (finding.status === 'ok' || finding.status === 'warn') sound.add(check.name);
      const result: Result = {
        check: check.name,
        ...finding,
        ...(finding.status === 'fail' ? { exitCode: finding.exitCode ?? group.exitCode } : {}),
      };
      results.push(result);
      onResult(group, result);
    }
  }
  return results;
}

/** Looks, for as long as there is time. */
async function look(check: Check, signal: AbortSignal, limitMs: number): Promise<Finding> {
  const controller = new AbortController();
  const tooLate = new FlowbulkError('E_STOPPED', 'the time of the check is over');
  const abort = () => controller.abort(signal.reason);
  const timer = setTimeout(() => controller.abort(tooLate), limitMs);
  signal.addEventListener('abort', abort, { once: true });
  // Not all that a check does hears an abort.
  const stopped = new Promise<never>((_, reject) => {
    controller.signal.addEventListener('abort', () => reject(controller.signal.reason), { once: true });
  });
  try {
    return await Promise.race([Promise.resolve(check.look(controller.signal)), stopped]);
  } catch (error) {
    if (controller.signal.reason === tooLate) {
      return fail(`no answer in ${limitMs / 1000} s`, 'look at the network and at what answers there', EXIT.tryAgain);
    }
    signal.throwIfAborted();
    return failure(error);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
  }
}

/** What needs somebody's hands before what passes by itself. */
const WORST_FIRST: readonly number[] = [EXIT.usage, EXIT.sourceRefused, EXIT.sinkRefused, EXIT.tryAgain];

/** The exit code of the program: of the worst part that failed, 0 where none did. */
export function exitCodeOf(results: readonly Result[]): number {
  const codes = new Set(results.flatMap(({ exitCode }) => exitCode ?? []));
  return WORST_FIRST.find((code) => codes.has(code)) ?? EXIT.ok;
}

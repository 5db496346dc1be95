/** How a job stands: from its folder alone, without asking source or target. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { FilterAsked } from '../formats/filter/filter.ts';
import { type JobIdentity, jobIn } from '../job/job.ts';
import { Ledger, type Trouble } from '../ledger/ledger.ts';
import { JobLock } from '../ledger/lock.ts';
import { noTotals, type Totals } from '../ledger/totals.ts';
import { shellWord } from '../schedule/shell.ts';
import { isIntake } from '../sekoia/target.ts';
import { isReceiver } from '../topology/receiver-name.ts';

/** Objects that are named in a group of failures. */
const NAMED = 3;

/** Objects that failed for one reason. */
export interface FailureGroup {
  readonly state: Trouble['state'];
  readonly code: string;
  readonly objects: number;
  /** The first ones, and why. */
  readonly examples: readonly { readonly object: string; readonly reason: string }[];
}

/** A job and how it stands. */
export interface JobStatus {
  readonly name: string;
  readonly folder: string;
  readonly identity: JobIdentity;
  /** The run that goes on; null where none does. */
  readonly running: string | null;
  readonly totals: Totals;
  /** The filter that its objects are done with; null for none. */
  readonly filter: FilterAsked | null;
  /** First and last day of objects, days since the epoch; null where keys say none. */
  readonly days: { readonly first: number; readonly last: number; readonly count: number } | null;
  readonly failures: readonly FailureGroup[];
  /** When the last run ended, and what ended it early; null where there is no record of one. */
  readonly lastRun: { readonly ended: string; readonly error: string | null } | null;
  /** Settings of indices are still those of a load. */
  readonly hasBulkSettings: boolean;
}

function lastRunIn(folder: string): JobStatus['lastRun'] {
  // Names begin with the time.
  const last = existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => name.endsWith('.json'))
        .sort()
        .at(-1)
    : undefined;
  if (last === undefined) return null;
  const { ended, error } = JSON.parse(readFileSync(path.join(folder, last), 'utf8')) as {
    readonly ended: string;
    readonly error: { readonly message: string } | null;
  };
  return { ended, error: error?.message ?? null };
}

function grouped(troubles: Iterable<Trouble>): readonly FailureGroup[] {
  const groups = new Map<
    string,
    { state: Trouble['state']; code: string; objects: number; examples: FailureGroup['examples'][number][] }
  >();
  for (const { state, code, object, reason } of troubles) {
    const key = `${state} ${code}`;
    const group = groups.get(key) ?? { state, code, objects: 0, examples: [] };
    group.objects++;
    if (group.examples.length < NAMED) group.examples.push({ object, reason });
    groups.set(key, group);
  }
  return [...groups.values()].sort((a, b) => b.objects - a.objects);
}

/** Names of the jobs in a state folder, in order. */
export function jobNames(state: string): readonly string[] {
  const folder = path.join(state, 'jobs');
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => existsSync(path.join(folder, name, 'job.json')))
    .sort();
}

/** Looks at a job. Throws E_LEDGER_*. */
export async function jobStatus(state: string, name: string): Promise<JobStatus> {
  const job = jobIn(path.join(state, 'jobs', name));
  const identity = JSON.parse(readFileSync(path.join(job.folder, 'job.json'), 'utf8')) as JobIdentity;
  const base = {
    name,
    folder: job.folder,
    identity,
    running: JobLock.holderOf(job.lockPath),
    lastRun: lastRunIn(job.runsPath),
    hasBulkSettings: existsSync(job.bulkSettingsPath),
  };
  if (!existsSync(job.ledgerPath)) return { ...base, totals: noTotals(), filter: null, days: null, failures: [] };
  const ledger = await Ledger.open(job.ledgerPath, job.deadLetterPath, true);
  try {
    const days = [...new Set(ledger.days().map(({ day }) => day))].filter((day) => day > 0);
    return {
      ...base,
      totals: ledger.totals(),
      filter: ledger.filter,
      days: days.length === 0 ? null : { first: Math.min(...days), last: Math.max(...days), count: days.length },
      failures: grouped(ledger.troubles()),
    };
  } finally {
    await ledger.close();
  }
}

/** The option that a job's streams were given by: a name of a stream holds no `*`. */
function streamsOption(streams: string | undefined): string {
  if (streams === undefined) return '';
  return streams.endsWith('*') ? ` --stream-prefix ${streams.slice(0, -1)}` : ` --streams ${streams}`;
}

/** What to do next about a job, in words; commands without options, which are those of before. */
export function nextStep({ identity, running, totals, failures, lastRun, hasBulkSettings }: JobStatus): string {
  const share = identity.share === undefined ? '' : ` --shard ${identity.share}`;
  const streams = streamsOption(identity.streams);
  // The default form of events need not be said.
  const as = identity.as === undefined || identity.as === 'sekoia' ? '' : ` --as ${identity.as}`;
  const source = shellWord(identity.source);
  const command = (name: string) => `flowbulk ${name} ${source} ${identity.destination}${share}${streams}${as}`;
  if (running !== null) return `run ${running} goes on`;
  // A map has neither documents nor dead letters of them: the same command does all that is left.
  if (isReceiver(identity.destination)) {
    const isWhole = failures.every(({ state }) => state !== 'failed');
    return isWhole ? 'nothing' : `mend what failed, then: ${command('topology')}`;
  }
  if (hasBulkSettings)
    return `settings of indices are still those of a load; the next run puts them back: ${command('run')}`;
  if (totals.objects.unfinished > 0 || lastRun?.error) return `go on: ${command('run')}`;
  if (identity.destination.startsWith('sqs://')) return 'nothing: it is all in the queue';
  if (failures.some(({ state }) => state === 'failed')) return `mend what failed, then: ${command('retry')}`;
  const isProvable = !identity.source.startsWith('sqs://') && !isIntake(identity.destination);
  if (!isProvable || identity.share !== undefined) return 'nothing';
  return `nothing; to prove it: ${command('verify')}`;
}

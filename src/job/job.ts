/**
 * A job: what stays the same from run to run, namely source, destination and how documents are made. Dates and filters
 * are not part of it. What runs of it leave behind lies in its folder.
 *
 * ```
 * $XDG_STATE_HOME/flowbulk/jobs/NAME-1f2e3d4c5b/
 *   job.json              what the job is
 *   dead-letters.ndjson   what became no document
 *   ledger/               which objects are done, and what became of their records
 *   lock.json             who runs it now
 *   runs/TIME-RUN.json    what each run did
 *   bulk-settings.json    settings of indices to put back, while a run has changed them
 *   under-way/            what was sent of objects that are not done, where the target has no ids
 * ```
 */

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import type { DocumentOptions } from '../formats/document.ts';
import { sinkError } from '../sinks/write.ts';

/** Version of job.json. */
const VERSION = 1;
const NAME_CHARACTERS = 40;

/** What makes a job another one. */
export interface JobIdentity {
  /** SOURCE and DESTINATION as given. */
  readonly source: string;
  readonly destination: string;
  readonly ids: DocumentOptions['ids'];
  readonly namespace: string;
  readonly tags: readonly string[];
  readonly keepOriginal: boolean;
  /** The share of SOURCE that is read, such as 3/16: each has a ledger of its own. */
  readonly share?: string;
  /** The form of events, where DESTINATION takes several. */
  readonly as?: string;
  /** The streams of a log group that are read, where not all are. */
  readonly streams?: string;
}

/** A job and its places on disk. */
export interface Job {
  readonly name: string;
  readonly folder: string;
  readonly deadLetterPath: string;
  readonly bulkSettingsPath: string;
  readonly ledgerPath: string;
  readonly lockPath: string;
  readonly runsPath: string;
  readonly underWayPath: string;
}

/**
 * The folder for all jobs: `asked`, else `$XDG_STATE_HOME/flowbulk`, else `~/.local/state/flowbulk`
 * (https://specifications.freedesktop.org/basedir-spec/latest/).
 */
export function stateFolder(asked: string | undefined, env: Readonly<Record<string, string | undefined>>): string {
  if (asked !== undefined) return path.resolve(asked);
  return path.join(env['XDG_STATE_HOME'] || path.join(homedir(), '.local', 'state'), 'flowbulk');
}

/** The job of this identity, and what its job.json says; nothing is made. */
function jobOf(state: string, identity: JobIdentity): { readonly job: Job; readonly facts: object } {
  const { source, destination, ids, namespace, tags, keepOriginal, share, as, streams } = identity;
  const facts = {
    version: VERSION,
    source,
    destination,
    ids,
    namespace,
    tags,
    keepOriginal,
    // Absent where the whole is read: jobs of before keep their names.
    ...(share === undefined ? {} : { share }),
    ...(as === undefined ? {} : { as }),
    ...(streams === undefined ? {} : { streams }),
  };
  const hash = createHash('sha256').update(JSON.stringify(facts)).digest('hex').slice(0, 10);
  const readable =
    destination
      .replace(/\/+$/, '')
      .split('/')
      .at(-1)
      ?.replaceAll(/[^a-z0-9.-]+/gi, '-') ?? '';
  const name = `${readable.slice(0, NAME_CHARACTERS)}-${hash}`;
  return { job: jobIn(path.join(state, 'jobs', name)), facts };
}

/** The job's folder, made where it is not there. Throws E_SINK_*. */
export function openJob(state: string, identity: JobIdentity): Job {
  const { job, facts } = jobOf(state, identity);
  const file = path.join(job.folder, 'job.json');
  try {
    mkdirSync(job.folder, { recursive: true });
    writeFileSync(file, `${JSON.stringify(facts, null, 2)}\n`);
  } catch (error) {
    throw sinkError(error, file);
  }
  return job;
}

/** The job of this identity where a run has made it, with a ledger; null else. */
export function findJob(state: string, identity: JobIdentity): Job | null {
  const { job } = jobOf(state, identity);
  return existsSync(job.ledgerPath) ? job : null;
}

/** A job by its folder. */
export function jobIn(folder: string): Job {
  return {
    name: path.basename(folder),
    folder,
    deadLetterPath: path.join(folder, 'dead-letters.ndjson'),
    bulkSettingsPath: path.join(folder, 'bulk-settings.json'),
    ledgerPath: path.join(folder, 'ledger'),
    lockPath: path.join(folder, 'lock.json'),
    runsPath: path.join(folder, 'runs'),
    underWayPath: path.join(folder, 'under-way'),
  };
}

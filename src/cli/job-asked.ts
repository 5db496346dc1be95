/** What `run`, `verify` and `retry` have in common: SOURCE, DESTINATION and options as a job, and its outlet. */

import path from 'node:path';
import { isTarget, parseTarget, type Target } from '../cluster/target.ts';
import { FlowbulkError } from '../errors.ts';
import { DEFAULT_DOCUMENTS, type DocumentOptions } from '../formats/document.ts';
import { type IndexName, isTimeNamed, parseIndexName } from '../formats/index-name.ts';
import { findJob, type Job, type JobIdentity, stateFolder } from '../job/job.ts';
import { Ledger } from '../ledger/ledger.ts';
import { JobLock } from '../ledger/lock.ts';
import { shareName } from '../plan/share.ts';
import { type IntakeTarget, isIntake, parseIntake } from '../sekoia/target.ts';
import { openDestination } from '../sinks/destination.ts';
import type { IsKnown, Listed, Source, SourceObject } from '../sources/source.ts';
import { QUEUE_OPTIONS, shareOf, sourceAsked, streamsName } from './asked.ts';
import { ACCESS_OPTIONS, clusterOutlet, DELIVERY_OPTIONS, type DeliveryValues } from './cluster-outlet.ts';
import type { CommandIo } from './command.ts';
import {
  CONVERSION_OPTIONS,
  type ConversionValues,
  convertInto,
  type DocumentValues,
  documentOptionsOf,
  type Outlet,
  workersOf,
} from './conversion.ts';
import { checkFilter, withFilterOfJob } from './filter-asked.ts';
import { intakeOutlet } from './intake-outlet.ts';
import { jobOutlet } from './job-outlet.ts';
import type { Values } from './options.ts';

/** Options of commands that come after `run`: its own, so that its command line does for them, too. */
export const JOB_OPTIONS = [
  ...CONVERSION_OPTIONS,
  'as',
  ...DELIVERY_OPTIONS,
  ...ACCESS_OPTIONS,
  ...QUEUE_OPTIONS,
  'state',
  'look-back',
  'drain-timeout',
] as const;

/** Values of those options. */
export type JobValues = Values<(typeof JOB_OPTIONS)[number]>;

/** SOURCE and DESTINATION with what options make of them. */
export interface JobAsked {
  readonly destination: string;
  /** The cluster; null where DESTINATION is something else. */
  readonly target: Target | null;
  /** The intake of Sekoia; null where DESTINATION is something else. */
  readonly intake: IntakeTarget | null;
  /** The name in the cluster as parts; none for anything else. */
  readonly name: IndexName;
  readonly options: DocumentOptions;
  readonly identity: JobIdentity;
}

/** SOURCE or DESTINATION as a job is known by: the same from wherever it is called. */
export function absolute(text: string): string {
  return text === '-' || /^[a-z][a-z0-9+.-]*:\/\//i.test(text)
    ? text
    : path.resolve(text) + (/[/\\]$/.test(text) ? '/' : '');
}

/** Options that say which part of SOURCE is read. */
type PartValues = Partial<Values<'shard' | 'streams' | 'stream-prefix'>>;

/** The part of SOURCE that is read, where it is not all of it. */
function partAsked(values: PartValues, env: CommandIo['env']): Pick<JobIdentity, 'share' | 'streams'> {
  const share = shareOf(values, env);
  const streams = streamsName(values);
  return {
    ...(share === null ? {} : { share: shareName(share) }),
    ...(streams === undefined ? {} : { streams }),
  };
}

/** Reads SOURCE, DESTINATION and options as a job. Throws E_USAGE. */
export function jobAsked(
  source: string,
  destination: string,
  values: DocumentValues & PartValues & Values<'op' | 'cloud-id' | 'as'>,
  env: CommandIo['env'],
): JobAsked {
  if (isIntake(destination)) return intakeAsked(source, destination, values, env);
  if (values.as !== undefined) {
    throw new FlowbulkError('E_USAGE', `--as ${values.as} is for flowbulk convert, and for DESTINATION sekoia://…`);
  }
  const target = isTarget(destination) ? parseTarget(destination, values.cloudId) : null;
  const name: IndexName = target === null ? [] : parseIndexName(target.name);
  const options = documentOptionsOf(values, {
    as: target === null ? 'documents' : 'bulk',
    op: values.op,
    index: isTimeNamed(name) ? name : null,
  });
  const { ids, namespace, tags, keepOriginal } = values;
  const identity: JobIdentity = {
    source: absolute(source),
    destination: target === null ? absolute(destination) : `${target.hosts.join(',')}/${target.name}`,
    ids,
    namespace,
    tags,
    keepOriginal,
    ...partAsked(values, env),
  };
  return { destination, target, intake: null, name, options, identity };
}

/** What `jobAsked` gives for an intake. Of the options of documents only filters mean something there. */
function intakeAsked(
  source: string,
  destination: string,
  values: DocumentValues & PartValues & Values<'as'>,
  env: CommandIo['env'],
): JobAsked {
  const intake = parseIntake(destination);
  const { as = 'sekoia' } = values;
  if (as !== 'sekoia' && as !== 'sekoia-json') {
    throw new FlowbulkError('E_USAGE', `${intake.text} takes --as sekoia (lines) or --as sekoia-json, not --as ${as}`);
  }
  const options: DocumentOptions = {
    ...DEFAULT_DOCUMENTS,
    as,
    ids: 'none',
    filter: documentOptionsOf(values, { as, op: 'create', index: null }).filter,
  };
  const { ids, namespace, tags, keepOriginal } = options;
  const identity: JobIdentity = {
    source: absolute(source),
    destination: intake.text,
    ids,
    namespace,
    tags,
    keepOriginal,
    as,
    ...partAsked(values, env),
  };
  return { destination: intake.text, target: null, intake, name: [], options, identity };
}

/** The job that a run has made, with nobody at it. Throws E_USAGE where there is none, and E_LOCKED. */
function restingJob(state: string, identity: JobIdentity): Job {
  const job = findJob(state, identity);
  if (job === null) {
    throw new FlowbulkError(
      'E_USAGE',
      `there is no ledger of ${identity.source} into ${identity.destination} in ${state}: give SOURCE, DESTINATION, ` +
        '--ids, --namespace, --tags, --keep-original and --state as for flowbulk run (flowbulk status shows jobs)',
    );
  }
  const holder = JobLock.holderOf(job.lockPath);
  if (holder !== null) {
    throw new FlowbulkError('E_LOCKED', `run ${holder} of this job is going on: wait for its end (${job.lockPath})`);
  }
  return job;
}

/**
 * The job that a run has made, with nobody at it, and what was asked of it: the filter is that of its ledger. Throws E_USAGE
 * where there is no such job, or another filter is given, and E_LOCKED.
 */
export async function jobAfterRun<Given extends JobValues>(
  source: string,
  destination: string,
  given: Given,
  env: CommandIo['env'],
): Promise<{ readonly job: Job; readonly values: Given; readonly asked: JobAsked }> {
  const { identity } = jobAsked(source, destination, given, env);
  const job = restingJob(stateFolder(given.state, env), identity);
  const values = await withFilterOfJob(job, given);
  return { job, values, asked: jobAsked(source, destination, values, env) };
}

/** Reads these objects of a job again, as `run` would, and gives the exit code. `begin` has the ledger before it does. */
export async function runAgain(
  source: string,
  asked: JobAsked,
  job: Job,
  values: JobValues,
  io: CommandIo,
  begin: (ledger: Ledger) => (source: Source) => AsyncIterable<Listed>,
): Promise<number> {
  // What is said of it goes to standard error: standard output is the command's that calls.
  const spec = sourceAsked(source, values);
  return convertInto({ text: source, spec }, { ...values, json: false }, asked.options, io, async (run) => {
    const outlet = await openJobOutlet(asked, job, run, { ...values, noLedger: false }, io);
    try {
      return { ...outlet, listed: begin(outlet.ledger as Ledger) };
    } catch (error) {
      await outlet.close();
      throw error;
    }
  });
}

/** What is done of a job, for looking only. */
export interface Done {
  has(object: SourceObject): boolean;
  /** Whether it was begun. */
  knows: IsKnown;
  close(): Promise<void>;
}

/**
 * Opens the ledger of a job to look at; nothing is done of one that has none. Throws E_LEDGER_*, and E_USAGE where
 * it holds objects done with another filter.
 */
export async function doneIn(state: string, { identity, options }: JobAsked, noLedger: boolean): Promise<Done> {
  const job = noLedger ? null : findJob(state, identity);
  if (job === null) return { has: () => false, knows: () => false, async close() {} };
  const ledger = await Ledger.open(job.ledgerPath, job.deadLetterPath, true);
  try {
    checkFilter(ledger, options.filter);
  } catch (error) {
    await ledger.close();
    throw error;
  }
  return {
    has: (object) => ledger.isDone(object),
    knows: (object) => ledger.entryOf(object) !== null,
    close: () => ledger.close(),
  };
}

/** A folder as outlet; a single file or standard output would have to be begun anew each time. Throws E_USAGE. */
function folderOutlet(text: string, gzip: boolean, run: string, deadLetterPath: string): Outlet {
  const refused = new FlowbulkError(
    'E_USAGE',
    `run goes on where it stopped, which ${text} does not allow: give a folder (with / at its end) or a cluster, ` +
      'or use flowbulk convert',
  );
  if (text === '-') throw refused;
  const destination = openDestination(text, { gzip, partBytes: null, run });
  if (destination.spec.kind !== 'folder') {
    destination.rollBack();
    throw refused;
  }
  return { sink: destination.spec, deadLetterPath, commit() {}, rollBack() {}, async close() {} };
}

/** Opens a job's outlet for a run of this name, with lock and ledger. Throws E_USAGE, E_LOCKED, E_LEDGER_*, E_CLUSTER_*, E_SINK_*. */
export function openJobOutlet(
  { destination, target, intake, name, options }: JobAsked,
  job: Job,
  run: string,
  values: ConversionValues & DeliveryValues & Values<'no-ledger' | 'drain-timeout' | 'as'>,
  io: CommandIo,
): Promise<Outlet> {
  return jobOutlet(job, run, options.filter, values, async (ledger) => {
    if (intake !== null) return intakeOutlet(intake, options, values, workersOf(values), job, ledger, io);
    if (target !== null) return clusterOutlet(target, name, values, workersOf(values), job, io);
    return folderOutlet(destination, values.compress === 'gzip', run, job.deadLetterPath);
  });
}

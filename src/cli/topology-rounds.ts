/** Maps for StackState: one round, or one after the other with `--follow`. */

import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { accessWarnings, apiKeyOf, clusterAccess } from '../cluster/access.ts';
import { EXIT, FlowbulkError } from '../errors.ts';
import { type Job, openJob, stateFolder } from '../job/job.ts';
import { Ledger } from '../ledger/ledger.ts';
import { JobLock } from '../ledger/lock.ts';
import type { BucketClient } from '../sources/bucket.ts';
import type { Source } from '../sources/source.ts';
import { openSource, type SourceSpec, withRegion } from '../sources/spec.ts';
import { PendingRound } from '../topology/pending.ts';
import { Receiver } from '../topology/receiver.ts';
import { type RoundSummary, roundText } from '../topology/round-text.ts';
import { type RoundsPlan, round } from '../topology/rounds.ts';
import type { CommandIo } from './command.ts';
import { confirmed } from './confirm.ts';
import { absolute } from './job-asked.ts';
import type { MapOutlet, TopologyValues } from './topology-asked.ts';
import { topologySelection } from './topology-asked.ts';
import { interfacesFor, mapOfListed, mapPlanOf, mapWatched, troubleTeller } from './topology-map.ts';

/** Elements of one request: as many as StackState's agent puts in one. */
const BATCH_ELEMENTS = 10_000;

/** As StackState's own client has it. */
const REQUEST_TIMEOUT_MS = 30_000;

/** Objects that could not be deleted, of those that are told. */
const TOLD = 5;

type ReceiverOutlet = Extract<MapOutlet, { kind: 'receiver' }>;

/** The receiver, with its key. Throws E_USAGE. */
function openReceiver({ base }: ReceiverOutlet, values: TopologyValues, { env, talk }: CommandIo): Receiver {
  const { apiKeyFile, ca, insecure, retryFor: retryForMs, compress } = values;
  const apiKey = apiKeyOf(apiKeyFile, env);
  if (apiKey === null) {
    throw new FlowbulkError('E_USAGE', 'StackState asks for an API key: give --api-key-file FILE or FLOWBULK_API_KEY');
  }
  if (!/^[\x21-\x7e]+$/.test(apiKey)) {
    throw new FlowbulkError('E_USAGE', '--api-key-file or FLOWBULK_API_KEY holds no API key: it is one word');
  }
  const access = clusterAccess({ ca, insecure, requestTimeoutMs: REQUEST_TIMEOUT_MS }, [base], {});
  // The key is in the address: as good as a credential in a header.
  for (const warning of accessWarnings({ ...access, authorization: 'key' }, [base])) talk.warn(warning);
  return new Receiver({ base, apiKey, access, retryForMs, gzip: compress === 'gzip' });
}

/** What outlives a round: the job with its ledger, and the lock that keeps others out. */
interface Memory {
  readonly job: Job;
  readonly lock: JobLock;
  readonly ledger: Ledger;
}

/** Throws E_LOCKED, E_LEDGER_* and E_SINK_*. */
async function openMemory(source: string, outlet: ReceiverOutlet, run: string, values: TopologyValues, io: CommandIo) {
  const documents = { ids: 'none', namespace: '', tags: [], keepOriginal: false } as const;
  const identity = { source: absolute(source), destination: outlet.text, ...documents };
  const job = openJob(stateFolder(values.state, io.env), identity);
  const lock = JobLock.take(job.lockPath, run);
  try {
    return { job, lock, ledger: await Ledger.open(job.ledgerPath, job.deadLetterPath) };
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** The bucket to delete from, once somebody has agreed to it; null where nothing is to be deleted. Throws E_USAGE. */
async function bucketToEmpty(spec: SourceSpec, source: string, values: TopologyValues, io: CommandIo) {
  if (!values.deleteAfterSuccess || spec.kind !== 's3') return null;
  const question = `Objects of ${source} are deleted once StackState has taken them. Go on?`;
  if (!values.yes && !(await confirmed(question, '--yes', io))) {
    throw new FlowbulkError('E_USAGE', 'nothing was done: --delete-after-success was not agreed to');
  }
  const { BucketClient } = await import('../sources/bucket.ts');
  return BucketClient.open(spec.bucket, spec.aws);
}

/** Sends maps of SOURCE and gives the exit code. Throws what ended it. */
export async function sendRounds(
  sourceText: string,
  spec: SourceSpec,
  outlet: ReceiverOutlet,
  values: TopologyValues,
  io: CommandIo,
): Promise<number> {
  const { signal } = io;
  const run = randomUUID().slice(0, 8);
  const receiver = openReceiver(outlet, values, io);
  const bucket = await bucketToEmpty(spec, sourceText, values, io);
  const source = openSource(spec);
  let memory: Memory | null = null;
  try {
    const isNoted = !values.noLedger && !values.snapshot && !values.compatible && spec.kind !== 'stdin';
    if (isNoted) memory = await openMemory(sourceText, outlet, run, values, io);
    const region = await source.bucketRegion(signal);
    await bucket?.region(signal);
    const plan = roundsPlan(withRegion(spec, region), { source, receiver, bucket, memory, run }, values, io);
    return values.follow ? await follow(plan, values, io) : await once(plan, sourceText, values, io);
  } finally {
    await source.close();
    await receiver.close();
    bucket?.close();
    try {
      await memory?.ledger.close();
    } finally {
      memory?.lock.release();
    }
  }
}

/** What a run of rounds has open. */
interface Open {
  readonly source: Source;
  readonly receiver: Receiver;
  readonly bucket: BucketClient | null;
  readonly memory: Memory | null;
  readonly run: string;
}

function roundsPlan(
  spec: SourceSpec,
  { source, receiver, bucket, memory, run }: Open,
  values: TopologyValues,
  io: CommandIo,
): RoundsPlan {
  let stayed = 0;
  return {
    map: mapPlanOf(spec, values, run, memory?.job.deadLetterPath ?? values.deadLetters),
    source,
    receiver,
    limits: { elements: BATCH_ELEMENTS, bodyBytes: values.bodyBytes },
    isSnapshot: values.snapshot,
    ledger: memory?.ledger ?? null,
    pending: memory === null ? null : new PendingRound(memory.job.folder),
    bucket,
    failed: new Set(),
    selection: (nowMs) => topologySelection(spec.kind, values, nowMs),
    interfaces: (listed, signal) => interfacesFor(listed, values, signal),
    mapOf: (listed, interfaces, signal) => mapOfListed(listed, interfaces, values, signal),
    makeMap: (plan) => mapWatched(plan, io),
    onTrouble: troubleTeller(io),
    onStayed({ key, code, message }) {
      if (stayed++ < TOLD)
        io.talk.warn(`${key} could not be deleted (${code}: ${message}): it is tried again next time`);
    },
  };
}

/** Tells of a round. */
function tell(summary: RoundSummary, values: TopologyValues, { talk, stdout }: CommandIo): void {
  talk.event('round', `flowbulk: ${roundText(summary)}\n`, { ...summary });
  const { damaged, failed } = summary.objects;
  if (values.snapshot && damaged + failed > 0) {
    talk.warn('objects are missing, so this was no snapshot: StackState keeps all that it has');
  }
  if (values.json) stdout.write(`${JSON.stringify({ v: 1, ...summary })}\n`);
}

/** The exit code of a round. */
export function exitCodeOf({ objects, counts, stayed }: Pick<RoundSummary, 'objects' | 'counts' | 'stayed'>): number {
  const { done, damaged, failed } = objects;
  if (failed > 0 && done + damaged === 0) return EXIT.sourceRefused;
  return damaged + failed + counts.deadLetters + stayed > 0 ? EXIT.incomplete : EXIT.ok;
}

async function once(plan: RoundsPlan, source: string, values: TopologyValues, io: CommandIo): Promise<number> {
  const codes: number[] = [];
  // One that came to no end the last time goes before what is there now.
  const rounds = (plan.pending?.read() ?? null) === null ? 1 : 2;
  for (let i = 0; i < rounds; i++) {
    const summary = await round(plan, io.signal);
    if (summary === null) continue;
    tell(summary, values, io);
    codes.push(exitCodeOf(summary));
  }
  if (codes.length === 0) io.talk.warn(`nothing new to read in ${source}`);
  if (codes.length === 0) return values.errorOnEmpty ? EXIT.nothingToDo : EXIT.ok;
  return codes.find((code) => code !== EXIT.ok) ?? EXIT.ok;
}

/** Rounds until it is stopped. What passes by itself ends a round only. */
async function follow(plan: RoundsPlan, values: TopologyValues, io: CommandIo): Promise<never> {
  const { talk, signal } = io;
  for (;;) {
    const beganMs = Date.now();
    try {
      const summary = await round(plan, signal);
      if (summary !== null) tell(summary, values, io);
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof FlowbulkError) || error.exitCode !== EXIT.tryAgain) throw error;
      talk.warn(`${error.message}; tried again in the next round`);
    }
    const waitMs = Math.max(0, values.interval - (Date.now() - beganMs));
    await sleep(waitMs, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
}

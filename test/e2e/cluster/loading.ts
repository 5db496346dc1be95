/** `flowbulk run` as a child process: started, watched, told apart by what it says, and never left behind. */
import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { after } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DeadLetter } from '../../../src/sinks/dead-letters.ts';
import { type Ended, ended, readNdjson, start } from '../../run/program.ts';
import type { ClusterClient } from './client.ts';
import type { FlowLogs } from './flow-logs.ts';

/** A run that takes longer hangs. */
const RUN_LIMIT_MS = 400_000;
const POLL_MS = 25;

/** The summary of a run, as far as tests look at it. */
export interface Summary {
  readonly stoppedAtLimit: boolean;
  readonly objectsDone: number;
  readonly objectsUnfinished: number;
  readonly objectsSkipped: number;
  readonly records: number;
  readonly filtered: number;
  readonly bytesOut: number;
  readonly deadLetters: Readonly<Record<string, number>>;
  readonly deadLettersTotal: number;
  readonly deadLetterPath: string | null;
  readonly delivery: {
    readonly created: number;
    readonly duplicates: number;
    readonly failureStore: number;
    readonly rejects: Readonly<Record<string, number>>;
    readonly requests: number;
    readonly pushbacks: number;
    readonly resent: number;
    readonly mostUnderWay: number;
  };
}

/** What a run said, one event a line. */
interface Event {
  readonly type: string;
  readonly message?: string;
  readonly code?: string;
}

/** A run that has ended. */
export interface Loaded extends Ended {
  /** Null where it ended before it began to read. */
  readonly summary: Summary | null;
  /** Why it ended early: code and message. */
  readonly error: Event | null;
}

/** A run that goes on. */
export interface Load {
  readonly child: ChildProcess;
  readonly end: Promise<Loaded>;
  /** What it has said so far. */
  said(): string;
}

const running = new Set<ChildProcess>();
after(() => {
  for (const child of running) child.kill('SIGKILL');
});

/**
 * Starts to load `source` into `target`, `URL/NAME`, with bodies of 1 MiB by two workers where `args` do not say otherwise.
 * Cache and state lie in `folder`.
 */
export function startLoad(
  folder: string,
  source: string,
  target: string,
  args: readonly string[] = [],
  variables: Readonly<Record<string, string>> = {},
): Load {
  const sizes = ['--workers', '2', ...(args.includes('--body-bytes') ? [] : ['--body-bytes', '1MiB'])];
  const child = start(folder, ['run', source, target, '--log-format', 'json', ...sizes, ...args], 'ignore', variables);
  running.add(child);
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    said += chunk;
  });
  let hangs = false;
  const timer = setTimeout(() => {
    hangs = true;
    child.kill('SIGKILL');
  }, RUN_LIMIT_MS);
  const end = ended(child).then((how) => {
    clearTimeout(timer);
    running.delete(child);
    assert.ok(!hangs, `a run into ${target} did not end in ${RUN_LIMIT_MS / 1000} s; it said:\n${said}`);
    const events = said.split('\n').flatMap((line) => (line.startsWith('{') ? [JSON.parse(line) as Event] : []));
    const last = (type: string) => events.findLast((event) => event.type === type) ?? null;
    return { ...how, summary: last('summary') as Summary | null, error: last('error') };
  });
  return { child, end, said: () => said };
}

/** Loads as `startLoad` does, to the end. */
export function load(...args: Parameters<typeof startLoad>): Promise<Loaded> {
  return startLoad(...args).end;
}

/** Sends all again, also what a run before has done. */
export const ALL_AGAIN = '--no-ledger';

/** What became of the documents of a run that came to its end, by kind. Asserts that they are all of its records. */
export function outcomes({ summary, stderr }: Loaded) {
  assert.ok(summary !== null, stderr);
  const { created, duplicates, failureStore } = summary.delivery;
  const dead = summary.deadLettersTotal;
  assert.equal(created + duplicates + failureStore + dead, summary.records, stderr);
  return { created, duplicates, failureStore, dead };
}

/** Asserts that the index, data stream or pattern holds each document of the logs once, and nothing else. */
export async function assertEachOnce(client: ClusterClient, index: string, logs: FlowLogs): Promise<void> {
  const [found, expected] = [(await client.ids(index)).sort(), logs.sortedIds()];
  const twice = found.filter((id, i) => id === found[i - 1]);
  assert.deepEqual([found.length, twice.length], [expected.length, 0], `${twice[0]} is there twice`);
  const at = expected.findIndex((id, i) => id !== found[i]);
  assert.equal(found[at], expected[at]);
}

/**
 * Asserts that a run of all objects ended well and that all documents were answered for: so many of them created, the
 * others there already, bad lines dead letters, and nothing else.
 */
export function assertWhole(loaded: Loaded, logs: FlowLogs, created: number): void {
  assert.equal(loaded.code, logs.badLines === 0 ? 0 : 3, loaded.stderr);
  const duplicates = logs.count - created;
  assert.deepEqual(outcomes(loaded), { created, duplicates, failureStore: 0, dead: logs.badLines });
  const { records, objectsDone, objectsUnfinished } = loaded.summary as Summary;
  assert.deepEqual([records, objectsDone, objectsUnfinished], [logs.count + logs.badLines, logs.objects, 0]);
}

/**
 * Asserts that the same command brought to its end what was begun: so many documents created, and each object done now or
 * before.
 */
export function assertResumed(loaded: Loaded, logs: FlowLogs, created: number): void {
  assert.ok(loaded.code === 0 || loaded.code === 3, loaded.stderr);
  assert.equal(outcomes(loaded).created, created, loaded.stderr);
  const { objectsDone, objectsSkipped, objectsUnfinished } = loaded.summary as Summary;
  assert.deepEqual([objectsDone + objectsSkipped, objectsUnfinished], [logs.objects, 0]);
}

/** Asserts that a run stopped with exit code 5 for a reason that fits, before it was through. */
export function assertStopped(loaded: Loaded, code: string, says: RegExp): void {
  assert.equal(loaded.code, 5, loaded.stderr);
  assert.equal(loaded.error?.code, code, loaded.stderr);
  assert.match(loaded.error?.message ?? '', says);
  const { objectsDone = 0, objectsUnfinished = 0, delivery } = loaded.summary ?? {};
  assert.ok(objectsDone === 0 || objectsUnfinished > 0, loaded.stderr);
  const answered = (delivery?.created ?? 0) + (loaded.summary?.deadLettersTotal ?? 0);
  if (answered === 0) assert.equal(objectsDone, 0, loaded.stderr);
}

/** The dead letters that a run wrote. */
export function deadLetters({ summary }: Loaded): DeadLetter[] {
  const file = summary?.deadLetterPath ?? null;
  if (file === null) return [];
  const letters = readNdjson<DeadLetter & Record<string, unknown>>(file);
  const run = letters.at(-1)?.run;
  return letters.filter((letter) => letter.run === run);
}

/** Waits until something is so, and fails where it is not in time. An error means that it is not so yet. */
export async function until(what: string, isSo: () => boolean | Promise<boolean>, limitMs = 120_000): Promise<void> {
  let why: unknown = null;
  for (const began = Date.now(); Date.now() - began < limitMs; await sleep(POLL_MS)) {
    try {
      if (await isSo()) return;
    } catch (error) {
      why = error;
    }
  }
  assert.fail(`${what}: not in ${limitMs / 1000} s${why === null ? '' : ` (${why})`}`);
}

/** Waits until a run has some of its documents in the cluster, of which `count` tells the number, and has not ended. */
export async function untilInTheMiddle({ child, said }: Load, count: () => Promise<number>): Promise<void> {
  await until(`documents of a run that said ${said()}`, async () => (await count()) > 0);
  assert.ok(child.exitCode === null && child.signalCode === null, `the run was over too soon: ${said()}`);
}

/** Waits until the server has ended what it was sent: requests of a run that was killed go on without it. */
export async function untilIdle(client: ClusterClient): Promise<void> {
  const filter = 'nodes.*.indexing_pressure.memory.current.all_in_bytes';
  await until('requests end', async () => {
    const { json } = await client.json('GET', `/_nodes/stats/indexing_pressure?filter_path=${filter}`);
    const [node] = Object.values(json.nodes) as {
      indexing_pressure: { memory: { current: { all_in_bytes: number } } };
    }[];
    return node?.indexing_pressure.memory.current.all_in_bytes === 0;
  });
}

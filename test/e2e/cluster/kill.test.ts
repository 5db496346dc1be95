/**
 * Rounds of kills at random moments against a real OpenSearch: after the same command has run to its end, every record is
 * there once, and the ledger says the truth. `npm run test:kill -- --rounds 200` makes more of them.
 */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readdirSync, rmSync, writeSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Prng } from '../../../src/generate/prng.ts';
import { jobNames, jobStatus } from '../../../src/status/job-status.ts';
import { temporaryFolder } from '../../run/program.ts';
import { ClusterClient } from './client.ts';
import { type FlowLogs, makeFlowLogs } from './flow-logs.ts';
import { assertEachOnce, type Load, load, startLoad, until, untilIdle } from './loading.ts';
import { startOpenSearch } from './servers.ts';

const ROUNDS = Number(process.env['FLOWBULK_KILL_ROUNDS'] ?? 5);
const SEED = Number(process.env['FLOWBULK_TEST_SEED'] ?? 1);
const RECORDS = 6_000;
const SLOWLY = ['--max-rate', '6k', '--concurrency', '2'];

const folder = temporaryFolder();
const server = await startOpenSearch({ heap: '512m' });
after(() => server?.stop());
const random = new Prng(SEED, 1);
let logs: FlowLogs;

before(async () => {
  process.stderr.write(`kill rounds: ${ROUNDS} a variant, seed ${SEED}\n`);
  logs = await makeFlowLogs(path.join(folder, 'in'), { records: RECORDS, objects: 30, days: 3 });
});

/** One round's target and state. */
interface Round {
  readonly client: ClusterClient;
  readonly name: string;
  readonly target: string;
  readonly state: string;
  start(): Load;
}

/** Waits until a random share of the records is there; a run that ends before is as good. */
async function someTime({ client, name }: Round, running: Load): Promise<void> {
  const share = random.between(0, RECORDS - 1_000);
  await until(`${share} documents`, async () => {
    if (running.child.exitCode !== null) return true;
    return (await client.count(name)) > share;
  });
}

/** Runs to the end, and proves that all is there once and that the ledger knows it. */
async function endAndProve({ client, name, target, state }: Round): Promise<void> {
  await untilIdle(client);
  const last = await load(folder, 'in', target, ['--state', state]);
  assert.equal(last.code, 0, last.stderr);
  await assertEachOnce(client, name, logs);
  const [job] = jobNames(path.join(folder, state));
  const { totals, running } = await jobStatus(path.join(folder, state), job as string);
  assert.equal(running, null);
  assert.deepEqual(totals.objects, { done: logs.objects, damaged: 0, failed: 0, unfinished: 0 });
  assert.deepEqual([totals.records, totals.created + totals.duplicates], [logs.count, logs.count]);
}

type Variant = (round: Round) => Promise<void>;

const VARIANTS: Readonly<Record<string, Variant>> = {
  async 'flowbulk is killed'(round) {
    const running = round.start();
    await someTime(round, running);
    running.child.kill('SIGKILL');
    await running.end;
  },
  async 'the server is killed'(round) {
    const running = round.start();
    await someTime(round, running);
    await server?.kill();
    await server?.startAgain();
    const { code, stderr } = await running.end;
    // 75: where all was there from a round before, the server went before the run had looked at it.
    if (code === 75) assert.match(stderr, /E_CLUSTER_UNREACHABLE/);
    else assert.equal(code, 0, stderr);
  },
  async 'both are killed'(round) {
    const running = round.start();
    await someTime(round, running);
    await Promise.all([server?.kill(), running.child.kill('SIGKILL')]);
    await running.end;
    await server?.startAgain();
  },
  async 'flowbulk is terminated'(round) {
    const running = round.start();
    await someTime(round, running);
    running.child.kill('SIGTERM');
    const { code, stderr } = await running.end;
    // Null: the signal came before the program listened to any.
    assert.ok(code === 143 || code === 0 || code === null, stderr);
  },
  async 'the stream rolls over after a kill'(round) {
    const running = round.start();
    await someTime(round, running);
    running.child.kill('SIGKILL');
    await running.end;
    await untilIdle(round.client);
    await round.client.rollover(round.name);
  },
};

for (const [variant, work] of Object.entries(VARIANTS)) {
  test(`${variant}: nothing lost, nothing twice`, { skip: server === null }, async () => {
    const client = new ClusterClient(server!);
    const slug = variant.replaceAll(/[^a-z]+/g, '.');
    await client.putTemplate(slug, { pattern: `${slug}-*`, dataStream: variant.includes('stream') });
    for (let i = 0; i < ROUNDS; i++) {
      const [name, state] = [`${slug}-${i}`, `state-${slug}-${i}`];
      const target = `${server!.url}/${name}`;
      const start = () => startLoad(folder, 'in', target, [...SLOWLY, '--state', state]);
      const round: Round = { client, name, target, state, start };
      for (let kills = random.between(1, 2); kills > 0; kills--) await work(round);
      await endAndProve(round);
      // Hundreds of indices would fill the memory of a small server.
      await client.remove(name);
    }
  });
}

/** Writes to a disk until nothing more goes on it; gives the file that does that. */
function fill(disk: string): string {
  const file = path.join(disk, 'filler');
  const descriptor = openSync(file, 'w');
  const block = Buffer.alloc(4_096);
  try {
    for (;;) writeSync(descriptor, block);
  } catch (error) {
    assert.equal((error as NodeJS.ErrnoException).code, 'ENOSPC');
  } finally {
    closeSync(descriptor);
  }
  return file;
}

/** Makes a disk of 16 MB at the path; false where that may not be done. */
function mountDisk(disk: string): boolean {
  mkdirSync(disk);
  return spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=16m', 'tmpfs', disk]).status === 0;
}

/** Fills the disk of the state folder some time in a load, and goes on with room. */
async function fillSomeTime(round: Round, disk: string): Promise<void> {
  const running = round.start();
  await until('a ledger', () => readdirSync(disk, { recursive: true }).some((file) => `${file}`.endsWith('data.mdb')));
  await someTime(round, running);
  const filler = fill(disk);
  const { code, stderr } = await running.end;
  // 0: all of it was in the ledger before the disk was full.
  if (code !== 0) {
    assert.equal(code, 75, stderr);
    assert.match(stderr, /no space left for .*run again/);
  }
  rmSync(filler);
  await endAndProve(round);
}

test('the disk of the state folder is full: the run ends with 75, and goes on with room', async (t) => {
  if (server === null) return t.skip('there is no OpenSearch');
  const client = new ClusterClient(server);
  await client.putTemplate('disk-full', { pattern: 'disk-full-*', dataStream: false });
  for (let i = 0; i < ROUNDS; i++) {
    const name = `disk-full-${i}`;
    const disk = path.join(folder, name);
    if (!mountDisk(disk)) return t.skip('mounting a small disk needs root on Linux');
    try {
      const start = () => startLoad(folder, 'in', `${server.url}/${name}`, [...SLOWLY, '--state', name]);
      await fillSomeTime({ client, name, target: `${server.url}/${name}`, state: name, start }, disk);
    } finally {
      // Lazily: also where a run that the test has given up still has it open.
      spawnSync('umount', ['-l', disk]);
    }
    await client.remove(name);
  }
  return undefined;
});

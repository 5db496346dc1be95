/** The same command again goes on where the last one stopped. */

import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { type FaultServer, withServer } from '../delivery/fault-server.ts';
import { flowbulkHere } from './here.ts';
import { ended, start, temporaryFolder } from './program.ts';
import { logText } from './records.ts';

const folder = temporaryFolder();
const OBJECTS = 12;
const RECORDS = 400;
const ALL = OBJECTS * RECORDS;

before(() => {
  mkdirSync(path.join(folder, 'in'));
  for (let i = 0; i < OBJECTS; i++) writeFileSync(path.join(folder, 'in', `${i}.log.gz`), gzipSync(logText(RECORDS)));
});

interface Summary {
  readonly objectsDone: number;
  readonly objectsSkipped: number;
  readonly records: number;
  readonly delivery: { readonly created: number; readonly duplicates: number; readonly requests: number };
}

function args(server: FaultServer, state: string, ...more: string[]): string[] {
  const target = `${server.url}/vpcflow`;
  return ['run', 'in', target, '--json', '--state', state, '--body-bytes', '1MiB', '--workers', '1', ...more];
}

async function run(server: FaultServer, state: string, ...more: string[]) {
  const { code, stdout, stderr } = await flowbulkHere(folder, args(server, state, ...more));
  return { code, stderr, summary: (stdout === '' ? null : JSON.parse(stdout)) as Summary };
}

const storedOnce = (server: FaultServer) => [...server.stored.values()].every(({ times }) => times === 1);

test('a run that stopped at a limit is gone on with, without a request for what is done', async () => {
  await withServer({ seed: 1 }, async (server) => {
    const first = await run(server, 'limit', '--max-objects', '5');
    assert.deepEqual([first.code, first.summary.objectsDone], [7, 5]);
    assert.match(first.stderr, /the same command goes on/);
    const rest = await run(server, 'limit');
    assert.deepEqual([rest.code, rest.summary.objectsDone, rest.summary.objectsSkipped], [0, OBJECTS - 5, 5]);
    assert.equal(rest.summary.delivery.created, (OBJECTS - 5) * RECORDS);
    const none = await run(server, 'limit');
    assert.deepEqual([none.code, none.summary.objectsDone, none.summary.objectsSkipped], [0, 0, OBJECTS]);
    assert.equal(none.summary.delivery.requests, 0);
    assert.equal((await run(server, 'limit', '--error-on-empty')).code, 6);
    assert.equal(server.stored.size, ALL);
    assert.ok(storedOnce(server));
  });
});

test('a changed object is new, an added one too', async () => {
  await withServer({ seed: 1 }, async (server) => {
    mkdirSync(path.join(folder, 'changing'));
    const file = (name: string) => path.join(folder, 'changing', name);
    writeFileSync(file('a.log'), logText(10));
    writeFileSync(file('b.log'), logText(10));
    const command = ['run', 'changing', `${server.url}/x`, '--json', '--state', 'changing-state'];
    assert.equal((await flowbulkHere(folder, command)).code, 0);
    writeFileSync(file('a.log'), logText(20));
    writeFileSync(file('c.log'), logText(5));
    const { stdout } = await flowbulkHere(folder, command);
    const { objectsDone, objectsSkipped, records } = JSON.parse(stdout) as Summary;
    assert.deepEqual([objectsDone, objectsSkipped, records], [2, 1, 25]);
  });
});

/** Waits until the server has answered or received so many requests. */
async function requests(server: FaultServer, count: number): Promise<void> {
  for (const began = Date.now(); server.requests < count; ) {
    assert.ok(Date.now() - began < 30_000, `only ${server.requests} requests came`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

test('SIGTERM drains: what is under way is answered and noted, then the same command ends it', async () => {
  await withServer({ seed: 1, faults: { 'answer slow': 1 }, slowMs: 700 }, async (server) => {
    const child = start(folder, args(server, 'drain', '--concurrency', '2'));
    const end = ended(child);
    await requests(server, 2);
    child.kill('SIGTERM');
    const { code, stderr } = await end;
    assert.equal(code, 143);
    assert.match(stderr, /stopping: what is under way has 25 s to end/);
    assert.match(stderr, /the same command goes on/);
    const sent = server.stored.size;
    assert.ok(sent > 0, 'bodies under way were answered');
    const rest = await run(server, 'drain');
    assert.equal(rest.code, 0, rest.stderr);
    assert.equal(server.stored.size, ALL);
    assert.ok(storedOnce(server));
    assert.ok(rest.summary.objectsSkipped > 0, 'whole objects of the drain are done');
  });
});

test('a drain that takes too long is ended, and so it is by a second Ctrl-C', async () => {
  await withServer({ seed: 1, faults: { 'answer slow': 1 }, slowMs: 60_000 }, async (server) => {
    const child = start(folder, args(server, 'slow', '--drain-timeout', '500ms'));
    const end = ended(child);
    await requests(server, 1);
    const began = Date.now();
    child.kill('SIGINT');
    assert.equal((await end).code, 130);
    assert.ok(Date.now() - began < 5_000);
  });
  await withServer({ seed: 1, faults: { 'answer slow': 1 }, slowMs: 60_000 }, async (server) => {
    const child = start(folder, args(server, 'slower'));
    const end = ended(child);
    await requests(server, 1);
    child.kill('SIGINT');
    setTimeout(() => child.kill('SIGINT'), 500);
    const began = Date.now();
    assert.equal((await end).code, 130);
    assert.ok(Date.now() - began < 5_000);
  });
});

// Many more rounds are in test/e2e/cluster/kill.test.ts.
test('killed again and again, the same command ends it: nothing lost, nothing twice', async () => {
  const faults = { '503': 0.1, 'answer lost': 0.1, 'item 429': 0.02, 'answer slow': 0.5 };
  await withServer({ seed: 21, faults, slowMs: 60 }, async (server) => {
    const state = 'killed';
    for (let kill = 0; kill < 3; kill++) {
      const child = start(folder, args(server, state, '--concurrency', '1'));
      const end = ended(child);
      await requests(server, server.requests + 1 + (kill % 3));
      child.kill('SIGKILL');
      await end;
    }
    const last = await run(server, state);
    assert.equal(last.code, 0, last.stderr);
    assert.equal(server.stored.size, ALL);
    assert.ok(storedOnce(server));
    const { objectsDone, objectsSkipped } = last.summary;
    assert.equal(objectsDone + objectsSkipped, OBJECTS);
  });
});

test('a second run of the job is refused while one goes on', async () => {
  await withServer({ seed: 1, faults: { 'answer slow': 1 }, slowMs: 60_000 }, async (server) => {
    const child = start(folder, args(server, 'locked', '--drain-timeout', '1ms'));
    const end = ended(child);
    await requests(server, 1);
    const second = await run(server, 'locked');
    assert.equal(second.code, 8);
    assert.match(second.stderr, /is going on: process \d+/);
    child.kill('SIGINT');
    await end;
  });
});

test('into a folder: outputs are whole or absent, and done objects are skipped', async () => {
  const into = (...more: string[]) =>
    flowbulkHere(folder, ['run', 'in', 'out/', '--json', '--state', 'folder', ...more]);
  const first = await into('--max-objects', '4');
  assert.equal(first.code, 7);
  assert.equal(readdirSync(path.join(folder, 'out')).length, 4);
  const { stdout, code } = await into();
  const { objectsDone, objectsSkipped } = JSON.parse(stdout) as Summary;
  assert.deepEqual([code, objectsDone, objectsSkipped], [0, OBJECTS - 4, 4]);
  const files = readdirSync(path.join(folder, 'out'));
  assert.equal(files.length, OBJECTS);
  for (const file of files) {
    assert.equal(readFileSync(path.join(folder, 'out', file), 'utf8').split('\n').length - 1, RECORDS);
  }
  for (const destination of ['-', 'single.ndjson']) {
    const refused = await flowbulkHere(folder, ['run', 'in', destination]);
    assert.equal(refused.code, 2);
    assert.match(refused.stderr, /flowbulk convert/);
  }
});

test('each run leaves its summary', async () => {
  await withServer({ seed: 1 }, async (server) => {
    await run(server, 'summaries');
    const [job] = readdirSync(path.join(folder, 'summaries', 'jobs'));
    const runs = path.join(folder, 'summaries', 'jobs', job as string, 'runs');
    const [file] = readdirSync(runs);
    const { error, summary } = JSON.parse(readFileSync(path.join(runs, file as string), 'utf8'));
    assert.equal(error, null);
    assert.equal(summary.records, ALL);
  });
});

test('a dry run and a plan leave out what is done; a plan file is run exactly', async () => {
  await withServer({ seed: 1 }, async (server) => {
    await run(server, 'planned', '--max-objects', '4');
    const dry = await run(server, 'planned', '--dry-run');
    assert.deepEqual([dry.code, (dry.summary as unknown as { objects: number }).objects], [0, OBJECTS - 4]);
    const requests = server.requests;
    const plan = ['plan', 'in', `${server.url}/vpcflow`, '--state', 'planned', '--out', 'plan.ndjson', '--json'];
    const { stdout, code, stderr } = await flowbulkHere(folder, plan);
    assert.deepEqual([code, JSON.parse(stdout).objects], [0, OBJECTS - 4], stderr);
    assert.equal(server.requests, requests, 'neither sends anything');
    writeFileSync(path.join(folder, 'in', 'later.log'), logText(10));
    try {
      const planned = await run(server, 'planned', '--plan', 'plan.ndjson');
      assert.deepEqual([planned.code, planned.summary.objectsDone], [0, OBJECTS - 4], planned.stderr);
      assert.equal(server.stored.size, ALL);
    } finally {
      rmSync(path.join(folder, 'in', 'later.log'));
    }
  });
});

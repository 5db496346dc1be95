/** `flowbulk status`: what it says of jobs. */

import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { startFaultServer } from '../delivery/fault-server.ts';
import { flowbulkHere } from './here.ts';
import { temporaryFolder } from './program.ts';
import { logText } from './records.ts';

const folder = temporaryFolder();

before(() => {
  mkdirSync(path.join(folder, 'in'));
  for (let i = 0; i < 4; i++) writeFileSync(path.join(folder, 'in', `${i}.log.gz`), gzipSync(logText(100)));
  writeFileSync(path.join(folder, 'in', 'cut.log.gz'), gzipSync(logText(5_000)).subarray(0, 4_000));
  writeFileSync(path.join(folder, 'in', 'x.parquet'), 'PAR1');
});

const status = (...more: string[]) => flowbulkHere(folder, ['status', '--state', 'state', ...more]);

test('no jobs, a wrong name', async () => {
  const none = await flowbulkHere(folder, ['status', '--state', 'nowhere']);
  assert.equal(none.code, 0);
  assert.match(none.stderr, /no jobs in .*nowhere/);
  assert.equal((await flowbulkHere(folder, ['status', 'x', '--state', 'nowhere'])).code, 2);
});

test('what is done, what failed and why, and what to do next', async () => {
  const server = await startFaultServer({ seed: 1 });
  try {
    const run = await flowbulkHere(folder, ['run', 'in', `${server.url}/vpcflow`, '--state', 'state', '--quiet']);
    assert.equal(run.code, 3, run.stderr);
    const { stdout, code } = await status();
    assert.equal(code, 0);
    assert.match(stdout, /^vpcflow-[0-9a-f]{10}\n {2}from +\/.*\/in\n/);
    assert.match(stdout, /objects +4 done, 1 damaged, 1 failed/);
    assert.match(stdout, /failed +1 E_OBJECT_PARQUET, such as\n.*is Parquet/);
    assert.match(stdout, /next +mend what failed, then: flowbulk retry /);
    const facts = JSON.parse((await status('vpcflow', '--json')).stdout);
    assert.deepEqual(facts.totals.objects, { done: 4, damaged: 1, failed: 1, unfinished: 0 });
    assert.equal(facts.running, null);
    assert.equal(facts.totals.created, server.stored.size);
    const failed = await status('--objects', 'failed');
    assert.match(failed.stdout, /^\S+x\.parquet\tE_OBJECT_PARQUET\t.*\n$/);
    assert.match((await status('--objects', 'damaged')).stdout, /^\S+cut\.log\.gz\tE_OBJECT_DAMAGED\t/);
  } finally {
    await server.stop();
  }
});

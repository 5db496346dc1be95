/** Log groups into a real OpenSearch: what is there is proven by counts and by ids, over a rollover, too. */

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { startOpenSearch } from '../cluster/servers.ts';
import { logSetup, recordAt } from './setup.ts';

const MS_PER_HOUR = 3_600_000;
const EVENTS = 3_000;

const setup = await logSetup();
const server = setup === null ? null : await startOpenSearch({ heap: '512m' });
after(() => server?.stop());

const beginsMs = Math.floor(Date.now() / MS_PER_HOUR - 40) * MS_PER_HOUR;
const fromDay = new Date(beginsMs).toISOString().slice(0, 10);

async function ask(path: string, method = 'GET', body?: object) {
  const answer = await fetch(`${server?.url}${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  return (await answer.json()) as never as { readonly count: number; readonly deleted: number };
}

test('run, verify, a document less, repair; again after a rollover', { skip: server === null }, async () => {
  assert.ok(setup && server);
  for (const group of ['/vpc/one', '/vpc/one/below']) {
    const events = Array.from({ length: EVENTS }, (_, i) => recordAt(beginsMs + i * 40_000, i));
    await setup.put(group, 'eni-1-all', events);
  }
  const target = `${server.url}/logs-aws.vpcflow-default`;
  const job = ['cloudwatch:///vpc/*', target, '--from', fromDay];
  const made = await setup.run('real', ['setup', target, '--apply']);
  assert.equal(made.code, 0, made.stderr);
  const ran = await setup.run('real', ['run', ...job, '--json']);
  assert.equal(ran.code, 0, ran.stderr);
  assert.equal(JSON.parse(ran.stdout).delivery.created, 2 * EVENTS);
  const proven = await setup.run('real', ['verify', ...job, '--deep', '3', '--json']);
  assert.equal(proven.code, 0, proven.stderr + proven.stdout);
  const { rows } = JSON.parse(proven.stdout);
  assert.deepEqual(new Set(rows.map((row: { group: string }) => row.group)), new Set(['/vpc/one', '/vpc/one/below']));
  assert.ok(rows.length >= 4 && rows.every((row: { expected: number; found: number }) => row.expected === row.found));
  assert.match((await setup.run('real', ['verify', ...job])).stdout, /log group .*\n.*\/vpc\/one/);

  // All of one day but a document.
  const query = {
    bool: { filter: [{ term: { 'aws.cloudwatch.log_group': '/vpc/one' } }, { term: { 'source.bytes': 1777 } }] },
  };
  const { deleted } = await ask('/logs-aws.vpcflow-default/_delete_by_query?refresh=true', 'POST', { query });
  assert.equal(deleted, 1);
  const lacking = await setup.run('real', ['verify', ...job]);
  assert.equal(lacking.code, 3, lacking.stdout);
  assert.match(lacking.stdout, /1 document fewer than the ledger says/);
  const mended = await setup.run('real', ['verify', ...job, '--deep', '500', '--repair']);
  assert.equal(mended.code, 0, mended.stderr + mended.stdout);
  assert.match(mended.stdout, /1 of \d+ ids are missing\n {4}event \d+\n/);

  await ask('/logs-aws.vpcflow-default/_rollover', 'POST');
  const again = await setup.run('real', ['run', ...job, '--no-ledger', '--json']);
  assert.equal(again.code, 0, again.stderr);
  assert.equal(JSON.parse(again.stdout).delivery.created, 0);
  await ask('/logs-aws.vpcflow-default/_refresh', 'POST');
  assert.equal((await ask('/logs-aws.vpcflow-default/_count')).count, 2 * EVENTS);
});

test('records without a start are counted by group', { skip: server === null }, async () => {
  assert.ok(setup && server);
  const events = Array.from({ length: 50 }, (_, i) => ({
    timestampMs: beginsMs + i * MS_PER_HOUR * 0.7,
    message: `i-1 eni-1 10.0.0.${i} 10.0.1.1 10.0.0.${i} 10.0.1.1`,
  }));
  await setup.put('/nat/all', 'eni-1-all', events);
  const target = `${server.url}/nat`;
  const job = ['cloudwatch:///nat/all', target, '--from', fromDay];
  const made = await setup.run('nat', ['setup', target, '--apply']);
  assert.equal(made.code, 0, made.stderr);
  const ran = await setup.run('nat', ['run', ...job]);
  assert.equal(ran.code, 0, ran.stderr);
  const proven = await setup.run('nat', ['verify', ...job, '--json']);
  assert.equal(proven.code, 0, proven.stderr + proven.stdout);
  const { rows } = JSON.parse(proven.stdout);
  assert.equal(rows.length, 1);
  assert.equal(rows[0].found, 50);
});

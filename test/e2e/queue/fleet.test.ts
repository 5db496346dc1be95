/** Many processes on one queue or in shares: nothing lost, nothing twice. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ended } from '../../run/program.ts';
import { queueSetup, until } from './setup.ts';

const OBJECTS = 240;
const RECORDS = 50;

const setup = await queueSetup();
for (let i = 0; i < OBJECTS; i++) setup?.put('fleet', `${i}`, RECORDS);

test('enqueue goes on after a part, and after a kill', { skip: setup === null }, async () => {
  assert.ok(setup);
  const queue = await setup.queue('filled');
  // A part of it, by a filter: what is sent is noted, whatever was asked for.
  const part = ['enqueue', 's3://fleet/', queue.source, '--json', '--include', '*T0005Z_1*'];
  const first = JSON.parse((await setup.run('filled', part)).stdout).sent;
  assert.ok(first > 50, `${first}`);
  const killed = setup.start('filled', ['enqueue', 's3://fleet/', queue.source]);
  const end = ended(killed);
  await until('messages', async () => (await queue.depth()).waiting > first);
  killed.kill('SIGKILL');
  await end;
  const { code, stdout, stderr } = await setup.run('filled', ['enqueue', 's3://fleet/', queue.source, '--json']);
  assert.equal(code, 0, stderr);
  const { sent, skipped } = JSON.parse(stdout);
  assert.equal(sent + skipped, OBJECTS);
  assert.ok(skipped >= first, `${skipped}`);
  // What the killed one had sent and not noted is there twice: whoever reads it finds it done.
  const { waiting } = await queue.depth();
  assert.ok(waiting >= OBJECTS && waiting <= 2 * OBJECTS - first, `${waiting}`);
  const again = await setup.run('filled', ['enqueue', 's3://fleet/', queue.source, '--json']);
  assert.deepEqual([JSON.parse(again.stdout).sent, JSON.parse(again.stdout).skipped], [0, OBJECTS]);
});

test('three processes on one queue, one of them killed: every document once', { skip: setup === null }, async () => {
  assert.ok(setup);
  const queue = await setup.queue('fleet');
  const cluster = await setup.cluster({ faults: { '503': 0.05, 'item 429': 0.01, 'answer lost': 0.02 } });
  const filled = await setup.run('fleet', ['enqueue', 's3://fleet/', queue.source]);
  assert.equal(filled.code, 0, filled.stderr);
  const args = ['run', queue.source, `${cluster.url}/vpcflow`, '--until-empty', '--visibility-timeout', '5s', '--json'];
  const children = ['a', 'b', 'c'].map((machine) => setup.start(machine, args));
  const ends = children.map((child) => ended(child));
  const watching = setup.run('fleet', ['enqueue', 's3://fleet/', queue.source, '--until-empty']);
  await until('documents', () => cluster.stored.size > 0);
  children[0]?.kill('SIGKILL');
  const [, ...others] = await Promise.all(ends);
  for (const { code, stderr } of others) assert.equal(code, 0, stderr);
  assert.equal((await watching).code, 0);
  assert.equal(cluster.stored.size, OBJECTS * RECORDS);
  assert.ok([...cluster.stored.values()].every(({ times }) => times === 1));
  assert.deepEqual(await queue.depth(), { waiting: 0, inFlight: 0 });
  const deleted = others.map(({ stdout }) => JSON.parse(stdout).queue.deleted as number);
  process.stderr.write(`deleted by the two that lived: ${deleted.join(', ')} of ${OBJECTS}\n`);
  assert.ok(
    deleted.every((count) => count > 0),
    `${deleted}`,
  );
});

test('four shares: each its own objects and ledger, together all of them', { skip: setup === null }, async () => {
  assert.ok(setup);
  const cluster = await setup.cluster();
  const target = `${cluster.url}/vpcflow`;
  let done = 0;
  for (let share = 0; share < 4; share++) {
    const engine = { JOB_COMPLETION_INDEX: `${share}`, JOB_COMPLETIONS: '4' };
    const shard = share % 2 === 0 ? 'auto' : `${share + 1}/4`;
    const args = ['run', 's3://fleet/', target, '--shard', shard, '--json'];
    const { code, stdout, stderr } = await setup.run('shares', args, engine);
    assert.equal(code, 0, stderr);
    const { objectsDone, delivery } = JSON.parse(stdout);
    assert.equal(delivery.duplicates, 0);
    assert.ok(objectsDone > OBJECTS / 8, `${objectsDone}`);
    done += objectsDone;
  }
  assert.equal(done, OBJECTS);
  assert.equal(cluster.stored.size, OBJECTS * RECORDS);
  assert.ok([...cluster.stored.values()].every(({ times }) => times === 1));
  const again = await setup.run('shares', ['run', 's3://fleet/', target, '--shard', '2/4', '--json']);
  assert.equal(JSON.parse(again.stdout).objectsDone, 0);
});

/** Objects are deleted where versions keep them, after StackState has taken their connections, and not before. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ended } from '../../run/program.ts';
import { until } from '../queue/setup.ts';
import { sent, topologySetup } from './setup.ts';

const setup = await topologySetup();
const skip = setup === null;
const [ID = ''] = (await setup?.interfaces('us-east-1', ['10.0.0.41'])) ?? [];
const line = (peer: string) => sent(ID, '10.0.0.41', peer, 1_000);
const DELETE = ['--delete-after-success', '--yes', '--json'];

test('without versions nothing is read and nothing deleted: exit 4', { skip }, async () => {
  assert.ok(setup);
  const bucket = await setup.bucket('plain', false);
  await bucket.put('a', [line('10.9.0.1')]);
  const receiver = await setup.receiver();
  const { code, stderr } = await setup.run(['s3://plain/', receiver.destination, ...DELETE]);
  assert.equal(code, 4);
  assert.match(stderr, /Object versioning must be enabled on the bucket/);
  assert.equal((await bucket.keys()).length, 1);
  assert.equal(receiver.bodies.length, 0);
});

test('what was taken is deleted, by delete markers; what is damaged stays, and so does what was not taken', {
  skip,
}, async () => {
  assert.ok(setup);
  const bucket = await setup.bucket('versions', true);
  const good = await bucket.put('good', [line('10.9.0.1')]);
  const bad = await bucket.put('bad', [line('10.9.0.2')], { damage: true });
  const refusing = await setup.receiver({ apiKey: 'another' });
  const refused = await setup.run(['s3://versions/', refusing.destination, ...DELETE]);
  assert.equal(refused.code, 5, refused.stderr);
  assert.deepEqual(await bucket.keys(), [bad, good]);

  const receiver = await setup.receiver();
  const { code, stdout, stderr } = await setup.run(['s3://versions/', receiver.destination, ...DELETE]);
  assert.equal(code, 3, stderr);
  const { objects, deleted } = JSON.parse(stdout);
  assert.deepEqual([objects.done, objects.damaged, deleted], [1, 1, 1]);
  assert.deepEqual(await bucket.keys(), [bad]);
  assert.deepEqual(await bucket.deleted(), [good]);
  assert.equal(receiver.stored.relations.size, 1);

  const again = await setup.run(['s3://versions/', receiver.destination, ...DELETE]);
  assert.deepEqual([again.code, again.stdout], [0, ''], again.stderr);
  assert.deepEqual(await bucket.keys(), [bad]);
});

test('an object that may not be deleted is told, stays, and is not sent again', { skip }, async () => {
  assert.ok(setup);
  const bucket = await setup.bucket('guarded', true);
  const free = await bucket.put('free', [line('10.9.0.1')]);
  const kept = await bucket.put('kept', [line('10.9.0.2')]);
  const user = await setup.mayNotDelete('guarded', '*_kept.log.gz');
  const receiver = await setup.receiver();
  for (const objects of [
    { done: 2, skipped: 0 },
    { done: 0, skipped: 1 },
  ]) {
    const { code, stdout, stderr } = await setup.run(['s3://guarded/', receiver.destination, ...DELETE], user);
    assert.equal(code, 3, stderr);
    assert.match(stderr, /_kept\.log\.gz could not be deleted \(AccessDenied: /);
    const summary = JSON.parse(stdout);
    assert.deepEqual(summary.objects, { damaged: 0, failed: 0, ...objects });
    assert.equal(summary.stayed, 1);
  }
  assert.deepEqual(await bucket.keys(), [kept]);
  assert.deepEqual(await bucket.deleted(), [free]);
  assert.equal(receiver.bodies.length, 1);
});

test('more objects than one request deletes', { skip }, async () => {
  assert.ok(setup);
  const bucket = await setup.bucket('many', true);
  const count = 1_100;
  for (let i = 0; i < count; i += 50) {
    await Promise.all(Array.from({ length: 50 }, (_, j) => bucket.put(`n${i + j}`, [line('10.9.0.1')])));
  }
  const receiver = await setup.receiver();
  const { code, stdout, stderr } = await setup.run(['s3://many/', receiver.destination, ...DELETE]);
  assert.equal(code, 0, stderr);
  assert.equal(JSON.parse(stdout).deleted, count);
  assert.deepEqual(await bucket.keys(), []);
});

test('--follow as the agent: objects of the last hour, deleted as they are taken', { skip }, async () => {
  assert.ok(setup);
  const bucket = await setup.bucket('agent', true);
  const old = await bucket.put('old', [line('10.9.0.9')], { ageMs: 7_200_000 });
  await bucket.put('first', [line('10.9.0.1')]);
  const receiver = await setup.receiver({ seed: 3, faults: { 503: 0.3, reset: 0.2 } });
  const child = setup.start(['s3://agent/', receiver.destination, '--follow', '--interval', '200ms', ...DELETE]);
  const end = ended(child);
  await until('the first object is gone', async () => (await bucket.keys()).length === 1);
  await bucket.put('second', [line('10.9.0.2')]);
  await until(
    'the second object is gone',
    async () => receiver.stored.relations.size === 2 && (await bucket.keys()).length === 1,
  );
  child.kill('SIGTERM');
  const { code, stderr } = await end;
  assert.equal(code, 143, stderr);
  assert.deepEqual(await bucket.keys(), [old]);
  assert.ok([...receiver.stored.relations.keys()].every((id) => !id.includes('10.9.0.9')));
});

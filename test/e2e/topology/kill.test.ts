/**
 * Rounds of kills at random moments: nothing is deleted that StackState had not taken, and the map comes out the same.
 * `npm run test:kill -- --rounds 200` makes more of them.
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Prng } from '../../../src/generate/prng.ts';
import { ended } from '../../run/program.ts';
import { sent, topologySetup } from './setup.ts';

const ROUNDS = Number(process.env['FLOWBULK_KILL_ROUNDS'] ?? 8);
const SEED = Number(process.env['FLOWBULK_TEST_SEED'] ?? 1);

const DELETE = ['--delete-after-success', '--yes', '--json'];

const setup = await topologySetup();
const skip = setup === null;
const [ID = ''] = (await setup?.interfaces('us-east-1', ['10.0.0.41'])) ?? [];
const line = (peer: string) => sent(ID, '10.0.0.41', peer, 1_000);

test('killed at any moment, nothing is deleted that was not taken, and the map comes out the same', {
  skip,
}, async () => {
  assert.ok(setup);
  process.stderr.write(`kill rounds: ${ROUNDS}, seed ${SEED}\n`);
  const random = new Prng(SEED, 1);
  const bucket = await setup.bucket('killed', true);
  const quiet = await setup.receiver();
  const receiver = await setup.receiver();
  const peersOf = new Map<string, string[]>();
  const slices = ['--body-bytes', '6000'];
  const assertTaken = async () => {
    for (const key of await bucket.deleted()) {
      for (const peer of peersOf.get(key) ?? []) {
        assert.ok(
          [...receiver.stored.relations.keys()].some((id) => id.includes(`/${peer}-`)),
          `${key}: ${peer}`,
        );
      }
    }
  };
  for (let round = 0; round < ROUNDS; round++) {
    for (let i = 0; i < 3; i++) {
      const peers = Array.from({ length: 5 }, (_, j) => `10.9.${round}.${i * 5 + j}`);
      peersOf.set(await bucket.put(`r${round}o${i}`, peers.map(line)), peers);
    }
    const child = setup.start(['s3://killed/', receiver.destination, ...slices, ...DELETE]);
    const end = ended(child);
    if (random.uniform() < 0.5) {
      let left = 1 + Math.floor(random.uniform() * 4);
      receiver.onTaken = () => {
        if (--left === 0) child.kill('SIGKILL');
      };
    } else {
      setTimeout(() => child.kill('SIGKILL'), random.uniform() * 2_500).unref();
    }
    await end;
    receiver.onTaken = null;
    await assertTaken();
  }
  const last = await setup.run(['s3://killed/', receiver.destination, ...slices, ...DELETE]);
  assert.ok(last.code === 0, last.stderr);
  await assertTaken();
  assert.deepEqual(await bucket.keys(), []);
  assert.deepEqual(receiver.refusals, []);
  assert.equal((await bucket.deleted()).length, 3 * ROUNDS);

  const again = await setup.bucket('undisturbed', true);
  for (const [key, peers] of peersOf) await again.put(key.slice(-12), peers.map(line));
  const whole = await setup.run(['s3://undisturbed/', quiet.destination]);
  assert.equal(whole.code, 0, whole.stderr);
  assert.deepEqual([...receiver.stored.relations.keys()].sort(), [...quiet.stored.relations.keys()].sort());
  assert.deepEqual([...receiver.stored.components].sort(), [...quiet.stored.components].sort());
});

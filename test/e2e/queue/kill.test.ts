/**
 * Rounds of kills in a fleet on one queue: three machines, one of them killed at a random moment. What is in the target
 * in the end is every document, once, and nothing is left in the queue. `npm run test:kill -- --rounds 200` makes more.
 */

import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { Prng } from '../../../src/generate/prng.ts';
import { ended } from '../../run/program.ts';
import { ClusterClient } from '../cluster/client.ts';
import { startOpenSearch } from '../cluster/servers.ts';
import { queueSetup, until } from './setup.ts';

const ROUNDS = Number(process.env['FLOWBULK_KILL_ROUNDS'] ?? 3);
const SEED = Number(process.env['FLOWBULK_TEST_SEED'] ?? 1);
const OBJECTS = 60;
const RECORDS = 100;
const MACHINES = ['a', 'b', 'c'];
/** The shortest that is taken: what a killed machine had comes back to the others after it. */
const VISIBILITY = ['--visibility-timeout', '5s'];
const SLOWLY = ['--max-rate', '1k', '--concurrency', '2'];

const setup = await queueSetup();
const server = setup === null ? null : await startOpenSearch({ heap: '512m' });
after(() => server?.stop());
if (setup !== null) {
  process.stderr.write(`kill rounds of a fleet: ${ROUNDS} a variant, seed ${SEED}\n`);
  for (let i = 0; i < OBJECTS; i++) setup.put('killed', `${i}`, RECORDS);
}

/** What a round's target has: the ids of all documents, an id as often as it is stored. */
interface Target {
  readonly url: string;
  count(): Promise<number>;
  ids(): Promise<readonly string[]>;
  /** What happens to it right after the kill. */
  afterKill(): Promise<unknown>;
}

/** Three machines read a queue of all objects, one is killed and, every other time, started again. */
async function killOne(name: string, random: Prng, target: Target): Promise<void> {
  assert.ok(setup);
  const queue = await setup.queue(name);
  const filled = await setup.run(`${name}-filling`, ['enqueue', 's3://killed/', queue.source]);
  assert.equal(filled.code, 0, filled.stderr);
  const args = ['run', queue.source, target.url, '--until-empty', ...VISIBILITY, ...SLOWLY];
  const children = MACHINES.map((machine) => setup.start(`${name}-${machine}`, args));
  const ends = children.map((child) => ended(child));
  const share = random.between(0, OBJECTS * RECORDS - 1_000);
  await until(`${share} documents`, async () => (await target.count()) > share);
  const killed = random.between(0, MACHINES.length - 1);
  children[killed]?.kill('SIGKILL');
  await ends[killed];
  await target.afterKill();
  const again = random.between(0, 1) === 1 ? [setup.run(`${name}-${MACHINES[killed]}`, args)] : [];
  const others = ends.filter((_, i) => i !== killed);
  for (const { code, stderr } of await Promise.all([...others, ...again])) assert.equal(code, 0, stderr);

  const found = await target.ids();
  assert.deepEqual([new Set(found).size, found.length], [OBJECTS * RECORDS, OBJECTS * RECORDS]);
  assert.deepEqual([await queue.depth(), await queue.dead()], [{ waiting: 0, inFlight: 0 }, []]);
}

// Rounds mostly wait for the queue: both kinds at a time.
describe('one of three machines is killed: nothing lost, nothing twice', { concurrency: 2 }, () => {
  test('and the target misbehaves', { skip: setup === null }, async () => {
    assert.ok(setup);
    const random = new Prng(SEED, 2);
    for (let i = 0; i < ROUNDS; i++) {
      const cluster = await setup.cluster({
        seed: SEED + i,
        faults: { '503': 0.05, 'item 429': 0.01, 'answer lost': 0.05 },
      });
      await killOne(`killed-${i}`, random, {
        url: `${cluster.url}/vpcflow`,
        count: async () => cluster.stored.size,
        ids: async () => [...cluster.stored].flatMap(([id, { times }]) => new Array<string>(times).fill(id)),
        afterKill: async () => {},
      });
      await cluster.stop();
    }
  });

  test('and the stream rolls over before another goes on', { skip: server === null }, async () => {
    assert.ok(server);
    const random = new Prng(SEED, 3);
    const client = new ClusterClient(server);
    await client.putTemplate('fleet', { pattern: 'fleet-*', dataStream: true });
    for (let i = 0; i < ROUNDS; i++) {
      const name = `fleet-${i}`;
      await killOne(`rolls-${i}`, random, {
        url: `${server.url}/${name}`,
        // There is no stream before its first document.
        count: () => client.count(name).catch(() => 0),
        ids: () => client.ids(name),
        afterKill: () => client.rollover(name),
      });
      // Hundreds of indices would fill the memory of a small server.
      await client.remove(name);
    }
  });
});

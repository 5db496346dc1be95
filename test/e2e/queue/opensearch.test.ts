/** A fleet into a real OpenSearch, one of it killed: what is there in the end is every document, once. */

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { ended } from '../../run/program.ts';
import { startOpenSearch } from '../cluster/servers.ts';
import { queueSetup, until } from './setup.ts';

const OBJECTS = 200;
const RECORDS = 200;

const setup = await queueSetup();
const server = setup === null ? null : await startOpenSearch({ heap: '512m' });
after(() => server?.stop());

test('three processes, one killed', { skip: server === null }, async () => {
  assert.ok(setup && server);
  for (let i = 0; i < OBJECTS; i++) setup.put('real', `${i}`, RECORDS);
  const queue = await setup.queue('real');
  const filled = await setup.run('filling', ['enqueue', 's3://real/', queue.source]);
  assert.equal(filled.code, 0, filled.stderr);
  const count = async (): Promise<number> => {
    await fetch(`${server.url}/vpcflow/_refresh`, { method: 'POST' });
    const answer = (await (await fetch(`${server.url}/vpcflow/_count`)).json()) as { readonly count?: number };
    return answer.count ?? 0;
  };
  const args = ['run', queue.source, `${server.url}/vpcflow`, '--until-empty', '--visibility-timeout', '10s', '--json'];
  const children = ['a', 'b', 'c'].map((machine) => setup.start(machine, args));
  const ends = children.map((child) => ended(child));
  await until('documents', async () => (await count()) > 0);
  children[1]?.kill('SIGKILL');
  const [first, , third] = await Promise.all(ends);
  for (const end of [first, third]) assert.equal(end?.code, 0, end?.stderr);
  assert.equal(await count(), OBJECTS * RECORDS);
  assert.deepEqual(await queue.depth(), { waiting: 0, inFlight: 0 });
});

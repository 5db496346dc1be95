/** Data streams that roll over between runs and in the middle of one: ids hold in one backing index, documents once in all. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { before, test } from 'node:test';
import { flowbulk, temporaryFolder } from '../../run/program.ts';
import { type FlowLogs, makeFlowLogs } from './flow-logs.ts';
import {
  ALL_AGAIN,
  assertEachOnce,
  assertResumed,
  assertWhole,
  load,
  outcomes,
  startLoad,
  untilIdle,
  untilInTheMiddle,
} from './loading.ts';
import { bothProducts } from './products.ts';

const folder = temporaryFolder();
const products = await bothProducts({ heap: '512m' });
const PART_OBJECTS = 40;
/** Slow enough that a run lasts for seconds. */
const SLOWLY = ['--max-rate', '4k'];
let logs: FlowLogs;

before(async () => {
  logs = await makeFlowLogs(path.join(folder, 'in'), { records: 20_000, objects: 100, days: 2, badLines: 2 });
});

for (const product of products) {
  const { name, skip } = product;

  test(`${name}: what lies in an old backing index is not stored again`, { skip }, async () => {
    const { server, client } = product;
    const stream = 'logs-rolled.between-default';
    const target = `${server.url}/${stream}`;
    assert.equal((await flowbulk(folder, ['setup', target, '--apply', '--lean'])).code, 0);
    const part = await load(folder, 'in', target, ['--max-objects', `${PART_OBJECTS}`]);
    assert.equal(part.code, 7, part.stderr);
    const { created } = outcomes(part);
    assert.ok(created > 0 && created < logs.count);
    assert.equal(await client.count(stream), created);

    await client.rollover(stream);
    assertWhole(await load(folder, 'in', target, [ALL_AGAIN]), logs, logs.count - created);
    await assertEachOnce(client, stream, logs);
    await client.rollover(stream);
    assertWhole(await load(folder, 'in', target, [ALL_AGAIN]), logs, 0);
    await assertEachOnce(client, stream, logs);
    assert.equal((await client.backingIndices(stream)).length, 3);
  });

  test(`${name}: a run that was killed, a rollover, and the same command again`, { skip }, async () => {
    const { server, client } = product;
    const stream = 'logs-rolled.killed-default';
    // Texts are text here, so that paths of objects cannot be looked up, only ids.
    await client.putTemplate('killed', { pattern: 'logs-rolled.killed-*', dataStream: true });
    const killed = startLoad(folder, 'in', `${server.url}/${stream}`, SLOWLY);
    await untilInTheMiddle(killed, () => client.count(stream));
    killed.child.kill('SIGKILL');
    await killed.end;
    await untilIdle(client);
    const there = await client.count(stream);
    assert.ok(there < logs.count);

    await client.rollover(stream);
    const rest = await load(folder, 'in', `${server.url}/${stream}`);
    assertResumed(rest, logs, logs.count - there);
    await assertEachOnce(client, stream, logs);
  });

  test(`${name}: a rollover while a run is going on`, { skip }, async () => {
    const { server, client } = product;
    const stream = 'logs-rolled.amid-default';
    const target = `${server.url}/${stream}`;
    assert.equal((await flowbulk(folder, ['setup', target, '--apply', '--lean'])).code, 0);
    const running = startLoad(folder, 'in', target, SLOWLY);
    await untilInTheMiddle(running, () => client.count(stream));
    await client.rollover(stream);
    assertWhole(await running.end, logs, logs.count);
    const [first, second] = await client.backingIndices(stream);
    assert.ok((await client.count(first as string)) > 0 && (await client.count(second as string)) > 0);
    await assertEachOnce(client, stream, logs);

    assertWhole(await load(folder, 'in', target, [ALL_AGAIN]), logs, 0);
    await assertEachOnce(client, stream, logs);
  });
}

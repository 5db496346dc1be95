/** Servers and runs that are killed in the middle: nothing is lost, and nothing is there twice. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { before, test } from 'node:test';
import { temporaryFolder } from '../../run/program.ts';
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
/** Slow enough that a run lasts for seconds. */
const SLOWLY = ['--max-rate', '4k'];
let logs: FlowLogs;

before(async () => {
  logs = await makeFlowLogs(path.join(folder, 'in'), { records: 20_000, objects: 100, badLines: 2 });
});

for (const product of products) {
  const { name, skip } = product;

  test(`${name} is killed and started again: the run goes on by itself`, { skip }, async () => {
    const { server, client } = product;
    await client.putTemplate('server-killed', { pattern: 'logs-server.killed-*', dataStream: true });
    const stream = 'logs-server.killed-default';
    const running = startLoad(folder, 'in', `${server.url}/${stream}`, [...SLOWLY, '--concurrency', '4']);
    await untilInTheMiddle(running, () => client.count(stream));
    await server.kill();
    await server.startAgain();
    const loaded = await running.end;
    // Those that were under way may have been stored, though the answer never came.
    const { created } = outcomes(loaded);
    assertWhole(loaded, logs, created);
    assert.ok((loaded.summary?.delivery.pushbacks ?? 0) > 0, 'it was felt that the server was away');
    await assertEachOnce(client, stream, logs);
  });

  test(`${name}: a run is killed, the same command ends it`, { skip }, async () => {
    const { server, client } = product;
    const target = `${server.url}/run-killed`;
    await client.putTemplate('run-killed', { pattern: 'run-killed', dataStream: false });
    const running = startLoad(folder, 'in', target, SLOWLY);
    await untilInTheMiddle(running, () => client.count('run-killed'));
    running.child.kill('SIGKILL');
    assert.equal((await running.end).code, null);
    await untilIdle(client);
    const there = await client.count('run-killed');
    assert.ok(there < logs.count);

    assertResumed(await load(folder, 'in', target), logs, logs.count - there);
    await assertEachOnce(client, 'run-killed', logs);
    assertWhole(await load(folder, 'in', target, [ALL_AGAIN]), logs, 0);
    await assertEachOnce(client, 'run-killed', logs);
  });

  test(`${name}: Ctrl-C in the middle, the same command ends it`, { skip }, async () => {
    const { server, client } = product;
    const target = `${server.url}/interrupted`;
    await client.putTemplate('interrupted', { pattern: 'interrupted', dataStream: false });
    const running = startLoad(folder, 'in', target, [...SLOWLY, '--drain-timeout', '500ms']);
    await untilInTheMiddle(running, () => client.count('interrupted'));
    running.child.kill('SIGINT');
    const { code, summary, error } = await running.end;
    assert.deepEqual([code, error?.code], [130, 'E_STOPPED']);
    await untilIdle(client);
    const there = await client.count('interrupted');
    assert.ok(there < logs.count);
    // An answer that was on its way may not have been heard any more.
    assert.ok((summary?.delivery.created ?? 0) > 0 && (summary?.delivery.created ?? 0) <= there);

    assertResumed(await load(folder, 'in', target), logs, logs.count - there);
    await assertEachOnce(client, 'interrupted', logs);
  });
}

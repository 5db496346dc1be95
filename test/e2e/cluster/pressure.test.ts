/** Servers that take less than they are given: they are obeyed, every document gets through, and blocks are told or waited for. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { before, describe, test } from 'node:test';
import { temporaryFolder } from '../../run/program.ts';
import type { ClusterClient } from './client.ts';
import { type FlowLogs, makeFlowLogs } from './flow-logs.ts';
import {
  ALL_AGAIN,
  assertEachOnce,
  assertResumed,
  assertStopped,
  assertWhole,
  load,
  outcomes,
  startLoad,
  until,
  untilIdle,
  untilInTheMiddle,
} from './loading.ts';
import { bothProducts } from './products.ts';

/**
 * One write at a time and one that waits, so that an index of several shards always asks for too much; memory for one body
 * but not for two; no request above 1 MiB. What is tried here at a time keeps clear of the other limits.
 */
const LIMITS = {
  'thread_pool.write.size': '1',
  'thread_pool.write.queue_size': '1',
  'indexing_pressure.memory.limit': '1500kb',
  'http.max_content_length': '1mb',
};
const LIMIT_BYTES = 2 ** 20;

const folder = temporaryFolder();
const products = await bothProducts({ heap: '512m', settings: LIMITS });
/** Slow enough that a run lasts for seconds. */
const SLOWLY = ['--max-rate', '2k', '--concurrency', '1'];
let logs: FlowLogs;

before(async () => {
  logs = await makeFlowLogs(path.join(folder, 'in'), { records: 10_000, objects: 100, badLines: 2 });
  for (const { skip, client } of products) {
    if (skip) continue;
    await client.putTemplate('pressed', { pattern: 'pressed-*', dataStream: false });
    const settings = { number_of_shards: 8 };
    await client.putTemplate('sharded', { pattern: 'sharded-*', dataStream: false, settings });
  }
});

/** How often the server has refused requests as a whole for want of memory, and writes for want of room in the queue. */
async function refusals(client: ClusterClient): Promise<{ whole: number; writes: number }> {
  const { json } = await client.json('GET', '/_nodes/stats/indexing_pressure,thread_pool');
  const [node] = Object.values(json.nodes) as {
    indexing_pressure: { memory: { total: { coordinating_rejections: number } } };
    thread_pool: { write: { rejected: number } };
  }[];
  assert.ok(node !== undefined);
  return {
    whole: node.indexing_pressure.memory.total.coordinating_rejections,
    writes: node.thread_pool.write.rejected,
  };
}

for (const product of products) {
  const { name, skip } = product;

  test(`${name}: requests are refused as a whole (429), and all get through`, { skip }, async () => {
    const { server, client } = product;
    const before = await refusals(client);
    for (const [index, concurrency] of [
      ['pressed-fixed', ['--concurrency', '3']],
      ['pressed-adapts', []],
    ] as const) {
      const loaded = await load(folder, 'in', `${server.url}/${index}`, concurrency);
      assertWhole(loaded, logs, logs.count);
      assert.ok((loaded.summary?.delivery.pushbacks ?? 0) > 0);
      await assertEachOnce(client, index, logs);
    }
    const { whole, writes } = await refusals(client);
    // Small bodies, the last ones of objects, can find room in the memory and none in the queue.
    assert.ok(whole - before.whole > writes - before.writes, 'memory is what refuses');
  });

  test(`${name}: items are refused (429), and only they are sent again`, { skip }, async () => {
    const { server, client } = product;
    const before = await refusals(client);
    const loaded = await load(folder, 'in', `${server.url}/sharded-eight`, ['--concurrency', '1']);
    assertWhole(loaded, logs, logs.count);
    const { requests = 0, pushbacks = 0, resent = 0 } = loaded.summary?.delivery ?? {};
    assert.ok(pushbacks > 0 && resent > 0);
    assert.ok(resent / pushbacks < logs.count / (requests - pushbacks), 'a request again has less than a whole body');
    const { whole, writes } = await refusals(client);
    assert.ok(writes > before.writes);
    assert.equal(whole, before.whole);
    await assertEachOnce(client, 'sharded-eight', logs);
  });

  test(`${name}: bodies that are too large (413) are sent in parts`, { skip }, async () => {
    const { server, client } = product;
    const target = `${server.url}/pressed-large`;
    const large = await load(folder, 'in', target, ['--body-bytes', '4MiB', '--concurrency', '1']);
    assertWhole(large, logs, logs.count);
    assert.equal(large.summary?.delivery.pushbacks, 0);
    const small = await load(folder, 'in', target, [ALL_AGAIN, '--concurrency', '1']);
    assertWhole(small, logs, 0);
    const refusedBytes = (large.summary?.bytesOut ?? 0) - (small.summary?.bytesOut ?? 0);
    assert.ok(refusedBytes > LIMIT_BYTES, 'a body above the limit was sent and refused');
    await assertEachOnce(client, 'pressed-large', logs);
  });

  test(`${name}: a write block that comes in the middle stops the run`, { skip }, async () => {
    const { server, client } = product;
    const target = `${server.url}/pressed-blocked`;
    const running = startLoad(folder, 'in', target, SLOWLY);
    await untilInTheMiddle(running, () => client.count('pressed-blocked'));
    await client.changeSettings('pressed-blocked', { 'index.blocks.write': true });
    assertStopped(
      await running.end,
      'E_CLUSTER_BLOCKED',
      /"pressed-blocked" is blocked by index\.blocks\.write .*--wait-blocked/,
    );
    await untilIdle(client);
    const there = await client.count('pressed-blocked');
    await client.changeSettings('pressed-blocked', { 'index.blocks.write': null });
    const rest = await load(folder, 'in', target, ['--concurrency', '1']);
    assertResumed(rest, logs, logs.count - there);
    await assertEachOnce(client, 'pressed-blocked', logs);
  });

  test(`${name}: a full disk and a cluster that is read-only stop the run at once`, { skip }, async () => {
    const { server, client } = product;
    await client.json('PUT', '/pressed-full');
    await client.changeSettings('pressed-full', { 'index.blocks.read_only_allow_delete': true });
    const full = await load(folder, 'in', `${server.url}/pressed-full`);
    assertStopped(full, 'E_CLUSTER_BLOCKED', /index\.blocks\.read_only_allow_delete: the disk .*status 429/);
    await client.changeSettings('pressed-full', { 'index.blocks.read_only_allow_delete': null });

    await client.changeClusterSettings({ 'cluster.blocks.read_only': true });
    const readOnly = await load(folder, 'in', `${server.url}/pressed-full`);
    await client.changeClusterSettings({ 'cluster.blocks.read_only': null });
    assertStopped(readOnly, 'E_CLUSTER_BLOCKED', /cluster\.blocks\.read_only /);

    assertWhole(await load(folder, 'in', `${server.url}/pressed-full`), logs, logs.count);
    await assertEachOnce(client, 'pressed-full', logs);
  });
}

// Most of the time of these is the ten seconds until a run says that it waits.
describe('--wait-blocked', { concurrency: true }, () => {
  for (const product of products) {
    const { name, skip } = product;
    test(`${name}: waits for the end of a write block, and says so`, { skip }, async () => {
      const { server, client } = product;
      const running = startLoad(folder, 'in', `${server.url}/pressed-waits`, [...SLOWLY, '--wait-blocked']);
      await untilInTheMiddle(running, () => client.count('pressed-waits'));
      await client.changeSettings('pressed-waits', { 'index.blocks.write': true });
      await until('the run says that it waits', () => running.said().includes('"isBlocked":true'));
      const there = await client.count('pressed-waits');
      assert.ok(there < logs.count);
      await client.changeSettings('pressed-waits', { 'index.blocks.write': null });
      const loaded = await running.end;
      assertWhole(loaded, logs, logs.count);
      assert.ok(outcomes(loaded).created > there);
      await assertEachOnce(client, 'pressed-waits', logs);
    });
  }
});

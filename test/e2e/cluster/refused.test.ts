/** Documents, names and pipelines that servers refuse: dead letters with their reason, or a stop that says what to look at. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { before, test } from 'node:test';
import { temporaryFolder } from '../../run/program.ts';
import type { ClusterClient } from './client.ts';
import { type FlowLogs, makeFlowLogs } from './flow-logs.ts';
import { ALL_AGAIN, assertEachOnce, assertStopped, assertWhole, deadLetters, load, outcomes } from './loading.ts';
import { bothProducts } from './products.ts';

const folder = temporaryFolder();
const products = await bothProducts({ heap: '512m' });
const DESTINATION_PORT = 6;
const LARGEST_BYTE = 127;
/** Dead letters whose documents are compared with the reference encoder's. */
const COMPARED = 300;
let logs: FlowLogs;

before(async () => {
  logs = await makeFlowLogs(path.join(folder, 'in'), { records: 6_000, objects: 20 });
});

/** An index whose mapping has these fields, others as they come. */
async function createIndex(client: ClusterClient, name: string, properties: object, settings = {}): Promise<void> {
  const body = { settings: { number_of_shards: 1, ...settings }, mappings: { properties } };
  const { status, text } = await client.json('PUT', `/${name}`, body);
  assert.equal(status, 200, text);
}

/** A pipeline that leaves a mark on its documents; counts those that have it. */
async function createMark(client: ClusterClient): Promise<(index: string) => Promise<number>> {
  const processors = [{ set: { field: 'labels.mark', value: 'been here' } }];
  const { status, text } = await client.json('PUT', '/_ingest/pipeline/mark', { processors });
  assert.equal(status, 200, text);
  return (index) => client.count(index, { exists: { field: 'labels.mark' } });
}

for (const product of products) {
  const { name, skip } = product;

  test(`${name}: documents that the mapping refuses are dead letters, and go in when it is mended`, {
    skip,
  }, async () => {
    const { server, client } = product;
    const target = `${server.url}/conflict`;
    await createIndex(client, 'conflict', { destination: { properties: { port: { type: 'byte' } } } });
    const ports = logs.column(DESTINATION_PORT);
    const refused = [...ports].filter(([, port]) => Number(port) > LARGEST_BYTE).map(([id]) => id);
    assert.ok(refused.length > 0 && refused.length < logs.count);

    const loaded = await load(folder, 'in', target);
    assert.equal(loaded.code, 3, loaded.stderr);
    const dead = refused.length;
    assert.deepEqual(outcomes(loaded), { created: logs.count - dead, duplicates: 0, failureStore: 0, dead });
    assert.equal(await client.count('conflict'), logs.count - dead);
    assert.deepEqual(Object.values(loaded.summary?.delivery.rejects ?? {}), [dead], 'one reason, told once');

    const letters = deadLetters(loaded);
    assert.deepEqual(letters.map(({ id }) => id ?? '').sort(), refused.sort());
    const expected = logs.documents(refused.slice(0, COMPARED));
    for (const { kind, id, index, document, reason, status, object } of letters) {
      assert.deepEqual([kind, index, status], ['document', 'conflict', 400]);
      assert.match(reason, /failed to parse field \[destination\.port\] of type \[byte\]/);
      if (expected.has(id ?? '')) assert.deepEqual(document, expected.get(id ?? ''));
      assert.match(object, /^in\/AWSLogs\/.*\.log\.gz$/);
    }

    await client.json('DELETE', '/conflict');
    await createIndex(client, 'conflict', {});
    assertWhole(await load(folder, 'in', target, [ALL_AGAIN]), logs, logs.count);
    await assertEachOnce(client, 'conflict', logs);
    // What is there is written again, with what it did not have before.
    const again = [ALL_AGAIN, '--op', 'index', '--field', 'labels.mended=yes'];
    assertWhole(await load(folder, 'in', target, again), logs, 0);
    assert.equal(await client.count('conflict', { exists: { field: 'labels.mended' } }), logs.count);
    await assertEachOnce(client, 'conflict', logs);
  });

  test(`${name}: a target that refuses everything stops the run`, { skip }, async () => {
    const { server, client } = product;
    await createIndex(client, 'wrong', { event: { type: 'keyword' } });
    const one = ['--concurrency', '1'];
    const first = await load(folder, 'in', `${server.url}/wrong`, one);
    assertStopped(
      first,
      'E_CLUSTER_REJECTS',
      /refused the first [\d,]+ documents, all of them: .*\[event\].*--max-rejects/,
    );
    const { deadLettersTotal = 0 } = first.summary ?? {};
    assert.ok(deadLettersTotal >= 1_000 && deadLettersTotal < logs.count, `${deadLettersTotal} dead letters`);
    const more = await load(folder, 'in', `${server.url}/wrong`, [...one, ALL_AGAIN, '--max-rejects', '3000']);
    assertStopped(more, 'E_CLUSTER_REJECTS', /more than --max-rejects 3000/);
    assert.ok((more.summary?.deadLettersTotal ?? 0) > 3_000);
    assert.equal(await client.count('wrong'), 0);
  });

  test(`${name}: a name that is not there and may not be made stops the run`, { skip }, async () => {
    const { server, client } = product;
    await client.changeClusterSettings({ 'action.auto_create_index': 'false' });
    const loaded = await load(folder, 'in', `${server.url}/not-there`);
    await client.changeClusterSettings({ 'action.auto_create_index': null });
    assertStopped(loaded, 'E_CLUSTER_REFUSED', /index_not_found_exception.*create "not-there" first/);
    assert.equal((await client.json('GET', '/not-there')).status, 404);
  });

  test(`${name}: --pipeline is applied, and one that is not there stops the run`, { skip }, async () => {
    const { server, client } = product;
    const marked = await createMark(client);
    const unknown = await load(folder, 'in', `${server.url}/piped`, ['--pipeline', 'not-there']);
    assertStopped(unknown, 'E_CLUSTER_REFUSED', /\[not-there\] does not exist.*look at --pipeline/);
    assertWhole(await load(folder, 'in', `${server.url}/piped`, ['--pipeline', 'mark']), logs, logs.count);
    assert.equal(await marked('piped'), logs.count);
    await assertEachOnce(client, 'piped', logs);
  });
}

const [, elasticsearch] = products;

test("Elasticsearch: the integration's streams are spared their pipeline, others are not", {
  skip: elasticsearch.skip,
}, async () => {
  const { server, client } = elasticsearch;
  const marked = await createMark(client);
  const settings = { 'index.default_pipeline': 'mark' };
  await client.putTemplate('integration', { pattern: 'logs-aws.vpcflow-*', dataStream: true, settings });
  await createIndex(client, 'ours', {}, settings);
  for (const [index, count] of [
    ['logs-aws.vpcflow-default', 0],
    ['ours', logs.count],
  ] as const) {
    assertWhole(await load(folder, 'in', `${server.url}/${index}`), logs, logs.count);
    assert.equal(await marked(index), count, index);
    await assertEachOnce(client, index, logs);
  }
});

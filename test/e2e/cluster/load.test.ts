/** Whole loads into real servers: what is in there is what the reference encoder says, once, however often it is loaded. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { before, test } from 'node:test';
import { benchDatabases } from '../../../bench/databases.ts';
import { geoImage } from '../../../src/geo/build.ts';
import { GeoTables } from '../../../src/geo/tables.ts';
import { SEED } from '../../kernel/seed.ts';
import { flowbulk, temporaryFolder } from '../../run/program.ts';
import type { ClusterClient } from './client.ts';
import { BAD_LINE_CODE, type FlowLogs, makeFlowLogs } from './flow-logs.ts';
import { ALL_AGAIN, assertWhole, deadLetters, type Loaded, load } from './loading.ts';
import { bothProducts } from './products.ts';

const folder = temporaryFolder();
const [openSearch, elasticsearch] = await bothProducts();
const DAYS = 3;
const PICKED = 1_000;
let logs: FlowLogs;

before(async () => {
  logs = await makeFlowLogs(path.join(folder, 'in'), { records: 300_000, objects: 150, days: DAYS, badLines: 7 });
});

/** The mapping for the target, as a user would make it. */
async function setUp(target: string): Promise<void> {
  const { code, stderr } = await flowbulk(folder, ['setup', target, '--apply', '--lean']);
  assert.equal(code, 0, stderr);
}

async function checkDocuments(client: ClusterClient, name: string, expected: Map<string, unknown>): Promise<void> {
  const stored = await client.documents(name, [...expected.keys()]);
  for (const [id, document] of expected) assert.deepEqual(stored.get(id), document, `document ${id}, seed ${SEED}`);
}

function checkFirst(loaded: Loaded): void {
  assertWhole(loaded, logs, logs.count);
  assert.deepEqual(loaded.summary?.deadLetters, { [BAD_LINE_CODE]: logs.badLines });
  assert.deepEqual(
    deadLetters(loaded).map(({ kind }) => kind),
    Array(logs.badLines).fill('line'),
  );
}

/** Whoever loads it again finds all of it there: who knows that does not ask, the others are told so. */
async function checkAgain(target: string): Promise<void> {
  const known = await load(folder, 'in', target);
  assert.deepEqual([known.code, known.summary?.objectsSkipped, known.summary?.records], [0, logs.objects, 0]);
  assertWhole(await load(folder, 'in', target, [ALL_AGAIN]), logs, 0);
  assertWhole(await load(folder, 'in', target, ['--state', 'other-state', '--body-bytes', '8MiB']), logs, 0);
}

test('OpenSearch, a data stream: every document is there, once', { skip: openSearch.skip }, async (t) => {
  t.diagnostic(`seed ${SEED}`);
  const { server, client } = openSearch;
  const name = 'logs-aws.vpcflow-default';
  const target = `${server.url}/${name}`;
  await setUp(target);

  checkFirst(await load(folder, 'in', target, ['--body-bytes', '8MiB']));
  assert.equal(await client.count(name), logs.count);
  await checkDocuments(client, name, logs.documents(logs.pick(PICKED, SEED)));

  await checkAgain(target);
  assert.equal(await client.count(name), logs.count);
});

test('Elasticsearch, an index a day: every document is there, once', { skip: elasticsearch.skip }, async (t) => {
  t.diagnostic(`seed ${SEED}`);
  const { server, client } = elasticsearch;
  const target = `${server.url}/vpcflow-{yyyy.MM.dd}`;
  await setUp(target);

  checkFirst(await load(folder, 'in', target, ['--bulk-settings', '--compress', 'gzip']));
  assert.equal(await client.count('vpcflow-*'), logs.count);
  await checkDocuments(client, 'vpcflow-*', logs.documents(logs.pick(PICKED, SEED)));
  const days = new Map<string, number>();
  for (const seconds of logs.column(11).values()) {
    const day = new Date(Number(seconds) * 1000).toISOString().slice(0, 10).replaceAll('-', '.');
    days.set(day, (days.get(day) ?? 0) + 1);
  }
  assert.ok(days.size >= DAYS);
  for (const [day, count] of days) assert.equal(await client.count(`vpcflow-${day}`), count, day);

  await checkAgain(target);
  assert.equal(await client.count('vpcflow-*'), logs.count);
});

const databases = benchDatabases({ city: [], asn: [] });
const hasDatabases = databases.city.length > 0 && databases.asn.length > 0;

test('Elasticsearch, with geo and AS of both sides', { skip: elasticsearch.skip || !hasDatabases }, async (t) => {
  t.diagnostic(`seed ${SEED}`);
  const { server, client } = elasticsearch;
  const small = await makeFlowLogs(path.join(folder, 'small'), { records: 5_000, objects: 5 });
  await setUp(`${server.url}/enriched`);
  const geo = ['--city', databases.city.join(), '--asn', databases.asn.join()];
  assertWhole(await load(folder, 'small', `${server.url}/enriched`, geo), small, small.count);
  const image = await geoImage(databases, { cacheDir: path.join(folder, 'cache', 'flowbulk', 'geo') });
  const bytes = new Uint8Array(image.bytes);
  image.readInto(bytes);
  const expected = small.documents(small.pick(PICKED, SEED), new GeoTables(bytes));
  assert.ok([...expected.values()].some((document) => /"geo":.*"as":|"as":.*"geo":/.test(JSON.stringify(document))));
  await checkDocuments(client, 'enriched', expected);
});

/** `flowbulk setup` against real servers: what it shows can be pasted, what it applies takes every document. */
import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, test } from 'node:test';
import { mappingsOf } from '../../../src/cluster/mappings.ts';
import { run } from '../../cli/run.ts';
import { GOLDENS } from '../../kernel/golden-files.ts';
import { ClusterClient } from './client.ts';
import { type ClusterServer, startElasticsearch, startOpenSearch } from './servers.ts';

interface Golden {
  readonly labels?: object;
  readonly log: { readonly file: { readonly path: string } };
}

/** The documents of all goldens, each with a label; as text, since JSON.parse would change the largest numbers. */
const LINES = GOLDENS.flatMap(({ documents }) => documents.toString().trim().split('\n')).map((line) =>
  line.replace(/\}$/, ',"labels":{"env":"prod"}}'),
);
const DOCUMENTS = LINES.map((line) => JSON.parse(line) as Golden);

async function setup(server: { url: string }, name: string, ...args: string[]) {
  const ran = await run(['setup', `${server.url}/${name}`, ...args, '--no-color']);
  assert.equal(ran.code, 0, ran.stderr);
  return ran;
}

/** Puts all documents in, and gives their ids in the same order. */
async function load(client: ClusterClient, name: string): Promise<string[]> {
  const ids = LINES.map((_, i) => `d${i}`);
  const body = LINES.map((line, i) => `{"create":{"_id":"${ids[i]}"}}\n${line}\n`).join('');
  const { items } = await client.bulk(name, body);
  for (const { create } of items) assert.equal(create.status, 201, JSON.stringify(create));
  return ids;
}

async function checkDocuments(client: ClusterClient, name: string, ids: readonly string[]): Promise<void> {
  const stored = await client.documents(name, ids);
  assert.deepEqual([...ids.map((id) => stored.get(id))], DOCUMENTS);
  const paths = new Set(DOCUMENTS.map(({ log }) => log.file.path));
  for (const path of paths) {
    const wanted = DOCUMENTS.filter(({ log }) => log.file.path === path).length;
    assert.equal(await client.count(name, { terms: { 'log.file.path': [path] } }), wanted, path);
  }
  assert.equal(await client.count(name, { term: { 'labels.env': 'prod' } }), DOCUMENTS.length);
}

interface Mappings {
  readonly properties: Readonly<Record<string, unknown>>;
}

async function mappingsAt(client: ClusterClient, name: string): Promise<Mappings> {
  const { json } = await client.json('GET', `/${name}/_mapping`);
  return (Object.values(json) as { mappings: Mappings }[])[0]?.mappings ?? { properties: {} };
}

const without = ({ labels: _, ...properties }: Readonly<Record<string, unknown>>) => properties;

async function checkPlanIsText(server: ClusterServer, client: ClusterClient): Promise<void> {
  const { stdout, stderr } = await setup(server, 'vpcflow-pasted');
  assert.match(stderr, server.product === 'opensearch' ? /OpenSearch \d/ : /Elasticsearch \d/);
  assert.match(stderr, /nothing was sent: add --apply/);
  assert.equal((await client.json('GET', '/_index_template/flowbulk-vpcflow-pasted')).status, 404);
  const [, path = '', json = ''] = /^PUT (\S+)\n(\{.*\})$/ms.exec(stdout.trim()) ?? [];
  const pasted = await client.json('PUT', path, JSON.parse(json));
  assert.equal(pasted.status, 200, pasted.text);
  assert.equal(
    (await setup(server, 'vpcflow-pasted', '--apply')).stdout,
    'index template flowbulk-vpcflow-pasted: as it was\n',
  );
}

async function checkApply(server: ClusterServer, client: ClusterClient): Promise<void> {
  const name = 'logs-setup.standard-default';
  const said = async (...args: string[]) =>
    (await setup(server, name, '--apply', ...args)).stdout.trim().split(': ')[1];
  assert.deepEqual(
    [await said(), await said(), await said('--lean'), await said(), await said()],
    ['created', 'as it was', 'replaced', 'replaced', 'as it was'],
  );
  await checkDocuments(client, name, await load(client, name));
  assert.equal((await client.backingIndices(name)).length, 1);
  // Nothing but unknown columns has been added to the mapping.
  const { aws, ...rest } = without((await mappingsAt(client, name)).properties) as { aws: unknown };
  const { aws: _, ...wanted } = mappingsOf('standard')['properties'] as { aws: unknown };
  assert.deepEqual(rest, JSON.parse(JSON.stringify(wanted)));
  assert.ok(JSON.stringify(aws).includes('tcp_flags_array'));
  assert.ok((await client.count(name, { term: { 'source.ip': '10.0.0.0/8' } })) > 0);
  const mode = await client.json('GET', `/${name}/_settings?filter_path=*.settings.index.mode`);
  const modes = (Object.values(mode.json) as { settings: { index: { mode: string } } }[]).map(
    (one) => one.settings.index.mode,
  );
  assert.deepEqual(modes, server.product === 'elasticsearch' ? ['standard'] : []);
}

async function checkTimeNamed(server: ClusterServer, client: ClusterClient): Promise<void> {
  const { stdout } = await setup(server, 'vpcflow-{yyyy.MM}', '--lean', '--apply', '--json');
  const { applied, requests } = JSON.parse(stdout);
  assert.deepEqual([applied, requests.length, requests[0].change], [true, 1, 'create']);
  await checkDocuments(client, 'vpcflow-2025.01', await load(client, 'vpcflow-2025.01'));
  assert.deepEqual(await client.backingIndices('vpcflow-2025.01'), []);
  const { properties } = await mappingsAt(client, 'vpcflow-2025.01');
  const wanted = mappingsOf('lean')['properties'] as Record<string, unknown>;
  assert.deepEqual(without(properties), JSON.parse(JSON.stringify(without(wanted))));
  assert.deepEqual(properties['labels'], {
    dynamic: 'true',
    properties: { env: { type: 'keyword', ignore_above: 1024 } },
  });
}

async function checkRefusals(server: ClusterServer, client: ClusterClient): Promise<void> {
  const ilm = await run(['setup', `${server.url}/f-{yyyy.MM}`, '--lifecycle', 'p', '--from', '2025-01-01', '--apply']);
  assert.equal(ilm.code, 5);
  const why = server.product === 'opensearch' ? /--lifecycle is for Elasticsearch/ : /no index lifecycle management/;
  assert.match(ilm.stderr, why);
  await client.putTemplate('rival', { pattern: 'rival-*', dataStream: false, settings: {} });
  const rival = await run(['setup', `${server.url}/rival-{yyyy.MM}`, '--apply']);
  assert.equal(rival.code, 5);
  assert.match(rival.stderr, /rival \(for rival-\*, priority 500\) goes before/);
  await client.putTemplate('logs-aws.vpcflow', { pattern: 'logs-aws.vpcflow-*', dataStream: true });
  const elastic = await run(['setup', `${server.url}/logs-aws.vpcflow-default`, '--apply']);
  // On OpenSearch it is a template like any other.
  assert.equal(elastic.code, server.product === 'elasticsearch' ? 0 : 5);
  assert.match(elastic.stderr, server.product === 'elasticsearch' ? /Elastic's integration is here/ : /goes before/);
}

for (const start of [startOpenSearch, startElasticsearch]) {
  test(`${start.name}: setup shows, applies, and every document fits`, async (t) => {
    const server = await start({ heap: '512m' });
    if (server === null) return t.skip();
    try {
      const client = new ClusterClient(server);
      await checkPlanIsText(server, client);
      await checkApply(server, client);
      await checkTimeNamed(server, client);
      await checkRefusals(server, client);
      if (server.product === 'elasticsearch') await checkOriginationDates(server, client);
    } finally {
      await server.stop();
    }
  });
}

/**
 * What the Elasticsearch of these tests lacks: policies, and the setting that names one. All else goes through to it.
 */
async function withPolicies(server: ClusterServer): Promise<{ url: string }> {
  const client = new ClusterClient(server);
  const proxy: Server = createServer(async (incoming, outgoing) => {
    const { method = '', url = '', headers } = incoming;
    const text = Buffer.concat(await incoming.toArray()).toString();
    if (url.startsWith('/_ilm/policy/')) {
      return outgoing.end(
        JSON.stringify({ '1y': { policy: { phases: { delete: { min_age: '365d', actions: { delete: {} } } } } } }),
      );
    }
    const body = text === '' ? undefined : JSON.parse(text.replaceAll('"name":"1y",', ''));
    const answer = await client.json(method, url, body);
    const type = answer.headers['content-type'] ?? headers.accept ?? '';
    return outgoing.writeHead(answer.status, { 'content-type': type }).end(answer.text);
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  after(() => {
    proxy.closeAllConnections();
    proxy.close();
  });
  return { url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}` };
}

async function checkOriginationDates(server: ClusterServer, client: ClusterClient): Promise<void> {
  const proxied = await withPolicies(server);
  const day = (daysAgo: number) => new Date(Date.now() - daysAgo * 86_400_000).toISOString().slice(0, 10);
  const indices = [2, 1, 0].map((daysAgo) => `aged-${day(daysAgo).replaceAll('-', '.')}`);
  assert.equal((await client.json('PUT', `/${indices[1]}`)).status, 200);
  const { stdout } = await setup(
    proxied,
    'aged-{yyyy.MM.dd}',
    '--lifecycle',
    '1y',
    '--from',
    day(2),
    '--to',
    day(0),
    '--apply',
  );
  assert.deepEqual(stdout.trim().split('\n'), [
    'index template flowbulk-aged-date: created',
    `index ${indices[0]}: created`,
    `index ${indices[1]}: changed`,
    `index ${indices[2]}: created`,
  ]);
  const { json } = await client.json('GET', '/aged-*/_settings?filter_path=*.settings.index.lifecycle');
  for (const [i, daysAgo] of [2, 1, 0].entries()) {
    assert.deepEqual(json[indices[i] ?? ''].settings.index.lifecycle, {
      origination_date: String(Date.parse(`${day(daysAgo)}T23:59:59.999Z`)),
      parse_origination_date: 'true',
    });
  }
  const tooOld = await run(['setup', `${proxied.url}/aged-{yyyy.MM.dd}`, '--lifecycle', '1y', '--from', day(400)]);
  assert.equal(tooOld.code, 5);
  assert.match(tooOld.stderr, /the load would vanish/);
}

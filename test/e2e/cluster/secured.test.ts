/** Servers with TLS and users: what rights suffice, what is said where they do not, and that no secret is ever told. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { before, test } from 'node:test';
import { temporaryFolder } from '../../run/program.ts';
import { ClusterClient } from './client.ts';
import { type FlowLogs, makeFlowLogs } from './flow-logs.ts';
import { ALL_AGAIN, assertEachOnce, assertStopped, assertWhole, type Loaded, load } from './loading.ts';
import { bothProducts, type Product } from './products.ts';
import { startElasticsearch, startOpenSearch } from './servers.ts';

const folder = temporaryFolder();
const products = await bothProducts({ tls: true, heap: '512m' });
const [openSearch, elasticsearch] = products;
/** Less than any patience with a server that is away. */
const QUICKLY_MS = 25_000;
let logs: FlowLogs;

before(async () => {
  logs = await makeFlowLogs(path.join(folder, 'in'), { records: 3_000, objects: 5 });
});

/** Options and variables of the user who may do everything. */
function admin({ server }: Product) {
  return { args: ['--user', server.user ?? '', '--ca', server.tls?.ca ?? ''], variables: password(server.password) };
}

const password = (secret = '') => ({ FLOWBULK_PASSWORD: secret });

/** Asserts that neither what a run said nor any file of its state has one of the secrets. */
function assertSecret({ stdout, stderr }: Loaded, secrets: readonly string[], state: string): void {
  const files = readdirSync(state, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  assert.ok(files.length > 0);
  const texts = files.map((file) => readFileSync(path.join(file.parentPath, file.name), 'latin1'));
  for (const secret of secrets) {
    assert.ok(secret.length > 7);
    for (const text of [stdout, stderr, ...texts]) assert.ok(!text.includes(secret), `a secret is told: ${text}`);
  }
}

const basic = (user: string, secret: string) => Buffer.from(`${user}:${secret}`).toString('base64');

for (const product of products) {
  const { name, skip } = product;

  test(`${name}: a certificate of an authority that is not known`, { skip }, async () => {
    const { server, client } = product;
    const target = `${server.url}/trusted`;
    const { args, variables } = admin(product);
    const [user, ca] = [args.slice(0, 2), args.slice(2)];
    const unknown = await load(folder, 'in', target, user, variables);
    assertStopped(unknown, 'E_CLUSTER_REFUSED', /certificate of https:\/\/127\.0\.0\.1:\d+ is not trusted .*--ca FILE/);
    assertWhole(await load(folder, 'in', target, [...user, ...ca], variables), logs, logs.count);
    const insecure = await load(folder, 'in', target, [...user, '--insecure', ALL_AGAIN], variables);
    assertWhole(insecure, logs, 0);
    assert.match(insecure.stderr, /"type":"warning","message":"--insecure: the certificate .* is not verified/);
    await assertEachOnce(client, 'trusted', logs);
  });

  test(`${name}: a password from a variable and from a file, a wrong one, and none`, { skip }, async () => {
    const { server, client } = product;
    const target = `${server.url}/by-password`;
    const { args, variables } = admin(product);
    assertWhole(await load(folder, 'in', target, args, variables), logs, logs.count);
    writeFileSync(path.join(folder, 'password'), `${server.password}\n`);
    assertWhole(await load(folder, 'in', target, [...args, '--password-file', 'password', ALL_AGAIN]), logs, 0);

    const wrong = 'wrong-but-secret';
    const began = Date.now();
    const state = path.join(folder, `wrong-${name}`);
    const denied = await load(folder, 'in', target, [...args, '--debug', '--state', state], password(wrong));
    assertStopped(denied, 'E_CLUSTER_DENIED', /401.*--api-key-file.*--user/);
    assert.ok(Date.now() - began < QUICKLY_MS);
    assertSecret(denied, [wrong, basic(server.user ?? '', wrong)], state);
    assertStopped(await load(folder, 'in', target, args.slice(2)), 'E_CLUSTER_DENIED', /401/);
    await assertEachOnce(client, 'by-password', logs);
  });
}

async function makeKey(client: ClusterClient, privileges: readonly string[]) {
  const role = { index: [{ names: ['logs-*'], privileges }] };
  const { json } = await client.json('POST', '/_security/api_key', { name: 'one', role_descriptors: { role } });
  return json as { id: string; api_key: string; encoded: string };
}

test('Elasticsearch: an API key that may create documents and no more', { skip: elasticsearch.skip }, async () => {
  const { server, client } = elasticsearch;
  await client.putTemplate('few', { pattern: 'logs-few.rights-*', dataStream: true });
  const { id, api_key: key, encoded } = await makeKey(client, ['create_doc', 'auto_configure']);
  const [stream, ca] = ['logs-few.rights-default', ['--ca', server.tls?.ca ?? '', '--debug']];
  const state = path.join(folder, 'key-state');

  const variables = { FLOWBULK_API_KEY: `${id}:${key}` };
  const loaded = await load(folder, 'in', `${server.url}/${stream}`, [...ca, '--state', state], variables);
  assertWhole(loaded, logs, logs.count);
  assert.match(loaded.stderr, /"type":"warning","message":"[^"]*view_index_metadata/);
  assert.match(loaded.stderr, /"product":"elasticsearch"/);
  assertSecret(loaded, [key, encoded], state);
  await assertEachOnce(client, stream, logs);

  writeFileSync(path.join(folder, 'key'), `${encoded}\n`);
  const args = [...ca, '--api-key-file', 'key', '--state', state];
  assertWhole(await load(folder, 'in', `${server.url}/${stream}`, [...args, ALL_AGAIN]), logs, 0);
  const elsewhere = await load(folder, 'in', `${server.url}/elsewhere`, args);
  assertStopped(elsewhere, 'E_CLUSTER_DENIED', /security_exception.*create_doc/);
  assertSecret(elsewhere, [key, encoded], state);
  assert.equal((await client.json('GET', '/elsewhere')).status, 404);

  await client.json('DELETE', '/_security/api_key', { ids: [id] });
  const invalid = await load(folder, 'in', `${server.url}/${stream}`, [...args, ALL_AGAIN]);
  assertStopped(invalid, 'E_CLUSTER_DENIED', /401/);
  assertSecret(invalid, [key, encoded], state);
});

test('Elasticsearch: an API key that may look at its streams', { skip: elasticsearch.skip }, async () => {
  const { server, client } = elasticsearch;
  await client.putTemplate('more', { pattern: 'logs-more.rights-*', dataStream: true });
  const looking = ['view_index_metadata', 'read', 'maintenance'];
  const { encoded } = await makeKey(client, ['create_doc', 'auto_configure', ...looking]);
  const stream = 'logs-more.rights-default';
  const asKey = (more: readonly string[]) =>
    load(folder, 'in', `${server.url}/${stream}`, ['--ca', server.tls?.ca ?? '', ...more], {
      FLOWBULK_API_KEY: encoded,
    });
  const loaded = await asKey([]);
  assertWhole(loaded, logs, logs.count);
  assert.doesNotMatch(loaded.stderr, /may not look/);
  await client.rollover(stream);
  assertWhole(await asKey([ALL_AGAIN]), logs, 0);
  await assertEachOnce(client, stream, logs);
});

/** What a user on OpenSearch needs to write; what lets flowbulk see what is there after a rollover comes on top. */
const WRITING = [
  'indices:data/write/bulk*',
  'indices:data/write/index',
  'indices:admin/create',
  'indices:admin/mapping/put',
];
const LOOKING = ['indices:admin/resolve/index', 'indices:data/read/search*', 'indices:admin/refresh*'];
const USERS = [
  { user: 'writer', actions: [...WRITING, ...LOOKING, 'indices:data/read/field_caps*'] },
  { user: 'searcher', actions: [...WRITING, ...LOOKING] },
  { user: 'sender', actions: WRITING },
];

test('OpenSearch: users with the rights that are needed, and with fewer', { skip: openSearch.skip }, async () => {
  const { server, client } = openSearch;
  const put = async (what: string, body: object) => {
    const { status, text } = await client.json('PUT', `/_plugins/_security/api/${what}`, body);
    assert.ok(status === 200 || status === 201, text);
  };
  await client.putTemplate('by-user', { pattern: 'logs-by.*', dataStream: true });
  const secret = 'of-a-user-with-few-rights-4711';
  const state = path.join(folder, 'user-state');
  for (const { user, actions } of USERS) {
    const permissions = [{ index_patterns: ['logs-by.*'], allowed_actions: actions }];
    await put(`roles/${user}`, { cluster_permissions: ['indices:data/write/bulk'], index_permissions: permissions });
    await put(`internalusers/${user}`, { password: secret });
    await put(`rolesmapping/${user}`, { users: [user] });

    const args = ['--user', user, '--ca', server.tls?.ca ?? '', '--debug', '--state', state];
    const stream = `logs-by.${user}-default`;
    const loaded = await load(folder, 'in', `${server.url}/${stream}`, args, password(secret));
    assertWhole(loaded, logs, logs.count);
    assert.equal(/may not look at logs-by/.test(loaded.stderr), user === 'sender', loaded.stderr);
    assert.match(loaded.stderr, /"product":"opensearch"/);
    if (user !== 'sender') await client.rollover(stream);
    assertWhole(await load(folder, 'in', `${server.url}/${stream}`, [...args, ALL_AGAIN], password(secret)), logs, 0);
    await assertEachOnce(client, stream, logs);

    const elsewhere = await load(folder, 'in', `${server.url}/elsewhere`, args, password(secret));
    assertStopped(elsewhere, 'E_CLUSTER_DENIED', /403/);
    for (const one of [loaded, elsewhere]) assertSecret(one, [secret, basic(user, secret)], state);
  }
});

/** Servers that let nobody in without a certificate of theirs. */
const MUTUAL = [
  [startOpenSearch, { 'plugins.security.ssl.http.clientauth_mode': 'REQUIRE' }],
  [startElasticsearch, { 'xpack.security.http.ssl.client_authentication': 'required' }],
] as const;

for (const [start, settings] of MUTUAL) {
  test(`${start.name}: a certificate of the client is asked for`, async (t) => {
    const server = await start({ tls: true, heap: '512m', settings });
    if (server === null) return t.skip();
    try {
      const { ca, cert, key } = server.tls ?? { ca: '', cert: '', key: '' };
      const args = ['--user', server.user ?? '', '--ca', ca];
      const target = `${server.url}/mutual`;
      await assert.rejects(new ClusterClient(server).json('GET', '/'), 'nobody comes in without');
      const without = await load(folder, 'in', target, args, password(server.password));
      assert.notEqual(without.code, 0);
      assert.match(without.error?.message ?? '', /client certificate.*--cert/);
      const withIt = [...args, '--cert', cert, '--key', key];
      assertWhole(await load(folder, 'in', target, withIt, password(server.password)), logs, logs.count);
      assertWhole(await load(folder, 'in', target, [...withIt, ALL_AGAIN], password(server.password)), logs, 0);
    } finally {
      await server.stop();
    }
  });
}

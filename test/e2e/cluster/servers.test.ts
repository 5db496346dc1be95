/** The servers of these tests themselves: they keep what they took through kill -9, ask who calls, and leave nothing. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { ClusterClient } from './client.ts';
import { type ClusterServer, startElasticsearch, startOpenSearch } from './servers.ts';

const STREAM = 'logs-servers.test-default';
const document = (id: string) => `{"create":{"_id":"${id}"}}\n{"@timestamp":"2026-01-01T00:00:00Z","id":"${id}"}\n`;
const statuses = (answer: { items: { create: { status: number } }[] }) =>
  answer.items.map(({ create }) => create.status);

for (const start of [startOpenSearch, startElasticsearch]) {
  test(`${start.name}: documents outlive kill -9, and the server comes back where it was`, async (t) => {
    const server = await start();
    if (server === null) return t.skip();
    try {
      await writeKillAndRead(server);
    } finally {
      await server.stop();
    }
    assert.equal(isAlive(server.pid), false);
  });

  test(`${start.name}: with security and TLS only who knows the CA and the password comes in`, async (t) => {
    const server = await start({ tls: true, heap: '512m' });
    if (server === null) return t.skip();
    try {
      await knockAtTheDoor(server);
      if (server.product === 'elasticsearch') await useKeyWithFewRights(server);
    } finally {
      await server.stop();
    }
    assert.equal(existsSync(path.dirname(server.tls?.ca ?? '')), false);
  });
}

async function writeKillAndRead(server: ClusterServer): Promise<void> {
  const client = new ClusterClient(server);
  await client.putTemplate('servers-test', { pattern: 'logs-servers.test-*', dataStream: true });
  assert.deepEqual(statuses(await client.bulk(STREAM, document('a') + document('b'))), [201, 201]);
  const [first] = await client.backingIndices(STREAM);
  const { url, pid } = server;

  await server.kill();
  await assert.rejects(client.json('GET', '/'));
  assert.equal(isAlive(pid), false);
  await server.startAgain();

  assert.deepEqual([server.url, server.pid === pid, isAlive(server.pid)], [url, false, true]);
  assert.equal(await client.count(STREAM), 2);
  assert.deepEqual(statuses(await client.bulk(STREAM, document('b') + document('c'))), [409, 201]);
  const second = await client.rollover(STREAM);
  assert.deepEqual(await client.backingIndices(STREAM), [first, second]);
  assert.deepEqual(statuses(await client.bulk(STREAM, document('c'))), [201], 'ids hold in one backing index only');
  assert.deepEqual((await client.ids(STREAM)).sort(), ['a', 'b', 'c', 'c']);
  const found = await client.documents(STREAM, ['a', 'not there', 'c']);
  assert.deepEqual([...found.keys()].sort(), ['a', 'c']);
  assert.deepEqual(found.get('a'), { '@timestamp': '2026-01-01T00:00:00Z', id: 'a' });

  await client.changeSettings(STREAM, { 'index.blocks.write': true });
  assert.deepEqual(statuses(await client.bulk(STREAM, document('d'))), [403]);
  await client.changeSettings(STREAM, { 'index.blocks.write': null });
  assert.equal(await client.count(STREAM, { ids: { values: ['c', 'd'] } }), 2);
}

async function knockAtTheDoor(server: ClusterServer): Promise<void> {
  const { url, user = '', password = '', tls } = server;
  assert.ok(tls !== undefined && url.startsWith('https:'));
  const knock = async (access: object) => (await new ClusterClient({ url, ...access }).json('GET', '/')).status;
  assert.equal(await knock({ user, password, tls }), 200);
  assert.equal(await knock({ user, password: 'wrong', tls }), 401);
  assert.equal(await knock({ tls }), 401);
  // OpenSSL's names for an authority that is not known: https://nodejs.org/api/tls.html#x509-certificate-error-codes
  await assert.rejects(knock({ user, password }), ({ code }: NodeJS.ErrnoException) =>
    /SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_(VERIFY_LEAF_SIGNATURE|GET_ISSUER_CERT)/.test(code ?? ''),
  );
}

async function useKeyWithFewRights({ url, user = '', password = '', tls }: ClusterServer): Promise<void> {
  assert.ok(tls !== undefined);
  const admin = new ClusterClient({ url, user, password, tls });
  await admin.putTemplate('servers-test', { pattern: 'logs-servers.test-*', dataStream: true });
  const index = [{ names: ['logs-*'], privileges: ['create_doc', 'auto_configure'] }];
  const key = await admin.json('POST', '/_security/api_key', { name: 'few', role_descriptors: { writer: { index } } });
  const client = new ClusterClient({ url, apiKey: key.json.encoded, tls });
  assert.equal((await client.json('GET', '/')).status, 403);
  assert.deepEqual(statuses(await client.bulk(STREAM, document('a'))), [201]);
  assert.deepEqual(statuses(await client.bulk('elsewhere', document('a'))), [403]);
}

test('a server ends with the process that started it, also when that is killed', async (t) => {
  const servers = new URL('./servers.js', import.meta.url).href;
  const code = `const { startOpenSearch } = await import('${servers}'); console.log((await startOpenSearch())?.pid ?? '');`;
  const file = spawn(process.execPath, ['--input-type=module', '--eval', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(createInterface({ input: file.stdout }), 'line')) as [string];
  if (line === '') return t.skip();
  const pid = Number(line);
  assert.equal(isAlive(pid), true);
  file.kill('SIGKILL');
  for (const began = Date.now(); isAlive(pid); await new Promise((resolve) => setTimeout(resolve, 50))) {
    assert.ok(Date.now() - began < 30_000, `the server ${pid} is still there`);
  }
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** `flowbulk doctor` as a program: files, folders, and clusters that are odd or away. */

import assert from 'node:assert/strict';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { type FaultServerOptions, startFaultServer } from '../delivery/fault-server.ts';
import { doctor } from '../doctor/doctor.ts';
import { flowbulkHere } from './here.ts';
import { temporaryFolder } from './program.ts';
import { logText } from './records.ts';

const folder = temporaryFolder();
mkdirSync(path.join(folder, 'in'));
writeFileSync(path.join(folder, 'in', 'a.log.gz'), gzipSync(logText(10)));

/** Starts a fault server, asks the doctor about it, and stops it. */
async function ask(options: Omit<FaultServerOptions, 'seed'>, name: string, ...more: string[]) {
  const server = await startFaultServer({ seed: 1, ...options });
  try {
    const found = await doctor(folder, ['in', `${server.url}/${name}`, ...more]);
    assert.equal(server.requests, 0, 'no request to _bulk');
    return found;
  } finally {
    await server.stop();
  }
}

test('a machine that is well: a line for each check, nothing left behind, exit 0', async () => {
  const empty = temporaryFolder();
  const { code, stdout, stderr } = await flowbulkHere(empty, ['doctor', '--workers', '1']);
  assert.equal(code, 0, stdout + stderr);
  assert.match(stdout, /^Machine\n {2}ok +Node +\d/);
  for (const name of ['cores', 'memory', 'inflate', 'state folder', 'ledger', 'cache folder']) {
    assert.match(stdout, new RegExp(`^ {2}(ok|warn) +${name} `, 'm'));
  }
  assert.ok(!stdout.includes('\x1b'));
  assert.match(stderr, /\d ok, \d to look at, 0 failed/);
  assert.ok(!existsSync(path.join(empty, 'state')) && !existsSync(path.join(empty, 'cache')));
});

test('a folder of logs into a folder, and a source and a destination that are none', async () => {
  const well = await doctor(folder, ['in', 'out/', '--workers', '1']);
  assert.equal(well.code, 0, well.text);
  assert.match(well.line('first object').found, /a\.log\.gz, 0\.00 MiB$/);
  assert.equal(well.line('format').found, 'layout v2 (14 fields), by its header');
  assert.match(well.line('output folder').found, /^out\/ \(will be made\)/);
  assert.equal(well.line('clock').status, 'skipped');
  assert.ok(!existsSync(path.join(folder, 'out')));

  const missing = await doctor(folder, ['nowhere', path.join('in', 'a.log.gz', 'out/')]);
  assert.equal(missing.code, 4);
  assert.deepEqual(missing.named('fail'), ['path', 'output folder']);
  assert.deepEqual(missing.named('skipped'), ['first object', 'read', 'format', 'clock']);
  const barred = await doctor(folder, ['in', path.join('in', 'a.log.gz', 'out/')]);
  assert.equal(barred.code, 5);
});

test('lines that are no flow log, an empty folder, and dates that take nothing', async () => {
  mkdirSync(path.join(folder, 'odd'));
  writeFileSync(path.join(folder, 'odd', 'syslog.log'), 'Jan 1 00:00:00 host sshd[1]: hello\n');
  const odd = await doctor(folder, ['odd']);
  assert.equal(odd.code, 4);
  assert.match(odd.line('format').fix ?? '', /--format/);
  mkdirSync(path.join(folder, 'empty'));
  const empty = await doctor(folder, ['empty']);
  assert.equal(empty.line('first object').status, 'fail');
  assert.equal(empty.code, 4);
  const narrow = await doctor(folder, ['in', '--include', 'b*']);
  assert.equal(narrow.line('first object').status, 'warn');
  assert.deepEqual(narrow.named('skipped'), ['read', 'format', 'clock']);
  assert.equal(narrow.code, 0, narrow.text);
});

test('a cluster that is not there is skipped from then on, and exit is 75', async () => {
  const away = await doctor(folder, ['in', 'http://127.0.0.1:1/vpcflow']);
  assert.equal(away.code, 75);
  assert.deepEqual(away.named('fail'), ['connection']);
  assert.equal(away.line('rights').status, 'skipped');
  assert.equal(away.line('left-over settings').status, 'ok');
});

test('wrong credentials, credentials that may only write, and none where there must be some', async () => {
  const key = 'topsecretkey123456789';
  writeFileSync(path.join(folder, 'key'), key);
  const wrong = await ask({ requireAuthorization: 'ApiKey other' }, 'vpcflow', '--api-key-file', 'key');
  assert.equal(wrong.code, 5);
  assert.deepEqual(wrong.named('fail'), ['cluster']);
  assert.match(wrong.line('cluster').fix ?? '', /--api-key-file/);
  assert.ok(!wrong.text.includes(key));
  const writer = await ask({ createDocOnly: true }, 'vpcflow');
  assert.equal(writer.code, 0, writer.text);
  assert.equal(writer.line('cluster').found, 'Elasticsearch (version not told)');
  assert.equal(writer.line('name').status, 'warn');
  assert.deepEqual(
    ['template', 'rights', 'blocks', 'disk', 'body size'].map((check) => writer.line(check).status),
    Array(5).fill('skipped'),
  );
  const lost = await doctor(folder, ['in', 'https://localhost:1/vpcflow', '--api-key-file', 'nokey']);
  assert.equal(lost.line('cluster credentials').status, 'fail');
  assert.equal(lost.code, 2);
});

test('what a cluster is: Serverless, OpenSearch, and Amazon’s Serverless, which takes no ids', async () => {
  assert.equal((await ask({ flavour: 'serverless' }, 'vpcflow')).line('cluster').found, 'Elasticsearch Serverless');
  assert.equal((await ask({ flavour: 'opensearch' }, 'vpcflow')).line('cluster').found, 'OpenSearch 3.8.0');
  const server = await startFaultServer({ seed: 1, flavour: 'aoss' });
  const keys = { AWS_ACCESS_KEY_ID: 'AKIAFAKE', AWS_SECRET_ACCESS_KEY: 'fakesecret', AWS_REGION: 'eu-west-1' };
  const args = ['in', `${server.url}/vpcflow`, '--aws-sigv4', 'aoss'];
  try {
    const amazon = await doctor(folder, args, keys);
    assert.deepEqual(amazon.named('fail'), ['ids']);
    assert.equal(amazon.code, 5);
    assert.match(amazon.line('ids').fix ?? '', /--ids none/);
    assert.equal((await doctor(folder, [...args, '--ids', 'none'], keys)).code, 0);
  } finally {
    await server.stop();
  }
});

/** Answers as a cluster does whose disk is full, whose limit is low, and whose key lacks rights. */
function poorly({ url = '', method }: IncomingMessage): object | null {
  const [path = ''] = url.split('?');
  if (path === '/') return { version: { number: '9.4.3' }, tagline: 'You Know, for Search' };
  if (path === '/_resolve/index/vpcflow') return { indices: [], aliases: [], data_streams: [{ name: 'vpcflow' }] };
  if (path === '/_nodes/http') return { nodes: { a: { http: { max_content_length_in_bytes: 4 * 2 ** 20 } } } };
  if (path === '/_nodes/stats/fs') {
    const total = (used: number) => ({ fs: { total: { total_in_bytes: 1e12, available_in_bytes: 1e12 - used } } });
    return { nodes: { a: { name: 'n1', ...total(0.5e12) }, b: { name: 'n2', ...total(0.88e12) } } };
  }
  if (path === '/_cluster/settings') {
    const watermark = { low: '85%', 'low.max_headroom': '200GB', high: '90%', flood_stage: '95%' };
    return { defaults: { cluster: { routing: { allocation: { disk: { threshold_enabled: 'true', watermark } } } } } };
  }
  if (path === '/vpcflow/_settings') {
    const blocked = { settings: { index: { blocks: { write: 'true' } } } };
    return { '.ds-vpcflow-2026.01.01-000001': blocked, '.ds-vpcflow-2026.02.01-000002': { settings: { index: {} } } };
  }
  if (path === '/_security/user/_has_privileges' && method === 'POST') {
    const index = { vpcflow: { create_doc: true, auto_configure: false, create_index: false, read: false } };
    return { username: 'writer', index };
  }
  return null;
}

test('what may keep a cluster from taking documents is told before a run', async (t) => {
  const writes: string[] = [];
  const server = createServer((request, response) => {
    const answer = poorly(request);
    if (!['GET', 'HEAD'].includes(request.method ?? '') && !request.url?.endsWith('_has_privileges')) {
      writes.push(`${request.method} ${request.url}`);
    }
    const headers = { 'content-type': 'application/json', 'x-elastic-product': 'Elasticsearch' };
    request
      .resume()
      .on('end', () => response.writeHead(answer === null ? 404 : 200, headers).end(JSON.stringify(answer ?? {})));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/vpcflow`;
  const found = await doctor(folder, ['in', url]);
  assert.deepEqual(writes, []);
  assert.equal(found.code, 0, found.text);
  assert.match(found.line('disk').found, /2 nodes, the fullest 88 % \(n2, .*above the low watermark/);
  assert.match(found.line('body size').fix ?? '', /--body-bytes 4MiB/);
  // The older backing index is read-only, as lifecycles make them: no harm.
  assert.equal(found.line('blocks').status, 'ok');
  assert.equal(found.line('rights').status, 'warn');
  assert.match(found.line('rights').fix ?? '', /read \(.*maintenance/);
  assert.match(found.line('clock').found, /of the cluster$/);
});

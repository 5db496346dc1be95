/** Settings for loading on real servers: lowered, put back, and put back after kill -9 of the program and of the server. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { ClusterApi } from '../../../src/cluster/api.ts';
import { BulkSettings, restoreLeftOver } from '../../../src/cluster/bulk-settings.ts';
import { client as httpClient, NEVER } from '../../cluster/servers.ts';
import { tempFolder } from '../../sources/temp-folder.ts';
import { ClusterClient } from './client.ts';
import { type ClusterServer, startElasticsearch, startOpenSearch } from './servers.ts';

const INDICES = ['flow-2025.01', 'flow-2025.02', 'plain-2025'];
const BEFORE = {
  'flow-2025.01': { refresh_interval: '30s', number_of_replicas: '2' },
  'flow-2025.02': { refresh_interval: '30s', number_of_replicas: '2' },
  'plain-2025': { number_of_replicas: '1' },
};
const LOADING = Object.fromEntries(
  INDICES.map((index) => [index, { refresh_interval: '-1', number_of_replicas: '0' }]),
);

async function settingsAt(client: ClusterClient): Promise<unknown> {
  const filter = '*.settings.index.refresh_interval,*.settings.index.number_of_replicas';
  const { json } = await client.json('GET', `/flow-*,plain-*/_settings?filter_path=${filter}`);
  const found = Object.entries(json as Record<string, { settings: { index: object } }>);
  return Object.fromEntries(found.map(([index, { settings }]) => [index, settings.index]));
}

/** A process that lowers the settings, and is killed before it can put them back. */
async function crashAfterTaking(url: string, journalPath: string): Promise<void> {
  const source = new URL('../../../src/cluster/', import.meta.url).href;
  const access = '{authorization:null,sigv4:null,ca:null,cert:null,key:null,insecure:false,requestTimeoutMs:20000}';
  const code = `
    const { ClusterHttp } = await import('${source}http.js');
    const { ClusterApi } = await import('${source}api.js');
    const { BulkSettings } = await import('${source}bulk-settings.js');
    const api = new ClusterApi(new ClusterHttp([${JSON.stringify(url)}], ${access}, 1));
    const settings = new BulkSettings(api, ${JSON.stringify(journalPath)});
    await settings.take(${JSON.stringify(INDICES)}, new AbortController().signal);
    process.kill(process.pid, 'SIGKILL');`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', code], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const [, signal] = await once(child, 'exit');
  assert.equal(signal, 'SIGKILL');
}

async function takeAndRestore(t: TestContext, server: ClusterServer, client: ClusterClient): Promise<void> {
  await client.putTemplate('flow', {
    pattern: 'flow-*',
    dataStream: false,
    settings: { refresh_interval: '30s', number_of_replicas: 2 },
  });
  for (const index of INDICES) assert.equal((await client.json('PUT', `/${index}`)).status, 200);
  assert.deepEqual(await settingsAt(client), BEFORE);
  const journalPath = path.join(tempFolder(t), 'bulk-settings.json');
  const api = new ClusterApi(httpClient(t, [server.url]), 1_000);

  const settings = new BulkSettings(api, journalPath);
  await settings.take([...INDICES, 'not-there'], NEVER);
  assert.deepEqual(await settingsAt(client), LOADING);
  assert.deepEqual([...(await settings.restore(NEVER))].sort(), INDICES);
  assert.deepEqual(await settingsAt(client), BEFORE);
  assert.equal(existsSync(journalPath), false);

  await crashAfterTaking(server.url, journalPath);
  assert.deepEqual(await settingsAt(client), LOADING);
  // The next run takes them again before it knows: the values to put back stay those from before the first.
  await new BulkSettings(api, journalPath).take(INDICES, NEVER);
  await client.json('DELETE', '/flow-2025.02');
  await server.kill();
  await assert.rejects(restoreLeftOver(api, journalPath, NEVER), {
    code: 'E_CLUSTER_UNREACHABLE',
    message: /by hand: PUT/,
  });
  await server.startAgain();
  assert.deepEqual([...(await restoreLeftOver(api, journalPath, NEVER))].sort(), INDICES);
  const { 'flow-2025.02': _, ...left } = BEFORE;
  assert.deepEqual(await settingsAt(client), left);
  assert.equal(existsSync(journalPath), false);
}

for (const start of [startOpenSearch, startElasticsearch]) {
  test(`${start.name}: settings come back, whoever is killed in between`, async (t) => {
    const server = await start({ heap: '512m' });
    if (server === null) return t.skip();
    try {
      await takeAndRestore(t, server, new ClusterClient(server));
    } finally {
      await server.stop();
    }
  });
}

import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { BulkSettings, restoreLeftOver } from '../../src/cluster/bulk-settings.ts';
import { tempFolder } from '../sources/temp-folder.ts';
import { refusal, type ScriptedAnswer, type ScriptedCall, scripted } from './scripted.ts';
import { NEVER } from './servers.ts';

type Settings = Record<string, string>;

const LOADING: Settings = { refresh_interval: '-1', number_of_replicas: '0' };
const USUAL: Settings = { number_of_replicas: '1' };

/** A cluster that keeps two settings of indices; with `refuse`, changes of that index are refused. */
async function setUp(t: TestContext, there: Record<string, Settings>) {
  const folder = tempFolder(t);
  const journalPath = path.join(folder, 'job', 'bulk-settings.json');
  const journal = () => (existsSync(journalPath) ? JSON.parse(readFileSync(journalPath, 'utf8')).indices : null);
  const state = { indices: structuredClone(there), refuse: '', journalAtPut: [] as unknown[] };
  const answer = ({ method, path: where, body }: ScriptedCall): ScriptedAnswer => {
    const names = (where.split('/')[1] ?? '').split(',');
    const found = names.filter((name) => name in state.indices);
    if (method === 'GET') {
      const settings = (name: string) => ({ settings: { index: { uuid: `of ${name}`, ...state.indices[name] } } });
      return [200, Object.fromEntries(found.map((name) => [name, settings(name)]))];
    }
    state.journalAtPut.push(journal());
    if (names.includes(state.refuse)) return refusal(400, 'illegal_argument_exception', 'final setting');
    if (found.length === 0) return refusal(404, 'index_not_found_exception', 'no such index');
    for (const name of found) {
      const set = Object.entries({ ...state.indices[name], ...body.index }).filter(([, value]) => value !== null);
      state.indices[name] = Object.fromEntries(set) as Settings;
    }
    return [200, { acknowledged: true }];
  };
  const { api, calls } = await scripted(t, answer);
  return { api, calls, state, journalPath, journal, settings: new BulkSettings(api, journalPath) };
}

test('old values are on disk before the cluster is told, and come back', async (t) => {
  const there = { a: { refresh_interval: '30s', number_of_replicas: '2' }, b: USUAL, other: USUAL };
  const { settings, state, journal, journalPath } = await setUp(t, there);
  await settings.take(['a', 'b'], NEVER);
  assert.deepEqual(state.indices, { a: LOADING, b: LOADING, other: USUAL });
  const kept = { a: there.a, b: { refresh_interval: null, number_of_replicas: '1' } };
  assert.deepEqual(state.journalAtPut, [kept]);
  assert.deepEqual(journal(), kept);
  assert.deepEqual(await settings.restore(NEVER), ['a', 'b']);
  assert.deepEqual(state.indices, there);
  assert.deepEqual(readdirSync(path.dirname(journalPath)), []);
});

test('an index is asked for once, however often and at once it is named', async (t) => {
  const { settings, state, calls } = await setUp(t, { a: USUAL, b: USUAL });
  await Promise.all([settings.take(['a'], NEVER), settings.take(['a', 'b'], NEVER), settings.take(['a'], NEVER)]);
  assert.deepEqual(state.indices, { a: LOADING, b: LOADING });
  const asked = calls.length;
  for (let i = 0; i < 100; i++) await settings.take(['a', 'b'], NEVER);
  assert.equal(calls.length, asked);
  assert.deepEqual(
    calls.map(({ method, path: where }) => `${method} ${where}`),
    ['GET /a/_settings', 'PUT /a/_settings', 'GET /b/_settings', 'PUT /b/_settings'],
  );
});

test('an index that is not there yet is taken when it is', async (t) => {
  const { settings, state, journal } = await setUp(t, {});
  await settings.take(['a'], NEVER);
  assert.equal(journal(), null);
  state.indices['a'] = USUAL;
  await settings.take(['a'], NEVER);
  assert.deepEqual(state.indices, { a: LOADING });
  await settings.restore(NEVER);
  assert.deepEqual(state.indices, { a: USUAL });
});

test('after a crash the old values are those from before it, whoever puts them back', async (t) => {
  const { settings, api, state, journalPath, journal } = await setUp(t, { a: USUAL, b: USUAL });
  await settings.take(['a'], NEVER);
  // The run is gone; the next one takes the same index without having put it back.
  const next = new BulkSettings(api, journalPath);
  await next.take(['a', 'b'], NEVER);
  assert.deepEqual(Object.keys(journal()).sort(), ['a', 'b']);
  assert.deepEqual((await restoreLeftOver(api, journalPath, NEVER)).toSorted(), ['a', 'b']);
  assert.deepEqual(state.indices, { a: USUAL, b: USUAL });
  assert.deepEqual(await restoreLeftOver(api, journalPath, NEVER), []);
});

test('one index that cannot be put back does not keep the others, and is tried again', async (t) => {
  const there = { a: USUAL, b: USUAL, c: USUAL };
  const { settings, api, state, journalPath, journal } = await setUp(t, there);
  await settings.take(['a', 'b', 'c'], NEVER);
  state.refuse = 'b';
  await assert.rejects(settings.restore(NEVER), {
    code: 'E_CLUSTER_REFUSED',
    message:
      /final setting.*by hand: PUT \/b\/_settings \{"index":\{"refresh_interval":null,"number_of_replicas":"1"\}\}$/,
  });
  assert.deepEqual(state.indices, { a: USUAL, b: LOADING, c: USUAL });
  assert.deepEqual(Object.keys(journal()), ['b']);
  state.refuse = '';
  assert.deepEqual(await restoreLeftOver(api, journalPath, NEVER), ['b']);
  assert.deepEqual(state.indices, there);
});

test('an index that is gone counts as put back', async (t) => {
  const { settings, state, journal } = await setUp(t, { a: USUAL, b: USUAL });
  await settings.take(['a', 'b'], NEVER);
  delete state.indices['a'];
  assert.deepEqual(await settings.restore(NEVER), ['a', 'b']);
  assert.equal(journal(), null);
});

test('an index that the cluster refuses is told of once, and its old values stay until restore', async (t) => {
  const { settings, state, calls, journal } = await setUp(t, { a: USUAL });
  state.refuse = 'a';
  await assert.rejects(settings.take(['a'], NEVER), { code: 'E_CLUSTER_REFUSED', message: /final setting/ });
  const asked = calls.length;
  await settings.take(['a'], NEVER);
  assert.equal(calls.length, asked);
  assert.deepEqual(Object.keys(journal()), ['a']);
});

test('a cluster that is gone keeps the journal', async (t) => {
  const { settings, state, journal } = await setUp(t, { a: USUAL });
  await settings.take(['a'], NEVER);
  await assert.rejects(settings.restore(AbortSignal.abort(new Error('stopped'))), {
    code: 'E_CLUSTER_UNREACHABLE',
    message: /stopped.*PUT \/a\/_settings/,
  });
  assert.deepEqual(state.indices, { a: LOADING });
  assert.deepEqual(Object.keys(journal()), ['a']);
});

test('after restore nothing is taken any more', async (t) => {
  const { settings, state } = await setUp(t, { a: USUAL });
  await settings.restore(NEVER);
  await settings.take(['a'], NEVER);
  assert.deepEqual(state.indices, { a: USUAL });
});

test('a thousand indices go in requests that servers take', async (t) => {
  const names = Array.from({ length: 1_000 }, (_, i) => `vpcflow-production-${i}`);
  const there = Object.fromEntries(names.map((name) => [name, USUAL]));
  const { settings, state, calls } = await setUp(t, there);
  await settings.take(names, NEVER);
  assert.ok(Object.values(state.indices).every(({ refresh_interval: interval }) => interval === '-1'));
  assert.equal((await settings.restore(NEVER)).length, 1_000);
  assert.deepEqual(state.indices, there);
  assert.ok(calls.every(({ path: where }) => where.length < 3_100));
  assert.ok(calls.length < 40, `${calls.length} calls`);
});

test('a journal that cannot be read ends the run, and is left as it is', async (t) => {
  const { api, state, journalPath, settings } = await setUp(t, { a: USUAL });
  await settings.take(['a'], NEVER);
  for (const text of ['{"version":2,"indices":{}}', '{"version":1,"ind']) {
    writeFileSync(journalPath, text);
    await assert.rejects(restoreLeftOver(api, journalPath, NEVER), {
      code: 'E_SINK_UNWRITABLE',
      message: /bulk-settings\.json cannot be read .*by hand/,
    });
    assert.equal(readFileSync(journalPath, 'utf8'), text);
  }
  assert.deepEqual(state.indices, { a: LOADING });
});

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Cluster } from '../../src/cluster/flavour.ts';
import { type Lifecycle, type LifecycleAsked, planLifecycle } from '../../src/cluster/lifecycle.ts';
import { parseIndexName } from '../../src/formats/index-name.ts';
import { parseDay } from '../../src/plan/dates.ts';
import { noHandler, refusal, scripted } from './scripted.ts';
import { NEVER } from './servers.ts';

const ELASTICSEARCH: Cluster = { product: 'elasticsearch', version: '9.4.3', isServerless: false, amazon: null };
const NOW_MS = Date.parse('2026-06-15T12:00:00Z');

/** As in https://www.elastic.co/docs/api/doc/elasticsearch/operation/operation-ilm-get-lifecycle */
const phases = (more: object) => ({ hot: { min_age: '0ms', actions: { set_priority: { priority: 100 } } }, ...more });
const deletion = (age: string) => ({ min_age: age, actions: { delete: { delete_searchable_snapshot: true } } });
const POLICIES: Readonly<Record<string, object>> = {
  keep: phases({}),
  '90d': phases({ delete: deletion('90d') }),
  '36h': phases({ delete: deletion('36h') }),
  snapshots: phases({ delete: { min_age: '1d', actions: { wait_for_snapshot: { policy: 's' } } } }),
  rolling: { hot: { min_age: '0ms', actions: { rollover: { max_age: '30d' } } } },
  merging: phases({ warm: { min_age: '30d', actions: { forcemerge: { max_num_segments: 1 } } } }),
  odd: phases({ delete: deletion('soon') }),
};

interface Asked extends Partial<LifecycleAsked> {
  readonly cluster?: Cluster;
  readonly from?: string;
  readonly to?: string;
}

async function plan(t: TestContext, name: string, policy: string, asked: Asked = {}): Promise<Lifecycle> {
  const { api } = await scripted(t, ({ path }) => {
    const wanted = path.replace('/_ilm/policy/', '');
    const found = Object.entries(POLICIES).filter(([one]) => one === wanted || wanted === '*');
    if (found.length === 0)
      return refusal(404, 'resource_not_found_exception', `lifecycle policy not found: ${wanted}`);
    return [200, Object.fromEntries(found.map(([one, all]) => [one, { version: 1, policy: { phases: all } }]))];
  });
  const { cluster = ELASTICSEARCH, from, to } = asked;
  const days = {
    ...(from === undefined ? {} : { fromDay: parseDay(from, '--from') }),
    ...(to === undefined ? {} : { toDay: parseDay(to, '--to') }),
  };
  return await planLifecycle(api, cluster, parseIndexName(name), { policy, ...days }, NOW_MS, NEVER);
}

test('each index between the days gets the last millisecond of its period', async (t) => {
  const { settings, indices, notes } = await plan(t, 'f-{yyyy.MM}', '90d', { from: '2026-04-30', to: '2026-06-01' });
  assert.deepEqual(settings, { name: '90d' });
  assert.deepEqual(
    indices.map(({ index, originMs }) => [index, new Date(originMs).toISOString()]),
    [
      ['f-2026.04', '2026-04-30T23:59:59.999Z'],
      ['f-2026.05', '2026-05-31T23:59:59.999Z'],
      ['f-2026.06', '2026-06-30T23:59:59.999Z'],
    ],
  );
  assert.deepEqual(notes, []);
});

test('without --to up to today', async (t) => {
  const { indices } = await plan(t, 'f-{yyyy}', 'keep', { from: '2025-12-31' });
  assert.deepEqual(
    indices.map(({ index }) => index),
    ['f-2025', 'f-2026'],
  );
});

test('an index older than the policy keeps is refused, to the millisecond', async (t) => {
  await assert.rejects(plan(t, 'f-{yyyy.MM}', '90d', { from: '2026-01-20' }), {
    code: 'E_CLUSTER_REFUSED',
    message:
      /the load would vanish: records of f-2026\.01 are 134 days old \(and 1 younger indices\), .* deletes indices at 90d/,
  });
  const { indices } = await plan(t, 'f-{yyyy.MM.dd}', '36h', { from: '2026-06-14' });
  assert.equal(indices.length, 2);
  await assert.rejects(
    plan(t, 'f-{yyyy.MM.dd}', '36h', { from: '2026-06-13' }),
    /records of f-2026\.06\.13 are 1 day old/,
  );
});

test('a delete phase that only waits for a snapshot deletes nothing', async (t) => {
  assert.equal((await plan(t, 'f-{yyyy.MM}', 'snapshots', { from: '2026-01-01' })).indices.length, 6);
});

test('names that end in -yyyy.MM.dd tell Elasticsearch their date, others need --from', async (t) => {
  assert.deepEqual((await plan(t, 'f-{yyyy.MM.dd}', 'keep')).settings, { name: 'keep', parse_origination_date: true });
  for (const name of ['f-{yyyy.MM}', 'f-{yyyy-MM-dd}', 'f{yyyy.MM.dd}', 'f-{yyyy.MM.dd}-x']) {
    await assert.rejects(plan(t, name, 'keep'), { code: 'E_USAGE', message: /--from and --to/ });
    assert.deepEqual((await plan(t, name, 'keep', { from: '2026-06-01' })).settings, { name: 'keep' });
  }
});

test('a policy that deletes needs --from, so that ages can be checked', async (t) => {
  await assert.rejects(plan(t, 'f-{yyyy.MM.dd}', '90d'), {
    code: 'E_CLUSTER_REFUSED',
    message: /give --from and --to/,
  });
  await assert.rejects(plan(t, 'f-{yyyy.MM.dd}', 'keep', { to: '2026-01-01' }), { code: 'E_USAGE' });
});

test('an index that never rolls over is said to be complete', async (t) => {
  const { settings } = await plan(t, 'f-{yyyy.MM}', 'rolling', { from: '2026-06-01' });
  assert.deepEqual(settings, { name: 'rolling', indexing_complete: true });
});

test('phases that would end a load in its middle are told of', async (t) => {
  const { notes } = await plan(t, 'f-{yyyy.MM}', 'merging', { from: '2026-04-01' });
  assert.equal(notes.length, 1);
  assert.match(notes[0] ?? '', /read-only in its phase warm, from 30d on: 1 of these/);
});

test('too many indices, an odd age, no such policy', async (t) => {
  await assert.rejects(plan(t, 'f-{yyyy.MM.dd}', 'keep', { from: '2020-01-01' }), { code: 'E_USAGE', message: /1000/ });
  const range = { from: '2026-06-01' };
  await assert.rejects(plan(t, 'f-{yyyy.MM}', 'odd', range), { code: 'E_CLUSTER_REFUSED', message: /"soon"/ });
  await assert.rejects(plan(t, 'f-{yyyy.MM}', 'none', range), {
    code: 'E_CLUSTER_REFUSED',
    message: /no lifecycle policy none/,
  });
  await assert.rejects(plan(t, 'f-{yyyy.MM}', '*', range), {
    code: 'E_CLUSTER_REFUSED',
    message: /no lifecycle policy \*/,
  });
});

test('clusters without index lifecycle management, and data streams', async (t) => {
  const clusters: readonly [Cluster, RegExp][] = [
    [{ ...ELASTICSEARCH, product: 'opensearch' }, /OpenSearch 9\.4\.3 counts the age/],
    [{ ...ELASTICSEARCH, isServerless: true }, /not for Elasticsearch Serverless/],
    [{ product: 'opensearch', version: null, isServerless: true, amazon: 'aoss' }, /Amazon OpenSearch Serverless/],
  ];
  for (const [cluster, message] of clusters) {
    await assert.rejects(plan(t, 'f-{yyyy.MM}', 'keep', { cluster, from: '2026-06-01' }), {
      code: 'E_CLUSTER_REFUSED',
      message,
    });
  }
  await assert.rejects(plan(t, 'vpcflow', 'keep', { from: '2026-06-01' }), { code: 'E_USAGE', message: /rollover/ });
});

test('an Elasticsearch built without it, and credentials that may not read policies', async (t) => {
  const answers = [noHandler, () => refusal(403, 'security_exception', 'action is unauthorized')];
  const { api } = await scripted(t, (call) => (answers.shift() ?? noHandler)(call));
  const asked = { policy: 'p', fromDay: 20_000, toDay: 20_001 };
  const name = parseIndexName('f-{yyyy.MM}');
  const planned = () => planLifecycle(api, ELASTICSEARCH, name, asked, NOW_MS, NEVER);
  await assert.rejects(planned(), { code: 'E_CLUSTER_REFUSED', message: /has no index lifecycle management/ });
  await assert.rejects(planned(), { code: 'E_CLUSTER_DENIED', message: /read_ilm/ });
});

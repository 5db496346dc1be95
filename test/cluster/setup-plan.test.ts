import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { consoleRequest } from '../../src/cluster/console-request.ts';
import type { Cluster } from '../../src/cluster/flavour.ts';
import { applySetup, planSetup, type SetupPlan } from '../../src/cluster/setup-plan.ts';
import { parseIndexName } from '../../src/formats/index-name.ts';
import { parseDay } from '../../src/plan/dates.ts';
import { refusal, type ScriptedAnswer, type ScriptedCall, scripted } from './scripted.ts';
import { NEVER } from './servers.ts';

const CLUSTER: Cluster = { product: 'elasticsearch', version: '9.4.3', isServerless: false, amazon: null };
const NOW_MS = Date.parse('2026-06-15T12:00:00Z');

/** Templates, indices and data streams that a scripted cluster has. */
interface State {
  readonly templates: Record<string, object>;
  /** Settings below `index.lifecycle` by index. */
  readonly indices: Record<string, Record<string, unknown>>;
  readonly streams: string[];
}

const asText = (settings: object) =>
  Object.fromEntries(Object.entries(settings).map(([key, one]) => [key, String(one)]));

/** As much of Elasticsearch as setup asks for. */
function answerFrom(state: State, { method, path, body }: ScriptedCall): ScriptedAnswer {
  const [, first = '', name = '', more = ''] = path.split('/');
  if (first === '_ilm') return [200, { [more]: { policy: { phases: {} } } }];
  if (first === '_resolve') {
    const indices = more in state.indices ? [{ name: more }] : [];
    const streams = state.streams.includes(more) ? [{ name: more }] : [];
    return indices.length + streams.length === 0
      ? refusal(404, 'index_not_found_exception', `no such index [${more}]`)
      : [200, { indices, aliases: [], data_streams: streams }];
  }
  if (name === '_simulate_index') return [200, { template: { mappings: {} } }];
  if (first === '_index_template' && method === 'PUT') {
    state.templates[name] = body;
    return [200, { acknowledged: true }];
  }
  if (first === '_index_template') {
    const listed = Object.entries(state.templates).filter(([one]) => name === '' || one === name);
    if (name !== '' && listed.length === 0) return refusal(404, 'resource_not_found_exception', `${name} not found`);
    return [200, { index_templates: listed.map(([one, index_template]) => ({ name: one, index_template })) }];
  }
  if (method === 'GET') {
    const found = Object.entries(state.indices).map(([index, lifecycle]) => {
      const settings = { index: { uuid: 'u', ...(Object.keys(lifecycle).length === 0 ? {} : { lifecycle }) } };
      return [index, { settings }];
    });
    return [200, Object.fromEntries(found)];
  }
  const isThere = first in state.indices;
  if (name === '' && isThere)
    return refusal(400, 'resource_already_exists_exception', `index [${first}] already exists`);
  const { index } = name === '' ? body.settings : body;
  state.indices[first] = { ...state.indices[first], ...asText(index.lifecycle) };
  return [200, { acknowledged: true }];
}

interface Asked {
  readonly lean?: boolean;
  readonly policy?: string;
  readonly from?: string;
  readonly to?: string;
  readonly cluster?: Cluster;
}

async function setUp(t: TestContext, there: Partial<State> = {}) {
  const state: State = { templates: {}, indices: {}, streams: [], ...there };
  let before: ((call: ScriptedCall) => ScriptedAnswer | null) | null = null;
  const { api, calls } = await scripted(t, (call) => before?.(call) ?? answerFrom(state, call));
  const plan = (name: string, { lean = false, policy, from = '2026-05-01', to, cluster = CLUSTER }: Asked = {}) => {
    const days = { fromDay: parseDay(from, ''), ...(to === undefined ? {} : { toDay: parseDay(to, '') }) };
    const lifecycle = policy === undefined ? null : { policy, ...days };
    return planSetup(api, cluster, { name: parseIndexName(name), lean, lifecycle }, NOW_MS, NEVER);
  };
  const apply = async (planned: SetupPlan) => {
    const done: string[] = [];
    await applySetup(api, planned, ({ subject, change }) => done.push(`${subject} ${change}`), NEVER);
    return done;
  };
  const answerFirst = (answer: typeof before) => {
    before = answer;
  };
  return { state, calls, plan, apply, answerFirst };
}

test('a plan sends nothing; applied, it is done once', async (t) => {
  const { calls, plan, apply, state } = await setUp(t);
  const planned = await plan('vpcflow');
  assert.deepEqual(new Set(calls.map(({ method }) => method)), new Set(['GET', 'POST']));
  assert.deepEqual(state.templates, {});
  assert.deepEqual(await apply(planned), ['index template flowbulk-vpcflow create']);
  assert.deepEqual(await apply(await plan('vpcflow')), ['index template flowbulk-vpcflow none']);
  assert.deepEqual(await apply(await plan('vpcflow', { lean: true })), ['index template flowbulk-vpcflow replace']);
  assert.equal(calls.filter(({ method }) => method === 'PUT').length, 2);
});

test('indices of a lifecycle are made after the template, those there get their settings', async (t) => {
  const date = String(Date.parse('2026-05-31T23:59:59.999Z'));
  const { calls, plan, apply, state } = await setUp(t, { indices: { 'f-2026.05': {}, 'f-2026.01': {} } });
  const planned = await plan('f-{yyyy.MM}', { policy: 'p', from: '2026-04-01' });
  assert.deepEqual(await apply(planned), [
    'index template flowbulk-f-date create',
    'index f-2026.04 create',
    'index f-2026.05 change',
    'index f-2026.06 create',
  ]);
  assert.deepEqual(
    calls.filter(({ method }) => method === 'PUT').map(({ path }) => path),
    ['/_index_template/flowbulk-f-date', '/f-2026.04', '/f-2026.05/_settings', '/f-2026.06'],
  );
  assert.deepEqual(state.indices['f-2026.05'], { name: 'p', origination_date: date });
  assert.deepEqual(state.indices['f-2026.01'], {});
  const again = await plan('f-{yyyy.MM}', { policy: 'p', from: '2026-04-01' });
  assert.deepEqual([...new Set(again.requests.map(({ change }) => change))], ['none']);
});

test('a template that would lose its lifecycle is told of', async (t) => {
  const { plan, apply } = await setUp(t);
  await apply(await plan('f-{yyyy.MM}', { policy: 'p', from: '2026-06-01' }));
  assert.match((await plan('f-{yyyy.MM}')).notes.join(), /has the lifecycle policy p, and loses it/);
  assert.doesNotMatch((await plan('f-{yyyy.MM}', { policy: 'q', from: '2026-06-01' })).notes.join(), /loses it/);
});

test('an index that somebody else makes in between gets its settings all the same', async (t) => {
  const { plan, apply, state } = await setUp(t);
  const planned = await plan('f-{yyyy.MM}', { policy: 'p', from: '2026-06-01' });
  state.indices['f-2026.06'] = {};
  assert.deepEqual(await apply(planned), ['index template flowbulk-f-date create', 'index f-2026.06 create']);
  const origin = Date.parse('2026-06-30T23:59:59.999Z');
  assert.deepEqual(state.indices['f-2026.06'], { name: 'p', origination_date: String(origin) });
});

test('what the cluster refuses ends it, with the right that may be missing', async (t) => {
  const { plan, apply, answerFirst } = await setUp(t);
  const planned = await plan('f-{yyyy.MM}', { policy: 'p', from: '2026-06-01' });
  answerFirst(({ method }) => (method === 'PUT' ? refusal(403, 'security_exception', 'unauthorized') : null));
  await assert.rejects(apply(planned), { code: 'E_CLUSTER_DENIED', message: /manage_index_templates/ });
  answerFirst(({ path }) => (path === '/f-2026.06' ? refusal(403, 'security_exception', 'unauthorized') : null));
  await assert.rejects(apply(planned), {
    code: 'E_CLUSTER_DENIED',
    message: /index f-2026\.06 .*create_index and manage/,
  });
});

test('Elastic’s own template is used as it is', async (t) => {
  const elastic = { index_patterns: ['logs-aws.vpcflow-*'], priority: 200, data_stream: {} };
  const { plan, calls } = await setUp(t, { templates: { 'logs-aws.vpcflow': elastic } });
  const { requests, notes } = await plan('logs-aws.vpcflow-default');
  assert.deepEqual(requests, []);
  assert.match(notes.join(), /Elastic's integration is here, is for logs-aws\.vpcflow-default and is used/);
  assert.equal(calls.length, 1);
  const refused = { code: 'E_CLUSTER_REFUSED', message: /needs a name that does not begin with/ };
  await assert.rejects(plan('logs-aws.vpcflow-default', { lean: true }), refused);
  await assert.rejects(plan('logs-aws.vpcflow-{yyyy.MM}', { policy: 'p' }), refused);
  const openSearch: Cluster = { ...CLUSTER, product: 'opensearch' };
  assert.equal((await plan('logs-aws.vpcflow-default', { cluster: openSearch })).requests.length, 1);
});

test('where Elastic’s integration is not, a name of its own is told of', async (t) => {
  const { plan } = await setUp(t);
  const { requests, notes } = await plan('logs-aws.vpcflow-default');
  assert.equal(requests.length, 1);
  assert.match(notes.join(), /delete this template before you install it/);
});

test('templates that would do nothing are refused', async (t) => {
  const all = { index_patterns: ['none-*', '*flow-*'], priority: 900 };
  const low = { index_patterns: ['*'], priority: 1 };
  const { plan, state } = await setUp(t, { templates: { all, low }, indices: { plain: {} } });
  const refusedFor = (message: RegExp) => ({ code: 'E_CLUSTER_REFUSED', message });
  await assert.rejects(plan('vpcflow-{yyyy}'), refusedFor(/all \(for \*flow-\*, priority 900\) goes before .* 259/));
  await assert.rejects(plan('plain'), refusedFor(/plain is an index already/));
  state.templates['flowbulk-x-date'] = { index_patterns: ['x-date'], priority: 1 };
  await assert.rejects(plan('x-{yyyy}'), refusedFor(/is for x-date, not for x-\*/));
  assert.equal((await plan('vpcflow')).requests.length, 1);
});

test('a data stream that is there is told of while its template changes', async (t) => {
  const { plan, apply } = await setUp(t, { streams: ['vpcflow'] });
  const planned = await plan('vpcflow');
  assert.match(planned.notes.join(), /POST vpcflow\/_rollover/);
  await apply(planned);
  assert.deepEqual((await plan('vpcflow')).notes, []);
});

test('a request as text is the request', async (t) => {
  const { plan, apply } = await setUp(t);
  const planned = await plan('vpcflow');
  const [request] = planned.requests;
  assert.ok(request !== undefined);
  const [comment, line, ...json] = consoleRequest(request).split('\n');
  assert.equal(comment, '# makes the index template flowbulk-vpcflow');
  assert.equal(line, 'PUT /_index_template/flowbulk-vpcflow');
  assert.deepEqual(JSON.parse(json.join('\n')), JSON.parse(JSON.stringify(request.body)));
  for (const one of json) assert.ok(one.length <= 120, one);
  await apply(planned);
  const [none] = (await plan('vpcflow')).requests;
  assert.ok(none !== undefined);
  assert.match(consoleRequest(none), /^# nothing to do .*\n$/);
});

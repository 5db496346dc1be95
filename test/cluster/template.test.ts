import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Cluster } from '../../src/cluster/flavour.ts';
import {
  elasticTemplate,
  indexTemplate,
  isElasticStream,
  isSameTemplate,
  type JsonObject,
} from '../../src/cluster/template.ts';
import { parseIndexName } from '../../src/formats/index-name.ts';
import { refusal, scripted } from './scripted.ts';
import { NEVER } from './servers.ts';

const ELASTICSEARCH: Cluster = { product: 'elasticsearch', version: '9.4.3', isServerless: false, amazon: null };
const SERVERLESS: Cluster = { ...ELASTICSEARCH, version: null, isServerless: true };
const OPENSEARCH: Cluster = { product: 'opensearch', version: '3.8.0', isServerless: false, amazon: null };
const AOSS: Cluster = { ...OPENSEARCH, version: null, isServerless: true, amazon: 'aoss' };

const bodyFor = (name: string, cluster = ELASTICSEARCH, lifecycle: JsonObject | null = null) =>
  indexTemplate(parseIndexName(name), cluster, 'standard', lifecycle).body;

const settingsFor = (cluster: Cluster) => (bodyFor('vpcflow', cluster)['template'] as JsonObject)['settings'];

test('a plain name is a data stream, a name with a time indices', () => {
  const plain = indexTemplate(parseIndexName('vpcflow-live'), ELASTICSEARCH, 'lean', null);
  assert.equal(plain.name, 'flowbulk-vpcflow-live');
  assert.deepEqual(plain.body['index_patterns'], ['vpcflow-live']);
  assert.deepEqual(plain.body['data_stream'], {});
  const monthly = indexTemplate(parseIndexName('vpcflow-{yyyy.MM}'), ELASTICSEARCH, 'lean', null);
  assert.equal(monthly.name, 'flowbulk-vpcflow-date');
  assert.deepEqual(monthly.body['index_patterns'], ['vpcflow-*']);
  assert.equal('data_stream' in monthly.body, false);
  assert.equal(indexTemplate(parseIndexName('vpcflow-{yyyy.MM.dd}'), OPENSEARCH, 'lean', null).name, monthly.name);
});

test('a name goes before the patterns that it falls under, all before Fleet', () => {
  const [live, dated, all] = ['vpcflow-live', 'vpcflow-{yyyy}', 'v{yyyy}'].map((name) => bodyFor(name)['priority']);
  assert.ok(Number(live) > Number(dated) && Number(dated) > Number(all) && Number(all) > 200);
});

test('each product gets the settings that it takes', () => {
  const both = { codec: 'best_compression', refresh_interval: '30s' };
  assert.deepEqual(settingsFor(ELASTICSEARCH), { index: { ...both, mode: 'standard', number_of_shards: 1 } });
  assert.deepEqual(settingsFor(SERVERLESS), { index: { ...both, mode: 'standard' } });
  assert.deepEqual(settingsFor(OPENSEARCH), { index: { ...both, number_of_shards: 1 } });
  assert.equal(settingsFor(AOSS), undefined);
  assert.equal('data_stream' in bodyFor('vpcflow', AOSS), false);
});

test('a template that comes back from a server is the same, a changed one is not', () => {
  const body = bodyFor('vpcflow', ELASTICSEARCH, { name: 'p', indexing_complete: true });
  const { template, ...rest } = JSON.parse(JSON.stringify(body));
  const settings = { index: { ...template.settings.index, number_of_shards: '1' } };
  settings.index.lifecycle = { indexing_complete: 'true', name: 'p' };
  const { properties, ...mappings } = template.mappings;
  const turned = Object.fromEntries(Object.entries(properties).reverse());
  const there = {
    ...rest,
    template: { mappings: { ...mappings, properties: turned }, settings },
    composed_of: [],
    data_stream: { hidden: false, allow_custom_routing: false },
    created_date_millis: 1795259291845,
  };
  assert.equal(isSameTemplate(there, body), true);
  assert.equal(isSameTemplate({ ...there, priority: 1 }, body), false);
  assert.equal(isSameTemplate({ ...there, composed_of: ['more'] }, body), false);
  assert.equal(isSameTemplate({ ...there, data_stream: undefined }, body), false);
  const replicas = { index: { ...settings.index, number_of_replicas: '0' } };
  assert.equal(isSameTemplate({ ...there, template: { ...there.template, settings: replicas } }, body), false);
});

test('names of Elastic’s integration', () => {
  assert.ok(isElasticStream('logs-aws.vpcflow-default'));
  for (const name of ['logs-aws.vpcflow', 'logs-aws.vpcflow_otel-default', 'logs-aws.elb-default', 'vpcflow']) {
    assert.ok(!isElasticStream(name), name);
  }
});

test('Elastic’s template is there, or not, or may not be seen', async (t) => {
  const found = { index_templates: [{ name: 'logs-aws.vpcflow', index_template: { priority: 200 } }] };
  const answers = [
    [200, found] as const,
    refusal(404, 'resource_not_found_exception', 'index template matching [logs-aws.vpcflow] not found'),
    refusal(403, 'security_exception', 'action [indices:admin/index_template/get] is unauthorized'),
  ];
  const { api, calls } = await scripted(t, () => answers.shift() ?? [500, {}]);
  assert.equal(await elasticTemplate(api, NEVER), true);
  assert.equal(await elasticTemplate(api, NEVER), false);
  await assert.rejects(elasticTemplate(api, NEVER), { code: 'E_CLUSTER_DENIED', message: /manage_index_templates/ });
  assert.deepEqual(calls[0], { method: 'GET', path: '/_index_template/logs-aws.vpcflow', body: undefined });
});

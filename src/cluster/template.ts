/** The index template that `flowbulk setup` makes, and the one that Elastic's integration brings. */

import { type IndexName, isTimeNamed, wildcardOf } from '../formats/index-name.ts';
import { type Json, toJson } from '../formats/json.ts';
import { type ClusterApi, refusalOf } from './api.ts';
import type { Cluster } from './flavour.ts';
import { type MappingForm, mappingsOf } from './mappings.ts';

/** A JSON object. */
export type JsonObject = { readonly [key: string]: Json };

/** An index template as it is put: https://www.elastic.co/docs/manage-data/data-store/templates. */
export interface IndexTemplate {
  readonly name: string;
  readonly body: JsonObject;
}

/** Elastic's integration `aws` names its template so, and gives it this pattern with `*`. */
const ELASTIC_TEMPLATE = 'logs-aws.vpcflow';

/**
 * Before Elasticsearch's built-in `logs` (100) and before Fleet's (200), which `setup` gives way to by itself where it
 * finds them. Two templates of one priority must not have a name in common, so the more letters a pattern has, the
 * higher: `vpcflow-live` goes before `vpcflow-*`.
 */
const LEAST_PRIORITY = 250;

/** Whether a name belongs to the data streams of Elastic's integration: `logs-aws.vpcflow-NAMESPACE`. */
export function isElasticStream(name: string): boolean {
  return name.startsWith(`${ELASTIC_TEMPLATE}-`);
}

/** Whether the index template of Elastic's integration is installed. Throws E_CLUSTER_*. */
export async function elasticTemplate(api: ClusterApi, signal: AbortSignal): Promise<boolean> {
  return (await readTemplate(api, ELASTIC_TEMPLATE, signal)) !== null;
}

/** The index template of that name as the cluster has it; null where it has none. Throws E_CLUSTER_*. */
export async function readTemplate(api: ClusterApi, name: string, signal: AbortSignal): Promise<JsonObject | null> {
  const answer = await api.call('GET', templatePath(name), undefined, signal);
  if (answer.status === 404) return null;
  const { index_templates: templates = [] } = (answer.json ?? {}) as {
    index_templates?: readonly { readonly name?: unknown; readonly index_template?: JsonObject }[];
  };
  if (answer.status !== 200) {
    throw refusalOf(answer, `reading the index template ${name} (cluster privilege manage_index_templates)`);
  }
  return templates.find((one) => one.name === name)?.index_template ?? null;
}

/** Where an index template is read and put. */
export function templatePath(name: string): string {
  return `/_index_template/${encodeURIComponent(name)}`;
}

/**
 * Settings of indices, those that the cluster takes. `index.mode` is set where it exists: Elasticsearch 9 makes
 * `logs-*-*` streams logsdb else, whose synthetic `_source` sorts arrays and takes what is double out of them, so that
 * `related.ip` comes back changed (https://www.elastic.co/docs/reference/elasticsearch/mapping-reference/synthetic-source).
 */
function settingsOf(cluster: Cluster, lifecycle: JsonObject | null): JsonObject | null {
  // Amazon's serverless manages all of them itself.
  if (cluster.amazon === 'aoss') return null;
  return {
    codec: 'best_compression',
    refresh_interval: '30s',
    ...(cluster.product === 'elasticsearch' ? { mode: 'standard' } : {}),
    ...(cluster.isServerless ? {} : { number_of_shards: 1 }),
    ...(lifecycle === null ? {} : { lifecycle }),
  };
}

/**
 * The template for a name: of a data stream for a plain name (of an index on Amazon OpenSearch Serverless, which has
 * none), of indices for a name with a time in it. `lifecycle` is what goes below `index.lifecycle`.
 */
export function indexTemplate(
  name: IndexName,
  cluster: Cluster,
  form: MappingForm,
  lifecycle: JsonObject | null,
): IndexTemplate {
  const pattern = wildcardOf(name);
  const timeNamed = isTimeNamed(name);
  const index = settingsOf(cluster, lifecycle);
  return {
    // The same for all dates that give one pattern: a change from months to days replaces the template.
    name: `flowbulk-${pattern.replace('*', 'date')}`,
    body: {
      index_patterns: [pattern],
      priority: LEAST_PRIORITY + pattern.length,
      ...(timeNamed || cluster.amazon === 'aoss' ? {} : { data_stream: {} }),
      template: { ...(index === null ? {} : { settings: { index } }), mappings: mappingsOf(form) },
      _meta: { description: `VPC flow logs by flowbulk, ${form} mappings`, managed_by: 'flowbulk' },
    },
  };
}

/** Numbers and words of settings come back as strings. */
function scalarsAsText(value: Json): Json {
  if (value === null || typeof value !== 'object') return String(value);
  if (Array.isArray(value)) return value.map(scalarsAsText);
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, scalarsAsText(one)]));
}

/** What a template does, without the order of its keys and what servers add to it. */
function meaning(body: JsonObject): string {
  const { index_patterns = [], priority = 0, template = {}, composed_of = [], data_stream, _meta = {} } = body;
  const isStream = data_stream !== undefined;
  return toJson(scalarsAsText({ index_patterns, priority, template, composed_of, isStream, _meta }));
}

/** Whether two templates are the same but for how they are written down. */
export function isSameTemplate(one: JsonObject, other: JsonObject): boolean {
  return meaning(one) === meaning(other);
}

/** The patterns of a template as text. */
export function patternsOf(body: JsonObject): string {
  return [body['index_patterns'] ?? []].flat().join(', ');
}

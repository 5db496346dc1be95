/** What is behind a name in a cluster. */

import { type ClusterApi, refusalOf } from './api.ts';

/** What a name is; `unknown` where the credentials may not see it. */
export interface NameFacts {
  readonly kind: 'data stream' | 'alias' | 'index' | 'missing' | 'unknown';
  /** An index template is for it; true where that cannot be told. */
  readonly hasTemplate: boolean;
}

interface Resolved {
  readonly indices?: readonly unknown[];
  readonly aliases?: readonly unknown[];
  readonly data_streams?: readonly unknown[];
}

interface Simulated {
  readonly template?: { readonly mappings?: object };
}

/**
 * Looks a name up: https://www.elastic.co/docs/api/doc/elasticsearch/operation/operation-indices-resolve-index, which
 * OpenSearch has as well. Throws E_CLUSTER_*.
 */
export async function resolveName(api: ClusterApi, name: string, signal: AbortSignal): Promise<NameFacts> {
  const answer = await api.call('GET', `/_resolve/index/${encodeURIComponent(name)}`, undefined, signal);
  if (answer.status === 403) return { kind: 'unknown', hasTemplate: true };
  if (answer.status !== 200 && answer.status !== 404) throw refusalOf(answer, `looking up ${name}`);
  // Missing names are 404 in Elasticsearch, empty lists in OpenSearch.
  const {
    indices = [],
    aliases = [],
    data_streams: streams = [],
  } = (answer.status === 404 ? {} : answer.json) as Resolved;
  if (streams.length > 0) return { kind: 'data stream', hasTemplate: true };
  if (aliases.length > 0) return { kind: 'alias', hasTemplate: true };
  if (indices.length > 0) return { kind: 'index', hasTemplate: true };
  return { kind: 'missing', hasTemplate: await hasTemplate(api, name, signal) };
}

/** Whether an index of this name would get mappings from a template. */
async function hasTemplate(api: ClusterApi, name: string, signal: AbortSignal): Promise<boolean> {
  const path = `/_index_template/_simulate_index/${encodeURIComponent(name)}?filter_path=template.mappings`;
  const answer = await api.call('POST', path, undefined, signal);
  if (answer.status !== 200) return true;
  return Object.keys((answer.json as Simulated).template?.mappings ?? {}).length > 0;
}

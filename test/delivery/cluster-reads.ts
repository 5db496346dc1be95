/** What a cluster answers to everything but `_bulk`, as OpenSearch 3.8 and Elasticsearch 9.4 do. */

import { type BulkStore, type ClusterError, filteredBy } from './bulk-store.ts';

export type Flavour = 'elasticsearch' | 'opensearch' | 'serverless' | 'aoss';

/** True for Elasticsearch and its Serverless. */
export function isElastic(flavour: Flavour): boolean {
  return flavour === 'elasticsearch' || flavour === 'serverless';
}

/** An answer that is yet to be sent. `type` is of its content. */
export interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

function jsonAnswer(status: number, value: unknown): Answer {
  return { status, type: 'application/json', body: JSON.stringify(value) };
}

/** The answer that refuses a request as a whole. */
export function refusal({ status, type, reason }: ClusterError): Answer {
  return jsonAnswer(status, { error: { root_cause: [{ type, reason }], type, reason }, status });
}

/** As much of a search as is understood. */
interface Search {
  readonly query: { readonly ids?: { readonly values: string[] }; readonly terms?: Record<string, string[]> };
  readonly size?: number;
}

/** As much of a count: of paths that begin so, or of all that have one. */
interface Count {
  readonly query: { readonly prefix?: Record<string, { readonly value: string }>; readonly exists?: object };
}

/** Reads of one cluster. */
export class ClusterReads {
  readonly #store: BulkStore;
  readonly #flavour: Flavour;
  readonly #dataStreams: boolean;

  constructor(store: BulkStore, flavour: Flavour, dataStreams: boolean) {
    this.#store = store;
    this.#flavour = flavour;
    this.#dataStreams = dataStreams;
  }

  answer(method: string, url: URL, body: string): Answer {
    const [first = '', second = '', third = ''] = url.pathname.split('/').slice(1).map(decodeURIComponent);
    const found = this.#find(`${method} ${second}`, first, third, url, body);
    if (found === null) {
      return jsonAnswer(400, { error: `no handler found for uri [${url.pathname}] and method [${method}]` });
    }
    if ('status' in found) return refusal(found);
    return jsonAnswer(200, filteredBy(url, found));
  }

  #find(what: string, first: string, third: string, url: URL, body: string): object | ClusterError | null {
    const indices = this.#store.indicesOf(first);
    if (first === '') return this.#flavour === 'aoss' ? NOT_FOUND : this.#root();
    switch (`${first.startsWith('_') ? first : ''} ${what}`) {
      case '_security GET _authenticate':
        return isElastic(this.#flavour) ? { username: 'u' } : null;
      case '_resolve GET index':
        return this.#resolve(third);
      case '_index_template POST _simulate_index':
        return { template: { mappings: { properties: { '@timestamp': { type: 'date' } } } } };
      case ' POST _refresh':
        this.#store.refresh();
        return { _shards: { total: 1, successful: 1, failed: 0 } };
      case ' GET _field_caps': {
        const keyword = { type: 'keyword', metadata_field: false, searchable: true, aggregatable: true };
        return { indices, fields: { [url.searchParams.get('fields') ?? '']: { keyword } } };
      }
      case ' POST _rollover':
        this.#store.rollover(first);
        return { acknowledged: true, rolled_over: true };
      case ' POST _count': {
        if (indices.length === 0) return missing(first);
        const { query } = JSON.parse(body) as Count;
        const count = this.#store.countPrefix(first, query.prefix?.['log.file.path']?.value ?? '');
        return { count, _shards: { total: 1, successful: 1, skipped: 0, failed: 0 } };
      }
      case ' POST _search':
        return indices.length === 0 ? missing(first) : this.#search(first, JSON.parse(body) as Search);
      default:
        return null;
    }
  }

  #root(): object {
    const common = { name: 'n1', cluster_name: 'c' };
    switch (this.#flavour) {
      case 'serverless': {
        const version = { number: '8.11.0', build_flavor: 'serverless', build_type: 'docker' };
        return { ...common, version, tagline: 'You Know, for Search' };
      }
      case 'elasticsearch': {
        const version = { number: '9.4.3', build_flavor: 'default', build_type: 'zip' };
        return { ...common, version, tagline: 'You Know, for Search' };
      }
      default: {
        const version = { distribution: 'opensearch', number: '3.8.0', build_type: 'tar' };
        return { ...common, version, tagline: 'The OpenSearch Project: https://opensearch.org/' };
      }
    }
  }

  #resolve(name: string): object | ClusterError {
    const behind = this.#store.indicesOf(name);
    if (behind.length === 0) {
      return isElastic(this.#flavour) ? missing(name) : { indices: [], aliases: [], data_streams: [] };
    }
    if (this.#dataStreams) {
      const stream = { name, backing_indices: behind, timestamp_field: '@timestamp' };
      return { indices: [], aliases: [], data_streams: [stream] };
    }
    // A name that has rolled over without being a data stream is an alias.
    if (behind.length > 1) return { indices: [], aliases: [{ name, indices: behind }], data_streams: [] };
    return { indices: behind.map((index) => ({ name: index })), aliases: [], data_streams: [] };
  }

  /** The two searches that are asked for: by ids, and which of some paths are there. */
  #search(name: string, { query, size = 10 }: Search): object | ClusterError {
    if (query.ids !== undefined) {
      const { values } = query.ids;
      if (values.length > MAX_HITS || size > MAX_HITS) {
        const reason = `Too many ids specified, allowed max result window is [${MAX_HITS}]`;
        return { status: 400, type: 'query_shard_exception', reason };
      }
      return { hits: { hits: this.#store.search(name, values).slice(0, size) } };
    }
    const counts = this.#store.countPaths(name, query.terms?.['log.file.path'] ?? []);
    const buckets = [...counts].map(([key, count]) => ({ key, doc_count: count }));
    return { hits: { hits: [] }, aggregations: { paths: { sum_other_doc_count: 0, buckets } } };
  }
}

/** `index.max_result_window` of the real servers. */
const MAX_HITS = 10_000;

const NOT_FOUND: ClusterError = { status: 404, type: 'Not Found', reason: '404 Not Found' };

function missing(name: string): ClusterError {
  return { status: 404, type: 'index_not_found_exception', reason: `no such index [${name}]` };
}

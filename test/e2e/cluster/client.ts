/** A plain client for tests: what a person would do with curl, the same on OpenSearch and Elasticsearch. */
import { readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';

/** Where a client goes and as whom: a `ClusterServer`, or parts of one. */
export interface ClusterAccess {
  readonly url: string;
  readonly user?: string;
  readonly password?: string;
  /** The encoded form, as the server gives it out. */
  readonly apiKey?: string;
  /** The path of the authority's PEM file. */
  readonly tls?: { readonly ca: string };
}

/** An answer; `json` is null where the body is none. */
export interface ClusterAnswer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  // biome-ignore lint/suspicious/noExplicitAny: tests pick from it what they know the server to say
  readonly json: any;
  readonly text: string;
}

/** An index template; with `dataStream` its names are data streams, otherwise indices. */
export interface ClusterTemplate {
  readonly pattern: string;
  readonly dataStream: boolean;
  readonly settings?: object;
  readonly properties?: object;
}

/** The most hits that servers give at once, without a setting of theirs. */
const PAGE = 10_000;

/** Ids asked for at once: few enough for one to be found in several backing indices. */
const LOOK_UP = 1_000;

/** A client of one server. The methods with a name of their own throw where the answer is not 2xx; `json` does not. */
export class ClusterClient {
  readonly #access: ClusterAccess;
  readonly #ca: Buffer | undefined;

  constructor(access: ClusterAccess) {
    this.#access = access;
    this.#ca = access.tls === undefined ? undefined : readFileSync(access.tls.ca);
  }

  /** Any call. A string is sent as NDJSON, anything else as JSON. Rejects where no answer comes. */
  json(method: string, path: string, body?: unknown): Promise<ClusterAnswer> {
    const { url, user, password, apiKey } = this.#access;
    const text = typeof body === 'string';
    const payload = Buffer.from(text ? body : body === undefined ? '' : JSON.stringify(body));
    const headers = {
      ...(body === undefined ? {} : { 'content-type': text ? 'application/x-ndjson' : 'application/json' }),
      ...(apiKey === undefined ? {} : { authorization: `ApiKey ${apiKey}` }),
      'content-length': payload.length,
    };
    const auth = user === undefined ? {} : { auth: `${user}:${password}` };
    const ca = this.#ca === undefined ? {} : { ca: this.#ca };
    // A connection for each call: one that is kept would break when the server is killed.
    const options = { method, headers, ...auth, ...ca, agent: false };
    return new Promise((resolve, reject) => {
      const request = (url.startsWith('https:') ? https : http).request(`${url}${path}`, options, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk)).once('error', reject);
        response.once('end', () => {
          const said = Buffer.concat(chunks).toString();
          resolve({ status: response.statusCode ?? 0, headers: response.headers, json: parsed(said), text: said });
        });
      });
      request.once('error', reject).end(payload);
    });
  }

  /** Number of documents of an index or data stream, all that were accepted so far; `query` is the inside of `query`. */
  async count(index: string, query: object = { match_all: {} }): Promise<number> {
    await this.refresh(index);
    return (await this.#ok('POST', `/${index}/_count`, { query })).count;
  }

  /** Sends NDJSON; `parameters` as in `pipeline=_none`. Items may have failed: see `items`. */
  // biome-ignore lint/suspicious/noExplicitAny: as above
  bulk(index: string, ndjson: string, parameters = ''): Promise<any> {
    return this.#ok('POST', `/${index}/_bulk?${parameters}`, ndjson);
  }

  /** The ids of all documents, an id as often as it is stored. */
  async ids(index: string): Promise<string[]> {
    await this.refresh(index);
    // Scrolling is what both products have alike; Elasticsearch does not sort by _id.
    const first = { size: PAGE, sort: ['_doc'], _source: false };
    const ids: string[] = [];
    let page = await this.#ok('POST', `/${index}/_search?scroll=5m&filter_path=_scroll_id,hits.hits._id`, first);
    for (;;) {
      const hits: { _id: string }[] = page.hits?.hits ?? [];
      const { _scroll_id: scrollId } = page;
      if (hits.length === 0) {
        await this.#ok('DELETE', '/_search/scroll', { scroll_id: [scrollId] });
        return ids;
      }
      for (const { _id: id } of hits) ids.push(id);
      page = await this.#ok('POST', '/_search/scroll?filter_path=_scroll_id,hits.hits._id', {
        scroll: '5m',
        scroll_id: scrollId,
      });
    }
  }

  /** The documents of these ids as they were sent, by id; what is not there is left out. */
  async documents(index: string, ids: readonly string[]): Promise<Map<string, unknown>> {
    await this.refresh(index);
    const found = new Map<string, unknown>();
    for (let from = 0; from < ids.length; from += LOOK_UP) {
      const query = { ids: { values: ids.slice(from, from + LOOK_UP) } };
      const path = `/${index}/_search?filter_path=hits.hits._id,hits.hits._source`;
      const { hits } = await this.#ok('POST', path, { query, size: PAGE });
      for (const { _id: id, _source: source } of hits?.hits ?? []) found.set(id, source);
    }
    return found;
  }

  /** Deletes an index, or a data stream with all its backing indices. */
  async remove(name: string): Promise<void> {
    const isStream = (await this.backingIndices(name)).length > 0;
    await this.#ok('DELETE', isStream ? `/_data_stream/${name}` : `/${name}`);
  }

  /** Makes everything accepted so far visible to searches. */
  async refresh(index: string): Promise<void> {
    await this.#ok('POST', `/${index}/_refresh`);
  }

  /** Rolls a data stream over; returns the name of its new write index. */
  async rollover(stream: string): Promise<string> {
    return (await this.#ok('POST', `/${stream}/_rollover`)).new_index;
  }

  /** The backing indices of a data stream in order; the last is written to. */
  async backingIndices(stream: string): Promise<string[]> {
    return (await this.#ok('GET', `/_resolve/index/${stream}`)).data_streams[0]?.backing_indices ?? [];
  }

  /** One shard and no replicas, unless `settings` say otherwise. */
  async putTemplate(name: string, template: ClusterTemplate): Promise<void> {
    const { pattern, dataStream, settings = {}, properties = {} } = template;
    await this.#ok('PUT', `/_index_template/${name}`, {
      index_patterns: [pattern],
      priority: 500,
      ...(dataStream ? { data_stream: {} } : {}),
      template: {
        settings: { number_of_shards: 1, number_of_replicas: 0, ...settings },
        mappings: { properties: { '@timestamp': { type: 'date' }, ...properties } },
      },
    });
  }

  /** Such as `{ 'index.blocks.write': true }`; null puts a default back. On a data stream, all its backing indices. */
  async changeSettings(index: string, settings: object): Promise<void> {
    await this.#ok('PUT', `/${index}/_settings`, settings);
  }

  /** Such as `{ 'cluster.blocks.read_only': true }`; null puts a default back. */
  async changeClusterSettings(settings: object): Promise<void> {
    await this.#ok('PUT', '/_cluster/settings', { persistent: settings });
  }

  // biome-ignore lint/suspicious/noExplicitAny: as above
  async #ok(method: string, path: string, body?: unknown): Promise<any> {
    const { status, json, text } = await this.json(method, path, body);
    if (status < 200 || status > 299) throw new Error(`${method} ${path}: ${status} ${text.slice(0, 2_000)}`);
    return json;
  }
}

// biome-ignore lint/suspicious/noExplicitAny: as above
function parsed(text: string): any {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

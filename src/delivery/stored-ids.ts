/**
 * What a data stream (or an alias that rolls over) has already.
 *
 * An id keeps a document from being stored twice only within one index: after a rollover the same id is taken again.
 * So where there are several indices behind the name, ids are looked up over all of them before documents are sent that
 * may be there. Between such a look and the request that follows, a rollover can still slip through; looks are a fifth of
 * a second old at most, and new where something is sent again.
 */

import { ClusterApi, refusalOf } from '../cluster/api.ts';
import type { ClusterHttp } from '../cluster/http.ts';
import type { DocumentAccount } from '../sinks/document-account.ts';

/** How old a look at the indices may be. */
const FRESH_MS = 200;

/** Hits are at most 10,000 (index.max_result_window), and an id can be there more than once. */
const IDS_A_QUERY = 5_000;
const MAX_HITS = 10_000;

/** The indices behind a name. */
export interface Behind {
  /** Their names; a rollover changes it. */
  readonly indices: string;
  /** There is more than one. */
  readonly hasRolledOver: boolean;
}

interface Resolved {
  readonly indices?: readonly { readonly name: string }[];
  readonly aliases?: readonly { readonly indices: readonly string[] }[];
  readonly data_streams?: readonly { readonly backing_indices: readonly string[] }[];
}

interface Hits {
  readonly hits?: { readonly hits?: readonly { readonly _id: string }[] };
}

interface PathBuckets {
  readonly aggregations?: { readonly paths?: { readonly buckets?: readonly { readonly key: string }[] } };
}

interface FieldCapabilities {
  readonly fields?: Record<string, Record<string, { readonly searchable: boolean; readonly aggregatable: boolean }>>;
}

const PATH_FIELD = 'log.file.path';

/** Looks things up in one stream. Throws E_CLUSTER_* where the cluster refuses or does not answer. */
export class StoredIds {
  readonly #api: ClusterApi;
  readonly #stream: string;
  readonly #signal: AbortSignal;
  #look: Promise<Behind> | null = null;
  #lookedAtMs = 0;
  #canSearchPaths: boolean | null = null;

  /** A look-up is as patient as the bodies that wait for it: `retryForMs`. */
  constructor(http: ClusterHttp, stream: string, retryForMs: number, signal: AbortSignal) {
    this.#api = new ClusterApi(http, retryForMs, true);
    this.#stream = encodeURIComponent(stream);
    this.#signal = signal;
  }

  /** The indices behind the name, as they are or were at most `ageMs` ago. */
  look(ageMs = FRESH_MS): Promise<Behind> {
    if (this.#look === null || Date.now() - this.#lookedAtMs >= ageMs) {
      this.#lookedAtMs = Date.now();
      this.#look = this.#resolve();
      // It is asked for again; whoever waits for this one hears of it.
      this.#look.catch(() => {
        this.#look = null;
      });
    }
    return this.#look;
  }

  /** https://www.elastic.co/docs/api/doc/elasticsearch/operation/operation-indices-resolve-index, OpenSearch alike. */
  async #resolve(): Promise<Behind> {
    const answer = await this.#api.call('GET', `/_resolve/index/${this.#stream}`, undefined, this.#signal);
    // Nothing is there yet; OpenSearch says so with empty lists.
    if (answer.status === 404) return { indices: '', hasRolledOver: false };
    if (answer.status !== 200) throw refusalOf(answer, `looking for the indices of ${this.#stream}`);
    const { indices = [], aliases = [], data_streams: streams = [] } = answer.json as Resolved;
    const names = new Set([
      ...indices.map(({ name }) => name),
      ...aliases.flatMap((alias) => alias.indices),
      ...streams.flatMap((stream) => stream.backing_indices),
    ]);
    return { indices: [...names].sort().join(), hasRolledOver: names.size > 1 };
  }

  /** Says of each object whether the stream may have documents of it that its ids do not guard. */
  async expect(accounts: readonly DocumentAccount[]): Promise<void> {
    const { indices, hasRolledOver } = await this.look();
    const unknown = accounts.filter((account) => account.lookedAt !== indices);
    if (unknown.length === 0) return;
    const known = hasRolledOver ? await this.#pathsAmong(unknown.map(({ path }) => path)) : new Set<string>();
    for (const account of unknown) {
      account.lookedAt = indices;
      // Events of a window have a path each.
      const { object, path } = account;
      account.mayBeStored = known === null || (object.kind === 'cloudwatch' ? hasRolledOver : known.has(path));
    }
  }

  /** Those paths that documents of the stream have; null where it cannot be told. */
  async #pathsAmong(paths: readonly string[]): Promise<ReadonlySet<string> | null> {
    await this.#refresh();
    this.#canSearchPaths ??= await this.#findOutPaths();
    if (!this.#canSearchPaths) return null;
    const query = {
      size: 0,
      query: { terms: { [PATH_FIELD]: paths } },
      aggs: { paths: { terms: { field: PATH_FIELD, size: paths.length } } },
    };
    const answer = await this.#search(query, 'aggregations.paths.buckets.key');
    const { aggregations } = answer as PathBuckets;
    return new Set(aggregations?.paths?.buckets?.map(({ key }) => key) ?? []);
  }

  /** Whether the path is searched as a keyword in all indices: else nothing found would not mean that nothing is there. */
  async #findOutPaths(): Promise<boolean> {
    const path = `/${this.#stream}/_field_caps?fields=${PATH_FIELD}&include_unmapped=true`;
    const answer = await this.#api.call('GET', path, undefined, this.#signal);
    // OpenSearch has a right of its own for this question (indices:data/read/field_caps).
    if (answer.status === 403) return false;
    if (answer.status !== 200) throw refusalOf(answer, `looking up the mapping of ${PATH_FIELD} in ${this.#stream}`);
    const types = Object.entries((answer.json as FieldCapabilities).fields?.[PATH_FIELD] ?? {});
    return (
      types.length === 1 && types.every(([type, can]) => type !== 'unmapped' && can.searchable && can.aggregatable)
    );
  }

  /** Those ids that the stream has. */
  async among(ids: readonly string[]): Promise<ReadonlySet<string>> {
    await this.#refresh();
    const found = new Set<string>();
    for (let at = 0; at < ids.length; at += IDS_A_QUERY) {
      const values = ids.slice(at, at + IDS_A_QUERY);
      const query = { query: { ids: { values } }, size: MAX_HITS, _source: false, sort: ['_doc'] };
      const answer = (await this.#search(query, 'hits.hits._id')) as Hits;
      for (const { _id } of answer.hits?.hits ?? []) found.add(_id);
    }
    return found;
  }

  async #search(query: object, filterPath: string): Promise<unknown> {
    const path = `/${this.#stream}/_search?filter_path=${filterPath}`;
    const answer = await this.#api.call('POST', path, query, this.#signal);
    if (answer.status !== 200) throw refusalOf(answer, `looking documents up in ${this.#stream} (the right "read")`);
    return answer.json;
  }

  /** Makes visible what was written. Without the right to it, the cluster's own refresh has to do. */
  async #refresh(): Promise<void> {
    const answer = await this.#api.call('POST', `/${this.#stream}/_refresh`, undefined, this.#signal);
    if (answer.status !== 200 && answer.status !== 403) throw refusalOf(answer, `refreshing ${this.#stream}`);
  }
}

/** Counts the documents of a target by `log.file.path`, the field that names their object, or by their log group. */

import { type ApiAnswer, type ClusterApi, refusalOf } from '../cluster/api.ts';
import { FlowbulkError } from '../errors.ts';
import { formatDay } from '../plan/dates.ts';

const PATH_FIELD = 'log.file.path';

/** The field that names the log group of a document, and the time of its event. */
const GROUP_FIELD = 'aws.cloudwatch.log_group';
const START_FIELD = 'event.start';

/** What objects are known by in their documents. */
export type CountedBy = 'path' | 'log group';

/** Indices that are named where mappings do not fit. */
const NAMED = 3;

/** What can be counted. */
export interface Countable {
  /** There is nothing of this name. */
  readonly isMissing: boolean;
  /** These credentials may not refresh, or the cluster has no such thing: counts are those of its own last refresh. */
  readonly isStale: boolean;
  /** Why counts would prove nothing; null where they do. */
  readonly obstacle: string | null;
}

interface Capability {
  readonly searchable: boolean;
  readonly indices?: readonly string[];
}

interface FieldCapabilities {
  readonly indices?: readonly string[];
  readonly fields?: Record<string, Record<string, Capability>>;
}

interface Counted {
  readonly count: number;
  readonly _shards: { readonly total: number; readonly failed: number };
}

/** Types whose values are searched as they are. Others, such as text, are searched by their words. */
const EXACT_TYPES: ReadonlySet<string> = new Set(['keyword', 'wildcard', 'constant_keyword']);

/** What of the mappings keeps counts from being a proof; null where nothing does. */
function obstacleOf(field: string, types: Record<string, Capability>): string | null {
  const wrong = Object.entries(types).filter(([type, { searchable }]) => !EXACT_TYPES.has(type) || !searchable);
  if (wrong.length === 0 && Object.keys(types).length > 0) return null;
  const parts = wrong.map(([type, { searchable, indices }]) => {
    const what = type === 'unmapped' ? 'not mapped' : searchable ? type : `a ${type} that is not indexed`;
    return indices === undefined ? what : `${what} in ${indices.slice(0, NAMED).join(', ')}`;
  });
  const is = parts.length === 0 ? 'not mapped' : parts.join(', ');
  return `${field} is ${is}, so that documents cannot be counted by it: flowbulk setup makes a mapping that can`;
}

/** Counts in one data stream, index, alias or pattern of them. Throws E_CLUSTER_*. */
export class TargetCounts {
  readonly #api: ClusterApi;
  readonly #name: string;
  readonly #path: string;
  readonly #signal: AbortSignal;
  readonly #field: string;

  /** `name` may hold `*`. */
  constructor(api: ClusterApi, name: string, countedBy: CountedBy, signal: AbortSignal) {
    this.#field = countedBy === 'path' ? PATH_FIELD : GROUP_FIELD;
    this.#api = api;
    this.#name = name;
    this.#path = `/${encodeURIComponent(name)}`;
    this.#signal = signal;
  }

  /** Makes visible what was written, and looks whether it can be counted. */
  async prepare(): Promise<Countable> {
    const refreshed = await this.#api.call('POST', `${this.#path}/_refresh`, undefined, this.#signal);
    const path = `${this.#path}/_field_caps?fields=${this.#field}&include_unmapped=true`;
    const answer = await this.#api.call('GET', path, undefined, this.#signal);
    if (answer.status === 404) return { isMissing: true, isStale: false, obstacle: null };
    const { indices, fields } = this.#read(answer, 'looking up the mapping') as FieldCapabilities;
    // A pattern that nothing fits.
    if (indices?.length === 0) return { isMissing: true, isStale: false, obstacle: null };
    return {
      isMissing: false,
      isStale: refreshed.status !== 200,
      obstacle: obstacleOf(this.#field, fields?.[this.#field] ?? {}),
    };
  }

  /** How many documents have a path that begins so. */
  count(prefix: string): Promise<number> {
    return this.#count(
      prefix === '' ? { exists: { field: PATH_FIELD } } : { prefix: { [PATH_FIELD]: { value: prefix } } },
    );
  }

  /** How many documents a log group has: all, those without `start`, or those of a day since the epoch by that. */
  countEvents(group: string, which: 'all' | 'timeless' | number): Promise<number> {
    const filter: object[] = [{ term: { [GROUP_FIELD]: { value: group } } }];
    if (typeof which === 'number')
      filter.push({ range: { [START_FIELD]: { gte: formatDay(which), lt: formatDay(which + 1) } } });
    const none = which === 'timeless' ? { must_not: [{ exists: { field: START_FIELD } }] } : {};
    return this.#count({ bool: { filter, ...none } });
  }

  async #count(query: object): Promise<number> {
    const answer = await this.#api.call('POST', `${this.#path}/_count`, { query }, this.#signal);
    const { count, _shards: shards } = this.#read(answer, 'counting documents') as Counted;
    if (shards.failed > 0) {
      throw new FlowbulkError(
        'E_CLUSTER_UNREACHABLE',
        `${shards.failed} of ${shards.total} shards of ${this.#name} did not count: try again when the cluster is well`,
      );
    }
    return count;
  }

  #read(answer: ApiAnswer, doing: string): unknown {
    if (answer.status !== 200) throw refusalOf(answer, `${doing} in ${this.#name} (the right "read")`);
    return answer.json;
  }
}

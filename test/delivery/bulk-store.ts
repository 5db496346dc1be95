/** What a cluster does with the body of a `_bulk` request: reads it as strictly as the real ones, and stores documents. */

/** One action of a body with its document. `id` is null where the cluster is to make one. */
export interface Operation {
  readonly op: 'create' | 'index';
  /** The name that was written to. */
  readonly name: string;
  readonly id: string | null;
  readonly document: string;
}

/** An error as Elasticsearch and OpenSearch write them. */
export interface ClusterError {
  readonly status: number;
  readonly type: string;
  readonly reason: string;
}

/** One item of an answer, whole; `filter_path` takes away from it. */
export type AnswerItem = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** A document in the store. `times`: how often it was stored, in whatever index, or written over. */
export interface StoredDocument {
  /** The index that took it first. */
  readonly index: string;
  readonly name: string;
  document: string;
  times: number;
}

const REFUSED = 'illegal_argument_exception';

/** The operations of a body, or why the body as a whole is refused. `name` is the one in the path, if any. */
export function parseBulk(body: string, name: string | null): readonly Operation[] | ClusterError {
  const refuse = (reason: string, type = REFUSED): ClusterError => ({ status: 400, type, reason });
  if (body === '') return refuse('request body is required', 'parse_exception');
  if (!body.endsWith('\n')) return refuse('The bulk request must be terminated by a newline [\\n]');
  const lines = body.slice(0, -1).split('\n');
  const operations: Operation[] = [];
  for (let i = 0; i < lines.length; i += 2) {
    const malformed = (what: string) => refuse(`Malformed action/metadata line [${i + 1}], ${what}`);
    const action = parsedObject(lines[i]!);
    if (action === null) return malformed('expected START_OBJECT');
    const [[op, meta] = ['', null], ...more] = Object.entries(action);
    if (more.length > 0 || (op !== 'create' && op !== 'index')) return malformed(`found [${Object.keys(action)}]`);
    const { _id: id = null, _index: index = name } = (meta ?? {}) as { _id?: string; _index?: string };
    if (index === null) return refuse('Validation Failed: 1: index is missing;', 'action_request_validation_exception');
    const document = lines[i + 1];
    if (document === undefined) return refuse(`no requests after action line [${i + 1}]`);
    operations.push({ op, name: index, id, document });
  }
  return operations;
}

function parsedObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null;
  } catch {
    return null;
  }
}

/** The documents of a cluster, by name and by the index behind it: ids keep documents apart in one index only. */
export class BulkStore {
  /** Every document by its id. */
  readonly stored = new Map<string, StoredDocument>();
  readonly #streams: boolean;
  /** The indices behind each name, the one written to last. */
  readonly #indices = new Map<string, Map<string, Set<string>>>();
  /** What a search does not see before `refresh`, as on a real server. */
  readonly #unseen = new Set<string>();
  #madeIds = 0;

  /** `streams`: every name is a data stream. */
  constructor(streams: boolean) {
    this.#streams = streams;
  }

  /** Takes one operation. */
  take({ op, name, id, document }: Operation): AnswerItem {
    if (parsedObject(document) === null) {
      return itemError(op, { status: 400, type: 'document_parsing_exception', reason: '[1:1] failed to parse' });
    }
    if (this.#streams && op !== 'create') {
      const reason = 'only write ops with an op_type of create are allowed in data streams';
      return itemError(op, { status: 400, type: REFUSED, reason });
    }
    const [index, ids] = this.#writeIndex(name);
    const key = id ?? `made-${++this.#madeIds}`;
    const isThere = ids.has(key);
    if (isThere && op === 'create') {
      const reason = `[${key}]: version conflict, document already exists (current version [1])`;
      return itemError(op, { status: 409, type: 'version_conflict_engine_exception', reason });
    }
    ids.add(key);
    this.#unseen.add(`${index} ${key}`);
    const before = this.stored.get(key);
    if (before === undefined) this.stored.set(key, { index, name, document, times: 1 });
    else {
      before.times++;
      before.document = document;
    }
    const result = isThere ? 'updated' : 'created';
    return { [op]: { _index: index, _id: key, _version: 1, result, status: isThere ? 200 : 201 } };
  }

  /** Makes a new index behind a name, as a roll-over does. */
  rollover(name: string): void {
    const indices = this.#indicesOf(name);
    const generation = indices.size + 1;
    indices.set(`${this.#streams ? '.ds-' : ''}${name}-${`${generation}`.padStart(6, '0')}`, new Set());
  }

  /** Makes a new index behind every name. */
  rolloverAll(): void {
    for (const name of this.#indices.keys()) this.rollover(name);
  }

  /** The indices behind a name in order, the one written to last; none where nothing was written. */
  indicesOf(name: string): readonly string[] {
    return [...(this.#indices.get(name)?.keys() ?? [])];
  }

  refresh(): void {
    this.#unseen.clear();
  }

  /** Those of the ids that a search over a name finds: one that lies in two indices twice. */
  search(name: string, ids: readonly string[]): { _index: string; _id: string }[] {
    return [...(this.#indices.get(name) ?? [])].flatMap(([index, there]) =>
      ids
        .filter((id) => there.has(id) && !this.#unseen.has(`${index} ${id}`))
        .map((id) => ({ _index: index, _id: id })),
    );
  }

  /** How many documents of each of these `log.file.path` a search over a name finds. */
  countPaths(name: string, paths: readonly string[]): ReadonlyMap<string, number> {
    const counts = new Map<string, number>();
    for (const { _id } of this.search(name, [...this.stored.keys()])) {
      const { log } = JSON.parse(this.stored.get(_id)!.document) as { log?: { file?: { path?: string } } };
      const path = log?.file?.path;
      if (path !== undefined && paths.includes(path)) counts.set(path, (counts.get(path) ?? 0) + 1);
    }
    return counts;
  }

  /** How many documents a search over a name finds whose `log.file.path` begins so. */
  countPrefix(name: string, prefix: string): number {
    const paths = this.search(name, [...this.stored.keys()]).map(({ _id }) => {
      const { log } = JSON.parse(this.stored.get(_id)!.document) as { log?: { file?: { path?: string } } };
      return log?.file?.path;
    });
    return paths.filter((path) => path?.startsWith(prefix)).length;
  }

  /** Takes a document away, from all indices. */
  remove(id: string): void {
    this.stored.delete(id);
    for (const indices of this.#indices.values()) for (const ids of indices.values()) ids.delete(id);
  }

  #indicesOf(name: string): Map<string, Set<string>> {
    let indices = this.#indices.get(name);
    if (indices === undefined) {
      indices = new Map();
      this.#indices.set(name, indices);
    }
    return indices;
  }

  #writeIndex(name: string): readonly [string, Set<string>] {
    if (this.#indicesOf(name).size === 0) {
      if (this.#streams) this.rollover(name);
      else this.#indicesOf(name).set(name, new Set());
    }
    return [...this.#indicesOf(name)].at(-1)!;
  }
}

/** An item that was not taken. */
export function itemError(op: string, { status, type, reason }: ClusterError): AnswerItem {
  return { [op]: { status, error: { type, reason } } };
}

/** What the `filter_path` of a request leaves of an answer: all where there is none. */
export function filteredBy({ searchParams }: URL, answer: unknown): unknown {
  const asked = searchParams.get('filter_path');
  if (asked === null) return answer;
  const paths = asked.split(',').map((path) => path.split('.'));
  return filtered(answer, paths) ?? {};
}

/** `*` is any member, arrays are passed through, and what is empty then goes. */
function filtered(value: unknown, paths: readonly (readonly string[])[]): unknown {
  if (paths.some((path) => path.length === 0)) return value;
  if (Array.isArray(value)) {
    const kept = value.map((element) => filtered(element, paths)).filter((element) => element !== undefined);
    return kept.length === 0 ? undefined : kept;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const kept = Object.entries(value)
    .map(([name, member]) => {
      const inner = paths.filter(([first]) => first === '*' || first === name).map((path) => path.slice(1));
      return [name, inner.length === 0 ? undefined : filtered(member, inner)] as const;
    })
    .filter(([, member]) => member !== undefined);
  return kept.length === 0 ? undefined : Object.fromEntries(kept);
}

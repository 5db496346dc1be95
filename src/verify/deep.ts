/** Compares objects with the target, id by id. */

import { type ClusterApi, refusalOf } from '../cluster/api.ts';
import type { FlowbulkError } from '../errors.ts';
import { describeObject } from '../sources/refusals.ts';
import type { SourceObject } from '../sources/source.ts';
import type { IdReader, KnownId } from './object-ids.ts';

/** Hits are at most 10,000 (index.max_result_window), and an id can be there more than once. */
const IDS_A_QUERY = 5_000;
const MAX_HITS = 10_000;

/** Ids of one object that are kept by name. */
const NAMED = 1_000;

/** What became of an object's ids. */
export interface ComparedObject {
  readonly source: SourceObject;
  readonly object: string;
  /** Ids that the object gives. */
  readonly ids: number;
  readonly missing: number;
  /** Ids that lie in more than one index behind the name. */
  readonly twice: number;
  /** The first that are missing. */
  readonly missingIds: readonly KnownId[];
  /** Why it could not be read; null where it was. */
  readonly error: { readonly code: string; readonly reason: string } | null;
}

interface Hits {
  readonly hits?: { readonly hits?: readonly { readonly _id: string }[] };
}

/** Looks ids up in a name, which may hold `*`. */
class IdLookUp {
  readonly #api: ClusterApi;
  readonly #name: string;
  readonly #signal: AbortSignal;

  constructor(api: ClusterApi, name: string, signal: AbortSignal) {
    this.#api = api;
    this.#name = name;
    this.#signal = signal;
  }

  /** How often each id is there; those that are not are left out. */
  async count(ids: readonly string[], found = new Map<string, number>()): Promise<Map<string, number>> {
    const path = `/${encodeURIComponent(this.#name)}/_search?filter_path=hits.hits._id&allow_partial_search_results=false`;
    const query = { query: { ids: { values: ids } }, size: MAX_HITS, _source: false, sort: ['_doc'] };
    const answer = await this.#api.call('POST', path, query, this.#signal);
    if (answer.status !== 200) throw refusalOf(answer, `looking documents up in ${this.#name} (the right "read")`);
    const hits = (answer.json as Hits).hits?.hits ?? [];
    if (hits.length >= MAX_HITS && ids.length > 1) {
      // Each is there so often that not all were told.
      const half = ids.length >> 1;
      await this.count(ids.slice(0, half), found);
      return this.count(ids.slice(half), found);
    }
    for (const { _id: id } of hits) found.set(id, (found.get(id) ?? 0) + 1);
    return found;
  }
}

/** Batches of at most `IDS_A_QUERY`. */
async function* batches(bodies: AsyncIterable<readonly KnownId[]>): AsyncGenerator<readonly KnownId[]> {
  let waiting: KnownId[] = [];
  for await (const ids of bodies) {
    waiting = waiting.concat(ids);
    while (waiting.length >= IDS_A_QUERY) yield waiting.splice(0, IDS_A_QUERY);
  }
  if (waiting.length > 0) yield waiting;
}

/**
 * Reads each object again and looks all its ids up; what is written must be visible. `api` null: nothing is there.
 * Throws E_CLUSTER_*, and errors of reading that are not about one object.
 */
export async function compareObjects(
  objects: readonly SourceObject[],
  reader: IdReader,
  api: ClusterApi | null,
  name: string,
  signal: AbortSignal,
): Promise<readonly ComparedObject[]> {
  const compared: ComparedObject[] = [];
  for (const source of objects) {
    const sums = { ids: 0, missing: 0, twice: 0 };
    const missingIds: KnownId[] = [];
    let error: ComparedObject['error'] = null;
    try {
      for await (const batch of batches(reader.ids(source, signal))) {
        signal.throwIfAborted();
        const ids = batch.map(({ id }) => id);
        const found = api === null ? new Map<string, number>() : await new IdLookUp(api, name, signal).count(ids);
        sums.ids += batch.length;
        for (const known of batch) {
          const times = found.get(known.id) ?? 0;
          if (times > 1) sums.twice++;
          if (times > 0) continue;
          sums.missing++;
          if (missingIds.length < NAMED) missingIds.push(known);
        }
      }
    } catch (cause) {
      const { code, message: reason } = cause as FlowbulkError;
      if (typeof code !== 'string' || !code.startsWith('E_OBJECT_')) throw cause;
      error = { code, reason };
    }
    compared.push({ source, object: describeObject(source), ...sums, missingIds, error });
  }
  return compared;
}

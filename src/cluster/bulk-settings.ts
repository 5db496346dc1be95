/**
 * Settings that make a load faster, for the time of the load: no refresh and no replicas
 * (https://www.elastic.co/docs/deploy-manage/production-guidance/optimize-performance/indexing-speed). What was there
 * before is on disk before the cluster is told, and is put back after the run, or by the next one after a crash.
 */

import { type ErrorCode, FlowbulkError } from '../errors.ts';
import { type ClusterApi, refusalOf } from './api.ts';
import { type OldSettings, type OldSettingsByIndex, readJournal, writeJournal } from './settings-journal.ts';

const WHILE_LOADING = { index: { refresh_interval: '-1', number_of_replicas: '0' } };

const LOWER_MS = 30_000;

/** Of a request line both servers take 4,096 bytes (`http.max_initial_line_length`); the rest is for path and query. */
const MOST_NAME_BYTES = 3_000;

/** Calls may overlap: they wait for one another. Not for Serverless, which lets nobody set replicas. */
export class BulkSettings {
  readonly #api: ClusterApi;
  readonly #journalPath: string;
  /** Names that are done, or are being done. */
  readonly #seen = new Set<string>();
  #turn: Promise<unknown> = Promise.resolve();
  #hasEnded = false;

  /** `journalPath`: file in the job's folder where old values lie until they are put back. */
  constructor(api: ClusterApi, journalPath: string) {
    this.#api = api;
    this.#journalPath = journalPath;
  }

  /**
   * Takes indices that the run writes to. Those seen for the first time get their settings for loading, after their old
   * ones are on disk; those that are not there (yet) are left for the next call. After `restore` it does nothing.
   *
   * Throws E_CLUSTER_* where the cluster refuses, E_SINK_* for the journal. An index for which it threw is not tried
   * again: calls come many times a second, and the load goes on without.
   */
  take(indices: readonly string[], signal: AbortSignal): Promise<void> {
    const fresh = [...new Set(indices)].filter((index) => !this.#seen.has(index));
    for (const index of fresh) this.#seen.add(index);
    return this.#inTurn(async () => {
      if (this.#hasEnded) return;
      for (const names of inRequests(fresh)) await this.#lower(names, signal);
    });
  }

  /**
   * Puts all old values back, also those of a run before, and takes the journal away; gives the indices. Indices that
   * are gone count as put back. Where some cannot be, it tries the others, keeps those in the journal and throws an
   * error with the requests to make by hand.
   */
  restore(signal: AbortSignal): Promise<readonly string[]> {
    return this.#inTurn(() => {
      this.#hasEnded = true;
      return restoreLeftOver(this.#api, this.#journalPath, signal);
    });
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => {});
    return turn;
  }

  async #lower(names: readonly string[], signal: AbortSignal): Promise<void> {
    const there = await readSettings(this.#api, names, signal);
    // A name that is not an index's own, an alias's or a stream's, is there too, under other names.
    if ([...there.keys()].every((index) => names.includes(index))) {
      for (const name of names.filter((one) => !there.has(one))) this.#seen.delete(name);
    }
    if (there.size === 0) return;
    // What is in the journal already is from before a run that crashed: the cluster has that run's values now.
    writeJournal(this.#journalPath, new Map([...there, ...readJournal(this.#journalPath)]));
    signal.throwIfAborted();
    // Not with `signal`: a request that is broken off may still be carried out, and that after `restore`.
    const inTime = AbortSignal.timeout(LOWER_MS);
    const refused = await putSettings(this.#api, [...there.keys()], WHILE_LOADING, inTime);
    if (refused !== null) throw refused;
  }
}

/**
 * Puts back what a run before has left, as `BulkSettings.restore` does; gives the indices, none where there is nothing.
 */
export async function restoreLeftOver(
  api: ClusterApi,
  journalPath: string,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const journal = readJournal(journalPath);
  if (journal.size === 0) return [];
  const left = new Map(journal);
  let failure: Error | null = null;
  for (const { names, settings } of alike(journal)) {
    // Together, then one by one: a single index may be closed or blocked.
    const batch = await attempt(() => putSettings(api, names, { index: settings }, signal));
    const failed = new Set<string>();
    // A cluster that cannot be reached is not asked once more for each index.
    const isHopeless = signal.aborted || (batch !== null && codeOf(batch) === 'E_CLUSTER_UNREACHABLE');
    for (const name of batch === null ? [] : names) {
      const refused = isHopeless ? batch : await attempt(() => putSettings(api, [name], { index: settings }, signal));
      failure ??= refused;
      if (refused !== null) failed.add(name);
    }
    for (const name of names) {
      if (!failed.has(name)) left.delete(name);
    }
  }
  writeJournal(journalPath, left);
  if (failure !== null) throw notRestored(left, failure, journalPath);
  return [...journal.keys()];
}

/** Indices that are there, with their settings. */
async function readSettings(
  api: ClusterApi,
  names: readonly string[],
  signal: AbortSignal,
): Promise<Map<string, OldSettings>> {
  const query =
    'ignore_unavailable=true&filter_path=*.settings.index.uuid,*.settings.index.refresh_interval,*.settings.index.number_of_replicas';
  const answer = await api.call('GET', `/${joined(names)}/_settings?${query}`, undefined, signal);
  if (answer.status === 404) return new Map();
  if (answer.status !== 200) {
    throw refusalOf(answer, `reading the settings of ${names.join(', ')} (index privilege view_index_metadata)`);
  }
  const there = answer.json as Record<string, { readonly settings: { readonly index: Partial<OldSettings> } }>;
  return new Map(
    Object.entries(there).map(([name, { settings }]) => {
      const { refresh_interval = null, number_of_replicas = null } = settings.index;
      return [name, { refresh_interval, number_of_replicas }];
    }),
  );
}

/** Null where all went well: indices that are gone do not matter. Gives what the cluster refused, throws for all else. */
async function putSettings(
  api: ClusterApi,
  names: readonly string[],
  settings: object,
  signal: AbortSignal,
): Promise<FlowbulkError | null> {
  for (const some of inRequests(names)) {
    const path = `/${joined(some)}/_settings?ignore_unavailable=true`;
    const answer = await api.call('PUT', path, settings, signal);
    if (answer.status !== 200 && answer.status !== 404) {
      return refusalOf(answer, `changing the settings of ${some.join(', ')} (index privilege manage)`);
    }
  }
  return null;
}

/** The failure of an attempt; null where it went well. */
async function attempt(work: () => Promise<FlowbulkError | null>): Promise<Error | null> {
  try {
    return await work();
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

const joined = (names: readonly string[]): string => names.map(encodeURIComponent).join(',');

/** Names in groups that fit into the path of one request each. */
function inRequests(names: readonly string[]): readonly (readonly string[])[] {
  const groups: string[][] = [];
  let room = 0;
  for (const name of names) {
    room -= encodeURIComponent(name).length + 1;
    if (room < 0) {
      groups.push([]);
      room = MOST_NAME_BYTES - encodeURIComponent(name).length - 1;
    }
    groups.at(-1)?.push(name);
  }
  return groups;
}

/** Indices with the same old values: most runs have one group. */
function alike(journal: OldSettingsByIndex): readonly { names: string[]; settings: OldSettings }[] {
  const groups = new Map<string, { names: string[]; settings: OldSettings }>();
  for (const [name, { refresh_interval, number_of_replicas }] of journal) {
    const settings = { refresh_interval, number_of_replicas };
    const key = JSON.stringify(settings);
    const group = groups.get(key) ?? { names: [], settings };
    group.names.push(name);
    groups.set(key, group);
  }
  return [...groups.values()];
}

function codeOf(error: Error): ErrorCode {
  // Else the time for it was up.
  return error instanceof FlowbulkError ? error.code : 'E_CLUSTER_UNREACHABLE';
}

function notRestored(left: OldSettingsByIndex, failure: Error, journalPath: string): FlowbulkError {
  const byHand = alike(left).map(
    ({ names, settings }) => `PUT /${names.join(',')}/_settings ${JSON.stringify({ index: settings })}`,
  );
  return new FlowbulkError(
    codeOf(failure),
    `settings from before the load could not be put back (${failure.message}). The next run of this job tries it again, ` +
      `they are in ${journalPath}; by hand: ${byHand.join('; ')}`,
    { cause: failure, facts: { indices: left.size } },
  );
}

/** Fresh indices in a cluster, all made alike, and no trace of them afterwards. */

import { randomBytes } from 'node:crypto';
import { clusterAccess } from '../src/cluster/access.ts';
import { ClusterApi, refusalOf } from '../src/cluster/api.ts';
import { type Cluster, discoverCluster } from '../src/cluster/flavour.ts';
import { ClusterHttp } from '../src/cluster/http.ts';
import { indexTemplate, templatePath } from '../src/cluster/template.ts';
import { parseIndexName } from '../src/formats/index-name.ts';

/** To make an index, to delete one with all its documents. */
const TIMEOUT_MS = 60_000;

/** The indices of one bench. Methods throw E_CLUSTER_*. */
export class BenchIndices {
  readonly cluster: Cluster;
  readonly #api: ClusterApi;
  readonly #prefix: string;
  readonly #templatePath: string;
  #made = 0;

  constructor(api: ClusterApi, cluster: Cluster, prefix: string, path: string) {
    this.#api = api;
    this.cluster = cluster;
    this.#prefix = prefix;
    this.#templatePath = path;
  }

  /** Makes an empty index and gives its name. */
  async make(signal: AbortSignal): Promise<string> {
    const name = `${this.#prefix}-${(++this.#made).toString().padStart(4, '0')}`;
    await this.#call('PUT', `/${name}`, { settings: { index: { number_of_replicas: 0 } } }, signal);
    return name;
  }

  /** Documents in an index. */
  async count(name: string, signal: AbortSignal): Promise<number> {
    await this.#call('POST', `/${name}/_refresh`, undefined, signal);
    return ((await this.#call('GET', `/${name}/_count`, undefined, signal)) as { count: number }).count;
  }

  /** Deletes an index. */
  async drop(name: string): Promise<void> {
    await this.#call('DELETE', `/${name}?ignore_unavailable=true`, undefined, AbortSignal.timeout(TIMEOUT_MS));
  }

  /** Deletes the template. */
  async close(): Promise<void> {
    try {
      await this.#call('DELETE', this.#templatePath, undefined, AbortSignal.timeout(TIMEOUT_MS));
    } finally {
      await this.#api.close();
    }
  }

  async #call(method: 'GET' | 'PUT' | 'POST' | 'DELETE', path: string, body: unknown, signal: AbortSignal) {
    const answer = await this.#api.call(method, path, body, signal);
    if (answer.status !== 200) throw refusalOf(answer, `${method} ${path}`);
    return answer.json;
  }
}

/**
 * Finds out what a cluster is and puts the template that `flowbulk setup` makes for time-named indices, with a name of
 * its own. Throws E_CLUSTER_*.
 */
export async function openBenchIndices(url: string, signal: AbortSignal): Promise<BenchIndices> {
  const hosts = [url.replace(/\/+$/, '')];
  const access = clusterAccess({ insecure: false, requestTimeoutMs: TIMEOUT_MS }, hosts, {});
  const api = new ClusterApi(new ClusterHttp(hosts, access, 1));
  try {
    const cluster = await discoverCluster(api, {}, signal);
    const prefix = `flowbulk-bench-${randomBytes(4).toString('hex')}`;
    const { name, body } = indexTemplate(parseIndexName(`${prefix}-{yyyy}`), cluster, 'standard', null);
    const path = templatePath(name);
    const answer = await api.call('PUT', path, body, signal);
    if (answer.status !== 200) throw refusalOf(answer, `putting the index template ${name}`);
    return new BenchIndices(api, cluster, prefix, path);
  } catch (error) {
    await api.close();
    throw error;
  }
}

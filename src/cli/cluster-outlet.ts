/** DESTINATION where it is a cluster: found out about, and made ready to be sent to. */

import { accessWarnings, type ClusterAccess, clusterAccess } from '../cluster/access.ts';
import { ClusterApi } from '../cluster/api.ts';
import { BulkSettings, restoreLeftOver } from '../cluster/bulk-settings.ts';
import { type Cluster, describeCluster, discoverCluster } from '../cluster/flavour.ts';
import { ClusterHttp } from '../cluster/http.ts';
import { type NameFacts, resolveName } from '../cluster/resolve.ts';
import type { Target } from '../cluster/target.ts';
import { isElasticStream } from '../cluster/template.ts';
import { FILTER_PATH } from '../delivery/answer.ts';
import type { BulkSpec } from '../delivery/bulk-spec.ts';
import { type PermitLimits, Permits } from '../delivery/permits.ts';
import { FlowbulkError } from '../errors.ts';
import { type IndexName, isTimeNamed } from '../formats/index-name.ts';
import type { Job } from '../job/job.ts';
import { formatBytes } from '../progress/numbers.ts';
import type { CommandIo } from './command.ts';
import type { Outlet } from './conversion.ts';
import type { Values } from './options.ts';

/** Options of delivery to a cluster. */
export const DELIVERY_OPTIONS = [
  'op',
  'body-bytes',
  'body-records',
  'inflight-bytes',
  'concurrency',
  'max-rate',
  'request-timeout',
  'retry-for',
  'max-rejects',
  'wait-blocked',
  'pipeline',
  'bulk-settings',
  'flavour',
] as const;

/** Options that say who asks the cluster, and how. */
export const ACCESS_OPTIONS = [
  'api-key-file',
  'user',
  'password-file',
  'ca',
  'cert',
  'key',
  'insecure',
  'aws-sigv4',
  'cloud-id',
] as const;

/** Values of those options, with others that matter here. */
export type DeliveryValues = Values<
  (typeof DELIVERY_OPTIONS)[number] | (typeof ACCESS_OPTIONS)[number] | 'ids' | 'compress' | 'aws-region' | 'profile'
>;

/** Requests that are made before it is known what the cluster can take: two keep a single node busy. */
const FIRST_CONCURRENCY = 2;

/** A body must hold the largest document there can be. */
const MIN_BODY_BYTES = 1 << 20;

/** Bodies of all workers lie in one memory of 4 GiB, beside the geo tables. */
const MAX_BODIES_BYTES = 3 * 2 ** 30;

const KINDS: Readonly<Record<NameFacts['kind'], string>> = {
  'data stream': 'data stream',
  alias: 'alias',
  index: 'index',
  missing: 'new',
  unknown: 'name',
};

/** How long settings are put back after a run that was stopped. */
const RESTORE_MS = 30_000;

/** A cluster that can be sent to. */
export interface OpenCluster {
  readonly api: ClusterApi;
  readonly access: ClusterAccess;
  readonly cluster: Cluster;
}

/** Reads credentials and finds out what the cluster is. Throws E_USAGE and E_CLUSTER_*. */
export async function openCluster(
  target: Target,
  values: Values<(typeof ACCESS_OPTIONS)[number] | 'aws-region' | 'profile' | 'request-timeout' | 'flavour'>,
  { talk, env, signal }: CommandIo,
): Promise<OpenCluster> {
  const access = clusterAccess({ ...values, requestTimeoutMs: values.requestTimeout }, target.hosts, env);
  for (const warning of accessWarnings(access, target.hosts)) talk.warn(warning);
  const api = new ClusterApi(new ClusterHttp(target.hosts, access, 2));
  try {
    const cluster = await discoverCluster(api, { flavour: values.flavour, sigv4: values.awsSigv4 }, signal);
    return { api, access, cluster };
  } catch (error) {
    await api.close();
    throw error;
  }
}

/** Sizes of bodies and limits of requests for so many workers. Throws E_USAGE where they cannot be. */
export function deliverySizes(
  values: Pick<DeliveryValues, 'bodyBytes' | 'inflightBytes' | 'concurrency' | 'maxRate'>,
  workers: number,
): { readonly bodyBytes: number; readonly bodies: number; readonly limits: PermitLimits } {
  const { inflightBytes, concurrency = null, maxRate = null } = values;
  const bodyBytes = Math.min(values.bodyBytes, Math.floor(inflightBytes / (2 * workers)));
  if (bodyBytes < MIN_BODY_BYTES) {
    throw new FlowbulkError(
      'E_USAGE',
      `bodies of ${formatBytes(bodyBytes)} are too small for the largest documents: --body-bytes takes 1MiB or more, ` +
        `and --inflight-bytes twice that for each of ${workers} workers`,
    );
  }
  // One more than may be in flight: the one that is being filled.
  const inFlight = Math.max(Math.floor(inflightBytes / (workers * bodyBytes)), Math.ceil((concurrency ?? 0) / workers));
  const bodies = inFlight + 1;
  if (bodies * workers * bodyBytes > MAX_BODIES_BYTES) {
    throw new FlowbulkError(
      'E_USAGE',
      `${bodies * workers} bodies of ${formatBytes(bodyBytes)} are more than ${formatBytes(MAX_BODIES_BYTES)}: ` +
        'give less --inflight-bytes, --body-bytes or --concurrency',
    );
  }
  const limits: PermitLimits = {
    concurrency: concurrency ?? FIRST_CONCURRENCY,
    isFixed: concurrency !== null,
    mostConcurrency: concurrency ?? inFlight * workers,
    inflightBytes,
    maxRate,
  };
  return { bodyBytes, bodies, limits };
}

/** Whether a host, a URL, is this machine. */
export const isLoopback = (host: string): boolean =>
  /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(new URL(host).hostname);

/** The path of `_bulk` requests. */
function bulkPath(name: string, isTimeNamed: boolean, pipeline: string | null): string {
  const query = pipeline === null ? '' : `&pipeline=${encodeURIComponent(pipeline)}`;
  const index = isTimeNamed ? '' : `/${encodeURIComponent(name)}`;
  return `${index}/_bulk?filter_path=${FILTER_PATH}${query}`;
}

/** What is behind the name, and what to look out for. Throws E_USAGE where the operation cannot be done there. */
async function checkName(
  { api, cluster }: OpenCluster,
  target: Target,
  values: DeliveryValues,
  { talk, signal }: CommandIo,
): Promise<NameFacts> {
  if (cluster.amazon === 'aoss') return { kind: 'index', hasTemplate: true };
  const facts = await resolveName(api, target.name, signal);
  if (facts.kind === 'data stream' && values.op === 'index') {
    throw new FlowbulkError('E_USAGE', `${target.name} is a data stream: it takes --op create only`);
  }
  if (facts.kind === 'missing' && !facts.hasTemplate) {
    talk.warn(
      `${target.name} is not there and no index template is for it: types will be guessed. See: flowbulk setup TARGET`,
    );
  }
  if (facts.kind === 'unknown' && values.ids !== 'none') {
    talk.warn(
      `these credentials may not look at ${target.name} (view_index_metadata, read): if it has rolled over since a ` +
        'run before, documents that are sent again are stored twice',
    );
  }
  return facts;
}

/** Opens a cluster as outlet. `job` holds what must outlive a crash. Throws E_USAGE and E_CLUSTER_*. */
export async function clusterOutlet(
  target: Target,
  name: IndexName,
  values: DeliveryValues,
  workers: number,
  job: Job,
  io: CommandIo,
): Promise<Outlet> {
  const timeNamed = isTimeNamed(name);
  if (values.bulkSettings && !timeNamed) {
    throw new FlowbulkError(
      'E_USAGE',
      `--bulk-settings is for indices of their own time such as vpcflow-{yyyy.MM}: ${target.name} may hold other data`,
    );
  }
  const { bodyBytes, bodies, limits } = deliverySizes(values, workers);
  const open = await openCluster(target, values, io);
  const { api, access, cluster } = open;
  const { talk, signal } = io;
  try {
    if (values.bulkSettings && cluster.isServerless) {
      throw new FlowbulkError(
        'E_USAGE',
        `--bulk-settings is not for ${describeCluster(cluster)}, which has none to set`,
      );
    }
    const restored = await restoreLeftOver(api, job.bulkSettingsPath, signal);
    if (restored.length > 0) talk.info(`put back settings that a run before had left: ${restored.join(', ')}`);
    const facts: NameFacts = timeNamed
      ? { kind: 'index', hasTemplate: true }
      : await checkName(open, target, values, io);
    const isElastic = cluster.product === 'elasticsearch' && isElasticStream(target.name);
    const pipeline = values.pipeline ?? (isElastic ? '_none' : null);
    const gzip = (values.compress ?? (target.hosts.every(isLoopback) ? 'none' : 'gzip')) === 'gzip';
    const bulk: BulkSpec = {
      hosts: target.hosts,
      access,
      path: bulkPath(target.name, timeNamed, pipeline),
      name: target.name,
      isTimeNamed: timeNamed,
      stream: ['data stream', 'alias', 'missing'].includes(facts.kind) ? target.name : null,
      hasIds: values.ids !== 'none',
      gzip,
      permits: new Permits(limits).buffer,
      limits,
      connections: bodies,
      retryForMs: values.retryFor,
      waitBlocked: values.waitBlocked,
      maxRejects: values.maxRejects ?? null,
      bodyRecords: values.bodyRecords ?? Number.POSITIVE_INFINITY,
    };
    const kind = timeNamed ? 'time-named indices' : KINDS[facts.kind];
    const how = [
      `${kind} ${target.name}`,
      ...(pipeline === null ? [] : [`pipeline=${pipeline}`]),
      `bodies of ${formatBytes(bodyBytes)}${gzip ? ', gzip' : ''}`,
    ].join(', ');
    talk.info(`to ${describeCluster(cluster)} at ${target.hosts.join(', ')}: ${how}`, { cluster, target });
    const settings = values.bulkSettings ? new BulkSettings(api, job.bulkSettingsPath) : null;
    return {
      sink: { kind: 'cluster', bulk },
      cluster: describeCluster(cluster),
      deadLetterPath: job.deadLetterPath,
      bodies: { bodyBytes, bodies },
      onIndices(indices) {
        // It makes a load faster, and is no reason to end one.
        settings?.take(indices, signal).catch((error: Error) => {
          if (!signal.aborted) talk.warn(`bulk settings: ${error.message}`);
        });
      },
      commit() {},
      rollBack() {},
      async close() {
        try {
          await settings?.restore(AbortSignal.timeout(RESTORE_MS));
        } finally {
          await api.close();
        }
      },
    };
  } catch (error) {
    await api.close();
    throw error;
  }
}

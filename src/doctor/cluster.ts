/** DESTINATION that is a cluster: whether it is there, what it is, and what is behind the name. */

import { accessWarnings, type ClusterAccess } from '../cluster/access.ts';
import { ClusterApi, refusalOf } from '../cluster/api.ts';
import { type Cluster, describeCluster, discoverCluster, type FlavourAsked } from '../cluster/flavour.ts';
import { ClusterHttp } from '../cluster/http.ts';
import { resolveName } from '../cluster/resolve.ts';
import { rivalOf } from '../cluster/rival-templates.ts';
import type { Target } from '../cluster/target.ts';
import { indexTemplate, isElasticStream } from '../cluster/template.ts';
import { EXIT, FlowbulkError } from '../errors.ts';
import { type IndexName, indexAt, isTimeNamed, wildcardOf } from '../formats/index-name.ts';
import { type Check, type CheckGroup, type Finding, fail, failure, ok, skipped, warn } from './check.ts';
import { type Tick, tickOf } from './clock.ts';
import { limitChecks } from './cluster-limits.ts';
import { leftOverCheck } from './left-over.ts';
import { rightsFinding } from './rights.ts';

/** Less than a run's, so that the reason is told within the time of a check. */
const PATIENCE_MS = 4_000;
const REQUEST_MS = 8_000;

/** What is asked about a cluster. */
export interface ClusterAsked {
  readonly target: Target;
  readonly name: IndexName;
  /** Reads credentials. Throws E_USAGE. */
  readonly access: () => ClusterAccess;
  readonly flavour: FlavourAsked;
  readonly ids: string;
  readonly bodyBytes: number;
  /** The folder of all jobs. */
  readonly state: string;
  readonly nowMs: number;
}

/** What the checks know of the cluster by then. */
export interface Known {
  readonly api: ClusterApi;
  readonly cluster: Cluster;
  /** What the name is; null where it was not to be found out. */
  kind: Awaited<ReturnType<typeof resolveName>>['kind'] | null;
}

/** Checks of a cluster, none of which writes; its time goes into `ticks`. `close` gives connections back. */
export function clusterGroup(
  asked: ClusterAsked,
  ticks: Tick[],
): { readonly group: CheckGroup; close(): Promise<void> } {
  const { target, name } = asked;
  const apis: ClusterApi[] = [];
  let access: ClusterAccess | null = null;
  let known: Known | null = null;
  const apiFor = (hosts: readonly string[]): ClusterApi => {
    const requestTimeoutMs = Math.min(access!.requestTimeoutMs, REQUEST_MS);
    const api = new ClusterApi(new ClusterHttp(hosts, { ...access!, requestTimeoutMs }, 2), PATIENCE_MS);
    apis.push(api);
    return api;
  };
  const knowing = (look: (known: Known, signal: AbortSignal) => Promise<Finding> | Finding): Check['look'] => {
    return (signal) => look(known!, signal);
  };
  const checks: readonly Check[] = [
    {
      name: 'cluster credentials',
      look() {
        access = asked.access();
        return credentialsFinding(access, target.hosts);
      },
    },
    {
      name: 'connection',
      needs: ['cluster credentials'],
      look: (signal) => connectionFinding(target.hosts, access!, apiFor, ticks, signal),
    },
    {
      name: 'cluster',
      needs: ['connection'],
      async look(signal) {
        const api = apiFor(target.hosts);
        const cluster = await discoverCluster(api, asked.flavour, signal);
        known = { api, cluster, kind: null };
        return ok(describeCluster(cluster));
      },
    },
    { name: 'name', needs: ['cluster'], look: knowing((here, signal) => nameFinding(here, asked, signal)) },
    { name: 'template', needs: ['cluster'], look: knowing((here, signal) => templateFinding(here, asked, signal)) },
    {
      name: 'rights',
      needs: ['cluster'],
      look: knowing((here, signal) => rightsFinding(here, wildcardOf(name), access!.authorization !== null, signal)),
    },
    { name: 'ids', needs: ['cluster'], look: knowing(({ cluster }) => idsFinding(cluster, asked.ids)) },
    ...limitChecks(() => known!, wildcardOf(name), asked.bodyBytes),
    leftOverCheck(asked.state, target),
  ];
  const group: CheckGroup = {
    title: `Destination ${target.hosts.join(', ')}/${target.name}`,
    exitCode: EXIT.sinkRefused,
    checks,
  };
  return {
    group,
    async close() {
      await Promise.all(apis.map((api) => api.close()));
    },
  };
}

function credentialsFinding(
  { authorization, sigv4, cert, ...access }: ClusterAccess,
  hosts: readonly string[],
): Finding {
  const kinds = [
    ...(authorization?.startsWith('ApiKey ') ? ['an API key'] : []),
    ...(authorization?.startsWith('Basic ') ? ['user and password'] : []),
    ...(sigv4 === null ? [] : [`signatures for ${sigv4.service} in ${sigv4.region}`]),
    ...(cert === null ? [] : ['a client certificate']),
  ];
  const found = kinds.length === 0 ? 'none' : kinds.join(', ');
  const warnings = accessWarnings({ authorization, sigv4, cert, ...access }, hosts);
  return warnings.length === 0
    ? ok(found)
    : warn(`${found}; ${warnings.join('; ')}`, 'use https and a certificate that is verified');
}

/** Each host is asked: a run would go round one that is away without a word. */
async function connectionFinding(
  hosts: readonly string[],
  { insecure }: ClusterAccess,
  apiFor: (hosts: readonly string[]) => ClusterApi,
  ticks: Tick[],
  signal: AbortSignal,
): Promise<Finding> {
  const answers = await Promise.allSettled(
    hosts.map(async (host) => {
      const sentMs = Date.now();
      // Any status is an answer.
      const { headers } = await apiFor([host]).call('GET', '/', undefined, signal);
      return tickOf('the cluster', headers['date'], sentMs, Date.now());
    }),
  );
  const failures: unknown[] = [];
  for (const answer of answers) {
    if (answer.status === 'rejected') failures.push(answer.reason);
    else if (answer.value !== null) ticks.push(answer.value);
  }
  signal.throwIfAborted();
  const [first] = failures;
  const tls = hosts.some((host) => host.startsWith('https:'));
  const how = tls ? `TLS, certificate ${insecure ? 'not verified' : 'verified'}` : 'no TLS';
  if (first === undefined) return ok(`${hosts.join(', ')} answer${hosts.length === 1 ? 's' : ''}, ${how}`);
  const failed = failure(first);
  if (failures.length === hosts.length) return failed;
  return warn(`${failures.length} of ${hosts.length} hosts do not answer: ${failed.found}`, failed.fix ?? '');
}

/** What a name is, in words. */
const KINDS = {
  'data stream': 'a data stream',
  alias: 'an alias',
  index: 'an index',
  missing: 'not there yet',
  unknown: 'not to be seen with these credentials',
} as const;

async function nameFinding(known: Known, { target, name }: ClusterAsked, signal: AbortSignal): Promise<Finding> {
  const { api, cluster } = known;
  if (cluster.amazon === 'aoss') return ok(`${target.name}; Amazon OpenSearch Serverless does not tell what it is`);
  if (isTimeNamed(name)) {
    const pattern = wildcardOf(name);
    const answer = await api.call('GET', `/_resolve/index/${encodeURIComponent(pattern)}`, undefined, signal);
    if (answer.status === 403) return warn(`${pattern} is ${KINDS.unknown}`, 'give them view_index_metadata');
    if (answer.status !== 200 && answer.status !== 404) return failure(refusalOf(answer, `looking up ${pattern}`));
    const { indices = [] } = (answer.status === 404 ? {} : answer.json) as { readonly indices?: readonly unknown[] };
    return ok(`indices by the time of records, ${indices.length} of ${pattern} are there`);
  }
  const { kind } = await resolveName(api, target.name, signal);
  known.kind = kind;
  const found = `${target.name} is ${KINDS[kind]}`;
  if (kind !== 'unknown') return ok(found);
  return warn(found, 'give them view_index_metadata and read: without, documents may be stored twice after a rollover');
}

/** Which index template an index of this name is made from. */
async function templateFinding(
  known: Known,
  { target, name, nowMs }: ClusterAsked,
  signal: AbortSignal,
): Promise<Finding> {
  const { api, cluster, kind } = known;
  const index = indexAt(name, nowMs);
  // Below all there are, so that the one that counts is named.
  const none = { name: '', body: { priority: -1 } };
  let best: Awaited<ReturnType<typeof rivalOf>>;
  try {
    best = await rivalOf(api, none, index, signal);
  } catch (error) {
    if (!(error instanceof FlowbulkError) || error.code === 'E_CLUSTER_UNREACHABLE') throw error;
    // A run needs no template to be seen.
    if (error.code !== 'E_CLUSTER_DENIED') return skipped(`the cluster does not tell: ${error.message}`);
    return skipped('these credentials may not see templates (cluster privilege manage_index_templates)');
  }
  const setup = `flowbulk setup ${target.hosts.join(',')}/${target.name}`;
  const ours = indexTemplate(name, cluster, 'standard', null).name;
  const there = kind === 'index' || kind === 'alias' ? `; ${target.name} is there, and keeps the types it has` : '';
  if (best?.name === ours) return ok(`${best.name}${there}`);
  if (
    best !== null &&
    cluster.product === 'elasticsearch' &&
    isElasticStream(index) &&
    isElasticStream(`${best.name}-`)
  ) {
    return ok(`${best.name} of Elastic's integration${there}`);
  }
  if (there !== '') return ok(`${best === null ? 'none' : best.name}${there}`);
  if (best === null) return warn(`none for ${index}: types will be guessed`, `${setup} --apply`);
  const found = `${best.name} (for ${best.pattern}, priority ${best.priority}), which is not flowbulk's`;
  return warn(found, `look whether it has addresses as ip, or ${setup} --apply`);
}

/** Collections for time series take none: docs.aws.amazon.com/opensearch-service/latest/developerguide/serverless-genref.html */
function idsFinding({ amazon }: Cluster, ids: string): Finding {
  if (ids === 'none')
    return amazon === 'aoss' ? ok('none') : warn('--ids none: what is sent again is stored twice', 'leave it out');
  if (amazon !== 'aoss') return ok('supported: what is sent again is not stored twice');
  return fail(
    'Amazon OpenSearch Serverless takes none in collections for time series',
    '--ids none (search collections take them)',
  );
}

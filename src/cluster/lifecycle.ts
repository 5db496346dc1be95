/**
 * Lifecycle of time-named indices by the age of their records. Elasticsearch counts an index's age from its creation,
 * so that a year-old log would live as long as one of today; `index.lifecycle.origination_date` says from when instead:
 * https://www.elastic.co/docs/reference/elasticsearch/configuration-reference/index-lifecycle-management-settings
 */

import { FlowbulkError } from '../errors.ts';
import { type IndexName, indexAt, isTimeNamed, periodOf, unitOf } from '../formats/index-name.ts';
import { type ApiAnswer, type ClusterApi, refusalOf } from './api.ts';
import { type Cluster, describeCluster } from './flavour.ts';
import type { JsonObject } from './template.ts';

const MS_PER_DAY = 86_400_000;

/** A node takes 1,000 shards by default (`cluster.max_shards_per_node`): more indices would not be created. */
const MOST_INDICES = 1_000;

/** https://www.elastic.co/docs/reference/elasticsearch/rest-apis/api-conventions#time-units */
const MS_PER_UNIT: Readonly<Record<string, number>> = {
  d: MS_PER_DAY,
  h: 3_600_000,
  m: 60_000,
  s: 1_000,
  ms: 1,
  micros: 1e-3,
  nanos: 1e-6,
};

/** Actions after which an index takes no documents: https://www.elastic.co/docs/reference/elasticsearch/index-lifecycle-actions */
const BLOCKING_ACTIONS: ReadonlySet<string> = new Set([
  'downsample',
  'forcemerge',
  'freeze',
  'readonly',
  'searchable_snapshot',
  'shrink',
]);

/** An age at which a policy does something. */
interface PolicyAge {
  /** As the policy has it: `90d`. */
  readonly text: string;
  readonly ms: number;
}

/** As much of a policy as matters here. */
interface Policy {
  /** When indices are deleted; null where they never are. */
  readonly deletion: PolicyAge | null;
  /** When indices stop to take documents, by phase. */
  readonly blocks: readonly (PolicyAge & { readonly phase: string })[];
  readonly rollsOver: boolean;
}

/** A period's index, and the last millisecond of the period: the age of its records counts from there. */
interface AgedIndex {
  readonly index: string;
  readonly originMs: number;
}

/** What is to be set for a policy to work on the indices of a name. */
export interface Lifecycle {
  /** Below `index.lifecycle` in the template. */
  readonly settings: JsonObject;
  /** Indices that get an origination date of their own, oldest first. */
  readonly indices: readonly AgedIndex[];
  readonly notes: readonly string[];
}

/** What was asked for. */
export interface LifecycleAsked {
  readonly policy: string;
  /** Days since the epoch, both included; undefined where open. */
  readonly fromDay?: number;
  readonly toDay?: number;
}

/**
 * Reads the policy and says what is to be set. The indices of all periods from `fromDay` to `toDay` get their own date;
 * where names end in `-yyyy.MM.dd`, Elasticsearch reads it from the names of all others.
 *
 * Throws E_USAGE for data streams (their age counts from the rollover) and where days are missing; E_CLUSTER_REFUSED
 * where there is no index lifecycle management or no such policy, and where an index would be deleted as soon as it is
 * loaded.
 */
export async function planLifecycle(
  api: ClusterApi,
  cluster: Cluster,
  name: IndexName,
  { policy: policyName, fromDay, toDay }: LifecycleAsked,
  nowMs: number,
  signal: AbortSignal,
): Promise<Lifecycle> {
  checkTarget(cluster, name);
  const readsNames = datesCanBeRead(name);
  if (fromDay === undefined && (!readsNames || toDay !== undefined)) {
    throw usage(
      '--lifecycle needs --from and --to: each index between them is created with the date of its records ' +
        '(only names that end in -{yyyy.MM.dd} tell Elasticsearch theirs)',
    );
  }
  const policy = await readPolicy(api, policyName, signal);
  if (fromDay === undefined && policy.deletion !== null) {
    throw refused(
      `policy ${policyName} deletes indices ${policy.deletion.text} after their records, and would delete older ones ` +
        'as soon as they are loaded: give --from and --to, so that this can be checked',
    );
  }
  const indices = fromDay === undefined ? [] : periods(name, fromDay, toDay ?? Math.floor(nowMs / MS_PER_DAY));
  checkDeletion(policyName, policy, indices, nowMs);
  return {
    settings: {
      name: policyName,
      // Or the policy would wait for ever for an index to roll over that never does.
      ...(policy.rollsOver ? { indexing_complete: true } : {}),
      // A date of the index's own counts before one in its name.
      ...(readsNames ? { parse_origination_date: true } : {}),
    },
    indices,
    notes: blockNotes(policyName, policy, indices, nowMs),
  };
}

function checkTarget(cluster: Cluster, name: IndexName): void {
  if (cluster.product === 'opensearch') {
    throw refused(
      `--lifecycle is for Elasticsearch: ${describeCluster(cluster)} counts the age of an index from its creation, ` +
        'so a policy would not know how old its records are. Delete indices by their names instead',
    );
  }
  if (cluster.isServerless) {
    throw refused(
      `--lifecycle is not for ${describeCluster(cluster)}: it has no index lifecycle management, and keeps data streams for a time set on them`,
    );
  }
  if (!isTimeNamed(name)) {
    throw usage(
      '--lifecycle is for indices with a time in their name, such as vpcflow-{yyyy.MM}: ' +
        'the age of a data stream counts from its rollover, however old its records are',
    );
  }
}

/**
 * Whether Elasticsearch finds the date in the names, which are to match `^.*-yyyy.MM.dd(-\d+)?$`. It refuses to create
 * an index whose name does not.
 */
function datesCanBeRead(name: IndexName): boolean {
  const pattern = name.map((part) => (typeof part === 'string' ? part : `{${part.date}}`)).join('');
  return /-\{yyyy\}\.\{MM\}\.\{dd\}(-\d+)?$/.test(pattern);
}

/** https://www.elastic.co/docs/api/doc/elasticsearch/operation/operation-ilm-get-lifecycle */
interface PolicyAnswer {
  readonly policy?: {
    readonly phases?: Readonly<Record<string, { readonly min_age?: string; readonly actions?: object }>>;
  };
}

async function readPolicy(api: ClusterApi, name: string, signal: AbortSignal): Promise<Policy> {
  const answer = await api.call('GET', `/_ilm/policy/${encodeURIComponent(name)}`, undefined, signal);
  if (answer.status === 400 && isWithoutHandler(answer)) {
    throw refused('this Elasticsearch has no index lifecycle management: leave --lifecycle out');
  }
  // A name with a wildcard gives other policies than one of that name.
  const found = answer.status === 200 ? (answer.json as Record<string, PolicyAnswer>)[name] : undefined;
  if (answer.status === 404 || (answer.status === 200 && found === undefined)) {
    throw refused(`there is no lifecycle policy ${name}: GET _ilm/policy shows those there are`);
  }
  if (found === undefined) throw refusalOf(answer, `reading the lifecycle policy ${name} (cluster privilege read_ilm)`);
  const phases = Object.entries(found.policy?.phases ?? {}).map(([phase, { min_age = '0ms', actions = {} }]) => ({
    phase,
    text: min_age,
    ms: ageMs(name, phase, min_age),
    actions: Object.keys(actions),
  }));
  return {
    deletion: phases.find(({ phase, actions }) => phase === 'delete' && actions.includes('delete')) ?? null,
    blocks: phases.filter(({ actions }) => actions.some((action) => BLOCKING_ACTIONS.has(action))),
    rollsOver: phases.some(({ actions }) => actions.includes('rollover')),
  };
}

function isWithoutHandler({ text }: ApiAnswer): boolean {
  return text.includes('no handler found');
}

function ageMs(policy: string, phase: string, text: string): number {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)([a-z]+)$/.exec(text) ?? [];
  const perUnit = MS_PER_UNIT[unit];
  if (number === undefined || perUnit === undefined) {
    throw refused(`the phase ${phase} of policy ${policy} begins at "${text}", which cannot be read as an age`);
  }
  return Number(number) * perUnit;
}

function periods(name: IndexName, fromDay: number, toDay: number): readonly AgedIndex[] {
  const indices: AgedIndex[] = [];
  for (let timeMs = fromDay * MS_PER_DAY; timeMs < (toDay + 1) * MS_PER_DAY; ) {
    const { toMs } = periodOf(name, timeMs);
    indices.push({ index: indexAt(name, timeMs), originMs: toMs });
    timeMs = toMs + 1;
    if (indices.length > MOST_INDICES) {
      throw usage(
        `more than ${MOST_INDICES} indices, one a ${unitOf(name)}: give fewer days, or a name with longer periods`,
      );
    }
  }
  return indices;
}

function inDays(ms: number): string {
  const days = Math.floor(ms / MS_PER_DAY);
  return days === 1 ? '1 day' : `${days} days`;
}

function checkDeletion(policyName: string, { deletion }: Policy, indices: readonly AgedIndex[], nowMs: number): void {
  if (deletion === null) return;
  const gone = indices.filter(({ originMs }) => nowMs - originMs >= deletion.ms);
  const [oldest] = gone;
  if (oldest === undefined) return;
  const others = gone.length === 1 ? '' : ` (and ${gone.length - 1} younger indices)`;
  throw refused(
    `the load would vanish: records of ${oldest.index} are ${inDays(nowMs - oldest.originMs)} old${others}, and policy ` +
      `${policyName} deletes indices at ${deletion.text}. Give a later --from, or another policy`,
  );
}

/** A load takes longer than a policy needs to see that an index is old enough (ten minutes by default). */
function blockNotes(
  policyName: string,
  { blocks }: Policy,
  indices: readonly AgedIndex[],
  nowMs: number,
): readonly string[] {
  return blocks.flatMap(({ phase, text, ms }) => {
    const oldEnough = indices.filter(({ originMs }) => nowMs - originMs >= ms).length;
    if (oldEnough === 0) return [];
    return [
      `policy ${policyName} makes indices read-only in its phase ${phase}, from ${text} on: ${oldEnough} of these are old ` +
        'enough, and may refuse documents in the middle of a load. Load first, and call setup with --lifecycle after it',
    ];
  });
}

function usage(message: string): FlowbulkError {
  return new FlowbulkError('E_USAGE', message);
}

function refused(message: string): FlowbulkError {
  return new FlowbulkError('E_CLUSTER_REFUSED', message);
}

/** What `flowbulk setup` sends, found out before anything is sent. */

import { FlowbulkError } from '../errors.ts';
import { type IndexName, indexAt, isTimeNamed, wildcardOf } from '../formats/index-name.ts';
import { type ApiAnswer, type ClusterApi, refusalOf } from './api.ts';
import type { Cluster } from './flavour.ts';
import { type Lifecycle, type LifecycleAsked, planLifecycle } from './lifecycle.ts';
import { resolveName } from './resolve.ts';
import { rivalOf } from './rival-templates.ts';
import {
  elasticTemplate,
  type IndexTemplate,
  indexTemplate,
  isElasticStream,
  isSameTemplate,
  type JsonObject,
  patternsOf,
  readTemplate,
  templatePath,
} from './template.ts';

/** What a request does to what is there; nothing is sent for `none`. */
export type Change = 'create' | 'replace' | 'change' | 'none';

/** One request. */
export interface PlannedRequest {
  /** What it is about: `index template flowbulk-vpcflow`. */
  readonly subject: string;
  readonly change: Change;
  readonly method: 'PUT';
  readonly path: string;
  readonly body: JsonObject;
}

/** All requests, in their order, and what is to be known about them. */
export interface SetupPlan {
  readonly requests: readonly PlannedRequest[];
  readonly notes: readonly string[];
}

/** What was asked for. */
export interface SetupAsked {
  readonly name: IndexName;
  readonly lean: boolean;
  readonly lifecycle: LifecycleAsked | null;
}

/**
 * Looks at what is there and says what is to be sent. Throws E_CLUSTER_REFUSED where a template would do nothing, and
 * as `planLifecycle` does.
 */
export async function planSetup(
  api: ClusterApi,
  cluster: Cluster,
  { name, lean, lifecycle: asked }: SetupAsked,
  nowMs: number,
  signal: AbortSignal,
): Promise<SetupPlan> {
  const pattern = wildcardOf(name);
  if (cluster.product === 'elasticsearch' && isElasticStream(pattern)) {
    if (await elasticTemplate(api, signal)) return elasticPlan(pattern, lean, asked !== null);
  }
  const lifecycle = asked === null ? null : await planLifecycle(api, cluster, name, asked, nowMs, signal);
  const notes = await notesOn(api, cluster, name, signal);
  const template = indexTemplate(name, cluster, lean ? 'lean' : 'standard', lifecycle?.settings ?? null);
  await checkRivals(api, template, indexAt(name, nowMs), signal);
  const there = await readTemplate(api, template.name, signal);
  const change = templateChange(there, template);
  const requests: PlannedRequest[] = [
    {
      subject: `index template ${template.name}`,
      change,
      method: 'PUT',
      path: templatePath(template.name),
      body: template.body,
    },
    ...(lifecycle === null ? [] : await indexRequests(api, pattern, lifecycle, signal)),
  ];
  if (there !== null && lifecycle === null) notes.push(...lostLifecycle(there));
  return { requests, notes: [...(change === 'none' ? [] : notes), ...(lifecycle?.notes ?? [])] };
}

/** Elastic's template is for the name: ours would go before it, and take its fields and its pipeline away. */
function elasticPlan(pattern: string, lean: boolean, withLifecycle: boolean): SetupPlan {
  if (lean || withLifecycle) {
    throw refused(
      `${pattern} belongs to Elastic's integration, whose index template is here and is used as it is: ` +
        `${lean ? '--lean' : '--lifecycle'} needs a name that does not begin with logs-aws.vpcflow-`,
    );
  }
  return {
    requests: [],
    notes: [`the index template of Elastic's integration is here, is for ${pattern} and is used as it is`],
  };
}

/** What the template will not do. Throws E_CLUSTER_REFUSED where that is everything. */
async function notesOn(api: ClusterApi, cluster: Cluster, name: IndexName, signal: AbortSignal): Promise<string[]> {
  const pattern = wildcardOf(name);
  const notes =
    cluster.product === 'elasticsearch' && isElasticStream(pattern)
      ? [
          `names such as ${pattern} are those of Elastic's integration, which is not installed: delete this template ` +
            "before you install it, for it goes before Elastic's",
        ]
      : [];
  if (isTimeNamed(name) || cluster.amazon === 'aoss') {
    return [
      ...notes,
      `the template is for indices made from now on; those of ${pattern} that are there stay as they are`,
    ];
  }
  const { kind } = await resolveName(api, pattern, signal);
  if (kind === 'index' || kind === 'alias') {
    throw refused(
      `${pattern} is an ${kind} already, and a template is for what is made from now on: choose another name, or take ` +
        'that one away first',
    );
  }
  return kind === 'data stream'
    ? [...notes, `${pattern} is there: the template counts from its next rollover on (POST ${pattern}/_rollover)`]
    : notes;
}

async function checkRivals(
  api: ClusterApi,
  template: IndexTemplate,
  index: string,
  signal: AbortSignal,
): Promise<void> {
  const rival = await rivalOf(api, template, index, signal);
  if (rival === null) return;
  throw refused(
    `the index template ${rival.name} (for ${rival.pattern}, priority ${rival.priority}) goes before the one of flowbulk ` +
      `(priority ${template.body['priority']}): choose another name than ${index}, or give that one less priority`,
  );
}

/** Throws E_CLUSTER_REFUSED where a template of that name is somebody else's. */
function templateChange(there: JsonObject | null, { name, body }: IndexTemplate): Change {
  if (there === null) return 'create';
  if (patternsOf(there) !== patternsOf(body)) {
    throw refused(
      `there is an index template ${name} already, and it is for ${patternsOf(there)}, not for ${patternsOf(body)}: ` +
        'delete it, or choose another name',
    );
  }
  return isSameTemplate(there, body) ? 'none' : 'replace';
}

function lostLifecycle(there: JsonObject): readonly string[] {
  const { settings } = (there['template'] ?? {}) as { settings?: { index?: { lifecycle?: { name?: string } } } };
  const policy = settings?.index?.lifecycle?.name;
  if (policy === undefined) return [];
  return [`the template that is there has the lifecycle policy ${policy}, and loses it: add --lifecycle to keep it`];
}

/** Settings of an index that is there, as far as they were asked for. */
interface IndexThere {
  readonly settings: {
    readonly index: { readonly lifecycle?: { readonly name?: string; readonly origination_date?: string } };
  };
}

/** A request for each period: its index is created, or its settings are changed. */
async function indexRequests(
  api: ClusterApi,
  pattern: string,
  { settings, indices }: Lifecycle,
  signal: AbortSignal,
): Promise<readonly PlannedRequest[]> {
  if (indices.length === 0) return [];
  const query = 'expand_wildcards=open,closed&filter_path=*.settings.index.uuid,*.settings.index.lifecycle';
  const answer = await api.call('GET', `/${encodeURIComponent(pattern)}/_settings?${query}`, undefined, signal);
  if (answer.status !== 200) {
    throw refusalOf(answer, `reading the settings of ${pattern} (index privilege view_index_metadata)`);
  }
  const there = answer.json as Readonly<Record<string, IndexThere>>;
  return indices.map(({ index, originMs }) => {
    // All of them, not the date alone: an index from before the template has no policy.
    const wanted = { ...settings, origination_date: originMs };
    const { [index]: found } = there;
    const subject = `index ${index}`;
    const path = `/${encodeURIComponent(index)}`;
    if (found === undefined) {
      return { subject, change: 'create', method: 'PUT', path, body: { settings: { index: { lifecycle: wanted } } } };
    }
    const has: Readonly<Record<string, unknown>> = found.settings.index.lifecycle ?? {};
    const isSame = Object.entries(wanted).every(([key, value]) => has[key] === String(value));
    const body = { index: { lifecycle: wanted } };
    return { subject, change: isSame ? 'none' : 'change', method: 'PUT', path: `${path}/_settings`, body };
  });
}

/**
 * Sends a plan's requests, in their order; each may be sent twice. `onSent` hears of each, also of those that nothing is
 * sent for. Throws E_CLUSTER_*; what was sent before stays.
 */
export async function applySetup(
  api: ClusterApi,
  plan: SetupPlan,
  onSent: (request: PlannedRequest) => void,
  signal: AbortSignal,
): Promise<void> {
  for (const request of plan.requests) {
    if (request.change !== 'none') await send(api, request, signal);
    onSent(request);
  }
}

async function send(
  api: ClusterApi,
  { subject, method, path, body }: PlannedRequest,
  signal: AbortSignal,
): Promise<void> {
  let answer = await api.call(method, path, body, signal);
  if (answer.status === 400 && isThereAlready(answer)) {
    // Made by another, or by this same request, whose answer was lost.
    answer = await api.call('PUT', `${path}/_settings`, body['settings'], signal);
  }
  if (answer.status !== 200) {
    const right = subject.startsWith('index template')
      ? 'cluster privilege manage_index_templates'
      : 'index privileges create_index and manage';
    throw refusalOf(answer, `writing the ${subject} (${right})`);
  }
}

function isThereAlready({ json }: ApiAnswer): boolean {
  const { error } = (json ?? {}) as { error?: { type?: unknown } };
  return error?.type === 'resource_already_exists_exception';
}

function refused(message: string): FlowbulkError {
  return new FlowbulkError('E_CLUSTER_REFUSED', message);
}

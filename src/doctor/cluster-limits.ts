/** What may keep a cluster from taking documents: blocks, full disks, a limit on the size of bodies. */

import { refusalOf } from '../cluster/api.ts';
import { formatBytes } from '../progress/numbers.ts';
import { type Check, type Finding, fail, failure, ok, skipped, warn } from './check.ts';
import type { Known } from './cluster.ts';

/** Flat settings, by their names. */
type Settings = Readonly<Record<string, unknown>>;

/** Places where settings are set; a later one counts before those before it. */
const LAYERS = ['defaults', 'persistent', 'transient'] as const;

/** `create_index` is OpenSearch's, set when all its nodes run out of disk; other settings below `cluster.blocks` block nothing. */
const CLUSTER_BLOCKS: readonly string[] = ['read_only', 'read_only_allow_delete', 'create_index'].map(
  (name) => `cluster.blocks.${name}`,
);

const DISK = 'cluster.routing.allocation.disk';

/** Checks of what `known` gives; each is skipped where the cluster does not tell. */
export function limitChecks(known: () => Known, names: string, bodyBytes: number): readonly Check[] {
  const needs = ['cluster'];
  return [
    { name: 'blocks', needs, look: (signal) => blocksFinding(known(), names, signal) },
    { name: 'disk', needs, look: (signal) => diskFinding(known(), signal) },
    { name: 'body size', needs, look: (signal) => bodyFinding(known(), bodyBytes, signal) },
  ];
}

/** Settings of the cluster below these, by flat names; null where these credentials may not see them. */
async function clusterSettings(
  { api, cluster }: Known,
  groups: readonly string[],
  signal: AbortSignal,
): Promise<Settings | null> {
  if (cluster.isServerless) return null;
  // Not `flat_settings`: a filter takes the dots of a flat name for levels, and finds nothing.
  const path = `/_cluster/settings?include_defaults=true&filter_path=${groups.map((group) => `*.${group}`).join(',')}`;
  const answer = await api.call('GET', path, undefined, signal);
  if (answer.status !== 200) return null;
  const layers = (answer.json ?? {}) as Readonly<Record<string, unknown>>;
  return Object.assign({}, ...LAYERS.map((layer) => flat(layers[layer])));
}

/** `{a: {b: 1}}` as `{'a.b': 1}`. */
function flat(value: unknown, prefix = ''): Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return prefix === '' ? {} : { [prefix]: value };
  const parts = Object.entries(value).map(([key, one]) => flat(one, prefix === '' ? key : `${prefix}.${key}`));
  return Object.assign({}, ...parts);
}

const isSet = (value: unknown) => value === true || value === 'true';

async function blocksFinding(known: Known, names: string, signal: AbortSignal): Promise<Finding> {
  if (known.cluster.amazon === 'aoss') return skipped('Amazon OpenSearch Serverless does not tell');
  const settings = await clusterSettings(known, ['cluster.blocks'], signal);
  const blocks = CLUSTER_BLOCKS.filter((name) => isSet(settings?.[name]));
  // The uuid brings in indices without a block: the one that is written to may be among them.
  const path = `/${encodeURIComponent(names)}/_settings?ignore_unavailable=true&filter_path=*.settings.index.uuid,*.settings.index.blocks`;
  const answer = await known.api.call('GET', path, undefined, signal);
  const isSeen = answer.status === 200 || answer.status === 404;
  const indices = answer.status === 200 ? (answer.json as Readonly<Record<string, { settings?: unknown }>>) : {};
  const written = known.kind === 'data stream' ? lastGeneration(Object.keys(indices)) : Object.keys(indices);
  const ofIndices = written.flatMap((index) => {
    const its = flat(indices[index]?.settings);
    const set = Object.keys(its).filter((name) => !/\.(read|metadata)$/.test(name) && isSet(its[name]));
    return set.map((name) => `${name} of ${index}`);
  });
  if (blocks.length > 0 || ofIndices.length > 0) {
    const all = [...blocks, ...ofIndices];
    const found = `${all.slice(0, 4).join(', ')}${all.length > 4 ? ` and ${all.length - 4} more` : ''}`;
    const isDisk = all.some((block) => block.includes('read_only_allow_delete'));
    const fix = isDisk ? 'free disk space, then set it to null' : 'set it to null once the reason is gone';
    // Of many indices those that are blocked may be none that a run writes to.
    const isSure = blocks.length > 0 || known.kind === 'index' || known.kind === 'data stream';
    if (isSure) return fail(`writes are blocked: ${found}`, `${fix}; or run with --wait-blocked`);
    return warn(`some indices take no writes: ${found}`, `${fix}, where records belong into them`);
  }
  if (settings !== null && isSeen) return ok('none, of the cluster or of indices');
  if (settings === null && !isSeen)
    return skipped('these credentials may not see settings (monitor, view_index_metadata)');
  return ok(
    settings === null
      ? 'none of indices; those of the cluster are not told'
      : 'none of the cluster; those of indices are not told',
  );
}

/** The backing index that is written to: its name ends in the highest number. Older ones are often made read-only. */
function lastGeneration(names: readonly string[]): readonly string[] {
  const generation = (name: string) => Number(/-(\d+)$/.exec(name)?.[1] ?? 0);
  return [...names].sort((a, b) => generation(b) - generation(a)).slice(0, 1);
}

interface Nodes<Of> {
  readonly nodes?: Readonly<Record<string, Of>>;
}

type FsNode = { readonly name?: string; readonly fs?: { readonly total?: Readonly<Record<string, number>> } };

/** https://www.elastic.co/docs/reference/elasticsearch/configuration-reference/cluster-level-shard-allocation-routing-settings */
async function diskFinding(known: Known, signal: AbortSignal): Promise<Finding> {
  const { api, cluster } = known;
  if (cluster.isServerless) return skipped(`${cluster.product} Serverless has no disks to fill`);
  const path =
    '/_nodes/stats/fs?filter_path=nodes.*.name,nodes.*.fs.total.total_in_bytes,nodes.*.fs.total.available_in_bytes';
  const answer = await api.call('GET', path, undefined, signal);
  if (answer.status === 429 || answer.status >= 500) return failure(refusalOf(answer, 'asking for disks'));
  if (answer.status !== 200) return skipped('the cluster does not tell how full its disks are (monitor)');
  const settings = await clusterSettings(known, [DISK], signal);
  const nodes = Object.values((answer.json as Nodes<FsNode> | null)?.nodes ?? {}).flatMap(({ name = '', fs }) => {
    const { total_in_bytes: total = 0, available_in_bytes: free = 0 } = fs?.total ?? {};
    return total > 0 ? [{ name, total, free }] : [];
  });
  if (nodes.length === 0) return skipped('the cluster does not tell how full its disks are');
  const fullest = nodes.reduce((most, node) => (node.free / node.total < most.free / most.total ? node : most));
  const { name, total, free } = fullest;
  const used = `${Math.round(100 * (1 - free / total))} %`;
  const found = `${nodes.length} node${nodes.length === 1 ? '' : 's'}, the fullest ${used} (${name}, ${formatBytes(free)} free)`;
  if (
    settings !== null &&
    settings[`${DISK}.threshold_enabled`] !== undefined &&
    !isSet(settings[`${DISK}.threshold_enabled`])
  )
    return ok(`${found}; no watermarks`);
  const isBelow = (level: string, usual: string) => free < leastFree(settings ?? {}, level, usual, total);
  if (isBelow('flood_stage', '95%')) {
    return fail(`${found}, above the flood stage: indices become read-only`, 'free disk space, or add nodes');
  }
  if (isBelow('high', '90%')) return warn(`${found}, above the high watermark`, 'free disk space before a load');
  return isBelow('low', '85%') ? warn(`${found}, above the low watermark`, 'free disk space before a load') : ok(found);
}

/** How much has to be free: by a share that may be used, which very large disks need not keep, or by a size. */
function leastFree(settings: Settings, level: string, usual: string, total: number): number {
  const text = String(settings[`${DISK}.watermark.${level}`] ?? usual);
  const share = text.endsWith('%') ? Number(text.slice(0, -1)) / 100 : Number(text);
  if (!(share <= 1)) return sizeOf(text) ?? 0;
  const headroom = sizeOf(String(settings[`${DISK}.watermark.${level}.max_headroom`] ?? '-1'));
  return Math.min((1 - share) * total, headroom ?? Number.POSITIVE_INFINITY);
}

const UNITS: Readonly<Record<string, number>> = {
  b: 1,
  kb: 2 ** 10,
  mb: 2 ** 20,
  gb: 2 ** 30,
  tb: 2 ** 40,
  pb: 2 ** 50,
};

/** A size as servers write it, `150gb`; null for -1 and what is none. */
function sizeOf(text: string): number | null {
  const [, number, unit = 'b'] = /^(\d+(?:\.\d+)?)([kmgtp]?b)?$/i.exec(text) ?? [];
  return number === undefined ? null : Number(number) * UNITS[unit.toLowerCase()]!;
}

type HttpNode = { readonly http?: { readonly max_content_length_in_bytes?: number } };

async function bodyFinding({ api, cluster }: Known, bodyBytes: number, signal: AbortSignal): Promise<Finding> {
  const ours = `--body-bytes ${formatBytes(bodyBytes)}`;
  if (cluster.isServerless) return skipped(`${ours}; ${cluster.product} Serverless does not tell its limit`);
  const path = '/_nodes/http?filter_path=nodes.*.http.max_content_length_in_bytes';
  const answer = await api.call('GET', path, undefined, signal);
  const nodes = answer.status === 200 ? Object.values((answer.json as Nodes<HttpNode> | null)?.nodes ?? {}) : [];
  const limits = nodes.flatMap(({ http }) => http?.max_content_length_in_bytes ?? []);
  if (limits.length === 0) return skipped(`${ours}; the cluster does not tell its limit (monitor)`);
  const limit = Math.min(...limits);
  const found = `${ours}, the cluster takes ${formatBytes(limit)} (http.max_content_length)`;
  const fitting = `${Math.max(1, Math.floor(limit / 2 ** 20))}MiB`;
  return limit < bodyBytes ? warn(found, `--body-bytes ${fitting}: larger ones are sent again in halves`) : ok(found);
}

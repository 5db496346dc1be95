/** Option values that several commands read alike: what to read, and how to reach AWS. */

import { FlowbulkError } from '../errors.ts';
import { parseDays } from '../plan/dates.ts';
import { objectsFrom } from '../plan/objects-from.ts';
import { parseShare, type Share, withinShare } from '../plan/share.ts';
import type { Limits } from '../run/limits.ts';
import type { CloudWatchSpec, LogReading } from '../sources/cloudwatch.ts';
import type { IsKnown, Listed, Selection, Source } from '../sources/source.ts';
import { type AwsOptions, LOG_READING, parseSource, type SourceSpec } from '../sources/spec.ts';
import type { Values } from './options.ts';

/** What of SOURCE to read. */
export const SELECTION_OPTIONS = ['from', 'to', 'since', 'accounts', 'regions', 'include', 'exclude'] as const;

/** How to reach AWS. */
export const AWS_OPTIONS = [
  'aws-region',
  'profile',
  'role-arn',
  'external-id',
  'endpoint-url',
  'path-style',
  'request-payer',
  'no-sign-request',
] as const;

const MS_PER_DAY = 86_400_000;

/** Without the members that are undefined, which is how optional ones are left out. */
function given<T extends object>(members: { [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as T;
}

const some = (list: readonly string[]): readonly string[] | undefined => (list.length === 0 ? undefined : list);

/** Days since the epoch, both ends included; an end that is left out is open. Throws E_USAGE where they contradict. */
export function dayRange(
  asked: { readonly from: string | undefined; readonly to: string | undefined; readonly since?: string | undefined },
  nowMs: number,
): { fromDay?: number; toDay?: number } {
  return parseDays(given<Parameters<typeof parseDays>[0]>({ since: undefined, ...asked }), nowMs);
}

/** What to list; `lookBack` moves the first day back by an age. Throws E_USAGE where dates contradict. */
export function selectionOf(
  values: Values<(typeof SELECTION_OPTIONS)[number]>,
  nowMs: number,
  lookBack?: string,
): Selection {
  const { from, to, since } = values;
  const days = dayRange({ from, to, since }, nowMs);
  const { fromDay } = days;
  // As many days as the age reaches back from today.
  const today = Math.floor(nowMs / MS_PER_DAY);
  const backDays =
    lookBack === undefined
      ? 0
      : today - (dayRange({ from: undefined, to: undefined, since: lookBack }, nowMs).fromDay ?? today);
  return given<Selection>({
    ...days,
    ...(fromDay === undefined ? {} : { fromDay: fromDay - backDays }),
    accounts: some(values.accounts),
    regions: some(values.regions),
    include: some(values.include),
    exclude: some(values.exclude),
  } as { [K in keyof Selection]: Selection[K] | undefined });
}

/** How a source is read that has no end. */
export const QUEUE_OPTIONS = ['follow', 'interval', 'until-empty', 'visibility-timeout'] as const;

/** SQS hides messages no longer: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html */
const MAX_VISIBILITY_MS = 12 * 3_600_000;
/** A third of it has to be enough for a request to be tried again. */
const MIN_VISIBILITY_MS = 5_000;

/** How log groups are read. */
export const LOG_OPTIONS = ['streams', 'stream-prefix', 'linked-accounts', 'latency', 'windows', 'max-calls'] as const;

/** Values that say how SOURCE is read. */
type SourceValues = Values<(typeof AWS_OPTIONS)[number]> &
  Partial<
    Values<
      | (typeof QUEUE_OPTIONS)[number]
      | (typeof LOG_OPTIONS)[number]
      | (typeof SELECTION_OPTIONS)[number]
      | 'name'
      | 'objects-from'
      | 'shard'
      | 'format'
    >
  >;

/** SOURCE with the options that belong to it. Throws E_USAGE where they do not go together. */
export function sourceAsked(text: string, values: SourceValues): SourceSpec {
  const { name, follow = false, untilEmpty = false, visibilityTimeout: visibilityTimeoutMs = 300_000 } = values;
  const refuse = (message: string) => new FlowbulkError('E_USAGE', message);
  if (follow && untilEmpty) throw refuse('--follow never ends, and --until-empty does: give one of them');
  const ends = follow ? 'never' : untilEmpty ? 'when empty' : null;
  const spec = parseSource(text, {
    aws: awsOptions(values),
    ...(name === undefined ? {} : { name }),
    queue: { visibilityTimeoutMs, ends },
    logs: logReading(values),
  });
  if (spec.kind === 'cloudwatch') return checkedLogs(spec, text, values);
  const { streams = [], streamPrefix, linkedAccounts = false } = values;
  if (streams.length > 0 || streamPrefix !== undefined || linkedAccounts) {
    throw refuse(
      `${text} is no log group: --streams, --stream-prefix and --linked-accounts are for cloudwatch://GROUP`,
    );
  }
  if (spec.kind !== 'sqs') {
    if (untilEmpty) throw refuse(`${text} is no queue: --until-empty is for sqs://queue`);
    if (follow && spec.kind === 'stdin') throw refuse('standard input has an end of its own: leave --follow');
    return spec;
  }
  if (visibilityTimeoutMs < MIN_VISIBILITY_MS || visibilityTimeoutMs > MAX_VISIBILITY_MS) {
    throw refuse('--visibility-timeout is 5 s to 12 h: SQS hides messages no longer');
  }
  if (values.objectsFrom !== undefined) throw refuse('--objects-from names objects, and so does the queue: give s3://');
  if (values.shard !== undefined) throw refuse('--shard is for s3://: a queue spreads its messages by itself');
  return spec;
}

/** CloudWatch takes no more: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html */
const MAX_STREAMS = 100;

function logReading(values: SourceValues): LogReading {
  const { streams = [], streamPrefix, linkedAccounts = false, windows = null } = values;
  return {
    streams: {
      ...(streams.length === 0 ? {} : { names: streams }),
      ...(streamPrefix === undefined ? {} : { prefix: streamPrefix }),
    },
    linkedAccounts,
    latencyMs: values.latency ?? LOG_READING.latencyMs,
    pace: { callsPerSecond: values.maxCalls ?? LOG_READING.pace.callsPerSecond, windows },
    followMs: values.follow ? (values.interval ?? 60_000) : null,
    asksFormats: values.format === undefined,
  };
}

function checkedLogs(spec: CloudWatchSpec, text: string, values: SourceValues): CloudWatchSpec {
  const { streams, linkedAccounts, group } = spec;
  const { accounts = [], regions = [] } = values;
  const refuse = (message: string) => new FlowbulkError('E_USAGE', message);
  if (values.untilEmpty) throw refuse(`${text} is a log group: give --follow, or --from and --to`);
  if (streams.names !== undefined && streams.prefix !== undefined) {
    throw refuse('--streams and --stream-prefix both say which streams to read: give one');
  }
  if ((streams.names?.length ?? 0) > MAX_STREAMS) {
    throw refuse(`--streams names ${streams.names?.length}, at most ${MAX_STREAMS} can be: give --stream-prefix`);
  }
  if (linkedAccounts && !group.isPrefix) {
    throw refuse(`--linked-accounts is for cloudwatch://PREFIX*: name one group of another account by its ARN`);
  }
  if (accounts.length + regions.length > 0) {
    throw refuse(
      '--accounts and --regions go by keys, which log groups lack: give ?region=, ARNs, or --include by name',
    );
  }
  if (values.objectsFrom !== undefined)
    throw refuse('--objects-from names objects, and a log group has none: give --from');
  if (values.shard !== undefined) {
    throw refuse('--shard is for s3://: AWS counts the calls of all machines together, so that one is as fast as many');
  }
  return spec;
}

/** Which streams of a log group are read, as a job is known by; undefined for all of them. */
export function streamsName({ streams = [], streamPrefix }: Partial<SourceValues>): string | undefined {
  if (streamPrefix !== undefined) return `${streamPrefix}*`;
  return streams.length === 0 ? undefined : [...streams].sort().join();
}

/** The share of `--shard`; null without. Throws E_USAGE. */
export function shareOf(
  { shard }: Partial<Values<'shard'>>,
  env: Readonly<Record<string, string | undefined>>,
): Share | null {
  return shard === undefined ? null : parseShare(shard, env);
}

/** What of a listing is in the share. */
export function shared(listed: AsyncIterable<Listed>, share: Share | null): AsyncIterable<Listed> {
  return share === null ? listed : withinShare(listed, share);
}

/** What there is to read: what the source lists, or the objects of the file that `--objects-from` names. */
export function listingOf(
  { objectsFrom: file }: Values<'objects-from'>,
  spec: SourceSpec,
  source: Source,
  selection: Selection,
  signal: AbortSignal,
  isKnown: IsKnown,
): AsyncIterable<Listed> {
  return file === undefined
    ? source.list(selection, signal, isKnown)
    : objectsFrom(file, spec, source, selection, signal);
}

/** How to reach AWS. */
export function awsOptions(values: Values<(typeof AWS_OPTIONS)[number]>): AwsOptions {
  return given<AwsOptions>({
    region: values.awsRegion,
    profile: values.profile,
    roleArn: values.roleArn,
    externalId: values.externalId,
    endpointUrl: values.endpointUrl,
    pathStyle: values.pathStyle,
    requestPayer: values.requestPayer,
    noSignRequest: values.noSignRequest,
  } as { [K in keyof AwsOptions]: AwsOptions[K] | undefined });
}

/** How much to read. */
export function limitsOf(values: Values<'max-objects' | 'max-bytes' | 'max-records' | 'max-duration'>): Limits {
  return given<Limits>({
    maxObjects: values.maxObjects,
    maxBytes: values.maxBytes,
    maxRecords: values.maxRecords,
    maxDurationMs: values.maxDuration,
  } as { [K in keyof Limits]: Limits[K] | undefined });
}

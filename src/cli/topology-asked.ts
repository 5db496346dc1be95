/** The command line of `flowbulk topology`: what goes with what. */

import { MAX_ROWS } from '../../workers/kernel/fold-layout.ts';
import { FlowbulkError } from '../errors.ts';
import { parseAge } from '../plan/dates.ts';
import type { Selection } from '../sources/source.ts';
import { type AwsOptions, parseSource, type SourceSpec } from '../sources/spec.ts';
import { accountOf, defaultBucket } from '../topology/account.ts';
import type { MapForm } from '../topology/map-forms.ts';
import { isReceiver, parseReceiver } from '../topology/receiver-name.ts';
import { AWS_OPTIONS, awsOptions, SELECTION_OPTIONS, selectionOf } from './asked.ts';
import type { Values } from './options.ts';

/** Options of the command. */
export const TOPOLOGY_OPTIONS = [
  ...SELECTION_OPTIONS,
  'format',
  'follow',
  'interval',
  'interfaces',
  'snapshot',
  'delete-after-success',
  'yes',
  'compatible',
  'max-connections',
  ...AWS_OPTIONS,
  'as',
  'out',
  'compress',
  'dead-letters',
  'body-bytes',
  'retry-for',
  'api-key-file',
  'ca',
  'insecure',
  'state',
  'no-ledger',
  'error-on-empty',
  'workers',
  'json',
] as const;

/** Values of those options. */
export type TopologyValues = Values<(typeof TOPOLOGY_OPTIONS)[number]>;

/** How far back `--follow` looks, as StackState's agent does. */
const FOLLOW_SINCE = '1h';

/** Where the map goes. */
export type MapOutlet =
  | { readonly kind: 'receiver'; readonly base: string; readonly text: string }
  | { readonly kind: 'text'; readonly form: MapForm; readonly destination: string };

/** What was asked for, checked. */
export interface TopologyAsked {
  /** SOURCE as given; null where the account's bucket is meant. */
  readonly source: string | null;
  readonly outlet: MapOutlet;
}

function refuse(message: string): FlowbulkError {
  return new FlowbulkError('E_USAGE', message);
}

/** Reads arguments and options together. Throws E_USAGE. */
export function topologyAsked(args: readonly string[], values: TopologyValues): TopologyAsked {
  const [first, second] = args;
  // StackState's agent needs no SOURCE: it knows its account's bucket.
  const [source, destination] = first !== undefined && isReceiver(first) ? [undefined, first] : [first, second];
  if (source === undefined && second !== undefined) throw refuse(`"${second}" is one argument too many`);
  if (source === undefined && destination === undefined) {
    throw refuse('SOURCE is missing; s3:// is the bucket of the account, stackstate-logs-ACCOUNT');
  }
  if (values.maxConnections > MAX_ROWS) throw refuse(`--max-connections is at most ${MAX_ROWS}`);
  const outlet = outletOf(destination, values);
  if (outlet.kind === 'text') checkText(values);
  else checkReceiver(values);
  return { source: source ?? null, outlet };
}

function outletOf(destination: string | undefined, { as, out }: TopologyValues): MapOutlet {
  // The command takes no other.
  const form = (as ?? 'documents') as MapForm;
  if (destination === undefined) return { kind: 'text', form, destination: out ?? '-' };
  if (!isReceiver(destination)) {
    throw refuse(`DESTINATION "${destination}" is no receiver: give stackstate://host:7077, or --out FILE for a file`);
  }
  if (out !== undefined) throw refuse('the map goes to DESTINATION or to --out FILE: give one of them');
  if (form !== 'documents') throw refuse(`--as ${form} is for files and standard output: leave DESTINATION out`);
  return { kind: 'receiver', base: parseReceiver(destination), text: destination };
}

/** What only StackState can take, or makes sense for. */
function checkText({ follow, snapshot, deleteAfterSuccess, json, out }: TopologyValues): void {
  const options = { '--follow': follow, '--snapshot': snapshot, '--delete-after-success': deleteAfterSuccess };
  const wrong = Object.entries(options).find(([, isGiven]) => isGiven)?.[0];
  if (wrong !== undefined) throw refuse(`${wrong} goes with a DESTINATION: give stackstate://host:7077`);
  if (json && (out ?? '-') === '-') {
    throw refuse('--json writes to standard output, and so would the map: give --out FILE');
  }
}

function checkReceiver({ snapshot, deleteAfterSuccess, noLedger, compatible, follow }: TopologyValues): void {
  if (snapshot && deleteAfterSuccess) {
    throw refuse('a snapshot is all that there is, and --delete-after-success takes away what the next one needs');
  }
  if (deleteAfterSuccess && noLedger) {
    throw refuse('--delete-after-success needs the ledger, which knows what StackState has taken');
  }
  if (compatible && (follow || deleteAfterSuccess)) {
    throw refuse('--compatible is for comparing with the original: leave --follow and --delete-after-success out');
  }
  if (follow && noLedger && !snapshot) {
    throw refuse(
      '--follow without the ledger would send the same objects each time: give --snapshot, too, or leave it',
    );
  }
}

/** SOURCE as text, with the bucket of the account where it names none. Throws E_USAGE and E_SOURCE_*. */
export async function sourceText(
  { source }: TopologyAsked,
  { accounts, interfaces }: TopologyValues,
  aws: AwsOptions,
  signal: AbortSignal,
): Promise<string> {
  if (source !== null && !/^s3:\/\/(\/|$)/i.test(source)) return source;
  const clues = { aws, accounts, keys: [], interfaces: null, isOffline: interfaces.length > 0 };
  const prefix = source === null ? '' : source.replace(/^s3:\/\/\/?/i, '');
  return `s3://${defaultBucket(await accountOf(clues, signal))}/${prefix}`;
}

/** SOURCE as it is read. Throws E_USAGE. */
export function topologySource(
  text: string,
  values: TopologyValues,
): Exclude<SourceSpec, { kind: 'sqs' | 'cloudwatch' }> {
  const spec = parseSource(text, { aws: awsOptions(values) });
  if (spec.kind === 'sqs') throw refuse(`${text} is a queue: give the s3://bucket/prefix that it is of, with --follow`);
  if (spec.kind === 'cloudwatch') throw refuse(`${text} is a log group: maps are made of flow logs in S3, or in files`);
  if (values.deleteAfterSuccess && spec.kind !== 's3') {
    throw refuse(`--delete-after-success is for s3://bucket/prefix, which keeps versions, not for ${text}`);
  }
  if (values.follow && spec.kind === 'stdin') throw refuse('standard input cannot be read again: leave --follow out');
  return spec;
}

/**
 * What to list, and the time before which objects are too old, milliseconds of the Unix epoch. In a bucket the days of
 * keys say where to look; files, whose names may say none, are all looked at. Throws E_USAGE.
 */
export function topologySelection(
  kind: SourceSpec['kind'],
  values: TopologyValues,
  nowMs: number,
): { readonly selection: Selection; readonly sinceMs: number } {
  const { from, follow } = values;
  const since = values.since ?? (follow && from === undefined ? FOLLOW_SINCE : undefined);
  const days = kind === 's3' ? since : undefined;
  return {
    selection: selectionOf({ ...values, since: days }, nowMs),
    sinceMs: since === undefined ? Number.NEGATIVE_INFINITY : nowMs - parseAge(since),
  };
}

/** SOURCE on the command line, as plain data that crosses threads, and the source made of it. */
import { FlowbulkError } from '../errors.ts';
import { sharedPace } from './call-pace.ts';
import { CloudWatchSource, type CloudWatchSpec, type LogReading } from './cloudwatch.ts';
import { FilesSource } from './files.ts';
import { isLogGroup, parseLogGroup } from './log-group.ts';
import { QueueSource } from './queue.ts';
import { isQueue, parseQueueName, type QueueName } from './queue-name.ts';
import { S3Source } from './s3.ts';
import type { Source } from './source.ts';
import { StdinSource } from './stdin.ts';

/** How to reach AWS; what is left out is as AWS's own tools have it (environment, profile, instance). */
export interface AwsOptions {
  readonly region?: string;
  readonly profile?: string;
  /** A role to take on before anything is read, as log-archive accounts ask for. */
  readonly roleArn?: string;
  readonly externalId?: string;
  /** Another server than AWS's, with `http://` or `https://`. */
  readonly endpointUrl?: string;
  /** The bucket in the path instead of the host name. */
  readonly pathStyle?: boolean;
  /** Says that the requests are paid by the one who reads. */
  readonly requestPayer?: boolean;
  /** Reads a public bucket without credentials. */
  readonly noSignRequest?: boolean;
  /** How long a request or a broken stream is tried again: 60,000 unless given. */
  readonly retryForMs?: number;
  /** How long a connection may be silent: 30,000 unless given. */
  readonly idleTimeoutMs?: number;
}

/** How a queue is read. */
export interface QueueReading {
  /** How long a message that was received is hidden from others; it is hidden anew while it is worked on. */
  readonly visibilityTimeoutMs: number;
  /** When there is nothing more to come; null where nobody said, so that it cannot be listed. */
  readonly ends: 'never' | 'when empty' | null;
}

/** A queue that names objects. `aws` holds for the buckets, too, where messages do not say their region. */
export interface QueueSpec extends QueueReading {
  readonly kind: 'sqs';
  readonly queue: QueueName;
  readonly aws: AwsOptions;
}

/** SOURCE as plain data. */
export type SourceSpec =
  | { readonly kind: 's3'; readonly bucket: string; readonly prefix: string; readonly aws: AwsOptions }
  | QueueSpec
  | CloudWatchSpec
  | { readonly kind: 'files'; readonly root: string }
  | { readonly kind: 'stdin'; readonly name: string | null };

/** What `parseSource` needs besides SOURCE itself. */
export interface SourceOptions {
  readonly aws?: AwsOptions;
  /** `--name`: what standard input is called. */
  readonly name?: string;
  readonly queue?: QueueReading;
  readonly logs?: LogReading;
}

const QUEUE_READING: QueueReading = { visibilityTimeoutMs: 300_000, ends: null };

/** How log groups are read where nobody says otherwise. */
export const LOG_READING: LogReading = {
  streams: {},
  linkedAccounts: false,
  // Ten minutes of aggregation, five of delivery, and some more: docs/cloudwatch.md.
  latencyMs: 1_200_000,
  pace: { callsPerSecond: 5, windows: null },
  followMs: null,
  asksFormats: true,
};

/**
 * Reads SOURCE: `s3://bucket/prefix`, `sqs://queue`, `cloudwatch://group`, `-` for standard input, or a path. Throws E_USAGE
 * for an S3 URI without a bucket, what names no queue or no log group, and for another scheme.
 */
export function parseSource(text: string, options: SourceOptions = {}): SourceSpec {
  if (text === '-') {
    return { kind: 'stdin', name: options.name ?? null };
  }
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text)?.[1]?.toLowerCase();
  if (scheme === undefined) {
    if (text === '') {
      throw new FlowbulkError('E_USAGE', 'SOURCE is empty: give a file, a folder, - or s3://bucket/prefix');
    }
    return { kind: 'files', root: text };
  }
  if (isQueue(text)) {
    return { kind: 'sqs', queue: parseQueueName(text), aws: options.aws ?? {}, ...(options.queue ?? QUEUE_READING) };
  }
  if (isLogGroup(text)) {
    const reading = options.logs ?? LOG_READING;
    return { kind: 'cloudwatch', group: parseLogGroup(text), aws: options.aws ?? {}, shared: sharedPace(), ...reading };
  }
  if (scheme !== 's3') {
    throw new FlowbulkError(
      'E_USAGE',
      `SOURCE "${text}" is not known: give a file, a folder, -, s3://bucket/prefix, sqs://queue or cloudwatch://group`,
    );
  }
  const { bucket, key } = parseS3Uri(text);
  return { kind: 's3', bucket, prefix: key, aws: options.aws ?? {} };
}

/**
 * Cuts `s3://bucket/key` in two, the key verbatim: nothing in it is decoded, as AWS's own tools do. Throws E_USAGE
 * where there is no name of a bucket (3 to 63 of `a-z0-9.-`, and upper case and `_` of old ones, or an access point).
 */
export function parseS3Uri(uri: string): { bucket: string; key: string } {
  const path = uri.slice('s3://'.length);
  // The name of an access point has a slash in it: arn:aws:s3:eu-west-1:123456789012:accesspoint/name/key
  const accessPoint = /^arn:[^/]*:accesspoint\/[^/]+/.exec(path)?.[0];
  const slash = path.indexOf('/');
  const bucket = accessPoint ?? (slash < 0 ? path : path.slice(0, slash));
  if (accessPoint === undefined && !/^[A-Za-z0-9._-]{3,255}$/.test(bucket)) {
    throw new FlowbulkError('E_USAGE', `"${uri}" names no bucket: give s3://bucket/prefix`);
  }
  return { bucket, key: path.slice(bucket.length + 1) };
}

/** Makes the source of a spec; nothing is asked of it yet. `warn` hears what it has to say while it is listed. */
export function openSource(spec: SourceSpec, warn: (text: string) => void = () => {}): Source {
  switch (spec.kind) {
    case 's3':
      return new S3Source(spec.bucket, spec.prefix, spec.aws);
    case 'sqs':
      return new QueueSource(spec, warn);
    case 'cloudwatch':
      return new CloudWatchSource(spec, warn);
    case 'files':
      return new FilesSource(spec.root);
    case 'stdin':
      return new StdinSource(spec.name);
  }
}

/** A spec with the region of bucket or log groups in it, once that is known: so that each worker need not find it out again. */
export function withRegion(spec: SourceSpec, region: string | null): SourceSpec {
  const hasOne = spec.kind === 's3' || spec.kind === 'cloudwatch';
  return hasOne && region !== null ? { ...spec, aws: { ...spec.aws, region } } : spec;
}

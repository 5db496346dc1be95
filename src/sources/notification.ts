/**
 * Messages that say that objects were created, as S3 puts them into a queue: directly, through SNS, or through
 * EventBridge.
 *
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
 * https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html
 */
import { bareEtag } from './s3-lister.ts';
import type { SourceObject } from './source.ts';

/** What a message says. */
export type Notification =
  /** Objects that were created; none where it tells of something else, such as a deletion or a test by S3. */
  | { readonly kind: 'objects'; readonly objects: readonly SourceObject[] }
  | { readonly kind: 'unreadable'; readonly reason: string };

/** The object of a notification before it is one of ours. */
interface CreatedObject {
  readonly bucket: unknown;
  readonly region: unknown;
  readonly key: string;
  readonly size: unknown;
  readonly etag: unknown;
  readonly time: unknown;
}

type Values = Readonly<Record<string, unknown>>;

class Unreadable extends Error {}

/** Reads the body of a message. Never throws: a body of another kind is told as unreadable, with the reason. */
export function readNotification(body: string): Notification {
  try {
    return { kind: 'objects', objects: objectsOf(valuesOf(parsed(body), 'it')) };
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    return { kind: 'unreadable', reason: error.message };
  }
}

/** The body that S3 would put into a queue for this object. Its Last-Modified stands for the time of the event. */
export function notificationOf({ bucket, key, size, etag, lastModifiedMs }: SourceObject, region: string): string {
  const object = {
    key: encodeURIComponent(key).replaceAll('%2F', '/').replaceAll('%20', '+'),
    ...(size < 0 ? {} : { size }),
    ...(etag === null ? {} : { eTag: etag }),
  };
  const record = {
    eventVersion: '2.1',
    eventSource: 'aws:s3',
    awsRegion: region,
    eventTime: new Date(lastModifiedMs).toISOString(),
    eventName: 'ObjectCreated:Put',
    s3: { s3SchemaVersion: '1.0', configurationId: 'flowbulk', bucket: { name: bucket }, object },
  };
  return JSON.stringify({ Records: [record] });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Unreadable('it is no JSON');
  }
}

function valuesOf(value: unknown, what: string): Values {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Values;
  throw new Unreadable(`${what} is no object of JSON`);
}

function objectsOf(body: Values): readonly SourceObject[] {
  if (body['Event'] === 's3:TestEvent') return [];
  if (body['Type'] === 'Notification' && typeof body['Message'] === 'string') {
    return objectsOf(valuesOf(parsed(body['Message']), 'the message of SNS'));
  }
  if (body['source'] === 'aws.s3' && typeof body['detail-type'] === 'string') {
    return body['detail-type'] === 'Object Created' ? [ofEventBridge(body)] : [];
  }
  const records = body['Records'];
  if (!Array.isArray(records)) throw new Unreadable('it is neither of S3, nor of S3 through SNS or EventBridge');
  return records.flatMap((record) => ofRecord(valuesOf(record, 'a record')));
}

function ofRecord(record: Values): readonly SourceObject[] {
  const { eventName, s3, awsRegion: region, eventTime: time } = record;
  if (typeof eventName !== 'string' || s3 === undefined) throw new Unreadable('a record is no event of S3');
  // Some servers other than AWS write s3:ObjectCreated:Put.
  if (!/^(s3:)?ObjectCreated:/.test(eventName)) return [];
  const { bucket, object } = valuesOf(s3, 's3');
  const { key, size, eTag: etag } = valuesOf(object, 'its object');
  const { name } = valuesOf(bucket, 'its bucket');
  return [objectOf({ bucket: name, region, key: decodedKey(key), size, etag, time })];
}

/** Keys in events of EventBridge are verbatim. */
function ofEventBridge({ detail, region, time }: Values): SourceObject {
  const { bucket, object } = valuesOf(detail, 'its detail');
  const { key, size, etag } = valuesOf(object, 'its object');
  const { name } = valuesOf(bucket, 'its bucket');
  if (typeof key !== 'string') throw new Unreadable('it names no key');
  return objectOf({ bucket: name, region, key, size, etag, time });
}

/** Keys are encoded as forms are: a blank is `+`, and `=` of Hive-like folders `%3D`. */
function decodedKey(key: unknown): string {
  if (typeof key !== 'string') throw new Unreadable('it names no key');
  try {
    return decodeURIComponent(key.replaceAll('+', ' '));
  } catch {
    throw new Unreadable(`its key ${key} is not URL-encoded`);
  }
}

function objectOf({ bucket, region, key, size, etag, time }: CreatedObject): SourceObject {
  if (typeof bucket !== 'string' || bucket === '' || key === '') throw new Unreadable('it names no bucket or no key');
  const timeMs = typeof time === 'string' ? Date.parse(time) : Number.NaN;
  return {
    kind: 's3',
    bucket,
    key,
    path: null,
    etag: typeof etag === 'string' ? bareEtag(etag) : null,
    size: typeof size === 'number' ? size : -1,
    lastModifiedMs: Number.isNaN(timeMs) ? 0 : timeMs,
    ...(typeof region === 'string' ? { region } : {}),
  };
}

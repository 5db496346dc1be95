/** Document ids: the part before the offset, made once an object. */

import { createHash } from 'node:crypto';
import type { SourceObject } from '../sources/source.ts';

/**
 * How `_id` is made. A changed object is new by `default`; `key` leaves the ETag out, so that it is not.
 * The `filebeat` modes give what Filebeat's aws-s3 input gives in its present form (polling), up to 8.17, and from
 * notifications, which carry no Last-Modified
 * (https://github.com/elastic/beats/tree/main/x-pack/filebeat/input/awss3).
 */
export const ID_MODES = ['default', 'filebeat', 'filebeat-8.17', 'filebeat-sqs', 'key', 'none'] as const;

/** One of the ways to make ids. */
export type IdMode = (typeof ID_MODES)[number];

/** Nanoseconds from the Unix epoch to Go's zero time, wrapped to 64 bits: what Filebeat writes for "no time". */
const GO_ZERO_TIME_NS = '-6795364578871345152';

const sha256 = (text: string, hexDigits: number): string =>
  createHash('sha256').update(text).digest('hex').slice(0, hexDigits);

/** Whether ids of this mode count offsets as Filebeat does: without empty lines. */
export function countsLikeFilebeat(mode: IdMode): boolean {
  return mode.startsWith('filebeat');
}

/** The ARN of a bucket in the standard partition, as flow logs and Filebeat's documents carry it. */
export function bucketArn(bucket: string): string {
  return `arn:aws:s3:::${bucket}`;
}

/**
 * The id of an object's documents up to the offset, with the dash before it; null where there are no ids: mode `none`,
 * and standard input without a name. The bucket ARN, key and ETag name an S3 object; `file:`, the path relative to
 * SOURCE, size and mtime stand for them where it is a file.
 */
export function idPrefix(object: SourceObject, mode: IdMode): string | null {
  if (mode === 'none' || (object.kind === 'stdin' && object.key === '')) return null;
  const arn = object.bucket === null ? `${object.kind}:` : bucketArn(object.bucket);
  if (countsLikeFilebeat(mode)) {
    const hash = sha256(arn + object.key, 10);
    if (mode === 'filebeat-8.17') return `${hash}-`;
    const time =
      mode === 'filebeat-sqs' ? GO_ZERO_TIME_NS : `${BigInt(Math.round(object.lastModifiedMs)) * 1_000_000n}`;
    return `${time}-${hash}-`;
  }
  const version = object.kind === 'file' ? `${object.size}-${Math.round(object.lastModifiedMs)}` : (object.etag ?? '');
  return `${sha256([arn, object.key, ...(mode === 'key' ? [] : [version])].join('\0'), 20)}-`;
}

/** The offset's part of an id: decimal, at least 12 digits. */
export function idOffset(offset: number): string {
  return offset.toString().padStart(12, '0');
}

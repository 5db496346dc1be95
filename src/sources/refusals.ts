/** Objects that are listed but not read, with the reason. */
import type { RefusedObject, SourceObject } from './source.ts';

/** Where an object lies, for messages. */
export function describeObject(object: SourceObject): string {
  if (object.kind === 'cloudwatch') return `cloudwatch://${object.key}`;
  return object.kind === 's3' ? `s3://${object.bucket}/${object.key}` : (object.path ?? object.key);
}

/** The object, or its refusal where its name says that it is Parquet. */
export function refuseParquet(object: SourceObject): SourceObject | RefusedObject {
  if (!object.key.endsWith('.parquet')) {
    return object;
  }
  const reason =
    `${describeObject(object)} is Parquet, which flowbulk does not read: have the flow log written as plain text ` +
    '(file format "Text"), or leave it out with --exclude "*.parquet"';
  return { object, code: 'E_OBJECT_PARQUET', reason };
}

/**
 * Storage classes whose objects have to be restored before they can be read.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-class-intro.html (GLACIER_IR is read as any other.)
 */
const ARCHIVES: readonly string[] = ['GLACIER', 'DEEP_ARCHIVE'];

/** The object, or its refusal where its storage class is an archive and no restored copy is known of. */
export function refuseArchived(
  object: SourceObject,
  storageClass: string | undefined,
  restored: boolean,
): SourceObject | RefusedObject {
  if (storageClass === undefined || !ARCHIVES.includes(storageClass) || restored) {
    return refuseParquet(object);
  }
  return { object, code: 'E_OBJECT_ARCHIVED', reason: archivedReason(object, storageClass) };
}

/** Says that an object is in an archive, and what to do. */
export function archivedReason(object: SourceObject, storageClass: string): string {
  return `${describeObject(object)} is archived (${storageClass}): restore it with aws s3api restore-object, then run again`;
}

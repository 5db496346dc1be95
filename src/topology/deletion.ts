/** Deleting objects whose connections were accepted: only where the bucket keeps versions of them. */

import { FlowbulkError } from '../errors.ts';
import type { BucketClient, NotDeleted } from '../sources/bucket.ts';
import { sourceError } from '../sources/s3-errors.ts';
import type { SourceObject } from '../sources/source.ts';

/** S3 takes 1,000 in one request; the original asked for one less. */
const SLICE_OBJECTS = 999;

/** What became of objects that were to be deleted. */
export interface Deleted {
  readonly deleted: number;
  readonly stayed: readonly NotDeleted[];
}

/** Throws E_SOURCE_DENIED where the bucket keeps no versions: what is deleted would be gone for good. */
export async function checkVersioning(bucket: BucketClient, signal: AbortSignal): Promise<void> {
  let isVersioned: boolean;
  try {
    isVersioned = await bucket.isVersioned(signal);
  } catch (error) {
    signal.throwIfAborted();
    throw withRight(sourceError(bucket.name, error), 's3:GetBucketVersioning');
  }
  if (isVersioned) return;
  throw new FlowbulkError(
    'E_SOURCE_DENIED',
    `Object versioning must be enabled on the bucket ${bucket.name}, since --delete-after-success would delete its ` +
      'objects for good: enable it (aws s3api put-bucket-versioning), or leave that option out',
    { facts: { bucket: bucket.name } },
  );
}

/** Deletes objects, in slices. Throws E_SOURCE_* where a whole request is refused. */
export async function deleteObjects(
  bucket: BucketClient,
  objects: readonly SourceObject[],
  signal: AbortSignal,
): Promise<Deleted> {
  const stayed: NotDeleted[] = [];
  for (let at = 0; at < objects.length; at += SLICE_OBJECTS) {
    const slice = objects.slice(at, at + SLICE_OBJECTS);
    try {
      stayed.push(...(await bucket.remove(slice, signal)));
    } catch (error) {
      signal.throwIfAborted();
      throw withRight(sourceError(bucket.name, error), 's3:DeleteObject');
    }
  }
  return { deleted: objects.length - stayed.length, stayed };
}

/** A refusal that names the right that is missing: others of the bucket are known to be there. */
function withRight(error: FlowbulkError, right: string): FlowbulkError {
  if (error.facts['status'] !== 403) return error;
  return new FlowbulkError(error.code, `${error.message}; --delete-after-success needs ${right}, too`, {
    cause: error.cause,
    facts: error.facts,
  });
}

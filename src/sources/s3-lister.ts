/** A bucket's keys, page by page, as the planning of a listing wants them. */
import type { _Object, HeadObjectCommandOutput } from '@aws-sdk/client-s3';
import type { Level, Lister } from '../plan/lister.ts';
import type { BucketClient } from './bucket.ts';
import { refuseArchived } from './refusals.ts';
import type { Listed, SourceObject } from './source.ts';

/** Objects beside folders after which a level counts as flat: three pages for nothing are enough. */
const FLAT_OBJECTS = 3_000;

/** Lists a bucket. Failures are those of the SDK. */
export class BucketLister implements Lister {
  readonly #bucket: BucketClient;

  constructor(bucket: BucketClient) {
    this.#bucket = bucket;
  }

  async folders(prefix: string, signal: AbortSignal): Promise<Level> {
    const folders: string[] = [];
    let objects = 0;
    let token: string | undefined;
    do {
      const page = await this.#bucket.list(prefix, true, token, signal);
      folders.push(...(page.CommonPrefixes ?? []).map((folder) => decodeKey(folder.Prefix ?? '', page.EncodingType)));
      objects += (page.Contents ?? []).filter((object) => !object.Key?.endsWith('/')).length;
      if (objects >= FLAT_OBJECTS) {
        return { folders, loose: true, flat: true };
      }
      token = page.IsTruncated ? page.NextContinuationToken : undefined;
    } while (token !== undefined);
    return { folders, loose: objects > 0, flat: false };
  }

  async *objects(prefix: string, deep: boolean, signal: AbortSignal): AsyncGenerator<readonly Listed[]> {
    let token: string | undefined;
    do {
      const page = await this.#bucket.list(prefix, !deep, token, signal);
      yield (page.Contents ?? []).map((object) => this.#listed(object, page.EncodingType));
      token = page.IsTruncated ? page.NextContinuationToken : undefined;
    } while (token !== undefined);
  }

  #listed(object: _Object, encoding: string | undefined): Listed {
    const restored =
      object.RestoreStatus?.RestoreExpiryDate !== undefined && object.RestoreStatus.IsRestoreInProgress !== true;
    const listed: SourceObject = {
      kind: 's3',
      bucket: this.#bucket.name,
      key: decodeKey(object.Key ?? '', encoding),
      path: null,
      etag: bareEtag(object.ETag),
      size: object.Size ?? -1,
      lastModifiedMs: object.LastModified?.getTime() ?? 0,
    };
    return refuseArchived(listed, object.StorageClass, restored);
  }
}

/** An object with what HEAD says about it. */
export function headObject(object: SourceObject, head: HeadObjectCommandOutput): Listed {
  const found: SourceObject = {
    ...object,
    etag: bareEtag(head.ETag),
    size: head.ContentLength ?? -1,
    lastModifiedMs: head.LastModified?.getTime() ?? 0,
  };
  // x-amz-restore: ongoing-request="false", expiry-date="…" once a restored copy is there.
  return refuseArchived(found, head.StorageClass, head.Restore?.includes('ongoing-request="false"') ?? false);
}

/** S3 encodes as forms do: a blank is `+`. A server that does not encode does not say that it did. */
function decodeKey(key: string, encoding: string | undefined): string {
  return encoding === 'url' ? decodeURIComponent(key.replaceAll('+', ' ')) : key;
}

/** An ETag without its quotes; null for the empty one that servers over a file system may give. */
export function bareEtag(etag: string | undefined): string | null {
  return etag?.replaceAll('"', '') || null;
}

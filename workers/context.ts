/** What documents say of the object they come from. */

import path from 'node:path';
import { columnsOfLogFormat } from '../src/formats/detect.ts';
import type { ObjectContext } from '../src/formats/document.ts';
import { bucketArn, type IdMode, idPrefix } from '../src/formats/ids.ts';
import { parseKey } from '../src/plan/keys.ts';
import { groupNameOf } from '../src/sources/log-group.ts';
import type { SourceObject } from '../src/sources/source.ts';
import type { WorkerConfig } from './config.ts';

/** The URL of an S3 object as Filebeat writes it, key verbatim, whatever the endpoint. */
function objectUrl(bucket: string, region: string, key: string): string {
  return `https://${bucket}.s3.${region}.amazonaws.com/${key}`;
}

/** The context of a window of a log group. */
function logContext({ bucket, region, lastModifiedMs, logFormats = [] }: SourceObject, ids: IdMode): ObjectContext {
  const group = groupNameOf(bucket ?? '');
  const formats = logFormats.map(columnsOfLogFormat).filter((columns) => columns !== null);
  return {
    s3: null,
    log: { group, formats },
    path: `${group}/`,
    region: region ?? null,
    timeMs: lastModifiedMs,
    idPrefix: ids === 'none' ? null : '',
  };
}

/** The context of an object. Region and time come from its key where they stand there. */
export function contextOf(object: SourceObject, config: WorkerConfig): ObjectContext {
  if (object.kind === 'cloudwatch') return logContext(object, config.options.ids);
  const { bucket, key } = object;
  const facts = parseKey(key);
  const bucketRegion = object.region ?? config.bucketRegion;
  const region = facts.region ?? bucketRegion;
  const nameless = config.source.kind === 'stdin' && config.source.name === null;
  return {
    s3: bucket === null ? null : { bucket, arn: bucketArn(bucket), key },
    log: null,
    path:
      bucket === null
        ? object.path === null
          ? key
          : path.resolve(object.path)
        : objectUrl(bucket, bucketRegion ?? 'us-east-1', key),
    region,
    timeMs: facts.timeMs ?? object.lastModifiedMs,
    idPrefix: nameless ? null : idPrefix(object, config.options.ids),
  };
}

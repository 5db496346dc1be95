/** A server and a proxy for the tests of one file, and the source that reads through them. */
import { after } from 'node:test';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { S3Source } from '../../../src/sources/s3.ts';
import type { AwsOptions } from '../../../src/sources/spec.ts';
import { type FaultProxy, startFaultProxy } from './fault-proxy.ts';
import { OWNER, type S3Server, startVersitygw, versitygwBinary } from './versitygw.ts';

/** What a test file works with. */
export interface S3Setup {
  readonly server: S3Server;
  readonly proxy: FaultProxy;
  /** A source through the proxy; it is closed after the tests. */
  source(bucket: string, prefix?: string, more?: AwsOptions): S3Source;
  /** Puts an object as a client does: unlike a file laid there, it has an ETag. The bucket is made where need be. */
  upload(bucket: string, key: string, content: string | Uint8Array): Promise<unknown>;
  /** What the prefixes of the LIST requests were since the last call; with a `/` delimiter `folders` comes first. */
  listed(): string[];
}

/** Starts both; null where there is no server to be had. Credentials go by the environment, as in life. */
export async function s3Setup(options: readonly string[] = []): Promise<S3Setup | null> {
  const binary = versitygwBinary();
  if (binary === null) {
    return null;
  }
  const server = await startVersitygw(binary, options);
  const proxy = await startFaultProxy(server.port);
  const sources: S3Source[] = [];
  const uploader = new S3Client({
    endpoint: server.endpointUrl,
    forcePathStyle: true,
    region: 'us-east-1',
    credentials: OWNER,
  });
  useCredentials(OWNER.accessKeyId, OWNER.secretAccessKey);
  after(async () => {
    uploader.destroy();
    await Promise.allSettled(sources.map((source) => source.close()));
    await proxy.stop();
    await server.stop();
  });
  return {
    server,
    proxy,
    source(bucket, prefix = '', more = {}) {
      const aws = { endpointUrl: proxy.endpointUrl, pathStyle: true, region: 'us-east-1', retryForMs: 5_000, ...more };
      const source = new S3Source(bucket, prefix, aws);
      sources.push(source);
      return source;
    },
    upload(bucket, key, content) {
      server.makeBucket(bucket);
      return uploader.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: content }));
    },
    listed() {
      const lists = proxy.seen.splice(0).filter(({ query }) => query.has('list-type'));
      return lists.map(({ query }) => (query.has('delimiter') ? 'folders ' : '') + (query.get('prefix') ?? ''));
    },
  };
}

/** Sets the credentials that sources made from now on find. */
export function useCredentials(accessKeyId: string, secretAccessKey: string): void {
  process.env['AWS_ACCESS_KEY_ID'] = accessKeyId;
  process.env['AWS_SECRET_ACCESS_KEY'] = secretAccessKey;
  process.env['AWS_EC2_METADATA_DISABLED'] = 'true';
}

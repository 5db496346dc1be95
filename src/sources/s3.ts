/** A bucket as a source. */
import type { FlowbulkError } from '../errors.ts';
import { planned } from '../plan/prefixes.ts';
import { Backoff } from './backoff.ts';
import type { BucketClient } from './bucket.ts';
import { bodyOf, readBody } from './s3-body.ts';
import { isTransient, objectError, shortBodyError, sourceError } from './s3-errors.ts';
import { BucketLister, bareEtag, headObject } from './s3-lister.ts';
import type { Listed, Selection, Source, SourceObject } from './source.ts';
import type { AwsOptions } from './spec.ts';

/** So many breaks of one object's stream are mended, however far each time; 75 MB are the most AWS puts in one. */
const MOST_RESUMES = 100;

/** Reads a bucket. The SDK is loaded with the first request: files do not pay for it. */
export class S3Source implements Source {
  readonly #name: string;
  readonly #prefix: string;
  readonly #aws: AwsOptions;
  #opened: Promise<BucketClient> | null = null;

  constructor(bucket: string, prefix: string, aws: AwsOptions) {
    this.#name = bucket;
    this.#prefix = prefix;
    this.#aws = aws;
  }

  #bucket(): Promise<BucketClient> {
    this.#opened ??= import('./bucket.ts').then(({ BucketClient }) => BucketClient.open(this.#name, this.#aws));
    return this.#opened;
  }

  async *list(selection: Selection, signal: AbortSignal): AsyncGenerator<Listed> {
    const bucket = await this.#bucket();
    try {
      await bucket.region(signal);
      yield* planned(
        new BucketLister(bucket),
        this.#prefix,
        selection,
        { besides: 'flow-log-names', directDays: 31 },
        signal,
      );
    } catch (error) {
      signal.throwIfAborted();
      throw sourceError(this.#name, error);
    }
  }

  /** Streams a GET with If-Match; where it breaks or stalls, the rest is asked for by Range. */
  async *open(object: SourceObject, fromByte: number, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    const bucket = await this.#bucket();
    const backoff = new Backoff(bucket.patience.retryForMs);
    let etag = object.etag;
    let at = fromByte;
    for (let resumes = 0; object.size < 0 || at < object.size || object.size === 0; resumes++) {
      // A request that fails has been tried again already.
      const { output, body } = await bucket.get(object.key, etag, at, signal).catch((error) => {
        signal.throwIfAborted();
        throw objectError(object, error);
      });
      const { skipBytes, totalBytes } = bodyOf(object, output, at, body);
      // Without an ETag of the listing, a resumed stream has to be of the object that was begun.
      etag ??= bareEtag(output.ETag);
      try {
        for await (const chunk of readBody(body, skipBytes, bucket.patience.idleTimeoutMs, signal)) {
          at += chunk.length;
          backoff.reset();
          yield chunk;
        }
        if (totalBytes === null || at >= totalBytes) {
          return;
        }
        throw shortBodyError(at, totalBytes);
      } catch (error) {
        signal.throwIfAborted();
        if (!isTransient(error) || resumes >= MOST_RESUMES || !(await backoff.wait(signal))) {
          throw objectError(object, error);
        }
      }
    }
  }

  async complete(object: SourceObject, signal: AbortSignal): Promise<Listed> {
    const bucket = await this.#bucket();
    try {
      return headObject(object, await bucket.head(object.key, signal));
    } catch (cause) {
      signal.throwIfAborted();
      const error: FlowbulkError = objectError(object, cause);
      const { code, message: reason } = error;
      if (code === 'E_OBJECT_GONE' || code === 'E_OBJECT_DENIED' || code === 'E_OBJECT_UNREADABLE') {
        return { object, code, reason };
      }
      throw error;
    }
  }

  async bucketRegion(signal: AbortSignal): Promise<string | null> {
    const bucket = await this.#bucket();
    try {
      return await bucket.region(signal);
    } catch (error) {
      signal.throwIfAborted();
      throw sourceError(this.#name, error);
    }
  }

  async close(): Promise<void> {
    // What could not be opened has been told to the one who asked for it.
    (await this.#opened?.catch(() => null))?.close();
  }
}

/** Requests to one bucket: each with a time limit, and tried again for as long as there is patience. */
import type { Readable } from 'node:stream';
import {
  DeleteObjectsCommand,
  type DeleteObjectsCommandInput,
  GetBucketVersioningCommand,
  GetObjectCommand,
  type GetObjectCommandInput,
  type GetObjectCommandOutput,
  HeadBucketCommand,
  HeadObjectCommand,
  type HeadObjectCommandInput,
  type HeadObjectCommandOutput,
  ListObjectsV2Command,
  type ListObjectsV2CommandInput,
  type ListObjectsV2CommandOutput,
  type S3Client,
} from '@aws-sdk/client-s3';
import { s3Client } from './aws.ts';
import { type Patience, PatientRequests } from './patient-requests.ts';
import { regionOf } from './s3-errors.ts';
import type { AwsOptions } from './spec.ts';

/** An object that S3 did not delete, and why. */
export interface NotDeleted {
  readonly key: string;
  readonly code: string;
  readonly message: string;
}

/**
 * One bucket and the client for it. Failures are those of the SDK; s3-errors.ts says what they mean.
 *
 * Not called `Bucket`: TypeScript 7.0 takes the keys `Bucket` of the requests for the class and renames them.
 */
export class BucketClient {
  readonly name: string;
  readonly #requests: PatientRequests;
  readonly #options: AwsOptions;
  readonly #payer: { RequestPayer?: 'requester' };
  #client: S3Client;
  #region: string | null = null;

  private constructor(name: string, options: AwsOptions, client: S3Client) {
    this.name = name;
    this.#requests = new PatientRequests(options, () => this.#client);
    this.#options = options;
    this.#payer = options.requestPayer ? { RequestPayer: 'requester' } : {};
    this.#client = client;
  }

  static async open(name: string, options: AwsOptions): Promise<BucketClient> {
    return new BucketClient(name, options, await s3Client(options));
  }

  /** How long a request or a stream is tried again, and a silent connection waited for. */
  get patience(): Required<Patience> {
    return this.#requests.patience;
  }

  /**
   * The region the bucket is in: as S3 says, or as configured where it says nothing or another server is used. The
   * client is moved there, so that not every request is redirected.
   */
  async region(signal: AbortSignal): Promise<string> {
    if (this.#region === null) {
      const configured = await this.#client.config.region();
      this.#region = this.#options.endpointUrl === undefined ? await this.#askRegion(configured, signal) : configured;
      if (this.#region !== configured) {
        this.#client.destroy();
        this.#client = await s3Client({ ...this.#options, region: this.#region });
      }
    }
    return this.#region;
  }

  async #askRegion(configured: string, signal: AbortSignal): Promise<string> {
    try {
      const answer = await this.#requests.send(signal, (abortSignal) =>
        this.#client.send(new HeadBucketCommand({ Bucket: this.name }), { abortSignal }),
      );
      return answer.BucketRegion ?? configured;
    } catch (error) {
      // Also a refusal names the region; what is wrong will be told by the listing.
      signal.throwIfAborted();
      return regionOf(error) ?? configured;
    }
  }

  /** One page of keys under `prefix`; with `delimited` the folders directly under it as common prefixes. */
  list(
    prefix: string,
    delimited: boolean,
    token: string | undefined,
    signal: AbortSignal,
  ): Promise<ListObjectsV2CommandOutput> {
    const input: ListObjectsV2CommandInput = {
      Bucket: this.name,
      Prefix: prefix,
      // XML cannot carry every character that a key can.
      EncodingType: 'url',
      OptionalObjectAttributes: ['RestoreStatus'],
      ...(delimited ? { Delimiter: '/' } : {}),
      ...(token === undefined ? {} : { ContinuationToken: token }),
      ...this.#payer,
    };
    return this.#requests.send(signal, (abortSignal) =>
      this.#client.send(new ListObjectsV2Command(input), { abortSignal }),
    );
  }

  /** What is known about one object. */
  head(key: string, signal: AbortSignal): Promise<HeadObjectCommandOutput> {
    const input: HeadObjectCommandInput = { Bucket: this.name, Key: key, ...this.#payer };
    return this.#requests.send(signal, (abortSignal) =>
      this.#client.send(new HeadObjectCommand(input), { abortSignal }),
    );
  }

  /** An object's bytes from `fromByte` on, if it still has this ETag. The body has to be read or destroyed. */
  async get(
    key: string,
    etag: string | null,
    fromByte: number,
    signal: AbortSignal,
  ): Promise<{ output: GetObjectCommandOutput; body: Readable }> {
    const input: GetObjectCommandInput = {
      Bucket: this.name,
      Key: key,
      ...(etag === null ? {} : { IfMatch: `"${etag}"` }),
      ...(fromByte === 0 ? {} : { Range: `bytes=${fromByte}-` }),
      ...this.#payer,
    };
    const output = await this.#requests.send(signal, (abortSignal) =>
      this.#client.send(new GetObjectCommand(input), { abortSignal }),
    );
    return { output, body: output.Body as Readable };
  }

  /** Whether its objects have versions, so that what is deleted can be had back. */
  async isVersioned(signal: AbortSignal): Promise<boolean> {
    const answer = await this.#requests.send(signal, (abortSignal) =>
      this.#client.send(new GetBucketVersioningCommand({ Bucket: this.name }), { abortSignal }),
    );
    return answer.Status === 'Enabled';
  }

  /** Deletes up to 1,000 objects, each if it still has its ETag; gives those that stay. One that is gone is deleted. */
  async remove(
    objects: readonly { readonly key: string; readonly etag: string | null }[],
    signal: AbortSignal,
  ): Promise<readonly NotDeleted[]> {
    const input: DeleteObjectsCommandInput = {
      Bucket: this.name,
      Delete: {
        // Only what went wrong is answered.
        Quiet: true,
        Objects: objects.map(({ key, etag }) => ({ Key: key, ...(etag === null ? {} : { ETag: `"${etag}"` }) })),
      },
      ...this.#payer,
    };
    const answer = await this.#requests.send(signal, (abortSignal) =>
      this.#client.send(new DeleteObjectsCommand(input), { abortSignal }),
    );
    return (answer.Errors ?? [])
      .filter(({ Code }) => Code !== 'NoSuchKey')
      .map(({ Key = '', Code = '', Message = '' }) => ({ key: Key, code: Code, message: Message }));
  }

  close(): void {
    this.#client.destroy();
  }
}

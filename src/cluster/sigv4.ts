/** Signs requests for Amazon OpenSearch, managed (`es`) and serverless (`aoss`). */
import { createHash } from 'node:crypto';
import { fromNodeProviderChain } from '@aws-sdk/credential-providers';
import { Hash } from '@smithy/hash-node';
import { SignatureV4 } from '@smithy/signature-v4';
import { FlowbulkError } from '../errors.ts';
import type { ClusterAccess } from './access.ts';

/** The SDK would tell each user on Node 20, and each thread anew, that its coming versions will not run there. */
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';

/** Credentials of AWS, renewed by the function itself when they expire. */
type AwsCredentials = () => Promise<{ accessKeyId: string; secretAccessKey: string; sessionToken?: string }>;

/** A request as it will be sent, body compressed or not. */
interface Unsigned {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | string | undefined;
}

/**
 * Signature version 4 (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html) with
 * credentials of AWS's standard chain, which are kept and renewed in time.
 */
export class RequestSigner {
  readonly #signature: SignatureV4;

  constructor(scope: NonNullable<ClusterAccess['sigv4']>, credentials: AwsCredentials = chain(scope)) {
    this.#signature = new SignatureV4({
      service: scope.service,
      region: scope.region,
      credentials: async () => {
        try {
          return await credentials();
        } catch (cause) {
          throw noCredentials(scope.profile, cause);
        }
      },
      sha256: Hash.bind(null, 'sha256'),
    });
  }

  /**
   * The headers and the path to send. The path is written in the strict encoding that the signature is made over: AWS
   * would not recognise a bare `*`. Throws E_CLUSTER_DENIED where there are no credentials.
   */
  async sign(request: Unsigned, date = new Date()): Promise<{ path: string; headers: Record<string, string> }> {
    const { method, url, body = '' } = request;
    const path = url.pathname.split('/').map(strict).join('/');
    const query: Record<string, string[]> = {};
    for (const [key, value] of url.searchParams) {
      query[key] = [...(query[key] ?? []), value];
    }
    const signed = await this.#signature.sign(
      {
        method,
        protocol: url.protocol,
        hostname: url.hostname,
        path,
        query,
        headers: {
          ...request.headers,
          host: url.host,
          // Set here and not by the library, whose own hash takes no shared memory. Serverless wants to see it.
          'x-amz-content-sha256': createHash('sha256').update(body).digest('hex'),
        },
      },
      { signingDate: date },
    );
    const { host: _, ...headers } = signed.headers;
    const search = [...url.searchParams].map(([key, value]) => `${encode(key)}=${encode(value)}`).join('&');
    return { path: search === '' ? path : `${path}?${search}`, headers };
  }
}

function chain({ profile, region }: NonNullable<ClusterAccess['sigv4']>): AwsCredentials {
  return fromNodeProviderChain({ ...(profile === null ? {} : { profile }), clientConfig: { region } });
}

/** A part of a path, encoded or not, in the encoding of RFC 3986 that leaves only letters, digits and `-._~`. */
function strict(part: string): string {
  return encode(decodeURIComponent(part));
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`);
}

function noCredentials(profile: string | null, cause: unknown): FlowbulkError {
  const where = profile === null ? '' : ` in profile "${profile}"`;
  return new FlowbulkError(
    'E_CLUSTER_DENIED',
    `no AWS credentials were found${where} to sign with (${(cause as Error).message}): set AWS_PROFILE or --profile`,
    { cause },
  );
}

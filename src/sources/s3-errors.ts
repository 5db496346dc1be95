/**
 * What a failed request to S3 means: try again, this object, or the whole source.
 * Codes: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
 */
import { type ErrorCode, FlowbulkError } from '../errors.ts';
import { archivedReason, describeObject } from './refusals.ts';
import type { SourceObject } from './source.ts';

/** As much of an error of the SDK, or of a socket, as is looked at. */
interface S3Failure {
  readonly name?: string;
  /** Of the socket, such as ECONNRESET. */
  readonly code?: string;
  readonly message?: string;
  readonly StorageClass?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
  readonly $response?: { readonly headers?: Readonly<Record<string, string>> };
}

/** Errors with a status of 4xx that pass by themselves. */
const PASSING: ReadonlySet<string> = new Set([
  'SlowDown',
  'Throttling',
  'ThrottlingException',
  'TooManyRequestsException',
  'RequestLimitExceeded',
  'RequestThrottled',
  // Of a queue with as many messages in flight as it may have.
  'OverLimit',
  'RequestTimeout',
  'RequestTimeTooSkewed',
  'OperationAborted',
]);

const EXPIRED: ReadonlySet<string> = new Set(['ExpiredToken', 'ExpiredTokenException', 'TokenRefreshRequired']);

/** The HTTP status of a failure, or null where no answer came. A body that could not be read keeps its 200. */
export function statusOf(error: unknown): number | null {
  return (error as S3Failure).$metadata?.httpStatusCode ?? null;
}

/** True where credentials have to be fetched anew. */
export function isExpired(error: unknown): boolean {
  return EXPIRED.has((error as S3Failure).name ?? '');
}

/** True where no answer came from the server: refused, reset, timed out, or no such host. */
export function isUnreachable(error: unknown): boolean {
  const { name, code } = error as S3Failure;
  return statusOf(error) === null && (name === 'TimeoutError' || (code !== undefined && SOCKET_CODES.has(code)));
}

const SOCKET_CODES: ReadonlySet<string> = new Set([
  'ECONNRESET',
  'ECONNREFUSED',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENETDOWN',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EPROTO',
  'ERR_STREAM_PREMATURE_CLOSE',
]);

/** An error for what took too long; it counts as unreachable. */
export function timeoutError(message: string): Error {
  return Object.assign(new Error(message), { name: 'TimeoutError' });
}

/** An error for a body that ended early without saying so; it counts as unreachable. */
export function shortBodyError(gotBytes: number, totalBytes: number): Error {
  const message = `the body ended after ${gotBytes} of ${totalBytes} bytes`;
  return Object.assign(new Error(message), { code: 'ERR_STREAM_PREMATURE_CLOSE' });
}

/** True where the same request may go well later. */
export function isTransient(error: unknown): boolean {
  const status = statusOf(error);
  // An answer of 2xx that could not be read, a 304 to a request without conditions of that kind: the way was at fault.
  return (
    isUnreachable(error) ||
    isExpired(error) ||
    PASSING.has((error as S3Failure).name ?? '') ||
    (status !== null && (status < 400 ? status !== 301 && status !== 307 : status === 429 || status >= 500))
  );
}

/** The region that an answer names, also one that refuses. */
export function regionOf(error: unknown): string | null {
  return (error as S3Failure).$response?.headers?.['x-amz-bucket-region'] ?? null;
}

/** What a failure to list or to reach `bucket` means. */
export function sourceError(bucket: string, cause: unknown): FlowbulkError {
  const { name, message } = cause as S3Failure;
  const status = statusOf(cause);
  const refused = (what: string, next: string, code: ErrorCode = 'E_SOURCE_DENIED') =>
    new FlowbulkError(code, `${what}: ${next}`, { cause, facts: { bucket, status: status ?? 0, error: name ?? '' } });
  if (cause instanceof FlowbulkError) {
    return cause;
  }
  if (name === 'CredentialsProviderError') {
    return refused(
      `no AWS credentials were found for s3://${bucket} (${message})`,
      'set AWS_PROFILE or --profile, or --no-sign-request for a public bucket',
    );
  }
  if (name === 'NoSuchBucket' || name === 'InvalidBucketName' || status === 404) {
    return refused(`there is no bucket "${bucket}"`, 'look at its name and at --endpoint-url', 'E_SOURCE_MISSING');
  }
  if (isExpired(cause)) {
    return refused(`the credentials for s3://${bucket} have expired`, 'sign in again, such as with aws sso login');
  }
  if (name === 'InvalidAccessKeyId' || name === 'SignatureDoesNotMatch' || name === 'InvalidToken') {
    return refused(
      `s3://${bucket} does not know these credentials (${name})`,
      'look at the profile or the environment they come from',
    );
  }
  if (status === 301 || status === 307 || name === 'AuthorizationHeaderMalformed') {
    const region = regionOf(cause);
    return refused(
      `s3://${bucket} is in another region`,
      region === null ? 'give --aws-region' : `give --aws-region ${region}`,
    );
  }
  if (status === 401 || status === 403) {
    const next = 'these credentials need s3:ListBucket and s3:GetObject on it (or give --role-arn)';
    return refused(`s3://${bucket} may not be read (${name}: ${message})`, next);
  }
  if (isTransient(cause) || status === null) {
    const why = [(cause as S3Failure).code ?? name, ...(status === null ? [message] : [`status ${status}`])].join(', ');
    const what = `s3://${bucket} cannot be reached (${why})`;
    return refused(
      what,
      'look at the network, --endpoint-url and --aws-region, then try again',
      'E_SOURCE_UNREACHABLE',
    );
  }
  return refused(`s3://${bucket} refused the request (${name}, status ${status})`, message ?? 'no reason was given');
}

/** What a failure to read one object means. Failures that concern all objects alike become those of the source. */
export function objectError(object: SourceObject, cause: unknown): FlowbulkError {
  const { name = '', message = '', StorageClass } = cause as S3Failure;
  const status = statusOf(cause);
  const where = describeObject(object);
  const error = (code: ErrorCode, text: string) =>
    new FlowbulkError(code, text, { cause, facts: { status: status ?? 0, error: name } });
  if (cause instanceof FlowbulkError) {
    return cause;
  }
  if (status === 412 || name === 'PreconditionFailed') {
    return error(
      'E_OBJECT_CHANGED',
      `${where} is not the one that was listed (ETag ${object.etag}): run again to read the new one`,
    );
  }
  if (name === 'InvalidObjectState') {
    return error('E_OBJECT_ARCHIVED', archivedReason(object, StorageClass ?? 'archive'));
  }
  // Of a key that may not be used S3 says 403 with KMS's own words, of one that is disabled or gone 400 KMS.…Exception.
  if (name.startsWith('KMS.') || (status === 403 && /\bkms:/i.test(message))) {
    const next = 'these credentials need kms:Decrypt on the key it is encrypted with, and the key has to be enabled';
    return error('E_OBJECT_DENIED', `${where} cannot be decrypted (${name}: ${message}): ${next}`);
  }
  if (name === 'NoSuchKey' || name === 'NoSuchVersion' || (status === 404 && name !== 'NoSuchBucket')) {
    return error('E_OBJECT_GONE', `${where} is no longer there: run again to read what is`);
  }
  if (status === 403 && !OF_THE_SOURCE.has(name) && !isExpired(cause)) {
    return error('E_OBJECT_DENIED', `${where} may not be read (${name}): these credentials need s3:GetObject on it`);
  }
  if (status !== null && !OF_THE_SOURCE.has(name) && !isExpired(cause)) {
    return error('E_OBJECT_UNREADABLE', `${where} cannot be read (${name}, status ${status}): ${message}`);
  }
  return sourceError(object.bucket ?? '', cause);
}

const OF_THE_SOURCE: ReadonlySet<string> = new Set([
  'NoSuchBucket',
  'InvalidAccessKeyId',
  'SignatureDoesNotMatch',
  'InvalidToken',
  'AuthorizationHeaderMalformed',
  'PermanentRedirect',
]);

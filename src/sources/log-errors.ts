/**
 * What a failed request to CloudWatch Logs means.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/CommonErrors.html
 */
import { type ErrorCode, FlowbulkError } from '../errors.ts';
import { isExpired, isTransient, statusOf } from './s3-errors.ts';

/** About this group alone: others of the same prefix may be read all the same. */
const OF_ONE_GROUP: Readonly<Partial<Record<ErrorCode, ErrorCode>>> = {
  E_SOURCE_MISSING: 'E_OBJECT_GONE',
  E_SOURCE_DENIED: 'E_OBJECT_DENIED',
};

const NOT_ALLOWED: ReadonlySet<string> = new Set(['AccessDeniedException', 'UnauthorizedOperation', 'AccessDenied']);

/** True where these credentials are known and lack a right. */
export function isNotAllowed(error: unknown): boolean {
  return NOT_ALLOWED.has((error as Error).name);
}

/** True where AWS says that there were too many calls. */
export function isThrottled(error: unknown): boolean {
  return /throttl|TooManyRequests|RequestLimitExceeded/i.test((error as Error).name);
}

/** True where the group is there, and a stream that was named is not. */
export function isNoStream({ code, message }: FlowbulkError): boolean {
  return code === 'E_SOURCE_MISSING' && message.includes('log stream');
}

/** The error that ends a run, or a check, with log groups that fail. `what` names them, `right` what has to be allowed. */
export function logError(what: string, right: string, cause: unknown): FlowbulkError {
  if (cause instanceof FlowbulkError) return cause;
  const { name = '', message = '', code } = cause as Partial<NodeJS.ErrnoException>;
  const status = statusOf(cause);
  const error = (its: ErrorCode, text: string) =>
    new FlowbulkError(its, text, { cause, facts: { source: what, status: status ?? 0, error: name } });
  if (name === 'ResourceNotFoundException') {
    const next = 'look at its name, its region (?region=, --aws-region), its account, and at --streams';
    return error('E_SOURCE_MISSING', `${what} is not there (${message}): ${next}`);
  }
  if (name === 'CredentialsProviderError') {
    return error(
      'E_SOURCE_DENIED',
      `no AWS credentials were found for ${what} (${message}): set AWS_PROFILE or --profile`,
    );
  }
  if (isExpired(cause)) return error('E_SOURCE_DENIED', `the credentials for ${what} have expired: sign in again`);
  if (isTransient(cause) || status === null) {
    const why = [code ?? name, status === null ? message : `status ${status}`].join(', ');
    return error('E_SOURCE_UNREACHABLE', `${what} cannot be read (${why}): look at the network, then try again`);
  }
  if (isNotAllowed(cause)) {
    return error('E_SOURCE_DENIED', `${what} may not be read (${message}): these credentials need ${right}`);
  }
  return error('E_SOURCE_DENIED', `${what} refused the request (${name}: ${message})`);
}

/** The same where it is about one of several groups; expired credentials are about all of them. */
export function ofOneGroup(error: FlowbulkError): FlowbulkError {
  const code = OF_ONE_GROUP[error.code];
  if (code === undefined || !(isNotAllowed(error.cause) || error.code === 'E_SOURCE_MISSING')) return error;
  return new FlowbulkError(code, error.message, { cause: error.cause, facts: error.facts });
}

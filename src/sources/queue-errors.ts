/**
 * What a failed request to SQS means.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/CommonErrors.html
 */
import { type ErrorCode, FlowbulkError } from '../errors.ts';
import { isExpired, isTransient, statusOf } from './s3-errors.ts';

/** Whether objects come from the queue or go to it: it decides which part of a run has failed. */
export type QueueSide = 'source' | 'destination';

const MISSING: ReadonlySet<string> = new Set(['QueueDoesNotExist', 'AWS.SimpleQueueService.NonExistentQueue']);

const CODES: Readonly<Record<'denied' | 'missing' | 'unreachable', Readonly<Record<QueueSide, ErrorCode>>>> = {
  denied: { source: 'E_SOURCE_DENIED', destination: 'E_SINK_UNWRITABLE' },
  missing: { source: 'E_SOURCE_MISSING', destination: 'E_SINK_UNWRITABLE' },
  unreachable: { source: 'E_SOURCE_UNREACHABLE', destination: 'E_SINK_UNREACHABLE' },
};

/** The error that ends a run, or a check, with a queue that fails. */
export function queueError(queue: string, side: QueueSide, cause: unknown): FlowbulkError {
  if (cause instanceof FlowbulkError) return cause;
  const { name = '', message = '', code } = cause as Partial<NodeJS.ErrnoException>;
  const status = statusOf(cause);
  const error = (what: keyof typeof CODES, text: string) =>
    new FlowbulkError(CODES[what][side], text, { cause, facts: { queue, status: status ?? 0, error: name } });
  if (MISSING.has(name)) {
    return error('missing', `there is no queue "${queue}": look at its name, its region (--aws-region) and account`);
  }
  if (name === 'CredentialsProviderError') {
    return error(
      'denied',
      `no AWS credentials were found for the queue ${queue} (${message}): set AWS_PROFILE or --profile`,
    );
  }
  if (isExpired(cause)) {
    return error('denied', `the credentials for the queue ${queue} have expired: sign in again`);
  }
  if (isTransient(cause) || status === null) {
    const why = [code ?? name, status === null ? message : `status ${status}`].join(', ');
    return error('unreachable', `the queue ${queue} cannot be reached (${why}): look at the network, then try again`);
  }
  const rights =
    side === 'source'
      ? 'sqs:ReceiveMessage, sqs:DeleteMessage, sqs:ChangeMessageVisibility, sqs:GetQueueUrl and sqs:GetQueueAttributes'
      : 'sqs:SendMessage, sqs:GetQueueUrl and sqs:GetQueueAttributes';
  return error(
    'denied',
    `the queue ${queue} refused the request (${name}: ${message}): these credentials need ${rights}`,
  );
}

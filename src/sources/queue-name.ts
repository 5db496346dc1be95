/** Names of queues: `sqs://` and a name, an ARN or a URL. */
import { FlowbulkError } from '../errors.ts';

/** A queue as it was named; what the name does not say is null. */
export interface QueueName {
  readonly name: string;
  /** Its URL, which AWS is asked for where it was not given. */
  readonly url: string | null;
  /** The account it belongs to, where that may be another one. */
  readonly account: string | null;
  readonly region: string | null;
}

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-queues.html */
const NAME = /^[A-Za-z0-9_-]{1,80}$/;

/** `sqs.REGION.amazonaws.com`, of a VPC endpoint `vpce-….sqs.REGION.vpce.amazonaws.com`. */
const HOST = /(?:^|\.)sqs\.([a-z0-9-]+)\.(?:vpce\.)?amazonaws\.com(?:\.cn)?$/;

/** Whether SOURCE or DESTINATION is a queue. */
export function isQueue(text: string): boolean {
  return /^sqs:\/\//i.test(text);
}

/**
 * Reads `sqs://NAME`, `sqs://ARN`, `sqs://https://HOST/ACCOUNT/NAME` or the same without `https://`. Throws E_USAGE for
 * what is none of these, and for FIFO queues, to which S3 does not write.
 */
export function parseQueueName(text: string): QueueName {
  const rest = text.slice('sqs://'.length);
  if (rest.endsWith('.fifo')) {
    throw new FlowbulkError('E_USAGE', `"${text}" is a FIFO queue, which S3 does not write to: give a standard one`);
  }
  const [, region = null, account = null, ofArn] = /^arn:[a-z-]+:sqs:([^:]+):(\d{12}):(.+)$/.exec(rest) ?? [];
  const url = rest.includes('/') ? urlOf(rest) : null;
  const name = ofArn ?? (url === null ? rest : (url.pathname.split('/').at(-1) ?? ''));
  if (!NAME.test(name)) {
    throw new FlowbulkError(
      'E_USAGE',
      `"${text}" names no queue: give sqs://NAME, sqs://ARN or sqs://https://sqs.eu-west-1.amazonaws.com/ACCOUNT/NAME`,
    );
  }
  return { name, url: url?.href ?? null, account, region: region ?? HOST.exec(url?.hostname ?? '')?.[1] ?? null };
}

function urlOf(text: string): URL | null {
  const full = /^https?:\/\//i.test(text) ? text : `https://${text}`;
  return URL.canParse(full) ? new URL(full) : null;
}

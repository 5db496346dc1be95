/**
 * Messages that one request may be about.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html
 */
export const BATCH_MESSAGES = 10;

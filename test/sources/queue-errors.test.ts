import assert from 'node:assert/strict';
import { test } from 'node:test';
import { queueError } from '../../src/sources/queue-errors.ts';

const failure = (name: string, status: number | null, code?: string) =>
  Object.assign(new Error('why'), {
    name,
    ...(code === undefined ? {} : { code }),
    ...(status === null ? {} : { $metadata: { httpStatusCode: status } }),
  });

test('what a failure means, by the side that the queue is on', () => {
  const rows = [
    ['QueueDoesNotExist', 400, 'E_SOURCE_MISSING', 'E_SINK_UNWRITABLE'],
    ['AccessDenied', 403, 'E_SOURCE_DENIED', 'E_SINK_UNWRITABLE'],
    ['CredentialsProviderError', null, 'E_SOURCE_DENIED', 'E_SINK_UNWRITABLE'],
    ['RequestThrottled', 403, 'E_SOURCE_UNREACHABLE', 'E_SINK_UNREACHABLE'],
    ['OverLimit', 403, 'E_SOURCE_UNREACHABLE', 'E_SINK_UNREACHABLE'],
    ['InternalError', 500, 'E_SOURCE_UNREACHABLE', 'E_SINK_UNREACHABLE'],
    ['TimeoutError', null, 'E_SOURCE_UNREACHABLE', 'E_SINK_UNREACHABLE'],
  ] as const;
  for (const [name, status, source, destination] of rows) {
    assert.equal(queueError('q', 'source', failure(name, status)).code, source, name);
    assert.equal(queueError('q', 'destination', failure(name, status)).code, destination, name);
  }
});

test('a refusal names the rights that each side needs', () => {
  const denied = failure('AccessDenied', 403);
  assert.match(queueError('q', 'source', denied).message, /sqs:DeleteMessage/);
  assert.match(queueError('q', 'destination', denied).message, /sqs:SendMessage/);
});

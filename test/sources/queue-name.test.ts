import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isQueue, parseQueueName } from '../../src/sources/queue-name.ts';

test('a name, an ARN, a URL', () => {
  assert.deepEqual(parseQueueName('sqs://flow-logs'), { name: 'flow-logs', url: null, account: null, region: null });
  assert.deepEqual(parseQueueName('sqs://arn:aws:sqs:eu-west-1:123456789012:flow_logs'), {
    name: 'flow_logs',
    url: null,
    account: '123456789012',
    region: 'eu-west-1',
  });
  const url = 'https://sqs.eu-west-1.amazonaws.com/123456789012/flow-logs';
  const ofUrl = { name: 'flow-logs', url, account: null, region: 'eu-west-1' };
  assert.deepEqual(parseQueueName(`sqs://${url}`), ofUrl);
  assert.deepEqual(parseQueueName(`sqs://${url.slice('https://'.length)}`), ofUrl);
});

test('the region of other hosts, as far as they tell it', () => {
  const region = (host: string) => parseQueueName(`sqs://https://${host}/123456789012/q`).region;
  assert.equal(region('sqs.cn-north-1.amazonaws.com.cn'), 'cn-north-1');
  assert.equal(region('vpce-0a1b-2c3d.sqs.us-east-1.vpce.amazonaws.com'), 'us-east-1');
  assert.equal(region('localhost:4566'), null);
  assert.equal(region('sqs.eu-west-1.amazonaws.com.evil.example'), null);
});

test('what names no queue, and FIFO queues', () => {
  for (const bad of [
    'sqs://',
    'sqs://a b',
    'sqs://https://',
    'sqs://https://host/',
    'sqs://arn:aws:sqs:x',
    'sqs://q.fifo',
  ]) {
    assert.throws(() => parseQueueName(bad), { code: 'E_USAGE' }, bad);
  }
  assert.ok(isQueue('SQS://q'));
  assert.ok(!isQueue('s3://q') && !isQueue('q'));
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { notificationOf, readNotification } from '../../src/sources/notification.ts';
import type { SourceObject } from '../../src/sources/source.ts';

const OBJECT: SourceObject = {
  kind: 's3',
  bucket: 'logs',
  key: 'p/year=2025/a b+c%ü/x.log.gz',
  path: null,
  etag: 'd41d8cd98f00b204e9800998ecf8427e',
  size: 42,
  lastModifiedMs: Date.UTC(2025, 0, 31, 12),
  region: 'eu-west-1',
};

/** As AWS documents it, shortened. */
const record = (key: string, eventName = 'ObjectCreated:Put') => ({
  eventVersion: '2.1',
  eventSource: 'aws:s3',
  awsRegion: 'eu-west-1',
  eventTime: '2025-01-31T12:00:00.000Z',
  eventName,
  s3: {
    s3SchemaVersion: '1.0',
    bucket: { name: 'logs', ownerIdentity: { principalId: 'A3NL1KOZZKExample' }, arn: 'arn:aws:s3:::logs' },
    object: { key, size: 42, eTag: OBJECT.etag, sequencer: '0055AED6DCD90281E5' },
  },
});

function keysOf(body: unknown): readonly string[] {
  const read = readNotification(typeof body === 'string' ? body : JSON.stringify(body));
  assert.equal(read.kind, 'objects', JSON.stringify(read));
  return read.kind === 'objects' ? read.objects.map(({ key }) => key) : [];
}

test('what is written is read again, whatever stands in the key', () => {
  const keys = [OBJECT.key, 'plain.log.gz', 'a+b', 'a b', '%3D', '%2F', '=&?#', 'ü/日本.gz', "!'()*"];
  for (const key of keys) {
    const object = { ...OBJECT, key };
    assert.deepEqual(readNotification(notificationOf(object, 'eu-west-1')), { kind: 'objects', objects: [object] });
  }
});

test('keys are decoded as S3 encodes them', () => {
  assert.deepEqual(keysOf({ Records: [record('p/year%3D2025/a+b%2Bc%25%C3%BC/x.log.gz')] }), [
    'p/year=2025/a b+c%ü/x.log.gz',
  ]);
  assert.deepEqual(keysOf({ Records: [record('p%2Fq'), record('p/r')] }), ['p/q', 'p/r']);
});

test('only what was created', () => {
  const names = ['ObjectRemoved:Delete', 'ObjectRestore:Completed', 'ObjectTagging:Put', 'ReducedRedundancyLostObject'];
  assert.deepEqual(keysOf({ Records: names.map((name) => record('k', name)) }), []);
  const created = ['ObjectCreated:CompleteMultipartUpload', 'ObjectCreated:Copy', 's3:ObjectCreated:Put'];
  assert.equal(keysOf({ Records: created.map((name) => record('k', name)) }).length, 3);
});

test('through SNS', () => {
  const Message = JSON.stringify({ Records: [record('a%3Db')] });
  assert.deepEqual(keysOf({ Type: 'Notification', Subject: 'Amazon S3 Notification', Message }), ['a=b']);
  const Test = JSON.stringify({ Service: 'Amazon S3', Event: 's3:TestEvent' });
  assert.deepEqual(keysOf({ Type: 'Notification', Message: Test }), []);
});

test('through EventBridge, where keys are verbatim', () => {
  const event = (type: string) => ({
    version: '0',
    'detail-type': type,
    source: 'aws.s3',
    time: '2025-01-31T12:00:00Z',
    region: 'eu-west-1',
    detail: { bucket: { name: 'logs' }, object: { key: OBJECT.key, size: 42, etag: OBJECT.etag }, reason: 'PutObject' },
  });
  const read = readNotification(JSON.stringify(event('Object Created')));
  assert.deepEqual(read, { kind: 'objects', objects: [OBJECT] });
  assert.deepEqual(keysOf(event('Object Deleted')), []);
});

test('test events are for nobody', () => {
  const body = { Service: 'Amazon S3', Event: 's3:TestEvent', Time: '2025-01-31T12:00:00Z', Bucket: 'logs' };
  assert.deepEqual(keysOf(body), []);
});

test('anything else is unreadable, with the reason', () => {
  const broken = [
    'no JSON',
    '"text"',
    '[]',
    'null',
    '{}',
    { Records: 1 },
    { Records: [1] },
    { Records: [{}] },
    { Records: [{ ...record('k'), s3: null }] },
    { Records: [record('%E0%A4%A')] },
    { Records: [record('')] },
    { Records: [record('fine'), { eventName: 'ObjectCreated:Put', s3: { bucket: {}, object: { key: 'k' } } }] },
    { Type: 'Notification', Message: 'hello' },
    { source: 'aws.s3', 'detail-type': 'Object Created', detail: { bucket: { name: 'logs' }, object: {} } },
    { s3Bucket: 'logs', s3ObjectKey: ['k'] },
  ];
  for (const body of broken) {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const read = readNotification(text);
    assert.equal(read.kind, 'unreadable', text);
    assert.ok(read.kind === 'unreadable' && read.reason.length > 5);
  }
});

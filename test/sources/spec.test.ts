import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { isReplayable, type SourceObject } from '../../src/sources/source.ts';
import { openSource, parseS3Uri, parseSource, withRegion } from '../../src/sources/spec.ts';
import { StdinSource } from '../../src/sources/stdin.ts';
import { listAll, readAll } from './read.ts';

test('SOURCE on the command line', () => {
  assert.deepEqual(parseSource('-'), { kind: 'stdin', name: null });
  assert.deepEqual(parseSource('-', { name: 'k' }), { kind: 'stdin', name: 'k' });
  assert.deepEqual(parseSource('a/b'), { kind: 'files', root: 'a/b' });
  const aws = { region: 'eu-west-1' };
  assert.deepEqual(parseSource('s3://my-bucket', { aws }), { kind: 's3', bucket: 'my-bucket', prefix: '', aws });
  assert.deepEqual(parseSource('s3://my-bucket/'), { kind: 's3', bucket: 'my-bucket', prefix: '', aws: {} });
  assert.deepEqual(parseSource('s3://my-bucket/a b/%20'), {
    kind: 's3',
    bucket: 'my-bucket',
    prefix: 'a b/%20',
    aws: {},
  });
  for (const bad of ['s3://', 's3:///key', 's3://a', 'https://x/y', 'gs://bucket', '']) {
    assert.throws(() => parseSource(bad), { code: 'E_USAGE' }, bad);
  }
});

test('an access point is a bucket with a slash in its name', () => {
  assert.deepEqual(parseS3Uri('s3://arn:aws:s3:eu-west-1:123456789012:accesspoint/logs/a/b'), {
    bucket: 'arn:aws:s3:eu-west-1:123456789012:accesspoint/logs',
    key: 'a/b',
  });
});

test('specs are plain data, with the region where it is known', () => {
  const spec = parseSource('s3://my-bucket/p');
  assert.deepEqual(structuredClone(spec), spec);
  assert.deepEqual(withRegion(spec, 'eu-west-1'), { ...spec, aws: { region: 'eu-west-1' } });
  assert.equal(withRegion(spec, null), spec);
  assert.ok(openSource(spec));
});

test('standard input is one object that is read once', async () => {
  async function* input() {
    yield Buffer.from('a');
    yield Buffer.from('b');
  }
  const source = new StdinSource('a/key', () => Readable.from(input()));
  const [object] = (await listAll(source)) as [SourceObject];
  assert.equal(object.key, 'a/key');
  assert.equal(object.size, -1);
  assert.equal(isReplayable(object), false);
  assert.equal((await readAll(source, object)).toString(), 'ab');
  await assert.rejects(readAll(source, object, 1), { code: 'E_OBJECT_UNREADABLE' });
});

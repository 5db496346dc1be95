import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseShare, withinShare } from '../../src/plan/share.ts';
import type { Listed, RefusedObject, SourceObject } from '../../src/sources/source.ts';

const object = (key: string): SourceObject => ({
  kind: 's3',
  bucket: 'b',
  key,
  path: null,
  etag: null,
  size: 1,
  lastModifiedMs: 0,
});

async function* from(items: readonly Listed[]) {
  yield* items;
}

test('every object is in one share and no other, and shares are alike in number', async () => {
  const keys = Array.from({ length: 16_000 }, (_, i) => `AWSLogs/123456789012/vpcflowlogs/eu-west-1/2025/01/31/${i}`);
  const seen = new Set<string>();
  for (let number = 1; number <= 16; number++) {
    let count = 0;
    for await (const item of withinShare(from(keys.map(object)), { number, of: 16 })) {
      assert.ok('key' in item && !seen.has(item.key));
      seen.add(item.key);
      count++;
    }
    assert.ok(count > 880 && count < 1_120, `${count} in share ${number}`);
  }
  assert.equal(seen.size, keys.length);
});

test('which share a key is in stays as it is: jobs that go on depend on it', async () => {
  const refused: RefusedObject = { object: object('k3'), code: 'E_OBJECT_PARQUET', reason: 'r' };
  const shares: string[] = [];
  for (let number = 1; number <= 4; number++) {
    const items = withinShare(from([object('k1'), object('k2'), refused, object('k4')]), { number, of: 4 });
    for await (const item of items) shares.push(`${'object' in item ? item.object.key : item.key}:${number}`);
  }
  assert.deepEqual(shares.sort(), ['k1:2', 'k2:3', 'k3:2', 'k4:2']);
});

test('given, by AWS Batch, by Kubernetes', () => {
  assert.deepEqual(parseShare('3/16', {}), { number: 3, of: 16 });
  const batch = { AWS_BATCH_JOB_ARRAY_INDEX: '0', AWS_BATCH_JOB_ARRAY_SIZE: '8' };
  assert.deepEqual(parseShare('auto', batch), { number: 1, of: 8 });
  assert.deepEqual(parseShare('auto', { JOB_COMPLETION_INDEX: '7', JOB_COMPLETIONS: '8' }), { number: 8, of: 8 });
  assert.deepEqual(parseShare('auto/10', { JOB_COMPLETION_INDEX: '7' }), { number: 8, of: 10 });
});

test('what is no share', () => {
  for (const bad of ['0/4', '5/4', '1/0', '1', '/4'])
    assert.throws(() => parseShare(bad, {}), { code: 'E_USAGE' }, bad);
  assert.throws(() => parseShare('auto', {}), /AWS_BATCH_JOB_ARRAY_INDEX or JOB_COMPLETION_INDEX/);
  assert.throws(() => parseShare('auto', { JOB_COMPLETION_INDEX: '1' }), /set JOB_COMPLETIONS/);
  assert.throws(() => parseShare('auto/4', { JOB_COMPLETION_INDEX: '4' }), { code: 'E_USAGE' });
});

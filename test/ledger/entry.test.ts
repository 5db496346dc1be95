import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeEntry, type Entry, encodeEntry, entryKey, KEY_BYTES, stateOf } from '../../src/ledger/entry.ts';
import type { SourceObject } from '../../src/sources/source.ts';

const KEY =
  'AWSLogs/123456789012/vpcflowlogs/eu-west-1/2025/01/31/123456789012_vpcflowlogs_eu-west-1_fl-1_20250131T0005Z_1.log.gz';
const OBJECT: SourceObject = {
  kind: 's3',
  bucket: 'logs',
  key: KEY,
  path: null,
  etag: 'abc',
  size: 1234,
  lastModifiedMs: 5,
};

const ENTRY: Entry = {
  state: 'damaged',
  attempts: 3,
  records: 2 ** 40 + 5,
  created: 127,
  duplicates: 128,
  failureStore: 16_384,
  deadLetters: 0,
  group: 300,
  indices: 1,
  filtered: 129,
};

test('an entry comes back as it was, in few bytes', () => {
  const bytes = encodeEntry(ENTRY);
  assert.deepEqual(decodeEntry(bytes), ENTRY);
  assert.equal(stateOf(bytes), 'damaged');
  assert.ok(bytes.length < 24, `${bytes.length} bytes`);
});

test('numbers that an older version did not write are 0', () => {
  const { indices, group, filtered, ...rest } = decodeEntry(encodeEntry(ENTRY).subarray(0, -5));
  assert.deepEqual([indices, group, filtered, rest.records], [0, 0, 0, ENTRY.records]);
});

test('the key is another for another bucket, key, version or size, and begins with the day', () => {
  const keys = [
    OBJECT,
    { ...OBJECT, bucket: 'other' },
    { ...OBJECT, key: `${KEY}x` },
    { ...OBJECT, etag: 'abd' },
    { ...OBJECT, size: 1235 },
    { ...OBJECT, kind: 'file' as const },
  ].map((object) => entryKey(object).toString('hex'));
  assert.equal(new Set(keys).size, keys.length);
  assert.equal(entryKey({ ...OBJECT, lastModifiedMs: 6 }).toString('hex'), keys[0], 'the ETag is the version');
  assert.equal(entryKey(OBJECT).length, KEY_BYTES);
  assert.equal(entryKey(OBJECT).readUInt16BE(0), Date.UTC(2025, 0, 31) / 86_400_000);
  assert.equal(entryKey({ ...OBJECT, key: 'plain.log' }).readUInt16BE(0), 0);
});

test('files without ETag have their time as version', () => {
  const file: SourceObject = { ...OBJECT, kind: 'file', bucket: null, etag: null };
  assert.notDeepEqual(entryKey(file), entryKey({ ...file, lastModifiedMs: 6 }));
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countsLikeFilebeat, ID_MODES, idOffset, idPrefix } from '../../src/formats/ids.ts';
import type { SourceObject } from '../../src/sources/source.ts';

const OBJECT: SourceObject = {
  kind: 's3',
  bucket: 'flow-logs',
  key: 'AWSLogs/key.log.gz',
  path: null,
  etag: 'etag',
  size: 1234,
  lastModifiedMs: Date.UTC(2024, 10, 7, 12, 44, 22),
};
const FILE: SourceObject = {
  ...OBJECT,
  kind: 'file',
  bucket: null,
  key: 'sub/flow.log',
  path: '/logs/sub/flow.log',
  etag: null,
};
const STDIN: SourceObject = { ...OBJECT, kind: 'stdin', bucket: null, key: '', etag: null, size: -1 };

test('ids of S3 objects (hashes made with sha256sum)', () => {
  assert.equal(idPrefix(OBJECT, 'default'), 'b7f67a9c4c2510123156-');
  assert.equal(idPrefix(OBJECT, 'key'), '817a9d7de4f1c1be798f-');
  assert.equal(idPrefix({ ...OBJECT, etag: null }, 'default'), 'f395389de82feb5e8147-');
  assert.equal(idPrefix(OBJECT, 'none'), null);
});

test('Filebeat’s ids: its contract’s example, the form up to 8.17, and that of notifications', () => {
  assert.equal(`${idPrefix(OBJECT, 'filebeat')}${idOffset(1234)}`, '1730983462000000000-a517bb957d-000000001234');
  assert.equal(idPrefix(OBJECT, 'filebeat-8.17'), 'a517bb957d-');
  assert.equal(idPrefix(OBJECT, 'filebeat-sqs'), '-6795364578871345152-a517bb957d-');
});

test('ids of files: path, size and time stand for bucket, key and ETag', () => {
  assert.equal(idPrefix(FILE, 'default'), '6497411559509cabeb53-');
  assert.equal(idPrefix(FILE, 'key'), '8abd2e630f5088959e31-');
  assert.equal(idPrefix(FILE, 'filebeat-8.17'), '226f1297b4-');
  assert.notEqual(idPrefix({ ...FILE, size: 1235 }, 'default'), idPrefix(FILE, 'default'));
  assert.notEqual(idPrefix({ ...FILE, lastModifiedMs: 1 }, 'default'), idPrefix(FILE, 'default'));
  assert.equal(idPrefix({ ...FILE, path: '/elsewhere/sub/flow.log' }, 'default'), idPrefix(FILE, 'default'));
});

test('standard input has ids only by a name', () => {
  for (const mode of ID_MODES) assert.equal(idPrefix(STDIN, mode), null);
  assert.equal(idPrefix({ ...STDIN, key: 'name' }, 'default'), '39dee8232daed6b7a5b9-');
});

test('a changed object has other ids, unless they go by key', () => {
  const changed = { ...OBJECT, etag: 'other', lastModifiedMs: OBJECT.lastModifiedMs + 1 };
  const same = ID_MODES.filter((mode) => idPrefix(changed, mode) === idPrefix(OBJECT, mode));
  assert.deepEqual(same, ['filebeat-8.17', 'filebeat-sqs', 'key', 'none']);
});

test('offsets have at least twelve digits', () => {
  assert.equal(idOffset(0), '000000000000');
  assert.equal(idOffset(999_999_999_999), '999999999999');
  assert.equal(idOffset(1_000_000_000_000), '1000000000000');
});

test('only the ids of Filebeat count as it does', () => {
  assert.deepEqual(ID_MODES.filter(countsLikeFilebeat), ['filebeat', 'filebeat-8.17', 'filebeat-sqs']);
});

import assert from 'node:assert/strict';
import { readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import type { SourceObject } from '../../src/sources/source.ts';
import { PendingRound } from '../../src/topology/pending.ts';
import { temporaryFolder } from '../run/program.ts';

const folder = temporaryFolder();
const object: SourceObject = {
  kind: 's3',
  bucket: 'logs',
  key: 'a "b" ü.log.gz',
  path: null,
  etag: 'e',
  size: 7,
  lastModifiedMs: 1_620_000_000_000,
};

test('a round that was begun is there until it is ended', () => {
  const pending = new PendingRound(folder);
  assert.equal(pending.read(), null);
  pending.begin([object]);
  assert.deepEqual(new PendingRound(folder).read(), [object]);
  pending.begin([]);
  assert.deepEqual(pending.read(), []);
  pending.end();
  pending.end();
  assert.equal(pending.read(), null);
  assert.deepEqual(readdirSync(folder), []);
});

test('one of a newer version, or a broken one, is refused by name', () => {
  const file = path.join(folder, 'round.json');
  writeFileSync(file, '{"v":2,"objects":[]}');
  assert.throws(() => new PendingRound(folder).read(), { code: 'E_FORMAT', message: /round\.json is of version 2/ });
  writeFileSync(file, '{"v":1,"obj');
  assert.throws(() => new PendingRound(folder).read(), {
    code: 'E_FORMAT',
    message: /round\.json is broken: remove it/,
  });
});

test('a folder that is not there is told', () => {
  assert.throws(() => new PendingRound(path.join(folder, 'missing')).begin([object]), { code: 'E_SINK_UNWRITABLE' });
});

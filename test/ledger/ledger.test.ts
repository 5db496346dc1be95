import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { FlowbulkError } from '../../src/errors.ts';
import { Ledger } from '../../src/ledger/ledger.ts';
import { openStore } from '../../src/ledger/store.ts';
import type { SourceObject } from '../../src/sources/source.ts';
import type { ObjectOutcome } from '../../workers/config.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'flowbulk-ledger-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const letters = path.join(folder, 'dead-letters.ndjson');
writeFileSync(letters, '');

function object(i: number, day = 1 + (i % 3), etag = `etag-${i}`): SourceObject {
  const file = `123456789012_vpcflowlogs_eu-west-1_fl-1_2025010${day}T0005Z_${i}.log.gz`;
  const key = `AWSLogs/123456789012/vpcflowlogs/eu-west-1/2025/01/0${day}/${file}`;
  return { kind: 's3', bucket: 'logs', key, path: null, etag, size: 100 + i, lastModifiedMs: 0 };
}

function outcome(of: SourceObject, state: ObjectOutcome['outcome'], more: Partial<ObjectOutcome> = {}): ObjectOutcome {
  const error = state === 'done' ? null : { code: 'E_OBJECT_DENIED' as const, message: `${of.key} denied`, facts: {} };
  return {
    object: of,
    outcome: state,
    error,
    records: 10,
    created: 7,
    duplicates: 2,
    failureStore: 0,
    deadLetters: { token_count: 1 },
    filtered: 0,
    rejects: {},
    indices: '.ds-x-000001',
    ...more,
  };
}

const open = (name: string) => Ledger.open(path.join(folder, name), letters);

test('what was done is known when it is opened again; the rest is not', async () => {
  const ledger = await open('again');
  ledger.record([outcome(object(1), 'done'), outcome(object(2), 'damaged'), outcome(object(3), 'failed')]);
  ledger.record([outcome(object(4), 'unfinished')]);
  await ledger.close();
  const again = await open('again');
  assert.deepEqual(
    [1, 2, 3, 4, 5].map((i) => again.isDone(object(i))),
    [true, true, false, false, false],
  );
  assert.equal(again.isDone(object(1, 2, 'changed')), false, 'a changed object is new');
  assert.equal(again.entryOf(object(1))?.created, 7);
  assert.equal(again.entryOf(object(9)), null);
  await again.close();
});

test('sums are those of the last try, by day, account and region', async () => {
  const ledger = await open('sums');
  ledger.record([outcome(object(0), 'unfinished', { created: 3 }), outcome(object(1), 'done')]);
  ledger.flush();
  ledger.record([outcome(object(0), 'done', { created: 1, duplicates: 8 }), outcome(object(3), 'done')]);
  ledger.flush();
  const days = ledger.days();
  assert.deepEqual(
    days.map(({ day, account, region }) => [day, account, region]),
    [
      [20089, '123456789012', 'eu-west-1'],
      [20090, '123456789012', 'eu-west-1'],
    ],
  );
  assert.deepEqual(
    days.map(({ records, created, duplicates }) => [records, created, duplicates]),
    [
      [20, 8, 10],
      [10, 7, 2],
    ],
  );
  assert.deepEqual(ledger.totals().objects, { done: 3, damaged: 0, failed: 0, unfinished: 0 });
  assert.equal(ledger.entryOf(object(0))?.attempts, 2);
  await ledger.close();
});

test('troubles name the object and the reason until it is done', async () => {
  const ledger = await open('troubles');
  ledger.record([outcome(object(1), 'failed'), outcome(object(2), 'damaged')]);
  ledger.refuse({ object: object(3), code: 'E_OBJECT_PARQUET', reason: 'Parquet' });
  ledger.flush();
  const states = [...ledger.troubles()].map(({ state, code, object: name }) => [state, code, name.slice(-8)]);
  assert.deepEqual(states.sort(), [
    ['damaged', 'E_OBJECT_DENIED', '2.log.gz'],
    ['failed', 'E_OBJECT_DENIED', '1.log.gz'],
    ['failed', 'E_OBJECT_PARQUET', '3.log.gz'],
  ]);
  ledger.record([outcome(object(1), 'done')]);
  ledger.flush();
  assert.equal([...ledger.troubles()].length, 2);
  await ledger.close();
});

test('a crash loses only what was not written yet', async () => {
  const ledger = await open('crash');
  ledger.record([outcome(object(1), 'done')]);
  ledger.flush();
  ledger.record([outcome(object(2), 'done')]);
  // Not closed: as a killed process leaves it.
  const after = await Ledger.open(path.join(folder, 'crash'), letters, true);
  assert.deepEqual([after.isDone(object(1)), after.isDone(object(2))], [true, false]);
  await after.close();
  await ledger.close();
});

test('a ledger of a newer version is refused', async () => {
  const store = await openStore(path.join(folder, 'newer'));
  await store.close();
  const { open: openLmdb } = await import('lmdb');
  const root = openLmdb({ path: path.join(folder, 'newer'), maxDbs: 8 });
  root.openDB({ name: 'meta', encoding: 'json' }).putSync('version', 99);
  await root.close();
  await assert.rejects(open('newer'), (error) => {
    assert.ok(error instanceof FlowbulkError);
    assert.equal(error.code, 'E_LEDGER_NEWER');
    return true;
  });
});

test('where the folder cannot be made, the error names it', async () => {
  writeFileSync(path.join(folder, 'file'), '');
  await assert.rejects(open('file/ledger'), /file\/ledger/);
});

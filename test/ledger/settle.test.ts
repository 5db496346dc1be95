import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { Ledger } from '../../src/ledger/ledger.ts';
import { openStore } from '../../src/ledger/store.ts';
import type { SourceObject } from '../../src/sources/source.ts';
import type { ObjectOutcome } from '../../workers/config.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'flowbulk-settle-'));
after(() => rmSync(folder, { recursive: true, force: true }));

function object(i: number): SourceObject {
  const key = `AWSLogs/123456789012/vpcflowlogs/eu-west-1/2025/01/0${1 + (i % 3)}/${i}.log`;
  return { kind: 's3', bucket: 'logs', key, path: null, etag: `etag-${i}`, size: 100, lastModifiedMs: 0 };
}

function outcome(i: number, state: ObjectOutcome['outcome'] = 'done'): ObjectOutcome {
  const counts = {
    records: 10,
    created: 6,
    duplicates: 1,
    failureStore: 0,
    deadLetters: { mapping: 2, token_count: 1 },
    filtered: 0,
  };
  return { object: object(i), outcome: state, error: null, ...counts, rejects: {}, indices: null };
}

async function begin(name: string): Promise<{ ledger: Ledger; letters: string; left: string }> {
  const letters = path.join(folder, `${name}.ndjson`);
  const left = `${letters}.left`;
  writeFileSync(letters, 'before\n');
  writeFileSync(left, 'after\n');
  const ledger = await Ledger.open(path.join(folder, name), letters);
  return { ledger, letters, left };
}

test('documents move from the dead letters to what is in, and the file with them', async () => {
  const { ledger, letters, left } = await begin('moves');
  ledger.record([outcome(0), outcome(1)]);
  ledger.settle([{ object: object(0), created: 1, duplicates: 1, failureStore: 0 }], left);
  assert.deepEqual([readFileSync(letters, 'utf8'), existsSync(left)], ['after\n', false]);
  const { created, duplicates, deadLetters, records } = ledger.totals();
  assert.deepEqual([created, duplicates, deadLetters, records], [13, 3, 4, 20]);
  assert.equal(ledger.entryOf(object(0))?.deadLetters, 1);
  // More than it has: letters of a run that kept no ledger.
  writeFileSync(left, '');
  ledger.settle([{ object: object(0), created: 2, duplicates: 0, failureStore: 0 }], left);
  assert.equal(ledger.totals().created, 13);
  await ledger.close();
});

test('a process that ends in between is made up for when the ledger is opened next', async () => {
  const { ledger, letters, left } = await begin('crash');
  ledger.record([outcome(0)]);
  await ledger.close();
  // Booked, but not renamed.
  const store = await openStore(path.join(folder, 'crash'));
  store.write(() => store.meta.putSync('letters', left));
  await store.close();
  const looking = await Ledger.open(path.join(folder, 'crash'), letters, true);
  await looking.close();
  assert.equal(readFileSync(letters, 'utf8'), 'before\n', 'who only looks changes nothing');
  await (await Ledger.open(path.join(folder, 'crash'), letters)).close();
  assert.deepEqual([readFileSync(letters, 'utf8'), existsSync(left)], ['after\n', false]);
  // Renamed, but not noted.
  const again = await openStore(path.join(folder, 'crash'));
  again.write(() => again.meta.putSync('letters', left));
  await again.close();
  await (await Ledger.open(path.join(folder, 'crash'), letters)).close();
  assert.equal(readFileSync(letters, 'utf8'), 'after\n');
});

test('objects that are to be read again count for nothing until they are', async () => {
  const { ledger } = await begin('reopen');
  ledger.record([outcome(0), outcome(1, 'damaged')]);
  ledger.reopen([object(0), object(1)]);
  assert.deepEqual([ledger.isDone(object(0)), ledger.isDone(object(1))], [false, false]);
  assert.deepEqual([ledger.totals().records, ledger.totals().objects.unfinished], [0, 2]);
  assert.deepEqual([...ledger.troubles()].map(({ state, source }) => [state, source.etag]).sort(), [
    ['unfinished', 'etag-0'],
    ['unfinished', 'etag-1'],
  ]);
  ledger.record([outcome(0)]);
  ledger.flush();
  assert.deepEqual([[...ledger.troubles()].length, ledger.totals().records], [1, 10]);
  ledger.replaced([object(1)], true);
  assert.deepEqual([[...ledger.troubles()].length, ledger.totals().objects.unfinished], [0, 0]);
  assert.equal(ledger.entryOf(object(1)), null);
  await ledger.close();
});

test('of a damaged object that was replaced, documents in the target still count', async () => {
  const { ledger } = await begin('replaced');
  ledger.record([outcome(0, 'damaged'), outcome(1, 'damaged'), outcome(2, 'failed')]);
  ledger.replaced([object(0), object(2)], true);
  ledger.replaced([object(1)], false);
  assert.deepEqual([...ledger.troubles()], []);
  assert.deepEqual([ledger.totals().created, ledger.totals().objects.done], [6, 1]);
  assert.equal(ledger.entryOf(object(1)), null);
  await ledger.close();
});

test('names of many indices fit', async () => {
  const { ledger } = await begin('names');
  const indices = Array.from({ length: 100 }, (_, i) => `.ds-logs-aws.vpcflow-default-2025.01.01-${i}`).join();
  ledger.record([{ ...outcome(0), indices }]);
  ledger.flush();
  assert.ok((ledger.entryOf(object(0))?.indices ?? 0) > 0);
  await ledger.close();
});

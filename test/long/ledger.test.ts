/** Ten million objects in a ledger: size on disk, time to open, memory, and how fast a listing is looked up. */

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { Ledger } from '../../src/ledger/ledger.ts';
import type { SourceObject } from '../../src/sources/source.ts';
import type { ObjectOutcome } from '../../workers/config.ts';

const OBJECTS = Number(process.env['FLOWBULK_LEDGER_OBJECTS'] ?? 10_000_000);
const GROUP = 2_000;
/** 40 accounts with 3 regions each, five minutes apart. */
const FLOWS = 120;
const MS_PER_FILE = 300_000;
const BEGIN_MS = Date.UTC(2024, 0, 1);

function object(i: number): SourceObject {
  const flow = i % FLOWS;
  const time = new Date(BEGIN_MS + Math.floor(i / FLOWS) * MS_PER_FILE).toISOString();
  const [account, region] = [`1234567890${10 + (flow % 40)}`, ['eu-west-1', 'us-east-1', 'ap-south-1'][flow % 3]];
  const folder = `AWSLogs/${account}/vpcflowlogs/${region}/${time.slice(0, 10).replaceAll('-', '/')}`;
  const stamp = time.slice(0, 16).replaceAll(/[-:]/g, '');
  const key = `${folder}/${account}_vpcflowlogs_${region}_fl-0123456789abcdef0_${stamp}Z_${i.toString(16)}.log.gz`;
  return {
    kind: 's3',
    bucket: 'logs',
    key,
    path: null,
    etag: `${i}`.padStart(32, '0'),
    size: 1e6 + i,
    lastModifiedMs: 0,
  };
}

function outcome(i: number): ObjectOutcome {
  const records = 20_000 + (i % 5_000);
  const counts = {
    records,
    created: records,
    duplicates: 0,
    failureStore: 0,
    filtered: 0,
    deadLetters: {},
    rejects: {},
  };
  return { object: object(i), outcome: 'done', error: null, ...counts, indices: null };
}

const rssMb = () => process.memoryUsage().rss / 2 ** 20;
const seconds = (sinceMs: number) => (performance.now() - sinceMs) / 1000;

test(`${OBJECTS} objects`, { timeout: 3_600_000 }, async (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'flowbulk-ledger-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const letters = path.join(folder, 'dead-letters.ndjson');
  writeFileSync(letters, '');
  const open = () => Ledger.open(path.join(folder, 'ledger'), letters);

  let began = performance.now();
  let ledger = await open();
  for (let i = 0; i < OBJECTS; i += GROUP) {
    ledger.record(Array.from({ length: Math.min(GROUP, OBJECTS - i) }, (_, n) => outcome(i + n)));
  }
  await ledger.close();
  t.diagnostic(`written in ${seconds(began).toFixed(0)} s`);
  const bytes = statSync(path.join(folder, 'ledger', 'data.mdb')).size;
  t.diagnostic(`${(bytes / 1e9).toFixed(2)} GB on disk, ${(bytes / OBJECTS).toFixed(0)} bytes an object`);
  assert.ok(bytes <= 120 * OBJECTS + 1e6, `${bytes} bytes`);

  began = performance.now();
  ledger = await open();
  const { objects } = ledger.totals();
  t.diagnostic(`opened, sums read in ${seconds(began).toFixed(2)} s`);
  assert.ok(seconds(began) < 5);
  assert.equal(objects.done, OBJECTS);

  const rssBefore = rssMb();
  began = performance.now();
  let done = 0;
  for (let i = 0; i < OBJECTS; i++) {
    if (ledger.isDone(object(i))) done++;
    if (i % 1_000_000 === 999_999) {
      // As a listing does, so that the reader's view of the file is renewed.
      await new Promise((resolve) => setImmediate(resolve));
      t.diagnostic(`${i + 1} looked up, RSS ${rssMb().toFixed(0)} MB, mapped pages included`);
    }
  }
  t.diagnostic(`${OBJECTS} looked up in ${seconds(began).toFixed(0)} s; RSS ${rssBefore.toFixed(0)} MB before`);
  assert.equal(done, OBJECTS);
  assert.equal(ledger.isDone(object(OBJECTS)), false);
  await ledger.close();
});

/** Ten million objects: the ledger's size, time to open and memory, and a listing of them through planner and ledger. */

import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { makePlan } from '../../src/estimate/plan.ts';
import { pricesOf } from '../../src/estimate/prices.ts';
import { DEFAULT_DOCUMENTS } from '../../src/formats/document.ts';
import { geoImage } from '../../src/geo/build.ts';
import { Ledger } from '../../src/ledger/ledger.ts';
import { PlanWriter, readPlan } from '../../src/plan/plan-file.ts';
import { planned } from '../../src/plan/prefixes.ts';
import type { Listed, Source } from '../../src/sources/source.ts';
import type { SourceSpec } from '../../src/sources/spec.ts';
import type { ObjectOutcome } from '../../workers/config.ts';
import { logText } from '../run/records.ts';
import { NEVER } from '../sources/read.ts';
import { FlowBucket, flowObject } from './flow-bucket.ts';

const OBJECTS = Number(process.env['FLOWBULK_LEDGER_OBJECTS'] ?? 10_000_000);
const GROUP = 2_000;
/** A listing finds every tenth object in a new version. */
const CHANGED_EVERY = 10;
/** Of ten times as many objects: what garbage collections leave lying. */
const MAX_GROWTH_MB = 150;
const SPEC: SourceSpec = { kind: 's3', bucket: 'logs', prefix: '', aws: {} };
const OPTIONS = DEFAULT_DOCUMENTS;

const folder = mkdtempSync(path.join(tmpdir(), 'flowbulk-ledger-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const letters = path.join(folder, 'dead-letters.ndjson');
const open = () => Ledger.open(path.join(folder, 'ledger'), letters);
const seconds = (sinceMs: number) => (performance.now() - sinceMs) / 1000;

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
  return { object: flowObject(i), outcome: 'done', error: null, ...counts, indices: null };
}

/** Memory in MB that is this process's own: without the ledger's mapped pages, where the system tells. */
function ownMb(): number {
  const file = '/proc/self/status';
  if (!existsSync(file)) return process.memoryUsage().rss / 2 ** 20;
  return Number(/^RssAnon:\s+(\d+) kB$/m.exec(readFileSync(file, 'utf8'))?.[1]) / 1024;
}

before(async () => {
  writeFileSync(letters, '');
  const began = performance.now();
  const ledger = await open();
  for (let i = 0; i < OBJECTS; i += GROUP) {
    ledger.record(Array.from({ length: Math.min(GROUP, OBJECTS - i) }, (_, n) => outcome(i + n)));
  }
  await ledger.close();
  process.stderr.write(`${OBJECTS} objects written in ${seconds(began).toFixed(0)} s\n`);
});

test('the ledger is small, opens at once, and its memory is flat', async (t) => {
  const bytes = statSync(path.join(folder, 'ledger', 'data.mdb')).size;
  t.diagnostic(`${(bytes / 1e9).toFixed(2)} GB on disk, ${(bytes / OBJECTS).toFixed(0)} bytes an object`);
  assert.ok(bytes <= 120 * OBJECTS + 1e6, `${bytes} bytes`);

  let began = performance.now();
  const ledger = await open();
  const { objects } = ledger.totals();
  t.diagnostic(`opened, sums read in ${seconds(began).toFixed(2)} s`);
  assert.ok(seconds(began) < 5);
  assert.equal(objects.done, OBJECTS);

  const beforeMb = ownMb();
  began = performance.now();
  let done = 0;
  for (let i = 0; i < OBJECTS; i++) {
    if (ledger.isDone(flowObject(i))) done++;
    // As a listing does, so that the reader's view of the file is renewed.
    if (i % 100_000 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  const grownMb = ownMb() - beforeMb;
  t.diagnostic(`${OBJECTS} looked up in ${seconds(began).toFixed(0)} s, ${grownMb.toFixed(0)} MB more memory`);
  assert.equal(done, OBJECTS);
  assert.equal(ledger.isDone(flowObject(OBJECTS)), false);
  assert.ok(grownMb < MAX_GROWTH_MB, `${grownMb} MB`);
  await ledger.close();
});

const TEXT = Buffer.from(logText(20));
const source: Source = {
  list: () => assert.fail('the listing is given'),
  async *open() {
    yield TEXT;
  },
  complete: async (object) => object,
  bucketRegion: async () => 'us-east-1',
  async close() {},
};

test('a listing of them goes through planner, ledger and plan file, page by page', async (t) => {
  const bucket = new FlowBucket(OBJECTS);
  const spec = SPEC;
  const file = path.join(folder, 'plan.ndjson');
  let [listedObjects, earlyMb, mostMb] = [0, 0, 0];
  async function* changed(): AsyncGenerator<Listed> {
    for await (const listed of planned(bucket, '', {}, { besides: 'flow-log-names', directDays: 31 }, NEVER)) {
      assert.ok('key' in listed);
      if (listedObjects++ % 10_000 === 0) {
        mostMb = Math.max(mostMb, ownMb());
        if (listedObjects < OBJECTS / 10) earlyMb = mostMb;
      }
      yield listed.size % CHANGED_EVERY === 0 ? { ...listed, etag: 'changed' } : listed;
    }
  }
  const ledger = await open();
  const writer = new PlanWriter(file, spec, { selection: {}, flowbulk: 'test' });
  let began = performance.now();
  const plan = await makePlan(
    {
      source,
      spec,
      bucketRegion: 'us-east-1',
      listed: changed(),
      selection: {},
      fromList: null,
      isDone: (object) => ledger.isDone(object),
      onListed: (listed) => writer.add(listed),
      onProgress: () => {},
      options: OPTIONS,
      format: null,
      geo: await geoImage({ city: [], asn: [] }),
      samples: 12,
      prices: pricesOf('us-east-1', []),
      workers: 2,
      rate: undefined,
      into: { kind: 'nothing' },
      nowMs: Date.UTC(2025, 5, 1),
    },
    NEVER,
  );
  writer.commit();
  await ledger.close();
  const grownMb = mostMb - earlyMb;
  t.diagnostic(`${listedObjects} listed by ${bucket.requests} requests in ${seconds(began).toFixed(0)} s`);
  t.diagnostic(`${plan.objects} to do, plan file of ${(statSync(file).size / 1e6).toFixed(0)} MB`);
  t.diagnostic(`memory: ${earlyMb.toFixed(0)} MB after a tenth, at most ${mostMb.toFixed(0)} MB`);
  assert.equal(listedObjects, OBJECTS);
  assert.equal(plan.objects, Math.ceil(OBJECTS / CHANGED_EVERY));
  assert.ok(grownMb < MAX_GROWTH_MB, `${grownMb} MB`);

  began = performance.now();
  let read = 0;
  for await (const listed of readPlan(file, spec)) {
    assert.equal((listed as { etag: string }).etag, 'changed');
    read++;
  }
  t.diagnostic(`plan file read in ${seconds(began).toFixed(0)} s`);
  assert.equal(read, plan.objects);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDay } from '../../../src/plan/dates.ts';
import type { SourceObject } from '../../../src/sources/source.ts';
import { keysOf, listAll, NEVER, readAll } from '../../sources/read.ts';
import { s3Setup } from './setup.ts';

const setup = await s3Setup();
const skip = setup === null;
const { server, proxy, source, upload, listed } = setup ?? ({} as NonNullable<typeof setup>);

const name = (account: string, region: string, day: string, tail: string) =>
  `${account}_vpcflowlogs_${region}_fl-1_${day}T0000Z_${tail}.log.gz`;

test('5,000 keys over several pages, each once, in order', { skip }, async () => {
  const folder = 'AWSLogs/111111111111/vpcflowlogs/us-east-1/2025/01/01/';
  for (let at = 0; at < 5_000; at++) {
    server.put('many', folder + name('111111111111', 'us-east-1', '20250101', `${at}`), 'x'.repeat(1 + (at % 50)));
  }
  const objects = (await listAll(source('many'))) as SourceObject[];
  assert.equal(objects.length, 5_000);
  assert.equal(new Set(objects.map(({ key }) => key)).size, 5_000);
  for (let at = 1; at < objects.length; at++) {
    assert.ok(objects[at]!.size <= objects[at - 1]!.size);
  }
  const pages = proxy.seen.filter(({ query }) => query.get('prefix') === folder);
  assert.ok(pages.length >= 5, `${pages.length} pages`);
  const [first] = objects;
  assert.equal(first?.bucket, 'many');
  assert.equal(first?.size, 50);
  assert.ok(Math.abs(first!.lastModifiedMs - Date.now()) < 600_000);
  assert.equal(await source('many').bucketRegion(NEVER), 'us-east-1');
});

const LAYOUTS: Record<string, (account: string, region: string, y: string, m: string, d: string) => string> = {
  plain: (account, region, y, m, d) => `AWSLogs/${account}/vpcflowlogs/${region}/${y}/${m}/${d}/`,
  hourly: (account, region, y, m, d) => `AWSLogs/${account}/vpcflowlogs/${region}/${y}/${m}/${d}/00/`,
  organisation: (account, region, y, m, d) => `a/AWSLogs/o-abc/${account}/vpcflowlogs/${region}/${y}/${m}/${d}/`,
  hive: (account, region, y, m, d) =>
    `AWSLogs/aws-account-id=${account}/aws-service=vpcflowlogs/aws-region=${region}/year=${y}/month=${m}/day=${d}/`,
  hivehourly: (account, region, y, m, d) =>
    `b c/AWSLogs/aws-account-id=${account}/aws-service=vpcflowlogs/aws-region=${region}/year=${y}/month=${m}/day=${d}/hour=00/`,
};

for (const [layout, folderOf] of Object.entries(LAYOUTS)) {
  test(`${layout}: a range of days asks for its days alone`, { skip }, async () => {
    for (const account of ['111111111111', '222222222222']) {
      for (const [y, m, d] of ['2024-12-31', '2025-01-01', '2025-01-02', '2025-02-01'].map((day) => day.split('-'))) {
        const file = name(account, 'eu-west-1', `${y}${m}${d}`, 'a+b c');
        server.put(`layout-${layout}`, folderOf(account, 'eu-west-1', y!, m!, d!) + file, 'text');
      }
    }
    const [fromDay, toDay] = [parseDay('2024-12-31', ''), parseDay('2025-01-01', '')];
    listed();
    const keys = keysOf(await listAll(source(`layout-${layout}`), { fromDay, toDay, accounts: ['222222222222'] }));
    const dayFolder = (y: string, m: string, d: string) =>
      folderOf('222222222222', 'eu-west-1', y, m, d).replace(/(hour=)?00\/$/, '');
    assert.deepEqual(
      keys.map((key) => key.slice(0, key.lastIndexOf('/') + 1)),
      [
        folderOf('222222222222', 'eu-west-1', '2024', '12', '31'),
        folderOf('222222222222', 'eu-west-1', '2025', '01', '01'),
      ],
    );
    assert.ok(
      keys.every((key) => key.endsWith('_a+b c.log.gz')),
      'keys are verbatim',
    );
    assert.deepEqual(
      listed().filter((prefix) => !prefix.startsWith('folders ')),
      [dayFolder('2024', '12', '31'), dayFolder('2025', '01', '01')],
    );
    assert.equal((await listAll(source(`layout-${layout}`), { fromDay })).length, 8);
    assert.equal((await listAll(source(`layout-${layout}`))).length, 8);
    assert.equal((await listAll(source(`layout-${layout}`), { regions: ['us-east-1'] })).length, 0);
  });
}

test('odd keys come back verbatim and can be read', { skip }, async () => {
  const keys = ['a b/c+d', 'ü/é', 'per%20cent', 'amp&<>"\'', 'x=y/#?'];
  for (const key of keys) {
    server.put('odd', key, key);
  }
  const odd = source('odd');
  const objects = (await listAll(odd)) as SourceObject[];
  assert.deepEqual(objects.map(({ key }) => key).sort(), [...keys].sort());
  for (const object of objects) {
    assert.equal((await readAll(odd, object)).toString(), object.key);
  }
});

test('an object is listed with its ETag, bare', { skip }, async () => {
  await upload('tagged', 'x.log', 'abc');
  const [object] = (await listAll(source('tagged'))) as [SourceObject];
  assert.equal(object.etag, '900150983cd24fb0d6963f7d28e17f72');
});

test('Parquet is refused by its name, an empty bucket is empty', { skip }, async () => {
  server.put('mixed', 'a.log.parquet', 'PAR1');
  server.put('mixed', 'b.log.gz', 'x');
  assert.deepEqual(keysOf(await listAll(source('mixed'))).sort(), ['E_OBJECT_PARQUET a.log.parquet', 'b.log.gz']);
  assert.deepEqual(await listAll(source('mixed', 'nothing/here')), []);
});

test('a listing stops when it is aborted', { skip }, async () => {
  const stop = new AbortController();
  const began = Date.now();
  proxy.rules.push({ fault: { kind: 'delay', delayMs: 10_000 }, times: 1 });
  setTimeout(() => stop.abort(), 100);
  await assert.rejects(listAll(source('mixed'), {}, stop.signal), { name: 'AbortError' });
  assert.ok(Date.now() - began < 2_000);
  proxy.rules.length = 0;
});

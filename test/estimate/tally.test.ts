import assert from 'node:assert/strict';
import { test } from 'node:test';
import { folderKindOf, Tally } from '../../src/estimate/tally.ts';
import { formatDay } from '../../src/plan/dates.ts';
import { parseKey } from '../../src/plan/keys.ts';
import type { Listed } from '../../src/sources/source.ts';
import { memoryObject } from '../plan/memory-lister.ts';

const FILE = '111111111111_vpcflowlogs_eu-west-1_fl-1_20250131T0700Z_ab.log.gz';

test('folders are told apart: days, hours, and Hive’s', () => {
  const hive = 'AWSLogs/aws-account-id=111111111111/aws-service=vpcflowlogs/aws-region=eu-west-1';
  for (const [folder, kind] of [
    ['AWSLogs/111111111111/vpcflowlogs/eu-west-1/2025/01/31', 'days'],
    ['any/where/AWSLogs/o-1/111111111111/vpcflowlogs/eu-west-1/2025/01/31/07', 'hours'],
    [`${hive}/year=2025/month=01/day=31`, 'Hive days'],
    [`${hive}/year=2025/month=01/day=31/hour=07`, 'Hive hours'],
    [`${hive.replace('aws-service', 'service')}/year=2025/month=01/day=31`, 'Hive days'],
    ['firehose/2025/01/31/07', 'other'],
    ['AWSLogs/111111111111/vpcflowlogs/eu-west-1/2025/01/31/07/15', 'other'],
    ['copies', 'other'],
  ]) {
    assert.equal(folderKindOf(`${folder}/${FILE}`), kind, folder);
  }
});

test('sums by day, account, region and folders; what is done or refused is apart', () => {
  const tally = new Tally();
  const add = (listed: Listed, isDone = false) => {
    tally.add(listed, parseKey(('object' in listed ? listed.object : listed).key), isDone);
  };
  const key = (account: string, region: string, day: string) =>
    `AWSLogs/${account}/vpcflowlogs/${region}/${day.replaceAll('-', '/')}/x.log.gz`;
  add(memoryObject(key('111111111111', 'eu-west-1', '2025-01-01'), 100));
  add(memoryObject(key('111111111111', 'us-east-1', '2025-01-01'), 50));
  add(memoryObject(key('222222222222', 'eu-west-1', '2025-01-02'), 7));
  add(memoryObject(key('222222222222', 'eu-west-1', '2025-01-02'), 1000), true);
  add(memoryObject('odd.log', -1));
  const parquet = memoryObject(key('222222222222', 'eu-west-1', '2025-01-03'), 30);
  add({ object: parquet, code: 'E_OBJECT_PARQUET', reason: '' });
  assert.deepEqual(
    [tally.total, tally.done],
    [
      { objects: 4, bytes: 157 },
      { objects: 1, bytes: 1000 },
    ],
  );
  assert.equal(tally.unknownSizes, 1);
  assert.deepEqual(
    [...tally.byDay].map(([day, { objects, bytes, refused, done }]) => [
      day === null ? null : formatDay(day),
      objects,
      bytes,
      refused,
      done,
    ]),
    [
      ['2025-01-01', 2, 150, 0, 0],
      ['2025-01-02', 1, 7, 0, 1],
      [null, 1, 0, 0, 0],
      ['2025-01-03', 0, 0, 1, 0],
    ],
  );
  assert.deepEqual(Object.fromEntries(tally.byAccount), {
    '111111111111': { objects: 2, bytes: 150 },
    '222222222222': { objects: 1, bytes: 7 },
    unknown: { objects: 1, bytes: 0 },
  });
  assert.deepEqual(tally.byRegion.get('eu-west-1'), { objects: 2, bytes: 107 });
  assert.deepEqual(Object.fromEntries(tally.byFolders), {
    days: { objects: 3, bytes: 157 },
    other: { objects: 1, bytes: 0 },
  });
  assert.deepEqual(Object.fromEntries(tally.byRefusal), { E_OBJECT_PARQUET: { objects: 1, bytes: 30 } });
});

test('names without end do not fill memory', () => {
  const tally = new Tally();
  for (let i = 0; i < 10_050; i++) {
    const key = `AWSLogs/111111111111/vpcflowlogs/region-${i}/2025/01/01/x.log.gz`;
    tally.add(memoryObject(key, 1), parseKey(key), false);
  }
  assert.equal(tally.byRegion.size, 10_001);
  assert.deepEqual(tally.byRegion.get('others'), { objects: 50, bytes: 50 });
  assert.equal(tally.total.objects, 10_050);
});

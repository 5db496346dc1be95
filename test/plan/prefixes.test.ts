import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatDay, parseDay } from '../../src/plan/dates.ts';
import { parseKey } from '../../src/plan/keys.ts';
import { objectOf } from '../../src/plan/lister.ts';
import { type PlanOptions, planned } from '../../src/plan/prefixes.ts';
import type { Selection, SourceObject } from '../../src/sources/source.ts';
import { MemoryLister, memoryObject } from './memory-lister.ts';

const BUCKET: PlanOptions = { besides: 'flow-log-names', directDays: 31 };
const FOLDER: PlanOptions = { besides: 'all', directDays: 0 };
const A = '111111111111';
const B = '222222222222';

const LAYOUTS: Record<string, (account: string, region: string, day: string) => string> = {
  plain: (account, region, day) => `AWSLogs/${account}/vpcflowlogs/${region}/${day.replaceAll('-', '/')}/`,
  'with a prefix': (account, region, day) =>
    `team/x y/AWSLogs/${account}/vpcflowlogs/${region}/${day.replaceAll('-', '/')}/`,
  hourly: (account, region, day) => `AWSLogs/${account}/vpcflowlogs/${region}/${day.replaceAll('-', '/')}/07/`,
  organisation: (account, region, day) =>
    `AWSLogs/o-abc123/${account}/vpcflowlogs/${region}/${day.replaceAll('-', '/')}/`,
  hive: (account, region, day) => hive(account, region, day, 'aws-service'),
  'hive, old service name, hourly': (account, region, day) => `${hive(account, region, day, 'service')}hour=07/`,
};

function hive(account: string, region: string, day: string, service: string): string {
  const [year, month, date] = day.split('-');
  return `AWSLogs/aws-account-id=${account}/${service}=vpcflowlogs/aws-region=${region}/year=${year}/month=${month}/day=${date}/`;
}

function file(account: string, region: string, day: string, size: number): string {
  return `${account}_vpcflowlogs_${region}_fl-1_${day.replaceAll('-', '')}T0700Z_${size}.log.gz`;
}

const DAYS = ['2024-12-30', '2024-12-31', '2025-01-01', '2025-02-01', '2025-02-02'];

/** Two accounts, two regions, five days, three objects each. */
function bucketOf(layout: (account: string, region: string, day: string) => string): SourceObject[] {
  const objects: SourceObject[] = [];
  for (const account of [A, B]) {
    for (const region of ['eu-west-1', 'us-east-1']) {
      for (const day of DAYS) {
        for (const size of [10, 300, 20]) {
          const own = size + (account === A ? 1 : 2) + (region === 'eu-west-1' ? 0 : 4);
          objects.push(memoryObject(layout(account, region, day) + file(account, region, day, own), own));
        }
      }
    }
  }
  return objects;
}

async function list(
  lister: MemoryLister,
  prefix = '',
  selection: Selection = {},
  options = BUCKET,
): Promise<SourceObject[]> {
  const out: SourceObject[] = [];
  for await (const listed of planned(lister, prefix, selection, options, new AbortController().signal)) {
    out.push(objectOf(listed));
  }
  return out;
}

/** Days must ascend, sizes fall within a day. */
function assertOrder(objects: readonly SourceObject[]): void {
  const days = objects.map(({ key }) => parseKey(key).day!);
  for (let at = 1; at < objects.length; at++) {
    assert.ok(days[at]! >= days[at - 1]!, `${formatDay(days[at]!)} after ${formatDay(days[at - 1]!)}`);
    assert.ok(days[at]! > days[at - 1]! || objects[at]!.size <= objects[at - 1]!.size);
  }
}

for (const [name, layout] of Object.entries(LAYOUTS)) {
  const objects = bucketOf(layout);

  test(`${name}: all, by days over all accounts, biggest first`, async () => {
    const found = await list(new MemoryLister(objects));
    assert.equal(found.length, objects.length);
    assert.equal(new Set(found.map(({ key }) => key)).size, objects.length);
    assertOrder(found);
  });

  test(`${name}: a few days are listed directly, for the wanted account and region alone`, async () => {
    const lister = new MemoryLister(objects);
    const selection = { ...days('2024-12-31', '2025-01-01'), accounts: [B], regions: ['us-east-1'] };
    const found = await list(lister, '', selection);
    assert.equal(found.length, 6);
    assertOrder(found);
    const listed = lister.asked.filter((asked) => asked.startsWith('objects')).map((asked) => asked.slice(8));
    const dayFolder = (day: string) => layout(B, 'us-east-1', day).replace(/(hour=)?07\/$/, '');
    assert.deepEqual(listed, [dayFolder('2024-12-31'), dayFolder('2025-01-01')]);
  });

  test(`${name}: an open range looks which days there are`, async () => {
    const lister = new MemoryLister(objects);
    const found = await list(lister, '', { fromDay: parseDay('2025-01-01', '') });
    assert.equal(found.length, 36);
    assertOrder(found);
    assert.ok(!lister.asked.some((asked) => /2024/.test(asked)), 'nothing of 2024 is asked for');
    assert.equal((await list(new MemoryLister(objects), '', { toDay: parseDay('2024-12-30', '') })).length, 12);
  });

  test(`${name}: a prefix may end anywhere`, async () => {
    const whole = layout(A, 'eu-west-1', '2025-02-01');
    for (let length = 0; length <= whole.length; length++) {
      const prefix = whole.slice(0, length);
      const expected = objects.filter(({ key }) => key.startsWith(prefix));
      for (const selection of [{}, days('2025-02-01', '2025-02-01')]) {
        const found = await list(new MemoryLister(objects), prefix, selection);
        const wanted = expected.filter(
          ({ key }) => !('fromDay' in selection) || parseKey(key).day === selection.fromDay,
        );
        assert.equal(found.length, wanted.length, `prefix ${prefix}`);
        assertOrder(found);
      }
    }
  });
}

function days(from: string, to: string): { fromDay: number; toDay: number } {
  return { fromDay: parseDay(from, '--from'), toDay: parseDay(to, '--to') };
}

test('beside the layout: a bucket gives what is named like a flow log, a folder gives all', async () => {
  const stray = `copied/${file(A, 'eu-west-1', '2025-01-01', 5)}`;
  const loose = `AWSLogs/${A}/vpcflowlogs/eu-west-1/${file(A, 'eu-west-1', '2025-01-01', 6)}`;
  const others = [
    'readme.txt',
    'terraform/state.json',
    `AWSLogs/${A}/CloudTrail/eu-west-1/2025/01/01/x.json.gz`,
    `AWSLogs/${A}/vpcflowlogs/eu-west-1/`,
    'deep/a/b/c/d/e/f/g/x.gz',
  ];
  const objects = [...bucketOf(LAYOUTS['plain']!), ...[stray, loose, ...others].map((key) => memoryObject(key, 1))];
  const bucket = (await list(new MemoryLister(objects))).map(({ key }) => key);
  assert.equal(bucket.length, 62);
  assert.deepEqual(bucket.slice(60).sort(), [loose, stray].sort());
  const folder = (await list(new MemoryLister(objects), '', {}, FOLDER)).map(({ key }) => key);
  assert.deepEqual(
    folder.slice(60).sort(),
    [loose, stray, 'readme.txt', 'terraform/state.json', 'deep/a/b/c/d/e/f/g/x.gz'].sort(),
  );
  const only = await list(new MemoryLister(objects), '', days('2025-01-01', '2025-01-01'), FOLDER);
  assert.equal(only.length, 14);
});

test('a layout that is hidden among many folders is found all the same', async () => {
  const others = Array.from({ length: 200 }, (_, at) => memoryObject(`team${at}/notes/x.txt`, 1));
  const hidden = bucketOf((account, region, day) => `team77/logs/${LAYOUTS['plain']!(account, region, day)}`);
  const seen = bucketOf(LAYOUTS['plain']!);
  assert.equal((await list(new MemoryLister([...others, ...seen, ...hidden]))).length, 120);
});

test('no layout: the prefix is walked, and the selection still holds', async () => {
  const objects = DAYS.flatMap((day) =>
    [1, 9, 5].map((size) => memoryObject(`fh/${day.replaceAll('-', '/')}/07/part-${size}`, size)),
  );
  const found = await list(new MemoryLister(objects, 2));
  assert.equal(found.length, 15);
  assertOrder(found);
  const lister = new MemoryLister(objects);
  assert.equal((await list(lister, 'fh/2025/', days('2025-02-01', '2025-02-28'))).length, 6);
  const flat = Array.from({ length: 20_000 }, (_, at) => memoryObject(`k${String(at).padStart(6, '0')}`, at % 7));
  assert.equal((await list(new MemoryLister(flat))).length, 20_000);
  assert.equal((await list(new MemoryLister([]))).length, 0);
});

test('markers of folders are left out', async () => {
  assert.deepEqual(await list(new MemoryLister([memoryObject('x/', 0)])), []);
});

test('lazily: the first objects come before later days are asked for', async () => {
  const lister = new MemoryLister(bucketOf(LAYOUTS['plain']!));
  const listing = planned(lister, '', {}, BUCKET, new AbortController().signal);
  await listing.next();
  assert.ok(!lister.asked.some((asked) => asked.includes('/2025/02')));
  await listing.return(undefined);
});

test('an error of the lister ends the listing', async () => {
  const lister = new MemoryLister(bucketOf(LAYOUTS['plain']!));
  lister.folders = async () => {
    throw new Error('denied');
  };
  await assert.rejects(list(lister), /denied/);
});

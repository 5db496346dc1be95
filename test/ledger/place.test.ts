import assert from 'node:assert/strict';
import { test } from 'node:test';
import { folderOfDay, parsePlace, placeName, placeOf } from '../../src/ledger/place.ts';
import { dayFolders, parseKey } from '../../src/plan/keys.ts';

const DAY = Date.UTC(2025, 0, 31) / 86_400_000;
const at = (key: string) => placeOf(key, parseKey(key).day ?? 0);
const PLAIN = 'AWSLogs/123456789012/vpcflowlogs/eu-west-1/';
const HIVE = 'logs/AWSLogs/aws-account-id=123456789012/aws-service=vpcflowlogs/aws-region=eu-west-1/';
const WHO = { account: '123456789012', region: 'eu-west-1' };

test('the place of a key is its folder up to the day, in all layouts', () => {
  const cases: readonly (readonly [string, object])[] = [
    [`${PLAIN}2025/01/31/x.log.gz`, { ...WHO, folder: PLAIN, form: 'yyyy/MM/dd/' }],
    [`${PLAIN}2025/01/31/07/x.log.gz`, { ...WHO, folder: PLAIN, form: 'yyyy/MM/dd/' }],
    [`${HIVE}year=2025/month=01/day=31/hour=07/x.gz`, { ...WHO, folder: HIVE, form: 'year=yyyy/month=MM/day=dd/' }],
    ['firehose/2025/01/31/07/x', { account: '-', region: '-', folder: 'firehose/', form: 'yyyy/MM/dd/' }],
    ['2025/01/31/x', { account: '-', region: '-', folder: '', form: 'yyyy/MM/dd/' }],
    ['a/2024/12/30/b/2025/01/31/x', { account: '-', region: '-', folder: 'a/2024/12/30/b/', form: 'yyyy/MM/dd/' }],
    ['a/b/x.log', { account: '-', region: '-', folder: 'a/b/', form: null }],
    ['x.log', { account: '-', region: '-', folder: '', form: null }],
    ['', { account: '-', region: '-', folder: '', form: null }],
    // No such day.
    ['a/2025/02/31/x', { account: '-', region: '-', folder: 'a/2025/02/31/', form: null }],
  ];
  for (const [key, place] of cases) {
    assert.deepEqual(at(key), place, key);
    assert.deepEqual(parsePlace(placeName(at(key))), place, key);
  }
});

test('folder, form and day are the beginning of the key again', () => {
  for (const key of [`${PLAIN}2025/01/31/x`, `${HIVE}year=2025/month=01/day=31/x`, 'a/2025/month=01/31/x']) {
    const { folder, form } = at(key);
    assert.ok(form !== null && key === `${folder}${folderOfDay(form, DAY)}x`, key);
    assert.deepEqual(dayFolders(key), { before: folder, folders: folderOfDay(form, DAY) });
  }
});

test('a folder that is too long for a name, and a day before 1970, have no place of their own', () => {
  assert.deepEqual(at(`${'d'.repeat(2000)}/x`).folder, '');
  assert.deepEqual(at(`${'d'.repeat(2000)}/2025/01/31/x`), { account: '-', region: '-', folder: '', form: null });
  assert.deepEqual(placeOf('a/1950/01/01/x', 0), { account: '-', region: '-', folder: 'a/1950/01/01/', form: null });
});

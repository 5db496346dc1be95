import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDay } from '../../src/plan/dates.ts';
import { selector } from '../../src/plan/select.ts';

const KEY =
  'p/AWSLogs/123456789012/vpcflowlogs/eu-west-1/2025/01/31/123456789012_vpcflowlogs_eu-west-1_fl-1_20250131T0000Z_a.log.gz';

test('without a selection all keys are taken', () => {
  assert.ok(selector({})('anything'));
});

test('by day, account and region; a key that does not say is not taken', () => {
  const day = parseDay('2025-01-31', '--from');
  assert.ok(selector({ fromDay: day, toDay: day })(KEY));
  assert.ok(!selector({ fromDay: day + 1 })(KEY));
  assert.ok(!selector({ toDay: day - 1 })(KEY));
  assert.ok(!selector({ fromDay: day })('x.log.gz'));
  assert.ok(selector({ accounts: ['1', '123456789012'], regions: ['eu-west-1'] })(KEY));
  assert.ok(!selector({ accounts: ['123456789013'] })(KEY));
  assert.ok(!selector({ regions: ['us-east-1'] })(KEY));
  assert.ok(!selector({ regions: ['us-east-1'] })('x.log.gz'));
});

test('globs: one of include, none of exclude; without a slash the last part of the key counts', () => {
  assert.ok(selector({ include: ['*.log.gz'] })(KEY));
  assert.ok(selector({ include: ['nothing', 'p/**'] })(KEY));
  assert.ok(selector({ include: ['**/eu-west-1/**'], exclude: ['*.txt'] })(KEY));
  assert.ok(!selector({ include: ['p/*.gz'] })(KEY));
  assert.ok(!selector({ exclude: ['*_fl-1_*'] })(KEY));
  assert.ok(!selector({ include: ['*.gz'], exclude: ['**/2025/**'] })(KEY));
  assert.ok(selector({ include: ['.hidden/*'] })('.hidden/x'));
  assert.throws(() => selector({ include: [''] }), { code: 'E_USAGE' });
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dayOf } from '../../src/plan/dates.ts';
import { isFlowLogName, type KeyFacts, parseKey } from '../../src/plan/keys.ts';

const FILE = '123456789012_vpcflowlogs_us-east-1_fl-0abc_20250131T1620Z_1a2b3c4d.log.gz';
const DAY = dayOf(2025, 1, 31);
const TIME = Date.UTC(2025, 0, 31, 16, 20);

const whole: KeyFacts = {
  account: '123456789012',
  region: 'us-east-1',
  day: DAY,
  hour: 16,
  timeMs: TIME,
  flowLogId: 'fl-0abc',
  organisation: null,
  hive: false,
  parquet: false,
};

const HIVE =
  'AWSLogs/aws-account-id=123456789012/aws-service=vpcflowlogs/aws-region=us-east-1/year=2025/month=01/day=31/';

const CASES: Record<string, KeyFacts> = {
  [`AWSLogs/123456789012/vpcflowlogs/us-east-1/2025/01/31/${FILE}`]: whole,
  [`AWSLogs/123456789012/vpcflowlogs/us-east-1/2025/01/31/16/${FILE}`]: whole,
  [`a/b c/AWSLogs/123456789012/vpcflowlogs/us-east-1/2025/01/31/${FILE}`]: whole,
  [`AWSLogs/o-abc123/123456789012/vpcflowlogs/us-east-1/2025/01/31/${FILE}`]: { ...whole, organisation: 'o-abc123' },
  [HIVE + FILE]: { ...whole, hive: true },
  [`x/${HIVE}hour=16/${FILE}`]: { ...whole, hive: true },
  [`x/${HIVE.replace('aws-service=', 'service=')}${FILE}`]: { ...whole, hive: true },
  [`${HIVE}${FILE.replace('.gz', '.parquet')}`]: { ...whole, hive: true, parquet: true },
  [FILE]: whole,
  [`us-east-1/2025/01/31/${FILE}`]: whole,
};

const NOTHING: KeyFacts = {
  ...whole,
  account: null,
  region: null,
  day: null,
  hour: null,
  timeMs: null,
  flowLogId: null,
};

for (const [key, facts] of Object.entries(CASES)) {
  test(`key ${key}`, () => assert.deepEqual(parseKey(key), facts));
}

test('the folder says the day where the name says another: late files are of the folder they lie in', () => {
  const facts = parseKey(`AWSLogs/123456789012/vpcflowlogs/us-east-1/2025/02/01/00/${FILE}`);
  assert.deepEqual([facts.day, facts.hour, facts.timeMs], [DAY! + 1, 0, TIME]);
});

test('dates in folders of other layouts', () => {
  assert.deepEqual(parseKey('firehose/2025/01/31/16/stream-1-x'), { ...NOTHING, day: DAY, hour: 16 });
  assert.equal(parseKey('logs/year=2025/month=01/day=31/x.gz').day, DAY);
});

test('keys that say nothing, or what cannot be', () => {
  for (const key of [
    '',
    '/',
    'x.log.gz',
    '2025/02/30/x',
    '2025/1/31/x',
    'AWSLogs/12/vpcflowlogs/r/x',
    '////',
    'a/b/c/d',
  ]) {
    assert.deepEqual(parseKey(key), NOTHING, key);
  }
  assert.equal(isFlowLogName(FILE), true);
  assert.equal(isFlowLogName(FILE.replace('T1620Z', 'T2520Z')), false);
  assert.equal(isFlowLogName('123456789012_elasticloadbalancing_us-east-1_fl-0abc_20250131T1620Z_1.log'), false);
});

test('a long odd key takes no time', () => {
  const key = `${'2025/'.repeat(100_000)}${'_'.repeat(100_000)}`;
  const began = performance.now();
  parseKey(key);
  assert.ok(performance.now() - began < 1_000);
});

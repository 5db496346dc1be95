import assert from 'node:assert/strict';
import { test } from 'node:test';
import { noTotals } from '../../src/ledger/totals.ts';
import { doubts, type Verification, type VerifiedRow } from '../../src/verify/verification.ts';
import { verificationAsJson, verificationAsText } from '../../src/verify/verification-text.ts';

const row = (day: number, found: number, more: Partial<VerifiedRow['objects']> = {}): VerifiedRow => ({
  days: [day, day],
  account: '123456789012',
  region: 'eu-west-1',
  objects: { done: 2, damaged: 0, failed: 0, unfinished: 0, ...more },
  expected: 1000,
  found,
});

function verification(more: Partial<Verification>): Verification {
  return {
    source: 's3://logs/',
    destination: 'https://cluster:9200/vpcflow',
    rows: [row(20_089, 1000)],
    totals: { ...noTotals(), objects: { done: 2, damaged: 0, failed: 0, unfinished: 0 } },
    listing: { objects: 2, unbegun: 0, examples: [] },
    obstacle: null,
    isStale: false,
    deep: null,
    wrongOutputs: [],
    unlisted: 0,
    ...more,
  };
}

test('nothing to doubt is a proof, and each doubt is told', () => {
  assert.deepEqual(doubts(verification({})), []);
  // What could not be refreshed and is there all the same is there.
  assert.deepEqual(doubts(verification({ isStale: true })), []);
  const cases: readonly (readonly [Partial<Verification>, RegExp])[] = [
    [{ rows: [row(20_089, 999)] }, /^1 document fewer than the ledger says$/],
    // Both are told, though their sum is right.
    [{ rows: [row(1, 990), row(2, 1010)] }, /^10 documents fewer .*; 10 documents more than the ledger says$/],
    [{ rows: [row(20_089, 0)], isStale: true }, /could not be refreshed .*"maintenance"/],
    [{ rows: [] }, /no objects of these days/],
    [{ rows: [row(20_089, 0)], obstacle: 'text' }, /^text$/],
    [{ listing: { objects: 3, unbegun: 1, examples: ['s3://logs/x'] } }, /1 object of SOURCE never begun, such as s3/],
    [{ unlisted: 2 }, /2 objects of the ledger not in SOURCE any more/],
    [{ deep: { seed: 1, objects: [] } }, /no object to read again/],
    [
      { totals: { ...noTotals(), objects: { done: 1, damaged: 0, failed: 1, unfinished: 1 } } },
      /1 object failed; 1 object is/,
    ],
  ];
  for (const [more, says] of cases) assert.match(doubts(verification(more)).join('; '), says);
});

test('many rows that agree are one line; those that do not are shown', () => {
  const rows = Array.from({ length: 30 }, (_, i) => row(20_089 + i, i === 7 ? 1003 : 1000));
  const text = verificationAsText(verification({ rows: [...rows, row(20_200, 1000, { unfinished: 1 })] }));
  const [first, heads, extra, unfinished, agree, verdict] = text.split('\n');
  assert.equal(first, 's3://logs/ in https://cluster:9200/vpcflow');
  assert.match(heads ?? '', /^day +account +region +objects +expected +found +difference$/);
  assert.match(extra ?? '', /^2025-01-08 .* 1,000 +1,003 +\+3$/);
  assert.match(unfinished ?? '', /^2025-04-22 .* 1,000 +1,000 +0 +1 unfinished$/);
  assert.equal(agree, '29 rows agree: 29,000 documents');
  assert.equal(verdict, 'NOT proven: 3 documents more than the ledger says');
  const json = verificationAsJson(verification({ rows })) as { rows: { from: string; difference: number }[] };
  assert.deepEqual([json.rows[7]?.from, json.rows[7]?.difference], ['2025-01-08', 3]);
});

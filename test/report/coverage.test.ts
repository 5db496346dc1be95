import assert from 'node:assert/strict';
import { test } from 'node:test';
import { noTotals } from '../../src/ledger/totals.ts';
import { parseDay } from '../../src/plan/dates.ts';
import { coverageOf } from '../../src/report/coverage.ts';

const day = (text: string) => parseDay(text, 'day');
const TODAY = day('2026-01-31');

function totals(text: string | null, account = '-') {
  const sums = { ...noTotals(), records: 10, created: 7, duplicates: 2, deadLetters: 1 };
  sums.objects.done = 1;
  return { ...sums, day: text === null ? 0 : day(text), account, region: '-' };
}

test('sums are those of all accounts, objects without a day apart', () => {
  const { days, span } = coverageOf([totals('2026-01-03', 'a'), totals('2026-01-03', 'b'), totals(null)], {}, TODAY);
  assert.deepEqual(
    days.map(({ day, records, documents }) => [day, records, documents]),
    [
      [null, 10, 9],
      ['2026-01-03', 20, 18],
    ],
  );
  assert.deepEqual(span, { first: '2026-01-03', last: '2026-01-03' });
});

test('the span holds what was asked for, until today where no end was', () => {
  const found = [totals('2026-01-03'), totals('2026-01-05')];
  const spanOf = (asked: Parameters<typeof coverageOf>[1]) => coverageOf(found, asked, TODAY).span;
  assert.deepEqual(spanOf({ fromDay: day('2026-01-01'), toDay: day('2026-01-07') }), {
    first: '2026-01-01',
    last: '2026-01-07',
  });
  assert.deepEqual(spanOf({ fromDay: day('2026-01-04') }), { first: '2026-01-03', last: '2026-01-31' });
  assert.deepEqual(spanOf({ toDay: day('2026-03-01') }), { first: '2026-01-03', last: '2026-01-31' });
});

test('nothing known, nothing missed', () => {
  assert.deepEqual(coverageOf([], {}, TODAY), { days: [], span: null });
});

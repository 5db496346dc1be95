import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dayOf, formatDay, parseDay, parseDays, parseSince } from '../../src/plan/dates.ts';

const NOW = Date.UTC(2025, 2, 1, 6);

test('days', () => {
  assert.equal(dayOf(1970, 1, 1), 0);
  assert.equal(dayOf(2024, 2, 29), 19_782);
  assert.equal(dayOf(2025, 2, 29), null);
  assert.equal(dayOf(2025, 13, 1), null);
  assert.equal(formatDay(19_782), '2024-02-29');
});

test('--from and --to take a day, or a time of which the day in UTC counts', () => {
  assert.equal(parseDay('2024-02-29', '--from'), 19_782);
  assert.equal(parseDay('2024-02-29T23:59', '--from'), 19_782);
  assert.equal(parseDay('2024-02-29T23:59:59Z', '--from'), 19_782);
  assert.equal(parseDay('2024-02-29T23:00:00-02:00', '--from'), 19_783);
  for (const text of ['', '2025-02-29', '29.02.2024', '2024-2-9', 'today', '2024-02-29Tx']) {
    assert.throws(() => parseDay(text, '--from'), { code: 'E_USAGE', message: /--from is/ }, text);
  }
});

test('--since counts back from now', () => {
  assert.equal(formatDay(parseSince('1d', NOW)), '2025-02-28');
  assert.equal(formatDay(parseSince('6h', NOW)), '2025-03-01');
  assert.equal(formatDay(parseSince('7h', NOW)), '2025-02-28');
  assert.equal(formatDay(parseSince('2w', NOW)), '2025-02-15');
  assert.throws(() => parseSince('90', NOW), { code: 'E_USAGE' });
});

test('the three together', () => {
  assert.deepEqual(parseDays({}, NOW), {});
  assert.deepEqual(parseDays({ since: '1d', to: '2025-03-01' }, NOW), { fromDay: 20_147, toDay: 20_148 });
  assert.throws(() => parseDays({ from: '2025-01-02', to: '2025-01-01' }, NOW), { code: 'E_USAGE' });
  assert.throws(() => parseDays({ from: '2025-01-02', since: '1d' }, NOW), { code: 'E_USAGE' });
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DATE_DAY, DATE_MONTH, DATE_YEAR } from '../../workers/kernel/layout.ts';
import { randomWords } from '../geo/random.ts';
import { Parts } from './parts.ts';
import { SEED } from './seed.ts';

const parts = await Parts.load();

function check(seconds: number): void {
  const iso = new Date(seconds * 1000).toISOString();
  const date = [DATE_YEAR, DATE_MONTH, DATE_DAY].map((place) =>
    parts.written((to) => parts.exports.writeDate(to, seconds, place)),
  );
  assert.equal(date.join('-'), iso.slice(0, 10));
  // Twice: made, then as it was kept.
  for (let time = 0; time < 2; time++) {
    const text = parts.written((to) => parts.exports.writeIso(to, seconds));
    assert.equal(text, iso);
  }
}

test('the first and the last second of every day until 2106', () => {
  for (let day = 0; day * 86_400 <= 0xffffffff; day++) {
    check(day * 86_400);
    check(Math.min(day * 86_400 + 86_399, 0xffffffff));
  }
});

test('all seconds of two days, of which one is a leap day', () => {
  const from = Date.UTC(2024, 1, 28, 12) / 1000;
  for (let second = 0; second < 2 * 86_400; second++) check(from + second);
});

test('seconds that share a place in the table of times', () => {
  for (const seconds of [0, 0xffffffff, 0x7fffffff, 0x80000000, 2047, 0xfffff7ff]) {
    for (let i = 0; i < 10; i++) check((seconds + i * 2048) % 2 ** 32);
    check(seconds);
  }
});

test('random seconds', (context) => {
  context.diagnostic(`seed ${SEED}`);
  const random = randomWords(SEED);
  for (let round = 0; round < 100_000; round++) check(random());
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { levelsOf, ratesOf, spansOf } from '../../src/report/rates.ts';

test('rates of all spans add up to the counter, however samples lie', () => {
  const seconds = [0, 0.1, 0.5, 3, 3.1, 9.7];
  const counter = [0, 50, 60, 1000, 1000, 1234];
  const spans = spansOf(seconds);
  assert.equal(spans.count, 5);
  const rates = ratesOf(seconds, counter, spans);
  const sum = rates.reduce((total, rate) => total + (rate * spans.seconds) / spans.count, 0);
  assert.ok(Math.abs(sum - 1234) < 1e-6, `${sum}`);
});

test('an even rate is even in every span', () => {
  const seconds = Array.from({ length: 400 }, (_, i) => i * 0.3 + (i % 3) * 0.05);
  const spans = spansOf(seconds);
  assert.equal(spans.count, 120);
  const rates = ratesOf(
    seconds,
    seconds.map((one) => 7 * one),
    spans,
  );
  for (const rate of rates) assert.ok(Math.abs(rate - 7) < 1e-9, `${rate}`);
});

test('levels are those at the ends of spans', () => {
  const seconds = [0, 1, 2, 3, 4];
  assert.deepEqual(levelsOf(seconds, [2, 3, 4, 5, 1], spansOf(seconds)), [3, 4, 5, 1]);
});

test('no time and a single sample make no spans', () => {
  assert.equal(spansOf([]).count, 0);
  assert.equal(spansOf([0]).count, 0);
  assert.equal(spansOf([0, 0]).count, 0);
});

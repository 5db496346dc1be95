import assert from 'node:assert/strict';
import { test } from 'node:test';
import { timeLabel, timeTicks, valueTicks } from '../../src/report/ticks.ts';

test('values are marked in steps of 1, 2 or 5 up to the most or above', () => {
  for (const [most, expected] of [
    [0, [0, 1]],
    [1, [0, 0.5, 1]],
    [3.2, [0, 1, 2, 3, 4]],
    [293_000, [0, 100_000, 200_000, 300_000]],
  ] as const) {
    assert.deepEqual(valueTicks(most), expected, `${most}`);
  }
  assert.deepEqual(valueTicks(2, true), [0, 1, 2]);
  for (let most = 1e-6; most < 1e9; most *= 1.37) {
    const ticks = valueTicks(most);
    assert.ok(ticks.length <= 6 && ticks.at(-1)! >= most * 0.999, `${most}: ${ticks}`);
  }
});

test('times are few, begin at 0 and are not beyond the end', () => {
  for (let seconds = 0.05; seconds < 3e6; seconds *= 1.7) {
    const ticks = timeTicks(seconds);
    assert.equal(ticks[0], 0);
    assert.ok(ticks.length <= 6 && ticks.at(-1)! <= seconds * 1.001, `${seconds}: ${ticks}`);
  }
  assert.deepEqual(timeTicks(2), [0, 0.5, 1, 1.5, 2]);
});

test('labels say what they are', () => {
  assert.deepEqual([0, 0.5, 30, 90, 600, 5400, 7200].map(timeLabel), [
    '0 s',
    '0.5 s',
    '30 s',
    '1 min 30 s',
    '10 min',
    '1 h 30 min',
    '2 h',
  ]);
});

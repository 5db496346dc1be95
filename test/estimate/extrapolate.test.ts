import assert from 'node:assert/strict';
import { test } from 'node:test';
import { extrapolate } from '../../src/estimate/extrapolate.ts';
import type { Sampled } from '../../src/estimate/sample.ts';
import { Prng } from '../../src/generate/prng.ts';

function sampled(objectBytes: number, records: number, readBytes = objectBytes): Sampled {
  const rest = { object: '', plainBytes: 0, documents: 0, filtered: 0, documentBytes: 0, deadLines: {}, layout: 'v2' };
  return { ...rest, objectBytes, readBytes, records };
}

test('a sample of everything is no guess', () => {
  const samples = [sampled(100, 7), sampled(50, 2)];
  assert.deepEqual(extrapolate(samples, 'records', 150), { expected: 9, low: 9, high: 9 });
});

test('no sample gives nothing, one object no range', () => {
  assert.equal(extrapolate([], 'records', 100), null);
  assert.deepEqual(extrapolate([sampled(100, 10)], 'records', 1_000), { expected: 100, low: null, high: null });
});

test('what is seen counts as it is, the rest by the mean of the sample', () => {
  // 0.1 and 0.3 a byte: the mean is 0.2, whatever the sizes.
  const guess = extrapolate([sampled(100, 10), sampled(1_000, 300)], 'records', 2_100);
  assert.equal(guess?.expected, 310 + 200);
  // t of one degree of freedom makes this range wide: it ends at what was seen.
  assert.equal(guess?.low, 310);
  assert.equal(guess?.high, 310 + Math.round((0.2 + 12.71 * 0.1) * 1_000));
});

test('objects that were read in part are guessed, too', () => {
  const guess = extrapolate([sampled(1_000, 10, 100), sampled(1_000, 12, 100)], 'records', 2_000);
  assert.equal(guess?.expected, 220);
  assert.ok(guess!.low! < 220 && guess!.high! > 220);
  assert.ok(guess!.low! >= 22);
});

test('the range holds the truth about 19 times out of 20', () => {
  const prng = new Prng(1, 1);
  let held = 0;
  for (let round = 0; round < 400; round++) {
    // Sizes differ by a factor of ten, records a byte by a fifth; chances are in proportion to size.
    const objects = Array.from({ length: 400 }, () => {
      const bytes = prng.between(100, 1_000) * 100;
      const noise = prng.uniform() + prng.uniform() + prng.uniform() - 1.5;
      return sampled(bytes, Math.round((bytes / 25) * (1 + 0.15 * noise)));
    });
    const bytes = objects.reduce((sum, one) => sum + one.objectBytes, 0);
    const records = objects.reduce((sum, one) => sum + one.records, 0);
    const sample = objects
      .map((one) => ({ one, rank: Math.log(prng.uniform() + 1e-12) / one.objectBytes }))
      .sort((a, b) => b.rank - a.rank)
      .slice(0, 12);
    const { low, high } = extrapolate(
      sample.map(({ one }) => one),
      'records',
      bytes,
    )!;
    if (low! <= records && records <= high!) held++;
  }
  assert.ok(held >= 365 && held <= 395, `${held} of 400`);
});

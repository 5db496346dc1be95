import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Reservoir } from '../../src/estimate/reservoir.ts';
import { parseKey } from '../../src/plan/keys.ts';
import type { SourceObject } from '../../src/sources/source.ts';
import { memoryObject } from '../plan/memory-lister.ts';

function sampleOf(objects: Iterable<SourceObject>, samples: number): SourceObject[] {
  const reservoir = new Reservoir(samples);
  for (const object of objects) reservoir.offer(object);
  return reservoir.sample();
}

/** `perDay` objects on each day of January; every hundredth is large. */
function* january(perDay: number, large: number): Generator<SourceObject> {
  for (let day = 1; day <= 31; day++) {
    for (let i = 0; i < perDay; i++) {
      yield memoryObject(`2025/01/${String(day).padStart(2, '0')}/${i}.log.gz`, i % 100 === 0 ? large : 1_000);
    }
  }
}

test('few objects are all taken; empty ones and those of unknown size never', () => {
  const objects = [3, 0, 5, -1, 1].map((size, i) => memoryObject(`${i}.log`, size));
  assert.deepEqual(
    sampleOf(objects, 12).map(({ key }) => key),
    ['4.log', '0.log', '2.log'],
  );
  assert.deepEqual(sampleOf(objects, 0), []);
  assert.deepEqual(sampleOf([], 12), []);
});

test('the same listing gives the same sample, each object once, spread over the days', () => {
  const sample = sampleOf(january(500, 1_000), 12);
  assert.deepEqual(sample, sampleOf(january(500, 1_000), 12));
  assert.equal(new Set(sample.map(({ key }) => key)).size, 12);
  const days = sample.map(({ key }) => parseKey(key).day!);
  assert.deepEqual(
    days,
    days.toSorted((a, b) => a - b),
  );
  // By chance, but the same chance each time: no long stretch of the month is left out.
  assert.ok(new Set(days).size >= 8, `${days}`);
  assert.ok(days.at(-1)! - days[0]! >= 20, `${days}`);
});

test('the chance of an object goes by its size', () => {
  // One in a hundred has half of all bytes.
  const sample = sampleOf(january(500, 99_000), 100);
  const large = sample.filter(({ size }) => size === 99_000).length;
  assert.ok(large >= 35 && large <= 60, `${large} of 100`);
});

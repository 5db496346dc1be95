import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shortestFloat32 } from '../../src/geo/float32.ts';
import { randomWords, testSeed } from './random.ts';

test('a float32 has the shortest decimal that leads back to it', () => {
  for (const decimal of [
    0, 51.5143, -0.0912244, 37.422, -122.085, 1e-7, 3.4e38, 1.1754944e-38, 16777216, 0.1, 179.9999,
  ]) {
    assert.equal(shortestFloat32(Math.fround(decimal)), decimal);
  }
});

test('no shorter decimal leads back to it, for random floats', (context) => {
  const seed = testSeed();
  context.diagnostic(`seed ${seed}`);
  const random = randomWords(seed);
  const view = new DataView(new ArrayBuffer(4));
  for (let round = 0; round < 20_000; round++) {
    if (round % 2 === 0) view.setUint32(0, random());
    else view.setFloat32(0, (random() / 2 ** 32) * 360 - 180);
    const value = view.getFloat32(0);
    if (!Number.isFinite(value)) continue;
    const shortest = shortestFloat32(value);
    assert.equal(Math.fround(shortest), value);
    const digits = shortest.toExponential().replace(/e.*$|[-.]/g, '').length;
    if (digits > 1) assert.notEqual(Math.fround(Number(value.toPrecision(digits - 1))), value, `${value}`);
  }
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pricesOf } from '../../src/estimate/prices.ts';

test('prices are those of the region, and say so', () => {
  assert.deepEqual(pricesOf('us-east-1', []), { list: 0.005, get: 0.0004, basis: 'S3 Standard in us-east-1, 2025' });
  assert.match(pricesOf('eu-central-1', []).basis, /eu-central-1/);
  assert.notEqual(pricesOf('eu-central-1', []).get, 0.0004);
});

test('a region that is not in the table has the prices of us-east-1, and says so', () => {
  assert.match(pricesOf('mars-north-1', []).basis, /us-east-1, for want of mars-north-1's/);
  assert.doesNotMatch(pricesOf(null, []).basis, /want/);
  assert.equal(pricesOf('toString', []).list, 0.005);
});

test('prices that are given go before those of the table', () => {
  assert.deepEqual(pricesOf('sa-east-1', ['list=1', 'get=0.25']), { list: 1, get: 0.25, basis: 'as given' });
  const half = pricesOf('sa-east-1', ['get=0']);
  assert.deepEqual([half.list, half.get], [0.007, 0]);
  assert.match(half.basis, /one as given/);
});

test('a price that is none is refused', () => {
  for (const text of ['list', 'put=1', 'list=-1', 'get=1e3', 'list=', 'list=0.1 ']) {
    assert.throws(() => pricesOf(null, [text]), { code: 'E_USAGE', message: new RegExp(`not '${text}'`) });
  }
});

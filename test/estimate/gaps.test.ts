import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gapsOf, spanOf } from '../../src/estimate/gaps.ts';

const TODAY = 100;

test('the span is what was asked for, else what was found; days to come are not missed', () => {
  const found = [12, null, 10, 20];
  assert.deepEqual(spanOf(found, {}, TODAY), { firstDay: 10, lastDay: 20 });
  assert.deepEqual(spanOf(found, { fromDay: 5 }, TODAY), { firstDay: 5, lastDay: 100 });
  assert.deepEqual(spanOf(found, { toDay: 30 }, TODAY), { firstDay: 10, lastDay: 30 });
  assert.deepEqual(spanOf(found, { fromDay: 5, toDay: 300 }, TODAY), { firstDay: 5, lastDay: 100 });
  assert.deepEqual(spanOf([103], { fromDay: 99, toDay: 300 }, TODAY), { firstDay: 99, lastDay: 103 });
  assert.deepEqual(spanOf([], { fromDay: 5, toDay: 7 }, TODAY), { firstDay: 5, lastDay: 7 });
  assert.equal(spanOf([], {}, TODAY), null);
  assert.equal(spanOf([null], { toDay: 7 }, TODAY), null);
});

test('gaps lie before, between and after the days found', () => {
  const found = new Map([12, null, 10, 20, 11, 300].map((day) => [day, 1]));
  assert.deepEqual(gapsOf(found, { firstDay: 8, lastDay: 22 }), [
    { firstDay: 8, lastDay: 9 },
    { firstDay: 13, lastDay: 19 },
    { firstDay: 21, lastDay: 22 },
  ]);
  assert.deepEqual(gapsOf(found, { firstDay: 10, lastDay: 12 }), []);
  assert.deepEqual(gapsOf(new Map(), { firstDay: 1, lastDay: 3 }), [{ firstDay: 1, lastDay: 3 }]);
});

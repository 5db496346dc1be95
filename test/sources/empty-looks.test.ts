import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EmptyLooks } from '../../src/sources/empty-looks.ts';

const NOTHING = { waiting: 0, inFlight: 0, delayed: 0 };

test('a queue is empty after three looks in a row that find nothing', () => {
  const looks = new EmptyLooks();
  assert.deepEqual([looks.see(NOTHING), looks.see(NOTHING), looks.see(NOTHING)], [false, false, true]);
});

test('anything that waits, is in flight or comes later begins the count anew, and so do messages', () => {
  for (const some of [{ waiting: 1 }, { inFlight: 1 }, { delayed: 1 }]) {
    const looks = new EmptyLooks();
    const seen = [NOTHING, NOTHING, { ...NOTHING, ...some }, NOTHING, NOTHING].map((depth) => looks.see(depth));
    assert.ok(seen.every((isEmpty) => !isEmpty));
    looks.reset();
    assert.deepEqual([looks.see(NOTHING), looks.see(NOTHING), looks.see(NOTHING)], [false, false, true]);
  }
});

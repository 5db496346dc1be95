import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Backoff } from '../../src/sources/backoff.ts';
import { NEVER } from './read.ts';

test('waits grow within the budget, then it says no', async () => {
  const backoff = new Backoff(1_000, () => 0.5);
  const began = Date.now();
  // 50 + 100 + 200 + 400 ms; the next 800 would be too many.
  assert.deepEqual([await backoff.wait(NEVER), await backoff.wait(NEVER)], [true, true]);
  assert.deepEqual([await backoff.wait(NEVER), await backoff.wait(NEVER)], [true, true]);
  assert.equal(await backoff.wait(NEVER), false);
  assert.equal(backoff.tries, 4);
  const tookMs = Date.now() - began;
  assert.ok(tookMs >= 740 && tookMs < 1_500, `${tookMs}`);
  backoff.reset();
  assert.equal(await backoff.wait(NEVER), true);
});

test('an abort ends a wait', async () => {
  const stop = new AbortController();
  setTimeout(() => stop.abort(), 20);
  const backoff = new Backoff(1e9, () => 1);
  await assert.rejects(
    async () => {
      for (;;) {
        await backoff.wait(stop.signal);
      }
    },
    { name: 'AbortError' },
  );
});

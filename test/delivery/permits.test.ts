import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { type PermitLimits, Permits } from '../../src/delivery/permits.ts';

const LIMITS: PermitLimits = {
  concurrency: 2,
  isFixed: true,
  mostConcurrency: 2,
  inflightBytes: 100,
  maxRate: null,
};
const NEVER = new AbortController().signal;
const OTHER = { how: 'other' } as const;

test('no more requests than the limit; the next goes when one comes back', async () => {
  const permits = new Permits(LIMITS);
  await permits.acquire(10, 1, NEVER);
  await permits.acquire(10, 1, NEVER);
  let third = false;
  const waiting = permits.acquire(10, 1, NEVER).then(() => {
    third = true;
  });
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(third, false);
  permits.release(10, OTHER);
  await waiting;
  assert.equal(third, true);
  assert.equal(permits.tally('mostUnderWay'), 2);
});

test('no more bytes than may be in flight, but always one body', async () => {
  const permits = new Permits(LIMITS);
  await permits.acquire(1_000, 1, NEVER);
  const stop = new AbortController();
  const waiting = permits.acquire(1, 1, stop.signal);
  stop.abort(new Error('enough'));
  await assert.rejects(waiting, /enough/);
  permits.release(1_000, OTHER);
  await permits.acquire(60, 1, NEVER);
  await permits.acquire(40, 1, NEVER);
  permits.release(60, OTHER);
  permits.release(40, OTHER);
});

test('documents a second are held to, over all who ask', async () => {
  const permits = new Permits({ ...LIMITS, maxRate: 1_000 });
  const began = Date.now();
  for (let i = 0; i < 4; i++) {
    await permits.acquire(1, 100, NEVER);
    permits.release(1, OTHER);
  }
  // The first goes at once, and each after it waits for the one before.
  assert.ok(Date.now() - began >= 295, `${Date.now() - began} ms`);
});

test('tallies and the largest body are everybody’s', () => {
  const permits = new Permits(LIMITS);
  const other = new Permits(LIMITS, permits.buffer);
  permits.count('accepted', 3);
  other.count('accepted', 4);
  assert.equal(permits.tally('accepted'), 7);
  other.tooLarge(1_001);
  assert.equal(permits.largestBody, 501);
  permits.tooLarge(5_000);
  assert.equal(other.largestBody, 501, 'what is learnt is not forgotten');
});

test('threads share the limit: none goes over it, none is left waiting', async () => {
  const permits = new Permits({ ...LIMITS, concurrency: 3, mostConcurrency: 3 });
  const seen = new Int32Array(new SharedArrayBuffer(8));
  const workers = Array.from({ length: 3 }, () => {
    const worker = new Worker(new URL('./permit-worker.js', import.meta.url), {
      workerData: { limits: { ...LIMITS, concurrency: 3, mostConcurrency: 3 }, permits: permits.buffer, seen },
    });
    return new Promise<void>((resolve, reject) => worker.once('error', reject).once('exit', () => resolve()));
  });
  await Promise.all(workers);
  assert.equal(permits.tally('requests'), 3 * 300);
  assert.equal(Atomics.load(seen, 0), 0, 'all came back');
  assert.equal(Atomics.load(seen, 1), 0, 'never too many');
});

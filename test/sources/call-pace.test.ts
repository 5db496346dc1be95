import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CallPace, sharedPace } from '../../src/sources/call-pace.ts';

const never = new AbortController().signal;

test('the width is as asked, else one for each group and enough for the rate', () => {
  const shared = sharedPace();
  const pace = new CallPace({ callsPerSecond: 5, windows: null }, shared);
  for (const [groups, width] of [
    [1, 5],
    [2, 3],
    [5, 1],
    [40, 1],
  ] as const) {
    pace.groups(groups);
    // Another thread sees it, too.
    assert.equal(new CallPace({ callsPerSecond: 5, windows: null }, shared).width, width);
  }
  assert.equal(new CallPace({ callsPerSecond: 5, windows: 3 }, shared).width, 3);
});

test('turns of all threads come one after the other', async () => {
  const shared = sharedPace();
  const limits = { callsPerSecond: 50, windows: null };
  const paces = [new CallPace(limits, shared), new CallPace(limits, shared)];
  const began = performance.now();
  await Promise.all(Array.from({ length: 11 }, (_, i) => paces[i % 2]!.turn(never)));
  assert.ok(performance.now() - began >= 195, `${performance.now() - began}`);
});

test('a call that was throttled holds back the turns of all', async () => {
  const shared = sharedPace();
  const limits = { callsPerSecond: 1_000, windows: null };
  new CallPace(limits, shared).throttled();
  const began = performance.now();
  await new CallPace(limits, shared).turn(never);
  assert.ok(performance.now() - began >= 900, `${performance.now() - began}`);
});

test('so many calls of a group at a time, and others beside them', async () => {
  const pace = new CallPace({ callsPerSecond: 5, windows: 2 }, sharedPace());
  const underWay = { a: 0, b: 0 };
  const most = { a: 0, b: 0, both: 0 };
  const call = (group: 'a' | 'b') =>
    pace.within(group, never, async () => {
      underWay[group]++;
      most[group] = Math.max(most[group], underWay[group]);
      most.both = Math.max(most.both, underWay.a + underWay.b);
      await new Promise((resolve) => setTimeout(resolve, 5));
      underWay[group]--;
    });
  await Promise.all(Array.from({ length: 20 }, (_, i) => call(i % 2 === 0 ? 'a' : 'b')));
  assert.deepEqual(most, { a: 2, b: 2, both: 4 });
  await assert.rejects(
    pace.within('a', never, () => Promise.reject(new Error('broken'))),
    { message: 'broken' },
  );
  await Promise.all([call('a'), call('a')]);
});

test('who waits hears of an abort', async () => {
  const pace = new CallPace({ callsPerSecond: 0.01, windows: 1 }, sharedPace());
  const stop = new AbortController();
  // Waiting for another thread does not keep a process; calls of others do.
  const busy = setInterval(() => {}, 1_000);
  await pace.turn(never);
  const waiting = [pace.turn(stop.signal)];
  await pace.within('a', never, async () => {
    waiting.push(pace.within('a', stop.signal, async () => {}));
    stop.abort(new Error('stopped'));
    for (const one of waiting) await assert.rejects(one, { message: 'stopped' });
  });
  clearInterval(busy);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { PAUSE, withPauses } from '../../src/plan/pauses.ts';

const NEVER = new AbortController().signal;

test('values pass in order, and the end is the end', async () => {
  async function* three() {
    yield* [1, 2, 3];
  }
  const seen: unknown[] = [];
  for await (const value of withPauses(three(), 60_000, NEVER)) seen.push(value);
  assert.deepEqual(seen, [1, 2, 3]);
});

test('a pause is told while nothing comes, and the value that comes then is not lost', async () => {
  let release = () => {};
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  async function* slow() {
    yield 'first';
    await gate;
    yield 'second';
  }
  const seen: unknown[] = [];
  for await (const value of withPauses(slow(), 5, NEVER)) {
    seen.push(value === PAUSE ? 'pause' : value);
    if (seen.length === 4) release();
  }
  assert.equal(seen[0], 'first');
  assert.equal(seen.at(-1), 'second');
  assert.ok(seen.filter((value) => value === 'pause').length >= 2);
});

test('an abort ends it while a value is waited for that may never come', async () => {
  async function* silent(signal: AbortSignal) {
    yield 'first';
    await sleep(2 ** 30, undefined, { signal });
  }
  const [stop, gone] = [new AbortController(), new AbortController()];
  const seen: unknown[] = [];
  for await (const value of withPauses(silent(gone.signal), 60_000, stop.signal)) {
    seen.push(value);
    setTimeout(() => stop.abort(), 10);
  }
  assert.deepEqual(seen, ['first']);
  gone.abort();
});

test('what the values throw is thrown, and leaving early closes them', async () => {
  async function* broken(): AsyncGenerator<number> {
    yield 1;
    throw new Error('no more');
  }
  await assert.rejects(async () => {
    for await (const _ of withPauses(broken(), 60_000, NEVER));
  }, /no more/);
  let isClosed = false;
  async function* endless() {
    try {
      for (;;) yield 1;
    } finally {
      isClosed = true;
    }
  }
  for await (const _ of withPauses(endless(), 60_000, NEVER)) break;
  assert.ok(isClosed);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CONTROLLER_DOUBLES, ConcurrencyController } from '../../src/delivery/controller.ts';
import { randomWords } from '../geo/random.ts';

/** Numbers from 0 to 1 that a seed repeats. */
function unit(seed: number): () => number {
  const next = randomWords(seed);
  return () => next() / 2 ** 32;
}

function controller(begin: number, most = 64, isFixed = false): ConcurrencyController {
  const made = new ConcurrencyController(new Float64Array(CONTROLLER_DOUBLES), most, isFixed);
  made.begin(begin);
  return made;
}

/**
 * A cluster that works on `servers` bodies at a time, each for `serviceMs` give or take a tenth, and lets the others
 * wait. Gives the limit after each answer, and the answers in `durationMs`.
 */
function simulate(subject: ConcurrencyController, servers: number, serviceMs: number, durationMs: number, seed = 1) {
  const next = unit(seed);
  const freeAt = new Float64Array(servers);
  let underWay: { sentMs: number; doneMs: number }[] = [];
  const limits: { atMs: number; limit: number }[] = [];
  let answers = 0;
  for (let nowMs = 0; nowMs < durationMs; ) {
    while (underWay.length < subject.limit) {
      const server = freeAt.indexOf(Math.min(...freeAt));
      const doneMs = Math.max(nowMs, freeAt[server] as number) + serviceMs * (0.9 + 0.2 * next());
      freeAt[server] = doneMs;
      underWay.push({ sentMs: nowMs, doneMs });
    }
    subject.reached();
    const first = underWay.reduce((a, b) => (a.doneMs <= b.doneMs ? a : b));
    underWay = underWay.filter((one) => one !== first);
    nowMs = first.doneMs;
    answers++;
    subject.answered(nowMs - first.sentMs, nowMs);
    limits.push({ atMs: nowMs, limit: subject.limit });
  }
  return { limits, answers };
}

test('the limit grows to what the cluster works on at a time, within seconds', () => {
  const { limits, answers } = simulate(controller(2), 8, 200, 60_000);
  const reached = limits.find(({ limit }) => limit >= 8);
  assert.ok(reached !== undefined && reached.atMs < 10_000, `8 at ${reached?.atMs} ms`);
  // Eight at a time for a minute would be 2,400.
  assert.ok(answers > 0.9 * 2_400, `${answers} answers`);
});

test('the limit does not run away where more requests only wait longer', () => {
  const { limits } = simulate(controller(2), 2, 100, 120_000);
  const late = limits.filter(({ atMs }) => atMs > 60_000).map(({ limit }) => limit);
  assert.ok(Math.max(...late) <= 5, `up to ${Math.max(...late)}`);
});

test('pressure takes a tenth, and never the last one', () => {
  const subject = controller(20);
  subject.pushedBack(0);
  assert.equal(subject.limit, 18);
  subject.pushedBack(100);
  assert.equal(subject.limit, 18, 'once an interval');
  for (let nowMs = 1_000; nowMs < 60_000; nowMs += 1_000) subject.pushedBack(nowMs);
  assert.equal(subject.limit, 1);
});

test('a limit that is not reached does not grow', () => {
  const subject = controller(4);
  for (let nowMs = 0; nowMs < 60_000; nowMs += 100) subject.answered(100, nowMs);
  assert.equal(subject.limit, 4);
  assert.equal(subject.meanMs, 100);
});

test('answers that come clearly slower take a tenth', () => {
  const subject = controller(10);
  let nowMs = 0;
  for (; nowMs < 5_000; nowMs += 100) subject.answered(100 + (nowMs % 300 === 0 ? 4 : 0), nowMs);
  assert.equal(subject.limit, 10);
  for (const until = nowMs + 200; nowMs < until; nowMs += 100) subject.answered(400, nowMs);
  assert.equal(subject.limit, 9);
});

test('a fixed limit stays, and none goes over the most', () => {
  const fixed = controller(5, 64, true);
  fixed.pushedBack(0);
  simulate(fixed, 8, 100, 10_000);
  assert.equal(fixed.limit, 5);
  const small = controller(2, 3);
  simulate(small, 8, 100, 20_000);
  assert.equal(small.limit, 3);
});

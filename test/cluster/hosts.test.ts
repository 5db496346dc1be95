import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HostRing } from '../../src/cluster/hosts.ts';

function ringOf(...hosts: string[]) {
  const clock = { ms: 1_000 };
  const ring = new HostRing(hosts, () => clock.ms);
  const take = (count: number) => Array.from({ length: count }, () => ring.next()).join('');
  return { clock, ring, take };
}

test('hosts take turns', () => {
  const { take } = ringOf('a', 'b', 'c');
  assert.equal(take(7), 'abcabca');
});

test('a host that fails is left out for a second, then gets one request', () => {
  const { clock, ring, take } = ringOf('a', 'b', 'c');
  take(1);
  ring.failed('b');
  assert.equal(take(4), 'caca');
  clock.ms += 999;
  assert.equal(take(2), 'ca');
  clock.ms += 1;
  assert.equal(take(5), 'bcaca');
  ring.worked('b');
  assert.equal(take(3), 'bca');
});

test('each rest is twice as long, up to a minute', () => {
  const { clock, ring, take } = ringOf('a', 'b');
  const rests: number[] = [];
  ring.failed('b');
  for (let i = 0; i < 8; i++) {
    const began = clock.ms;
    while (!take(2).includes('b')) {
      clock.ms += 1_000;
    }
    rests.push((clock.ms - began) / 1_000);
    ring.failed('b');
  }
  assert.deepEqual(rests, [1, 2, 4, 8, 16, 32, 60, 60]);
});

test('many requests that fail together count as one', () => {
  const { clock, ring, take } = ringOf('a', 'b');
  for (let i = 0; i < 30; i++) {
    ring.failed('b');
  }
  clock.ms += 1_000;
  assert.match(take(2), /b/);
});

test('an answer takes a host back with a clean slate', () => {
  const { clock, ring, take } = ringOf('a', 'b');
  ring.failed('b');
  clock.ms += 1_000;
  assert.match(take(2), /b/);
  ring.worked('b');
  ring.failed('b');
  clock.ms += 1_000;
  assert.match(take(2), /b/);
});

test('when all are out, the one due soonest is asked, and after it fails the next', () => {
  const { clock, ring } = ringOf('a', 'b', 'c');
  ring.failed('c');
  clock.ms += 100;
  ring.failed('a');
  clock.ms += 100;
  ring.failed('b');
  assert.equal(ring.next(), 'c');
  ring.failed('c');
  assert.equal(ring.next(), 'a');
  ring.failed('a');
  assert.equal(ring.next(), 'b');
});

test('a single host is always asked', () => {
  const { clock, ring, take } = ringOf('a');
  ring.failed('a');
  assert.equal(take(3), 'aaa');
  clock.ms += 5_000;
  assert.equal(take(3), 'aaa');
});

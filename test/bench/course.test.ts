import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ProgressSample, secondsToPlateau, watchCourse } from '../../bench/course.ts';
import { Permits } from '../../src/delivery/permits.ts';

/** Answers 100 ms apart, of as many documents as `rate` gives for the time. */
function answers(seconds: number, rate: (atSeconds: number) => number): ProgressSample[] {
  const samples: ProgressSample[] = [{ atMs: 0, documents: 0 }];
  for (let i = 1, documents = 0; i <= seconds * 10; i++) {
    documents += rate(i / 10) / 10;
    samples.push({ atMs: i * 100, documents });
  }
  return samples;
}

test('a run at full rate from the beginning is at its best after the first second', () => {
  assert.equal(secondsToPlateau(answers(10, () => 40_000)), 1);
});

test('a slow start counts until the last second of it has passed', () => {
  // 90 % of a second at the full rate, the rest at half of it: 95 % of the plateau; one answer less is 90 %.
  const samples = answers(20, (at) => (at <= 5 ? 20_000 : 40_000));
  assert.equal(secondsToPlateau(samples), 5.8);
});

test('a rate that grows is compared with the second half', () => {
  const found = secondsToPlateau(answers(20, (at) => 1000 * Math.min(at, 10)));
  assert.ok(found !== null && found > 9 && found < 10, `${found}`);
});

test('a run of less than four seconds has no plateau', () => {
  assert.equal(secondsToPlateau(answers(3.9, () => 40_000)), null);
  assert.equal(secondsToPlateau([]), null);
});

test('watches from the first request, and keeps what was answered last', async () => {
  const permits = new Permits({
    concurrency: 2,
    isFixed: false,
    mostConcurrency: 8,
    inflightBytes: 1 << 20,
    maxRate: null,
  });
  const end = watchCourse(permits);
  permits.count('requests', 1);
  permits.count('accepted', 7);
  const { samples, limits } = end();
  assert.deepEqual(samples, [{ atMs: 0, documents: 7 }]);
  assert.deepEqual(limits, [2]);
  assert.deepEqual(
    watchCourse(new Permits({ concurrency: 1, isFixed: true, mostConcurrency: 1, inflightBytes: 1, maxRate: null }))(),
    {
      samples: [],
      limits: [],
    },
  );
});

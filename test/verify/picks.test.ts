import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SourceObject } from '../../src/sources/source.ts';
import { Picks, quotas } from '../../src/verify/picks.ts';

const object = (day: number, i: number): SourceObject => ({
  kind: 's3',
  bucket: 'logs',
  key: `2025/01/${String(day).padStart(2, '0')}/${i}.log`,
  path: null,
  etag: 'e',
  size: 1,
  lastModifiedMs: 0,
});

test('objects are spread evenly over the days', () => {
  assert.deepEqual(
    [...quotas(new Map([1, 2, 3, 4, 5, 6].map((day) => [day, 9])), 3)],
    [
      [1, 1],
      [3, 1],
      [5, 1],
    ],
  );
  assert.deepEqual(
    [
      ...quotas(
        new Map([
          [9, 9],
          [7, 9],
        ]),
        5,
      ),
    ],
    [
      [7, 3],
      [9, 2],
    ],
  );
  assert.deepEqual(
    [
      ...quotas(
        new Map([
          [1, 1],
          [2, 9],
          [3, 2],
          [4, 0],
        ]),
        9,
      ),
    ],
    [
      [1, 1],
      [2, 6],
      [3, 2],
    ],
  );
  assert.deepEqual(
    [
      ...quotas(
        new Map([
          [1, 1],
          [2, 3],
        ]),
        100,
      ),
    ],
    [
      [1, 1],
      [2, 3],
    ],
  );
  assert.deepEqual([...quotas(new Map(), 5)], []);
});

test('the same listing gives the same picks, each day its share', () => {
  const pick = () => {
    const picks = new Picks(
      quotas(
        new Map([
          [20_089, 100],
          [20_090, 100],
        ]),
        6,
      ),
    );
    for (const day of [1, 2, 3]) for (let i = 0; i < 100; i++) picks.offer(object(day, i));
    return picks.objects.map(({ key }) => key);
  };
  const keys = pick();
  assert.deepEqual(keys, pick());
  assert.equal(new Set(keys).size, 6);
  assert.deepEqual(
    keys.map((key) => key.slice(8, 10)),
    ['01', '01', '01', '02', '02', '02'],
  );
  // Not the first ones alone.
  assert.ok(keys.some((key) => Number(/(\d+)\.log/.exec(key)?.[1]) > 10));
});

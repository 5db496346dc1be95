import assert from 'node:assert/strict';
import { test } from 'node:test';
import { entryKey } from '../../src/ledger/entry.ts';
import { parseKey } from '../../src/plan/keys.ts';
import {
  lastEnd,
  partsOf,
  rangeOf,
  slicesOf,
  type TimeRange,
  windowAt,
  windowObject,
} from '../../src/sources/log-windows.ts';

const HOUR = 3_600_000;
const MINUTE = 60_000;
const TEN = Date.UTC(2025, 0, 31, 10);
const GROUP = { nameOrArn: '/vpc/flow', name: '/vpc/flow', keyPrefix: '', region: 'eu-west-1', logFormats: [] };

const knows = (known: readonly (readonly [number, number])[]) => (part: TimeRange) =>
  known.some(([from, to]) => TEN + from * MINUTE === part.fromMs && TEN + to * MINUTE === part.toMs);
const minutes = (parts: readonly TimeRange[]) =>
  parts.map(({ fromMs, toMs }) => [(fromMs - TEN) / MINUTE, (toMs - TEN) / MINUTE]);

test('windows are the hours of the clock, and parts end at whole minutes', () => {
  assert.deepEqual(windowAt(TEN), { fromMs: TEN, toMs: TEN + HOUR });
  assert.deepEqual(windowAt(TEN + HOUR - 1), { fromMs: TEN, toMs: TEN + HOUR });
  assert.deepEqual(windowAt(TEN - 1), { fromMs: TEN - HOUR, toMs: TEN });
  assert.equal(lastEnd(TEN + 5 * MINUTE + 59_999), TEN + 5 * MINUTE);
});

test('a window is cut as it was before, and what is left is one part', () => {
  const upTo = (toMinutes: number, known: readonly (readonly [number, number])[]) =>
    minutes(partsOf({ fromMs: TEN, toMs: TEN + toMinutes * MINUTE }, knows(known)));
  assert.deepEqual(upTo(60, []), [[0, 60]]);
  assert.deepEqual(upTo(31, []), [[0, 31]]);
  assert.deepEqual(upTo(60, [[0, 60]]), [[0, 60]]);
  const cut: [number, number][] = [
    [0, 17],
    [17, 18],
  ];
  assert.deepEqual(upTo(60, cut), [...cut, [18, 60]]);
  assert.deepEqual(upTo(18, cut), cut);
  // The clock, or --latency, was further on.
  assert.deepEqual(upTo(10, cut), [[0, 17]]);
  assert.deepEqual(upTo(60, [[17, 18]]), [[0, 60]]);
});

test('slices cover a range without a gap, and never more than there are milliseconds', () => {
  for (const [length, count] of [
    [HOUR, 5],
    [7, 5],
    [3, 5],
    [1, 5],
  ] as const) {
    const slices = slicesOf({ fromMs: TEN, toMs: TEN + length }, count);
    assert.equal(slices.length, Math.min(length, count));
    assert.equal(slices[0]?.fromMs, TEN);
    assert.equal(slices.at(-1)?.toMs, TEN + length);
    for (const [i, slice] of slices.entries()) {
      assert.ok(slice.fromMs < slice.toMs);
      if (i > 0) assert.equal(slice.fromMs, slices[i - 1]?.toMs);
    }
  }
});

test('an object names its group, day and beginning, and gives its range back', () => {
  const last = { fromMs: TEN + 13 * HOUR + 59 * MINUTE, toMs: TEN + 14 * HOUR };
  for (const range of [windowAt(TEN), last]) {
    const object = windowObject(GROUP, range, {});
    assert.deepEqual(rangeOf(object), range);
    assert.equal(parseKey(object.key).day, Math.floor(range.fromMs / (24 * HOUR)));
  }
  assert.equal(windowObject(GROUP, last, {}).key, '/vpc/flow/2025/01/31/2359');
  assert.equal(
    windowObject({ ...GROUP, keyPrefix: '123456789012/' }, last, {}).key,
    '123456789012//vpc/flow/2025/01/31/2359',
  );
  assert.throws(() => rangeOf({ ...windowObject(GROUP, last, {}), key: 'a.log.gz' }), TypeError);
});

test('another end, and other streams, are other versions to the ledger, whatever their order', () => {
  const of = (toMs: number, streams: Parameters<typeof windowObject>[2]) =>
    entryKey(windowObject(GROUP, { fromMs: TEN, toMs }, streams)).toString('hex');
  const all = of(TEN + HOUR, {});
  assert.equal(of(TEN + HOUR, {}), all);
  assert.equal(of(TEN + HOUR, { names: ['a', 'b'] }), of(TEN + HOUR, { names: ['b', 'a'] }));
  const versions = [all, of(TEN + MINUTE, {}), of(TEN + HOUR, { names: ['a'] }), of(TEN + HOUR, { prefix: 'a' })];
  assert.equal(new Set(versions).size, versions.length);
});

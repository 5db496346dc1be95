import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SampleSeries } from '../../src/report/samples.ts';
import { samplesOver, snapshotAt } from './records.ts';

test('a run of hours has as many samples as one of a minute', () => {
  for (const seconds of [60, 600, 36_000, 360_000]) {
    const { length } = samplesOver(seconds).seconds;
    assert.ok(length >= 300 && length <= 601, `${length} samples of ${seconds} s`);
  }
});

test('a short run has samples, too; the first and the last are there', () => {
  const { seconds, records } = samplesOver(2);
  assert.ok(seconds.length >= 20);
  assert.deepEqual([seconds[0], seconds.at(-1)], [0, 2]);
  assert.deepEqual([records[0], records.at(-1)], [0, 1_000_000]);
});

test('samples are as many in each column, ascending, at equal steps', () => {
  const { seconds, delivery, ...columns } = samplesOver(3_600);
  assert.ok(delivery !== null);
  for (const column of [...Object.values(columns), ...Object.values(delivery)]) {
    assert.equal(column.length, seconds.length);
  }
  const steps = seconds.slice(1, -1).map((one, i) => Math.round((one - seconds[i]!) * 1000));
  assert.ok(Math.max(...steps) <= 2 * Math.min(...steps), `${Math.min(...steps)} to ${Math.max(...steps)} ms`);
});

test('without a cluster there are no columns of delivery', () => {
  const series = new SampleSeries();
  series.add(snapshotAt(1, false), 1);
  assert.equal(series.columns().delivery, null);
  assert.deepEqual(new SampleSeries().columns().seconds, []);
});

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { FlowbulkError } from '../../src/errors.ts';
import { parseWhen } from '../../src/schedule/when.ts';

const MINUTE = 60_000;
const hasSystemd = spawnSync('systemd-analyze', ['--version']).status === 0;

test('a time of day, and 02:30 without one', () => {
  const at = parseWhen('04:05', undefined);
  assert.equal(at.cron, '5 4 * * *');
  assert.equal(at.systemd, '*-*-* 04:05:00 UTC');
  assert.equal(at.eventBridge, 'cron(5 4 * * ? *)');
  assert.equal(parseWhen(undefined, undefined).cron, '30 2 * * *');
});

test('an interval lies on the same grid everywhere, its delay within a tenth of it', () => {
  const quarter = parseWhen(undefined, 15 * MINUTE);
  assert.equal(quarter.cron, '*/15 * * * *');
  assert.equal(quarter.systemd, '*-*-* *:00/15:00 UTC');
  assert.equal(quarter.eventBridge, 'cron(0/15 * * * ? *)');
  assert.equal(quarter.delaySeconds, 90);
  assert.equal(quarter.runsADay, 96);
  assert.equal(parseWhen(undefined, 60 * MINUTE).cron, '0 * * * *');
  const sixHours = parseWhen(undefined, 360 * MINUTE);
  assert.equal(sixHours.cron, '0 */6 * * *');
  assert.equal(sixHours.eventBridge, 'cron(0 0/6 * * ? *)');
  assert.equal(parseWhen(undefined, 1440 * MINUTE).cron, '0 0 * * *');
});

test('what would not be even is refused, and both at once', () => {
  for (const minutes of [1, 7, 25, 45, 90, 300, 2880]) {
    assert.throws(() => parseWhen(undefined, minutes * MINUTE), FlowbulkError, `${minutes} minutes`);
  }
  assert.throws(() => parseWhen('02:30', MINUTE * 60), /exclude one another/);
});

test('systemd reads the times as they are meant', { skip: !hasSystemd && 'systemd-analyze is not here' }, () => {
  /** The gaps between the next five times, in minutes. */
  const gaps = (calendar: string) => {
    const base = ['--base-time', '2025-01-15 00:00:00 UTC', '--iterations', '6'];
    const { stdout, status } = spawnSync('systemd-analyze', ['calendar', ...base, calendar], {
      encoding: 'utf8',
      env: { ...process.env, TZ: 'UTC', LC_ALL: 'C' },
    });
    assert.equal(status, 0, calendar);
    const times = [...stdout.matchAll(/(?:elapse|Iter\. #\d+): \w+ (\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) UTC/g)];
    assert.equal(times.length, 6, stdout);
    const at = times.map(([, day, time]) => Date.parse(`${day}T${time}Z`));
    return at.slice(1).map((time, index) => (time - at[index]!) / MINUTE);
  };
  for (const minutes of [5, 12, 30, 60, 120, 360, 720, 1440]) {
    assert.deepEqual(gaps(parseWhen(undefined, minutes * MINUTE).systemd), Array(5).fill(minutes));
  }
  assert.deepEqual(gaps(parseWhen('23:59', undefined).systemd), Array(5).fill(1440));
});

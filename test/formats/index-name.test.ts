import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type IndexName,
  indexAt,
  isTimeNamed,
  parseIndexName,
  periodOf,
  unitOf,
  wildcardOf,
} from '../../src/formats/index-name.ts';

const YEAR = { date: 'yyyy' } as const;
const MONTH = { date: 'MM' } as const;
const DAY = { date: 'dd' } as const;

/** Name, its parts, the index of 2024-02-29T23:59:59.999Z, what matches all its indices. */
const NAMES: readonly (readonly [text: string, parts: IndexName, index: string, wildcard: string])[] = [
  ['logs-aws.vpcflow-default', ['logs-aws.vpcflow-default'], 'logs-aws.vpcflow-default', 'logs-aws.vpcflow-default'],
  ['vpcflow-{yyyy.MM}', ['vpcflow-', YEAR, '.', MONTH], 'vpcflow-2024.02', 'vpcflow-*'],
  ['vpcflow-{yyyy.MM.dd}', ['vpcflow-', YEAR, '.', MONTH, '.', DAY], 'vpcflow-2024.02.29', 'vpcflow-*'],
  ['v{yyyy}', ['v', YEAR], 'v2024', 'v*'],
  ['v{yyyyMMdd}.x', ['v', YEAR, MONTH, DAY, '.x'], 'v20240229.x', 'v*.x'],
  ['v{yyyy}-{MM}_a', ['v', YEAR, '-', MONTH, '_a'], 'v2024-02_a', 'v*_a'],
  ['v{-yyyy_MM-}.x', ['v-', YEAR, '_', MONTH, '-.x'], 'v-2024_02-.x', 'v-*-.x'],
  ['.größe-{yyyy}', ['.größe-', YEAR], '.größe-2024', '.größe-*'],
];

test('names are read, filled and matched', () => {
  const timeMs = Date.UTC(2024, 1, 29, 23, 59, 59, 999);
  for (const [text, parts, index, wildcard] of NAMES) {
    const name = parseIndexName(text);
    assert.deepEqual(name, parts, text);
    assert.equal(indexAt(name, timeMs), index);
    assert.equal(wildcardOf(name), wildcard);
    assert.equal(isTimeNamed(name), text.includes('{'));
  }
});

test('a name’s wildcard matches its index at any time', () => {
  for (const [text, , , wildcard] of NAMES) {
    const [before = '', after] = wildcard.split('*');
    for (const timeMs of [0, Date.UTC(1999, 11, 31), Date.UTC(9999, 11, 31)]) {
      const index = indexAt(parseIndexName(text), timeMs);
      assert.ok(after === undefined ? index === before : index.startsWith(before) && index.endsWith(after), index);
    }
  }
});

test('names that are none', () => {
  const wrong: readonly (readonly [text: string, why: RegExp])[] = [
    ['', /it is empty/],
    ['vpcflow-{yyyy.mm}', /holds "m", and can hold yyyy, MM, dd/],
    ['vpcflow-{YYYY}', /holds "Y"/],
    ['vpcflow-{yyyy.MM.dd.HH}', /holds "H"/],
    ['vpcflow-{yyyyy}', /holds "y"/],
    ['vpcflow-{yyy}', /holds "y"/],
    ['vpcflow-{yyyy.M}', /holds "M"/],
    ['vpcflow-{now/d}', /holds "n"/],
    ['vpcflow-{yyyy/MM}', /holds "\/"/],
    ['vpcflow-{yyyy🙂}', /holds "🙂"/],
    ['vpcflow-{}', /nothing between its braces/],
    ['vpcflow-{yyyy', /a \{ in it has no partner/],
    ['vpcflow-yyyy}', /a \} in it has no partner/],
    ['vpcflow-{{yyyy}}', /a \{ in it has no partner/],
    ['vpcflow-{MM.yyyy}', /in this order/],
    ['vpcflow-{MM}', /in this order/],
    ['vpcflow-{yyyy.dd}', /in this order/],
    ['vpcflow-{yyyy}-{yyyy}', /in this order/],
    ['vpcflow-{yyyy.MM.dd}-{dd}', /in this order/],
    ['{yyyy.MM}', /begins with its date/],
    ['{yyyy}-vpcflow', /begins with its date/],
    ['VPCflow', /lower case/],
    ['vpcflow-{yyyy}-X', /lower case/],
    ['größe-Ä', /lower case/],
    ['-vpcflow', /begins with -/],
    ['_bulk', /begins with _/],
    ['+vpcflow', /begins with \+/],
    ['.', /is a path/],
    ['..', /is a path/],
    ...[...'\\/*?"<>| ,#:'].map((character) => [`vpc${character}flow`, /it holds "/] as const),
    ['x'.repeat(256), /256 bytes/],
    [`${'ü'.repeat(126)}{yyyy}`, /256 bytes/],
  ];
  for (const [text, message] of wrong) assert.throws(() => parseIndexName(text), { code: 'E_USAGE', message }, text);
  for (const text of ['x'.repeat(255), `${'x'.repeat(251)}{yyyy}`, '...']) parseIndexName(text);
});

test('the period of an index: from its first millisecond to its last, in UTC', () => {
  const at = Date.UTC(2024, 1, 29, 12, 34, 56, 789);
  const periods = [
    ['v{yyyy}', 'year', '2024-01-01T00:00:00.000Z', '2024-12-31T23:59:59.999Z'],
    ['v{yyyy.MM}', 'month', '2024-02-01T00:00:00.000Z', '2024-02-29T23:59:59.999Z'],
    ['v{yyyy.MM.dd}', 'day', '2024-02-29T00:00:00.000Z', '2024-02-29T23:59:59.999Z'],
  ] as const;
  for (const [text, unit, from, to] of periods) {
    const name = parseIndexName(text);
    assert.equal(unitOf(name), unit);
    const { fromMs, toMs } = periodOf(name, at);
    assert.deepEqual([new Date(fromMs).toISOString(), new Date(toMs).toISOString()], [from, to]);
  }
});

test('every time of a period has the same index and period, the millisecond on either side another', () => {
  for (const text of ['v{yyyy}', 'v{yyyy.MM}', 'v{yyyy.MM.dd}']) {
    const name = parseIndexName(text);
    // A day each from 1995 on: ends of months and years, leap days, and 2000.
    for (let day = 0; day < 3000; day++) {
      const timeMs = Date.UTC(1995, 0, 1 + day, day % 24, day % 60, day % 59, day % 1000);
      const period = periodOf(name, timeMs);
      assert.ok(period.fromMs <= timeMs && timeMs <= period.toMs);
      const index = indexAt(name, timeMs);
      for (const inside of [period.fromMs, period.toMs]) {
        assert.equal(indexAt(name, inside), index);
        assert.deepEqual(periodOf(name, inside), period);
      }
      for (const outside of [period.fromMs - 1, period.toMs + 1]) assert.notEqual(indexAt(name, outside), index);
    }
  }
});

test('a name without a date has no period', () => {
  const name = parseIndexName('vpcflow');
  assert.throws(() => unitOf(name), TypeError);
  assert.throws(() => periodOf(name, 0), TypeError);
});

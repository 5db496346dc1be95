import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type FilterAsked, filterOf, filterText } from '../../../src/formats/filter/filter.ts';
import { read } from '../read.ts';

const HEADER = 'srcaddr dstaddr srcport dstport protocol bytes start action log-status tcp-flags pkt-srcaddr';
const PLAIN = '10.0.0.1 203.0.113.9 50000 443 6 1000 1738281600 ACCEPT OK 3 -';
const NODATA = '- - - - - - 1738281600 - NODATA - -';

const filterFor = (asked: Partial<FilterAsked>) => filterOf({ dropNodata: false, dropPrivate: false, ...asked });

/** Whether the line becomes a document. */
function keeps(asked: Partial<FilterAsked> | string, line = PLAIN, header = HEADER): boolean {
  const filter = filterFor(typeof asked === 'string' ? { where: asked } : asked);
  const { texts, filtered, refused } = read([header, line], { options: { filter } });
  assert.deepEqual(refused, []);
  assert.equal(texts.length + filtered, 1);
  return texts.length === 1;
}

test('each comparison with a value', () => {
  const held = [
    'srcaddr = 10.0.0.1',
    'srcaddr in 10.0.0.0/8',
    'dstaddr not in 10.0.0.0/8',
    'dstaddr != 10.0.0.1',
    'dstport in (22, 443)',
    'dstport not in (22, 80)',
    'bytes >= 1000 and bytes <= 1k',
    'not bytes > 1000',
    'protocol = tcp',
    'protocol != udp',
    'start >= 2025-01-31 and start < 2025-02-01',
    'action = ACCEPT',
    'tcp-flags = 3',
    'pkt-srcaddr = -',
    'srcaddr != -',
  ];
  for (const where of held) {
    assert.equal(keeps(where), true, where);
    assert.equal(keeps(`not (${where})`), false, where);
  }
  for (const where of ['srcaddr = 10.0.0.2', 'bytes < 1000', 'protocol = udp', 'action != ACCEPT', 'srcaddr = -']) {
    assert.equal(keeps(where), false, where);
  }
});

test('no comparison holds without a value, and not turns that round; an absent column is the same as -', () => {
  for (const [line, header] of [
    [NODATA, HEADER],
    ['1738281600 NODATA', 'start log-status'],
  ] as const) {
    for (const where of [
      'dstport = 22',
      'dstport != 22',
      'dstport in (22)',
      'dstport not in (22)',
      'dstport < 99999',
      'srcaddr not in 10.0.0.0/8',
      'action != REJECT',
      'dstport != -',
    ]) {
      assert.equal(keeps(where, line, header), false, where);
      assert.equal(keeps(`not ${where}`, line, header), true, `not ${where}`);
    }
    assert.equal(keeps('dstport = -', line, header), true);
  }
});

test('--drop-nodata drops NODATA alone', () => {
  assert.equal(keeps({ dropNodata: true }, NODATA), false);
  assert.equal(keeps({ dropNodata: true }, NODATA.replace('NODATA', 'SKIPDATA')), true);
  assert.equal(keeps({ dropNodata: true }), true);
  assert.equal(keeps({ dropNodata: true }, '- -', 'srcaddr log-status'), true);
  assert.equal(keeps({ dropNodata: true }, '10.0.0.1 443', 'srcaddr srcport'), true);
});

test('--drop-private drops what has two private addresses', () => {
  const pair = (source: string, destination: string) =>
    keeps({ dropPrivate: true }, `${source} ${destination}`, 'srcaddr dstaddr');
  const privates = [
    '10.1.2.3',
    '172.31.255.255',
    '192.168.0.1',
    '100.64.0.1',
    '169.254.169.254',
    '127.0.0.1',
    'fd00::1',
  ];
  for (const one of [...privates, 'fe80::1', '::1', '::ffff:10.0.0.1']) {
    assert.equal(pair(one, '10.0.0.1'), false, one);
    assert.equal(pair('192.168.1.1', one), false, one);
    assert.equal(pair(one, '8.8.8.8'), true, one);
  }
  for (const one of ['172.32.0.1', '100.128.0.1', '11.0.0.1', '2001:db8::1', '::ffff:8.8.8.8']) {
    assert.equal(pair(one, '10.0.0.1'), true, one);
  }
  assert.equal(pair('10.0.0.1', '-'), true);
});

test('a line that is no record is refused, whatever the filter', () => {
  const bad = PLAIN.replace(' 1000 ', ' many ');
  const { refused, filtered, texts } = read([HEADER, bad], { options: { filter: filterFor({ where: 'bytes < 5' }) } });
  assert.deepEqual([refused.length, filtered, texts.length], [1, 0, 0]);
});

test('all that is asked for must hold, and is told in one way', () => {
  const asked = { where: 'bytes>=1000', dropNodata: true, sample: ' 1/1' };
  assert.equal(keeps(asked), true);
  assert.equal(keeps({ ...asked, where: 'bytes > 1000' }), false);
  assert.equal(filterText(filterFor(asked)!.asked), '--where "bytes >= 1000" --sample 1/1 --drop-nodata');
  assert.equal(filterText(null), 'no filter');
  assert.equal(filterFor({}), null);
});

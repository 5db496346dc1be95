import assert from 'node:assert/strict';
import { test } from 'node:test';
import { flowHash } from '../../../src/formats/filter/flow-hash.ts';
import { readShare } from '../../../src/formats/filter/share.ts';
import { Prng } from '../../../src/generate/prng.ts';

type Flow = readonly [srcaddr: string, dstaddr: string, srcport: string, dstport: string, protocol: string];

const hash = ([srcaddr, dstaddr, srcport, dstport, protocol]: Flow, line = ''): number =>
  flowHash(new Map(Object.entries({ srcaddr, dstaddr, srcport, dstport, protocol })), line);

const random = new Prng(1, 0);
const draw = (below: number): number => random.between(0, below - 1);
const address = () => [10, draw(256), draw(256), draw(256)].join('.');
const FLOWS: readonly Flow[] = Array.from({ length: 20_000 }, () => [
  address(),
  address(),
  `${draw(65_536)}`,
  `${draw(1024)}`,
  '6',
]);

test('hashes stay what they are: samples of different versions must fit together', () => {
  assert.deepEqual(
    [
      hash(['10.0.0.1', '203.0.113.9', '50000', '443', '6']),
      hash(['2001:db8::1', '2001:db8::2', '1', '2', '17']),
      flowHash(new Map(), '- - NODATA'),
    ],
    [546_577_575, 2_567_839_936, 3_115_468_940],
  );
});

test('both directions of a flow have one hash, and other flows another', () => {
  for (const [a, b, c, d, protocol] of FLOWS.slice(0, 500)) {
    const one = hash([a, b, c, d, protocol]);
    assert.equal(hash([b, a, d, c, protocol]), one);
    assert.equal(hash([`::ffff:${a}`, b, c, d, protocol]), one);
    assert.notEqual(hash([a, b, c, d, '17']), one);
    if (c !== d) assert.notEqual(hash([a, b, d, c, protocol]), one);
  }
});

test('a share keeps about so many flows, and a larger one all of them', () => {
  const hashes = FLOWS.map((flow) => hash(flow));
  let before = new Set<number>();
  for (const [share, expected] of [
    ['1/100', 200],
    ['1/10', 2_000],
    ['3/10', 6_000],
    ['9/10', 18_000],
  ] as const) {
    const { below } = readShare(share);
    const kept = new Set([...hashes.keys()].filter((at) => hashes[at]! < below!));
    const deviation = Math.sqrt(expected * (1 - expected / FLOWS.length));
    assert.ok(Math.abs(kept.size - expected) < 4 * deviation, `${share}: ${kept.size}`);
    assert.ok([...before].every((at) => kept.has(at)));
    before = kept;
  }
});

test('a record without both addresses is drawn by its line', () => {
  const half = new Map([['srcaddr', '10.0.0.1']]);
  assert.equal(flowHash(half, 'a line'), flowHash(new Map(), 'a line'));
  assert.notEqual(flowHash(half, 'a line'), flowHash(half, 'another line'));
});

test('shares that are none are refused', () => {
  assert.deepEqual(readShare('1/1'), { below: null, text: '1/1' });
  assert.deepEqual(readShare(' 1 / 4'), { below: 2 ** 30, text: '1/4' });
  for (const text of ['2/1', '0/5', '1/0', '1', '0.01', '1/1000000001', 'x', '1/-2']) {
    assert.throws(() => readShare(text), /--sample takes a share such as 1\/100/, text);
  }
});

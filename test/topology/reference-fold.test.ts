/** What the fold means, by hand: directions, what is left out, and how rows become one. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FoldedRow } from '../../src/topology/contract.ts';
import { FoldBoth } from './fold-both.ts';

const HEADER = 'interface-id srcaddr dstaddr protocol bytes start end log-status';
const INTERFACES = [
  { id: 'eni-a', addresses: ['10.0.0.1', '10.0.0.2', '2600:1f18::1', 'no address'] },
  { id: 'eni-b', addresses: ['10.0.0.9', 'FD00:0:0::9'] },
  { id: 'eni-a', addresses: ['10.0.0.3'] },
];

function fold(...lines: readonly string[]) {
  return foldText(`${HEADER}\n${lines.join('\n')}`);
}

function foldText(text: string) {
  return new FoldBoth({ interfaces: INTERFACES }).fold([{ bytes: Buffer.from(text) }]);
}

function row(changed: Partial<FoldedRow>): FoldedRow {
  return {
    interface: 0,
    localAddress: '10.0.0.1',
    remoteAddress: '10.1.0.1',
    bytesOut: 0n,
    bytesIn: 0n,
    recordsOut: 0,
    recordsIn: 0,
    protocol: 6,
    startS: 10,
    endS: 20,
    ...changed,
  };
}

test('direction goes by the interface itself; a row has both', () => {
  const { rows, counts } = fold(
    'eni-a 10.0.0.1 10.1.0.1 6 100 10 20 OK',
    'eni-a 10.1.0.1 10.0.0.1 6 7 5 15 OK',
    'eni-a 10.0.0.1 10.1.0.1 6 50 11 30 OK',
    'eni-a 10.0.0.2 10.1.0.1 6 1 10 20 OK',
    'eni-b 10.1.0.1 10.0.0.9 6 2 10 20 OK',
    // Both are its own: it is the one who sends.
    'eni-a 10.0.0.1 10.0.0.2 6 3 10 20 OK',
  );
  assert.deepEqual(rows, [
    row({ remoteAddress: '10.0.0.2', bytesOut: 3n, recordsOut: 1 }),
    row({ bytesOut: 150n, bytesIn: 7n, recordsOut: 2, recordsIn: 1, startS: 5, endS: 30 }),
    row({ localAddress: '10.0.0.2', bytesOut: 1n, recordsOut: 1 }),
    row({ interface: 1, localAddress: '10.0.0.9', bytesIn: 2n, recordsIn: 1 }),
  ]);
  assert.equal(counts.folded, 6);
});

test('what is left out, and in which order it is asked', () => {
  const { rows, counts } = fold(
    'eni-x - - - - - - NODATA',
    'eni-a 10.0.0.1 10.1.0.1 6 1 1 2 SKIPDATA',
    'eni-x 10.0.0.1 10.1.0.1 6 1 1 2 OK',
    '- 10.0.0.1 10.1.0.1 6 1 1 2 OK',
    'eni-a 10.0.0.3 10.1.0.1 6 1 1 2 OK',
    'eni-a 10.0.0.1 - 6 1 1 2 OK',
    'eni-a - 10.0.0.1 6 1 1 2 OK',
    'eni-a 10.0.0.1 100.64.0.1 6 1 1 2 OK',
    'eni-a 2600:1f18::2 2600:1f18::1 6 1 1 2 OK',
    'eni-a 10.0.0.1 10.1.0.1 6 x 1 2 OK',
    'eni-a 10.0.0.1 10.1.0.1 6 1 1 2 INCOMPLETEDATA',
  );
  assert.equal(rows.length, 1);
  assert.deepEqual(counts, {
    records: 11,
    folded: 1,
    noData: 2,
    unknownInterface: 2,
    noDirection: 3,
    publicRemote: 2,
    deadLetters: 1,
    filtered: 0,
  });
});

test('values that are missing, and columns that are', () => {
  const { rows } = fold('eni-a 10.0.0.1 10.1.0.1 6 - - 20 -', 'eni-a 10.0.0.1 10.1.0.1 6 5 10 - -');
  assert.deepEqual(rows, [row({ bytesOut: 5n, recordsOut: 2 })]);
  const bare = foldText('srcaddr dstaddr interface-id\n10.1.0.1 10.0.0.1 eni-a');
  assert.deepEqual(bare.rows, [row({ recordsIn: 1, protocol: null, startS: null, endS: null })]);
  const without = foldText('srcaddr dstaddr bytes\n10.1.0.1 10.0.0.1 9');
  assert.equal(without.counts.unknownInterface, 1);
});

test('a protocol is told where all records have it', () => {
  const protocolOf = (...protocols: readonly string[]) =>
    fold(...protocols.map((protocol) => `eni-a 10.0.0.1 10.1.0.1 ${protocol} 1 10 20 OK`)).rows[0]?.protocol;
  assert.equal(protocolOf('17', '17', '17'), 17);
  assert.equal(protocolOf('0', '0'), 0);
  assert.equal(protocolOf('255'), 255);
  assert.equal(protocolOf('6', '17', '6'), null);
  assert.equal(protocolOf('6', '-'), null);
  assert.equal(protocolOf('-', '6'), null);
});

test('times over 32 bits, the first second, and sums over 64 bits', () => {
  const most = 2n ** 63n - 1n;
  const { rows } = fold(
    `eni-a 10.0.0.1 10.1.0.1 6 ${most} 253402300799 0 OK`,
    `eni-a 10.0.0.1 10.1.0.1 6 ${most} 4294967295 4294967295 OK`,
    `eni-a 10.0.0.1 10.1.0.1 6 ${most} 4294967296 253402300799 OK`,
    ...Array.from({ length: 5 }, () => 'eni-a 10.0.0.1 10.1.0.1 6 9999999999999999 4294967296 7 OK'),
    `eni-a 10.1.0.1 10.0.0.1 6 ${most} 4294967300 8 OK`,
  );
  const bytesOut = 3n * most + 5n * 9_999_999_999_999_999n;
  const [startS, endS] = [4_294_967_295, 253_402_300_799];
  assert.deepEqual(rows, [row({ bytesOut, bytesIn: most, recordsOut: 8, recordsIn: 1, startS, endS })]);
  assert.equal(fold('eni-a 10.0.0.1 10.1.0.1 6 1 0 0 OK').rows[0]?.startS, 0);
  assert.equal(fold('eni-a 10.0.0.1 10.1.0.1 6 1 0 0 OK').rows[0]?.endS, 0);
});

test('all bits of addresses count', () => {
  const { rows, counts } = fold(
    'eni-b fd00::9 fd00::1 6 1 10 20 OK',
    'eni-b fd00::9 fd01::1 6 1 10 20 OK',
    'eni-b fd00::9 fd00::1:0:0:0:1 6 1 10 20 OK',
    'eni-b fd00::9 fd00::1:1 6 1 10 20 OK',
    'eni-b fd01::9 fd00::1 6 1 10 20 OK',
    'eni-b fd00::1:9 fd00::1 6 1 10 20 OK',
  );
  const remotes = rows.map(({ remoteAddress }) => remoteAddress);
  assert.deepEqual(remotes, ['fd00:0:0:1::1', 'fd00::1', 'fd00::1:1', 'fd01::1']);
  assert.equal(counts.noDirection, 2);
});

test('thousands of connections that differ in few bits only', () => {
  const remotes = Array.from({ length: 5000 }, (_, i) => `fd00:${i.toString(16)}::1`);
  const owns = ['10.0.0.1', '10.0.0.2', '2600:1f18::1'];
  const { rows } = fold(...remotes.flatMap((remote) => owns.map((own) => `eni-a ${own} ${remote} 6 1 10 20 OK`)));
  assert.equal(rows.length, remotes.length * owns.length);
});

test('addresses are the same in whatever form they stand', () => {
  const { rows } = fold(
    'eni-b fd00::9 2001:db8::1 6 1 10 20 OK',
    'eni-b FD00:0:0:0:0:0:0:9 2001:DB8:0:0::1 6 1 10 20 OK',
    'eni-b ::ffff:10.0.0.9 ::ffff:10.1.0.1 6 1 10 20 OK',
    'eni-b 10.0.0.9 ::ffff:a01:1 6 1 10 20 OK',
    'eni-b 10.0.0.9 10.1.0.1 6 1 10 20 OK',
    // One family each.
    'eni-b 10.0.0.9 fe80::1 6 1 10 20 OK',
  );
  const told = rows.map(({ localAddress, remoteAddress, recordsOut }) => [localAddress, remoteAddress, recordsOut]);
  assert.deepEqual(told, [
    ['10.0.0.9', '10.1.0.1', 3],
    ['10.0.0.9', 'fe80::1', 1],
    ['fd00::9', '2001:db8::1', 2],
  ]);
});

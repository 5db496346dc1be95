/** The one text of an address, and which addresses are private. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { numberedAddress } from '../../src/formats/filter/ranges.ts';
import { addressText } from '../../src/topology/address-text.ts';
import { randomWords } from '../geo/random.ts';
import { SEED } from '../kernel/seed.ts';
import { FoldBoth } from './fold-both.ts';

/** First and last private addresses of each network, as Python 3.11's `ipaddress.is_private` says. */
const PRIVATE = [
  ...['0.0.0.0', '0.255.255.255', '10.0.0.0', '10.255.255.255', '127.0.0.0', '127.255.255.255', '169.254.0.0'],
  ...['169.254.255.255', '172.16.0.0', '172.31.255.255', '192.0.0.0', '192.0.0.7', '192.0.0.170', '192.0.0.171'],
  ...['192.0.2.0', '192.0.2.255', '192.168.0.0', '192.168.255.255', '198.18.0.0', '198.19.255.255', '198.51.100.0'],
  ...['198.51.100.255', '203.0.113.0', '203.0.113.255', '240.0.0.0', '255.255.255.255'],
  ...['::', '::1', '100::', '100::ffff:ffff:ffff:ffff', '2001::', '2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ...['2001:db8::', '2001:db8:ffff:ffff:ffff:ffff:ffff:ffff', 'fc00::', 'fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ...['fe80::', 'febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
];

/** Their neighbours, and what VPCs have beside them. */
const PUBLIC = [
  ...['1.0.0.0', '9.255.255.255', '11.0.0.0', '100.64.0.1', '126.255.255.255', '128.0.0.0', '169.253.255.255'],
  ...['169.255.0.0', '172.15.255.255', '172.32.0.0', '191.255.255.255', '192.0.0.8', '192.0.0.169', '192.0.0.172'],
  ...['192.0.1.255', '192.0.3.0', '192.167.255.255', '192.169.0.0', '198.17.255.255', '198.20.0.0', '198.51.99.255'],
  ...['198.51.101.0', '203.0.112.255', '203.0.114.0', '224.0.0.1', '239.255.255.255'],
  ...['::2', 'ff:ffff::', '100:0:0:1::', '2000:ffff:ffff:ffff:ffff:ffff:ffff:ffff', '2001:200::', '2001:db7:ffff::'],
  ...['2001:db9::', '2600:1f18::1', 'fbff:ffff::', 'fe00::', 'fe7f:ffff::', 'fec0::'],
];

test('private addresses count, by both folds', () => {
  const line = (address: string) => `eni-a ${address} 8.8.8.8`;
  const lines = [...PRIVATE, ...PUBLIC].map(line).join('\n');
  const interfaces = [{ id: 'eni-a', addresses: ['8.8.8.8'] }];
  const bytes = Buffer.from(`interface-id srcaddr dstaddr\n${lines}\n`);
  const { rows, counts } = new FoldBoth({ interfaces }).fold([{ bytes }]);
  assert.deepEqual(rows.map(({ remoteAddress }) => remoteAddress).sort(), [...PRIVATE].sort());
  assert.equal(counts.publicRemote, PUBLIC.length);
});

test('IPv6 texts are those of WHATWG URLs', (context) => {
  context.diagnostic(`seed ${SEED}`);
  const random = randomWords(SEED);
  for (let i = 0; i < 5000; i++) {
    const zeros = random() & random() & 255;
    const groups = Array.from({ length: 8 }, (_, at) => ((zeros >> at) & 1 ? 0 : random() % 0x10000));
    const text = groups.map((group) => group.toString(16)).join(':');
    const address = numberedAddress(text)!;
    const wanted = new URL(`http://[${text}]`).hostname.slice(1, -1);
    // An IPv4-mapped address is told as IPv4.
    if (address.family === 6) assert.equal(addressText(address), wanted);
  }
  assert.equal(addressText(numberedAddress('::ffff:192.0.2.1')!), '192.0.2.1');
});

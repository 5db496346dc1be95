import assert from 'node:assert/strict';
import { isIPv4, isIPv6 } from 'node:net';
import { test } from 'node:test';
import { isPublicV4, randomPublicV4, randomPublicV6, textOfV6 } from '../../src/generate/addresses.ts';
import { Prng } from '../../src/generate/prng.ts';

const numberOf = (text: string) => text.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);

test('private, reserved, documentation and multicast addresses are not public', () => {
  for (const text of [
    '10.1.2.3',
    '100.64.0.1',
    '127.0.0.1',
    '172.31.0.1',
    '192.168.9.9',
    '203.0.113.5',
    '224.0.0.1',
    '255.255.255.255',
    '0.0.0.0',
  ]) {
    assert.equal(isPublicV4(numberOf(text)), false, text);
  }
  for (const text of ['1.0.0.0', '8.8.8.8', '172.32.0.1', '100.128.0.0', '223.255.255.255']) {
    assert.equal(isPublicV4(numberOf(text)), true, text);
  }
});

test('random addresses are addresses, public ones', () => {
  const prng = new Prng(1, 0);
  for (let i = 0; i < 2000; i++) {
    const v4 = randomPublicV4(prng);
    assert.ok(isIPv4(v4) && isPublicV4(numberOf(v4)), v4);
    const v6 = randomPublicV6(prng);
    assert.ok(isIPv6(v6) && /^2[46ac8][0-9a-f]{2}:/.test(v6), v6);
    // The URL parser writes addresses as RFC 5952 says.
    assert.equal(new URL(`http://[${v6}]/`).hostname, `[${v6}]`);
  }
});

test('the longest run of zeros is left out, the first of equals, never a single one', () => {
  assert.equal(textOfV6([0x2600, 0, 0, 1, 0, 0, 0, 5]), '2600:0:0:1::5');
  assert.equal(textOfV6([0x2600, 0, 0, 1, 2, 0, 0, 5]), '2600::1:2:0:0:5');
  assert.equal(textOfV6([0x2600, 0, 3, 1, 2, 7, 9, 5]), '2600:0:3:1:2:7:9:5');
  assert.equal(textOfV6([0, 0, 0, 0, 0, 0, 0, 1]), '::1');
  assert.equal(textOfV6([1, 0, 0, 0, 0, 0, 0, 0]), '1::');
});

import assert from 'node:assert/strict';
import { isIPv4, isIPv6 } from 'node:net';
import { test } from 'node:test';
import { parseAddress } from '../../src/geo/address.ts';
import { addressText } from './prefixes.ts';
import { randomWords, testSeed } from './random.ts';

const hex = (text: string): string | null => {
  const address = parseAddress(text);
  return address === null ? null : Buffer.from(address.bytes).toString('hex');
};

test('IPv4 is four canonical decimals', () => {
  assert.equal(hex('0.0.0.0'), '00000000');
  assert.equal(hex('10.1.2.255'), '0a0102ff');
  assert.equal(hex('255.255.255.255'), 'ffffffff');
  for (const text of ['', '1.2.3', '1.2.3.4.5', '1.2.3.', '.1.2.3', '1..2.3', '256.1.1.1', '01.2.3.4', '1.2.3.00']) {
    assert.equal(parseAddress(text), null, text);
  }
  for (const text of ['1.2.3.4 ', ' 1.2.3.4', '1.2.3.a', '-1.2.3.4', '1.2.3.4/24', '１.2.3.4', '4294967295']) {
    assert.equal(parseAddress(text), null, text);
  }
});

test('IPv6 is read in all its spellings', () => {
  const zeros = '0'.repeat(31);
  assert.equal(hex('::'), `${zeros}0`);
  assert.equal(hex('::1'), `${zeros}1`);
  assert.equal(hex('2001:DB8::a'), '20010db800000000000000000000000a');
  assert.equal(hex('1:2:3:4:5:6:7:8'), '00010002000300040005000600070008');
  assert.equal(hex('1:2:3:4:5:6:7::'), '00010002000300040005000600070000');
  assert.equal(hex('::2:3:4:5:6:7:8'), '00000002000300040005000600070008');
  assert.equal(hex('64:ff9b::192.0.2.33'), '0064ff9b0000000000000000c0000221');
  assert.equal(hex('1:2:3:4:5:6:1.2.3.4'), '00010002000300040005000601020304');
  const refused = [':', ':::', '1::2::3', '1:2:3:4:5:6:7', '1:2:3:4:5:6:7:8:9', '1:2:3:4::5:6:7:8', '12345::', ':1::'];
  for (const text of [
    ...refused,
    '1:',
    '::1:',
    'g::',
    'fe80::1%eth0',
    '::1/64',
    '::1.2.3',
    '::1.2.3.4:5',
    '::01.2.3.4',
  ]) {
    assert.equal(parseAddress(text), null, text);
  }
});

test('v4-mapped addresses are told apart', () => {
  assert.deepEqual(parseAddress('::ffff:10.0.0.1')?.v4Mapped, true);
  assert.deepEqual(parseAddress('::ffff:a00:1')?.v4Mapped, true);
  for (const text of ['::10.0.0.1', '1::ffff:10.0.0.1', '::1:ffff:a00:1', '10.0.0.1']) {
    assert.equal(parseAddress(text)?.v4Mapped, false, text);
  }
});

test('what is an address and what is not agrees with node:net', (context) => {
  const seed = testSeed();
  context.diagnostic(`seed ${seed}`);
  const random = randomWords(seed);
  const alphabet = '0123456789abcdefABCDEF:::::....g% ';
  for (let round = 0; round < 50_000; round++) {
    const bytes = Uint8Array.from(
      { length: random() % 2 === 0 ? 4 : 16 },
      () => (random() % 3 === 0 ? 0 : random()) & 255,
    );
    let text = addressText(bytes).replace(/(^|:)0(:0)+(:|$)/, '::');
    const expected = Buffer.from(bytes).toString('hex');
    assert.equal(hex(text), expected, text);
    for (let edits = random() % 3; edits > 0; edits--) {
      const at = random() % (text.length + 1);
      text = text.slice(0, at) + alphabet[random() % alphabet.length] + text.slice(at + (random() % 2));
    }
    const known = isIPv4(text) || (isIPv6(text) && !text.includes('%'));
    assert.equal(parseAddress(text) !== null, known, JSON.stringify(text));
  }
});

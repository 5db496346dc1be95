import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseAddress } from '../../src/geo/address.ts';
import { addressText } from '../geo/prefixes.ts';
import { randomWords } from '../geo/random.ts';
import { Parts } from './parts.ts';
import { SEED } from './seed.ts';

const parts = await Parts.load();
const { exports } = parts;
const AROUND = [0x30, 0x2e, 0x3a, 0x20, 0x0a, 0x66, 0xff];

/**
 * Both readers against src/geo/address.ts. The kernel leaves two forms to the reference encoder: IPv6 with a dotted
 * tail, and what maps IPv4.
 */
function check(text: string, around: number): 4 | 6 | null {
  const address = parseAddress(text);
  const shown = JSON.stringify(text);
  const at = parts.put(text, around);
  const quad = address?.family === 4 ? Buffer.from(address.bytes).readUInt32BE() : -1;
  assert.equal(exports.readQuad(at, text.length), quad, `readQuad ${shown}`);
  const isPlain6 = address?.family === 6 && !address.v4Mapped && !text.includes('.');
  assert.equal(exports.readIpv6(at, text.length, parts.arena), isPlain6 ? 1 : 0, `readIpv6 ${shown}`);
  if (isPlain6) {
    const bytes = parts.bytes.toString('hex', parts.arena, parts.arena + 16);
    assert.equal(bytes, Buffer.from(address.bytes).toString('hex'), shown);
  }
  return address?.family ?? null;
}

test('all shapes of dotted quads, with every last part', () => {
  const numbers = ['0', '5', '9', '10', '99', '100', '199', '249', '250', '255'];
  for (const a of numbers)
    for (const b of numbers) for (const c of numbers) assert.equal(check(`${a}.${b}.${c}.${b}`, 0x30), 4);
  for (let d = 0; d <= 255; d++) {
    for (const place of [0, 1, 2, 3]) {
      const text = ['1', '22', '133', '4'].map((part, i) => (i === place ? String(d) : part)).join('.');
      assert.equal(check(text, AROUND[d % AROUND.length]!), 4);
    }
  }
});

test('what is nearly a dotted quad', () => {
  const wrong = [
    '256.1.1.1',
    '1.1.1.256',
    '999.9.9.9',
    '01.1.1.1',
    '1.00.1.1',
    '1.1.1.01',
    '010.0.0.1',
    '1.1.1',
    '1.1.1.',
    '.1.1.1',
  ];
  const more = [
    '1..1.1',
    '1.1.1.1.1',
    '1.1.1.1.',
    '1.1.1.1111',
    '1.1.1.a',
    '1.1.1.:',
    '1.1.1./',
    '1,1,1,1',
    '....',
    '0',
    '1234567',
  ];
  for (const text of [...wrong, ...more, '255.255.255.2555', '255.255.255.255.', '1111.1.1.1', '1.1.1.1 ']) {
    for (const around of AROUND) assert.equal(check(text, around), null, text);
  }
});

test('every byte at every place of a dotted quad and of an IPv6 address', () => {
  for (const good of [
    '1.22.133.4',
    '255.255.255.255',
    '0.0.0.0',
    '2001:db8::a:1',
    '1:2:3:4:5:6:7:8',
    '::1',
    'fe80::',
  ]) {
    for (let place = 0; place < good.length; place++) {
      for (let byte = 0; byte < 256; byte++) {
        // The reference encoder sees bytes over 127 as other characters, which are no part of an address either.
        check(good.slice(0, place) + String.fromCharCode(byte) + good.slice(place + 1), byte);
      }
    }
  }
});

test('`::` at every place with every number of groups, none to nine', () => {
  for (let before = 0; before <= 9; before++) {
    for (let after = 0; after <= 9; after++) {
      const groups = (count: number, from: number) =>
        Array.from({ length: count }, (_, i) => (0x1a2b + 0x1111 * ((from + i) % 13)).toString(16)).join(':');
      const text = `${groups(before, 0)}::${groups(after, before)}`;
      assert.equal(check(text, 0x3a) === 6, before + after <= 7, text);
      check(text.toUpperCase(), 0x30);
      check(text.replace('::', ':'), 0x3a);
      check(`${text}:`, 0x3a);
      check(`:${text}`, 0x3a);
      check(`${text}::1`, 0x3a);
    }
  }
});

test('IPv6 in odd forms', () => {
  const good = [
    '::',
    '::1',
    '1::',
    '2001:DB8::A',
    '0:0:0:0:0:0:0:0',
    '0000:0000:0000:0000:0000:0000:0000:0001',
    '::ffff:0:1:1',
  ];
  for (const text of [
    ...good,
    '::ffff:10.0.0.1',
    '::ffff:a00:1',
    '64:ff9b::192.0.2.33',
    '0:0:0:0:0:ffff:a00:1',
    '::fffe:ffff:ffff',
  ]) {
    for (const around of AROUND) assert.equal(check(text, around), 6, text);
  }
  const wrong = [
    ':',
    ':::',
    '1:::2',
    '12345::',
    '::12345',
    '::g',
    '1:2:3:4:5:6:7:8::',
    '1:2:3:4:5:6:7:8:',
    ':1:2:3:4:5:6:7:8',
    'fe80::1%eth0',
  ];
  for (const text of [...wrong, '::1/64', '00000::1', '1::2::3', '[::1]', '::-1', '1:2:3:4:5:6:7:8:9']) {
    for (const around of AROUND) assert.equal(check(text, around), null, text);
  }
});

test('random addresses, then with edits', (context) => {
  context.diagnostic(`seed ${SEED}`);
  const random = randomWords(SEED);
  const alphabet = '0123456789abcdefABCDEF:::::....g% ';
  const seen = { 4: 0, 6: 0, none: 0 };
  for (let round = 0; round < 100_000; round++) {
    const length = random() % 2 === 0 ? 4 : 16;
    const bytes = Uint8Array.from({ length }, () => (random() % 3 === 0 ? 0 : random()) & 255);
    let text = addressText(bytes);
    if (random() % 2 === 0) text = text.replace(/(^|:)0(:0)+(:|$)/, '::');
    for (let edits = random() % 3; edits > 0; edits--) {
      const at = random() % (text.length + 1);
      text = text.slice(0, at) + alphabet[random() % alphabet.length] + text.slice(at + (random() % 2));
    }
    seen[check(text, AROUND[random() % AROUND.length]!) ?? 'none']++;
  }
  assert.ok(seen[4] > 10_000 && seen[6] > 10_000 && seen.none > 10_000, JSON.stringify(seen));
});

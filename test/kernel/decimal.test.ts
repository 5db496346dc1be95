import assert from 'node:assert/strict';
import { test } from 'node:test';
import { randomWords } from '../geo/random.ts';
import { Parts } from './parts.ts';
import { SEED } from './seed.ts';

const parts = await Parts.load();
const { exports } = parts;
const AROUND = [0x30, 0x39, 0x20, 0x0a, 0x2d, 0xff];

const canonical = (text: string, digits: number): boolean => text.length <= digits && /^(0|[1-9][0-9]*)$/.test(text);
const wantedShort = (text: string): number => (canonical(text, 8) ? Number(text) : -1);
/** Nine digits, 1973 to 2001, are left to the reference encoder. */
const wantedSeconds = (text: string): number =>
  canonical(text, 10) && text.length !== 9 && Number(text) <= 0xffffffff ? Number(text) : -1;

/** All readers against their meaning; the bytes around must not matter. */
function check(text: string, around: number): void {
  const at = parts.put(text, around);
  const shown = JSON.stringify(text);
  assert.equal(exports.readShortDecimal(at, text.length), wantedShort(text), `readShortDecimal ${shown}`);
  assert.equal(exports.readSeconds(at, text.length), wantedSeconds(text), `readSeconds ${shown}`);
  assert.equal(exports.isCount(at, text.length), canonical(text, 16) ? 1 : 0, `isCount ${shown}`);
}

test('every number up to 100,000, and around every power of ten and of two', () => {
  for (let value = 0; value <= 100_000; value++) check(String(value), AROUND[value % AROUND.length]!);
  const near: bigint[] = [];
  for (let i = 0n; i <= 20n; i++) near.push(10n ** i);
  for (let i = 0n; i <= 65n; i++) near.push(2n ** i);
  for (const middle of near) {
    for (let value = middle - 20n; value <= middle + 20n; value++) check(String(value), 0x30);
  }
});

test('every byte at every place of decimals of 1 to 17 digits', () => {
  for (let length = 1; length <= 17; length++) {
    const digits = '12345678901234567'.slice(0, length);
    for (let place = 0; place < length; place++) {
      for (let byte = 0; byte < 256; byte++) {
        if (byte === 0x2d && length === 1) continue; // a column that is `-` is not read
        check(digits.slice(0, place) + String.fromCharCode(byte) + digits.slice(place + 1), byte ^ 0x30);
      }
    }
  }
});

test('leading zeros are no decimals', () => {
  for (const text of [
    '00',
    '01',
    '0000',
    '00000000',
    '00000001',
    '0123456789',
    '0000000000',
    '0000000000000001',
    '09',
  ]) {
    check(text, 0x30);
  }
});

test('random texts of digits and what looks like them', (context) => {
  context.diagnostic(`seed ${SEED}`);
  const random = randomWords(SEED);
  const alphabet = '00123456789123456789/:-+. ex';
  for (let round = 0; round < 200_000; round++) {
    let text = '';
    const letters = random() % 4 === 0 ? alphabet.length : 20;
    for (let length = 1 + (random() % 20); length > 0; length--) text += alphabet[random() % letters];
    if (text !== '-') check(text, AROUND[random() % AROUND.length]!);
  }
});

test('offsets are written as they are, and with twelve digits', (context) => {
  context.diagnostic(`seed ${SEED}`);
  const random = randomWords(SEED + 1);
  const written = (value: number): void => {
    assert.equal(
      parts.written((to) => exports.writeDecimal(to, value)),
      String(value),
    );
    assert.equal(
      parts.written((to) => exports.writeTwelveDigits(to, value)),
      String(value).padStart(12, '0'),
    );
  };
  for (let value = 0; value <= 110_000; value++) written(value);
  for (let value = 0; value < 100_000_000; value += 991) written(value);
  for (let digits = 1; digits <= 12; digits++) {
    for (const value of [10 ** (digits - 1), 10 ** digits - 1, 5 * 10 ** (digits - 1)]) written(value);
    for (let round = 0; round < 10_000; round++) {
      written(Math.floor(((random() * 2 ** 21 + (random() >>> 11)) / 2 ** 53) * 10 ** digits));
    }
  }
});

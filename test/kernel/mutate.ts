/**
 * Spoils lines, in all the ways that a kernel reading 16 to 64 bytes at a time could stumble over. Lines are texts of
 * one character a byte (latin1).
 */

import { FIELDS } from '../../src/formats/fields.ts';
import { LAYOUTS } from '../../src/formats/layouts.ts';
import { randomWords } from '../geo/random.ts';
import { generatedObject } from './generated.ts';

const utf8 = (text: string): string => Buffer.from(text).toString('latin1');

const NUMBERS = [
  ...[
    '0',
    '1',
    '00',
    '01',
    '007',
    '-0',
    '-1',
    '+5',
    '1.5',
    '1e3',
    '0x1F',
    '9',
    '99999999',
    '100000000',
    '123456789',
    '1000000000',
  ],
  ...['6', '17', '58', '132', '254', '255', '256', '06', 'tcp', '65535', '65536', '70000', '999999', '2147483648'],
  ...['4294967294', '4294967295', '4294967296', '9999999999', '253402300799', '253402300800', '9999999999999999'],
  ...['10000000000000000', '999999999999999999', '9223372036854775807', '9223372036854775808', '9999999999999999999'],
  ...['18446744073709551615', '18446744073709551616', '100000000000000000000', '1'.repeat(40), '0'.repeat(20)],
];
const ADDRESSES = [
  ...[
    '0.0.0.0',
    '255.255.255.255',
    '1.1.1.1',
    '10.0.0.256',
    '010.0.0.1',
    '300.0.0.1',
    '1.2.3',
    '1.2.3.4.5',
    '1.2.3.4/24',
    '203.0.113.12',
  ],
  ...[
    '::',
    '::1',
    '1::',
    '2001:db8::',
    '2001:db8::1',
    '2001:DB8::A',
    '2001:0db8:0000:0000:0000:0000:0000:0001',
    '1:2:3:4:5:6:7:8',
  ],
  ...[
    '1:2:3:4:5:6:7::',
    '::2:3:4:5:6:7:8',
    '1:2:3:4:5:6:7:8::',
    '1:2:3:4:5:6:7',
    '1::2::3',
    ':::',
    ':',
    'fe80::1%eth0',
    '12345::',
  ],
  ...[
    '::ffff:10.0.0.1',
    '::FFFF:0a00:0001',
    '::10.0.0.1',
    '64:ff9b::192.0.2.33',
    '::ffff:203.0.113.12',
    '2c0f:fb50::1',
    'abcd::ef',
  ],
];
const TEXTS = [
  ...[
    '-',
    '--',
    '-1',
    '- -',
    '"',
    '\\',
    '\\"',
    '\\u0000',
    'a"b',
    'a\\b',
    "'",
    '<>&',
    '{',
    '}',
    '{"',
    'null',
    'true',
    '__proto__',
  ],
  ...['ACCEPT', 'REJECT', 'accept', 'ACCEPTED', 'ACCEP', 'ACCEPX', 'REJECT\0', 'OK', 'NODATA', 'SKIPDATA', 'unknown'],
  ...[
    '\0',
    '\x01',
    '\t',
    '\x0b',
    '\x0c',
    '\r',
    '\x1b[31m',
    '\x1f',
    '\x7f',
    'a\x7f',
    '\x80',
    '\xff',
    '\xc3',
    '\xc3(',
    '\xed\xa0\x80',
    '\xf4\x90\x80\x80',
  ],
  ...['é', 'ß中', '🙂', '\u2028', '\ufeff', '\u00a0', '\ufffd'].map(utf8),
  ...['version', 'srcaddr', 'action', 'pkt_srcaddr', 'region', 'type', 'not-a-field'],
];
const BYTES = ' -.:"\\\r\t0123456789abcfAOKR\0\x01\x1f\x7f\x80\xc3\xe9\xff/;{}';
const LENGTHS = [
  1, 2, 8, 9, 15, 16, 17, 31, 32, 33, 47, 48, 49, 63, 64, 65, 127, 128, 129, 255, 256, 257, 1000, 4095, 4096,
];
const HUGE = [16_383, 16_384, 16_385, 16_448, 20_000, 32_700, 32_769, 40_000];

const LAYOUT_NAMES = Object.keys(LAYOUTS) as (keyof typeof LAYOUTS)[];
const POOL_LINES = 400;

/** Draws objects of spoilt lines; the same seed gives the same. */
export class Mutator {
  readonly #random: () => number;
  readonly #pools = new Map<string, readonly string[]>();

  constructor(seed: number) {
    this.#random = randomWords(seed);
  }

  #below(count: number): number {
    return this.#random() % count;
  }

  #pick<T>(from: readonly T[] | string): T | string {
    return from[this.#below(from.length)] as T | string;
  }

  /** An object of about `lines` lines: parts with a header each, now and then without, or with a broken one. */
  object(lines: number): Buffer {
    const parts: string[] = [];
    for (let left = lines; left > 0; ) {
      const names = this.#columns();
      const isFirst = parts.length === 0;
      if (!isFirst || this.#below(4) !== 0) parts.push(this.#header(names));
      const count = Math.min(left, 10 + this.#below(60));
      const spoilt = this.#below(4);
      for (let i = 0; i < count; i++) {
        const line = this.#line(names);
        // Whole lines in between, so that programs and lanes are full when an odd line comes.
        parts.push(this.#below(4) < spoilt ? this.#mutate(line) : line);
        if (this.#below(40) === 0) parts.push(this.#pick(['', '', ' ', '\t', '\r', '   \r']));
      }
      left -= count;
    }
    const end = this.#pick(['\n', '\n', '', '\r\n', '\n\n', '\n \n']);
    return Buffer.from(parts.join('\n') + end, 'latin1');
  }

  /** A layout, a shuffled one, or any fields with unknown ones between. */
  #columns(): readonly string[] {
    const kind = this.#below(4);
    const layout = LAYOUTS[this.#pick(LAYOUT_NAMES) as keyof typeof LAYOUTS];
    if (kind < 2) return layout;
    const all: string[] = kind === 2 ? [...layout] : FIELDS.map((field) => field.name);
    for (let i = all.length - 1; i > 0; i--) {
      const j = this.#below(i + 1);
      [all[i], all[j]] = [all[j]!, all[i]!];
    }
    const some = all.slice(0, 1 + this.#below(all.length));
    for (let more = this.#below(Math.min(3, some.length + 1)); more > 0; more--)
      some.splice(this.#below(some.length), 0, `unknown-${more}`);
    return some;
  }

  #header(names: readonly string[]): string {
    const kind = this.#below(30);
    const text = names.join(' ');
    if (kind === 0) return text.replaceAll('-', '_');
    if (kind === 1) return `${text} `;
    if (kind === 2) return `${text}\r`;
    if (kind === 3) return text.replaceAll(' ', '\t');
    if (kind === 4) return `${text} ${names[0]}`;
    if (kind === 5) return this.#mutate(text);
    return text;
  }

  #line(names: readonly string[]): string {
    const key = names.join(' ');
    let pool = this.#pools.get(key);
    if (pool === undefined) {
      pool = generatedObject(names, POOL_LINES, this.#below(1000)).toString('latin1').split('\n').slice(1, -1);
      if (this.#pools.size > 60) this.#pools.clear();
      this.#pools.set(key, pool);
    }
    return pool[this.#below(pool.length)]!;
  }

  #mutate(line: string): string {
    let text = line;
    for (let times = 1 + this.#below(3); times > 0; times--) text = this.#mutateOnce(text);
    return text.replaceAll('\n', '');
  }

  #mutateOnce(line: string): string {
    const at = this.#below(line.length + 1);
    const tokens = line.split(' ');
    const token = this.#below(tokens.length);
    switch (this.#below(20)) {
      case 0:
        return `${line.slice(0, at)}${String.fromCharCode((line.charCodeAt(at) || 0) ^ (1 << this.#below(8)))}${line.slice(at + 1)}`;
      case 1:
        return line.slice(0, at) + this.#pick(BYTES) + line.slice(at + 1);
      case 2:
        return line.slice(0, at) + this.#pick(BYTES) + line.slice(at);
      case 3:
        return line.slice(0, at) + line.slice(at + 1 + this.#below(3));
      case 4:
        return this.#below(2) === 0 ? line.slice(0, at) : line.slice(at);
      case 5:
        return line.replaceAll(' ', this.#pick(['  ', '\t', ' \t ']));
      case 6:
        return `${this.#pick(['', ' ', '\t'])}${line}${this.#pick([' ', '\r', ' \r', '\t', '\r\r', ''])}`;
      case 7: {
        const other = this.#below(tokens.length);
        return tokens.with(token, tokens[other]!).with(other, tokens[token]!).join(' ');
      }
      case 8:
        return tokens.toSpliced(token, this.#below(2), ...(this.#below(2) === 0 ? ['extra'] : [])).join(' ');
      case 9: {
        // A line of just so many bytes.
        const wanted = this.#pick(LENGTHS) as number;
        return line.length < wanted ? line + 'x'.repeat(wanted - line.length) : line.slice(0, wanted);
      }
      case 10:
        return tokens.with(token, 'y'.repeat(this.#pick(LENGTHS) as number)).join(' ');
      case 11:
        return this.#below(20) === 0 ? tokens.with(token, 'z'.repeat(this.#pick(HUGE) as number)).join(' ') : line;
      case 12:
        return tokens.map((text) => (this.#below(3) === 0 ? '-' : text)).join(' ');
      case 13:
        return this.#wrap(line);
      case 14:
      case 15:
        return tokens.with(token, this.#pick(ADDRESSES) as string).join(' ');
      case 16:
        return tokens.map((text) => (/[.:]/.test(text) ? (this.#pick(ADDRESSES) as string) : text)).join(' ');
      case 17:
        return tokens
          .map((text) => (/^\d{1,10}$/.test(text) && this.#below(3) === 0 ? this.#pick(NUMBERS) : text))
          .join(' ');
      case 18:
        return tokens.with(token, this.#pick(TEXTS) as string).join(' ');
      default:
        return tokens.with(token, this.#pick(NUMBERS) as string).join(' ');
    }
  }

  #wrap(line: string): string {
    const message = JSON.stringify({ message: line });
    const event = JSON.stringify({
      messageType: 'DATA_MESSAGE',
      logEvents: [{ id: '1', message: line }, { message: line }],
    });
    const control = '{"messageType":"CONTROL_MESSAGE","logEvents":[]}';
    const whole = [
      message,
      message + message,
      event,
      control,
      control + event,
      `${message}null`,
      message.slice(1),
      '{"a":1}',
    ];
    const text = this.#pick(whole) as string;
    return this.#below(4) === 0 ? text.slice(0, this.#below(text.length)) : text;
  }
}

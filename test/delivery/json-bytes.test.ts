import assert from 'node:assert/strict';
import { test } from 'node:test';
import { JsonBytes, MALFORMED } from '../../src/delivery/json-bytes.ts';

/** The place behind the first value, or null where it is none. */
function behind(text: string): number | null {
  const json = new JsonBytes(Buffer.from(text), []);
  try {
    json.value(0);
    return json.at;
  } catch (error) {
    assert.equal(error, MALFORMED);
    return null;
  }
}

test('passes over every kind of value and stops right behind it', () => {
  const values = [
    '0',
    '-1.5e+10',
    'true',
    'false',
    'null',
    '""',
    '"\\"\\\\\\u00Ef"',
    '"é"',
    '[]',
    '[ ]',
    '{}',
    '[1,[2]]',
  ];
  for (const value of [...values, '{"a":{"b":[{}]},"c":" } "}', '{ "a" : 1 , "a" : 2 }']) {
    assert.equal(behind(value), Buffer.byteLength(value), value);
    assert.equal(behind(` ${value} ,`), Buffer.byteLength(value) + 1, value);
  }
});

test('refuses what JSON.parse refuses', () => {
  const texts = [
    '',
    '01',
    '-',
    '1.',
    '.5',
    '1e',
    '+1',
    'tru',
    'True',
    'nul',
    '"',
    '"\\x"',
    '"\\u12g4"',
    '"\\u12',
    '"\n"',
  ];
  for (const text of [
    ...texts,
    '[',
    '[1',
    '[1,]',
    '[,]',
    '{',
    '{"a"}',
    '{"a":}',
    '{"a":1,}',
    '{a:1}',
    "'a'",
    '{"a":1]',
  ]) {
    assert.throws(() => JSON.parse(text));
    assert.equal(behind(text), null, text);
  }
});

test('tells the names it was given, however they are written, and no others', () => {
  const json = new JsonBytes(Buffer.from('{"a":1,"\\u0061":2,"aa":3,"":4,"b":5}'), ['a', 'b']);
  const told: [string | null, number][] = [];
  json.members((name) => told.push([name, json.number()]));
  assert.deepEqual(told, [
    ['a', 1],
    ['a', 2],
    [null, 3],
    [null, 4],
    ['b', 5],
  ]);
});

test('follows a hundred levels and no more', () => {
  const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);
  assert.equal(behind(nested(100)), 200);
  assert.equal(behind(nested(200)), null);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readJson } from '../../src/config/json-reader.ts';

test('values keep their text and their place, whatever JSON would make of them', () => {
  const text =
    '\uFEFF{\n  "records": 123456789012345678901234567890,\r\n  "lean": true, "tags": ["a\\u00e9", 1.50]\n}\n';
  assert.deepEqual(readJson(text, 'f'), {
    kind: 'map',
    place: { line: 1, column: 1 },
    entries: [
      {
        key: 'records',
        place: { line: 2, column: 3 },
        value: { kind: 'text', text: '123456789012345678901234567890', place: { line: 2, column: 14 } },
      },
      {
        key: 'lean',
        place: { line: 3, column: 3 },
        value: { kind: 'text', text: 'true', place: { line: 3, column: 11 } },
      },
      {
        key: 'tags',
        place: { line: 3, column: 17 },
        value: {
          kind: 'list',
          place: { line: 3, column: 25 },
          items: [
            { kind: 'text', text: 'aé', place: { line: 3, column: 26 } },
            { kind: 'text', text: '1.50', place: { line: 3, column: 37 } },
          ],
        },
      },
    ],
  });
});

test('null is no value, the text "null" is one', () => {
  const kinds = readJson('{"a": null, "b": "null", "c": [], "d": {}}', 'f').entries.map(({ value }) => value.kind);
  assert.deepEqual(kinds, ['none', 'text', 'list', 'map']);
});

/** What is no JSON, and what is said of it. */
const WRONG: readonly (readonly [string, string])[] = [
  ['', "f:1:1: no JSON: expected '{', found the end of the file"],
  ['[]', "f:1:1: no JSON: expected '{', found '['"],
  ['{"a": 1,}', "f:1:9: no JSON: expected a key in double quotes, found '}'"],
  ['{\n  a: 1}', "f:2:3: no JSON: expected a key in double quotes, found 'a'"],
  ['{"a" 1}', "f:1:6: no JSON: expected ':', found '1'"],
  ['{"a": [1 2]}', "f:1:10: no JSON: expected ',' or ']', found '2'"],
  ['{"a": [1,]}', "f:1:10: no JSON: expected a value, found ']'"],
  ['{"a": 1} // b', "f:1:10: no JSON: expected the end of the file, found '/'"],
  ['{"a": "b\tc"}', 'f:1:7: no JSON: a wrong escape, or a tab in a text'],
  ['{"a": "b\nc"}', "f:1:7: no JSON: expected a value, found '\"'"],
  ['{"a": 012345678901}', 'f:1:7: a number does not begin with 0: put it in quotes'],
  ['{"a": 1, "a": 2}', "f:1:10: 'a' is there twice"],
  [`{"a": ${'['.repeat(100_000)}`, 'f:1:13: nested too deep'],
];

for (const [text, message] of WRONG) {
  test(`${JSON.stringify(text.slice(0, 30))} is refused at its place`, () => {
    assert.throws(() => readJson(text, 'f'), { code: 'E_USAGE', message });
  });
}

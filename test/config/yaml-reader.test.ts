import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ConfigNode } from '../../src/config/node.ts';
import { readYaml } from '../../src/config/yaml-reader.ts';

const plain = (node: ConfigNode): unknown => {
  switch (node.kind) {
    case 'text':
      return node.text;
    case 'none':
      return null;
    case 'list':
      return node.items.map(plain);
    case 'map':
      return Object.fromEntries(node.entries.map(({ key, value }) => [key, plain(value)]));
  }
};

test('dates, accounts, numbers and words stay the texts that they are', () => {
  const text = `
from: 2025-01-31
accounts: [012345678901, 0o17, '1']
records: 5_000
lean: on
ids: 1.50
`;
  assert.deepEqual(plain(readYaml(text, 'f')), {
    from: '2025-01-31',
    accounts: ['012345678901', '0o17', '1'],
    records: '5_000',
    lean: 'on',
    ids: '1.50',
  });
});

test('nothing, ~ and null are no value where they are not in quotes', () => {
  assert.deepEqual(plain(readYaml("a:\nb: ~\nc: null\nd: 'null'\ne: ''\nf: [ ~ ]\n", 'f')), {
    a: null,
    b: null,
    c: null,
    d: 'null',
    e: '',
    f: [null],
  });
});

test('places are those of keys and of values, also behind CRLF', () => {
  const { entries } = readYaml('# first\r\nretry-for:   30m\r\ntags:\r\n  - a\r\n', 'f');
  assert.deepEqual(
    entries.map(({ place, value }) => [place, value.place]),
    [
      [
        { line: 2, column: 1 },
        { line: 2, column: 14 },
      ],
      [
        { line: 3, column: 1 },
        { line: 4, column: 3 },
      ],
    ],
  );
});

test('an alias stands for what it names', () => {
  const text = 'jobs:\n  a: { accounts: &prod [1, 2] }\n  b: { accounts: *prod }\n';
  assert.deepEqual(plain(readYaml(text, 'f')), { jobs: { a: { accounts: ['1', '2'] }, b: { accounts: ['1', '2'] } } });
});

test('an empty file, and one of comments only, has no keys', () => {
  assert.deepEqual(readYaml('', 'f').entries, []);
  assert.deepEqual(readYaml('# later\n', 'f').entries, []);
});

/** What is no YAML of ours, and what is said of it. */
const WRONG: readonly (readonly [string, RegExp])[] = [
  ['a: 1\na: 2\n', /^f:2:1: no YAML: Map keys must be unique$/],
  ['a: [1, 2\n', /^f:2:1: no YAML: Flow sequence in block collection must be/],
  ['a: 1\n\tb: 2\n', /^f:2:1: no YAML: /],
  ['a: !secret b\n', /^f:1:4: no YAML: Unresolved tag$/],
  ['a: 1\n---\nb: 2\n', /^f:2:1: no YAML: .*multiple documents/],
  ['- a\n', /^f:1:1: expected keys and values/],
  ['just a text\n', /^f:1:1: expected keys and values/],
  ['? [a]\n: b\n', /^f:1:1: a key must be a text$/],
  ['a: *missing\n', /^f:1:4: no YAML: the alias has no anchor before it$/],
  ['a: &a [*a]\n', /^f:1:\d: nested too deep$/],
];

for (const [text, message] of WRONG) {
  test(`${JSON.stringify(text)} is refused at its place`, () => {
    assert.throws(() => readYaml(text, 'f'), { code: 'E_USAGE', message });
  });
}

test('no message quotes what may be a secret', () => {
  for (const text of [
    'password: "hunter2" hunter3\n',
    'password: [hunter2\n',
    'password: |hunter2\n  x\n',
    'password: "hunter2\n',
    'password: *hunter2\n',
    'password: *hunter2 hunter3\n',
    'password: @hunter2\n',
    '  hunter2\npassword: x\n',
    'password: "\\hunter2"\n',
  ]) {
    assert.throws(
      () => readYaml(text, 'f'),
      (error: Error) => !/hunter/.test(error.message),
      text,
    );
  }
});

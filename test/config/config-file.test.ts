import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { findJob, readConfigFile } from '../../src/config/config-file.ts';
import { temporaryFolder } from '../run/program.ts';

const folder = temporaryFolder();

function write(name: string, text: string): string {
  const file = path.join(folder, name);
  writeFileSync(file, text);
  return file;
}

test('JSON and YAML say the same', () => {
  const yaml = write(
    'same.yaml',
    `retry-for: 30m
max-records: 2_000
tags: [a, b]
jobs:
  nightly:
    source: s3://bucket/prefix/
    destination: out/
    since: 1d
`,
  );
  const json = write(
    'same.json',
    JSON.stringify({
      'retry-for': '30m',
      'max-records': '2_000',
      tags: ['a', 'b'],
      jobs: { nightly: { source: 's3://bucket/prefix/', destination: 'out/', since: '1d' } },
    }),
  );
  const texts = (file: string) => {
    const { settings, jobs } = readConfigFile(file);
    const nightly = jobs.get('nightly');
    return [
      ...[...settings].map(([name, one]) => [name, one.texts]),
      nightly?.source?.texts,
      nightly?.destination?.texts,
      ...[...(nightly?.settings ?? [])].map(([name, one]) => [name, one.texts]),
    ];
  };
  assert.deepEqual(texts(json), texts(yaml));
  assert.deepEqual(texts(yaml), [
    ['retry-for', ['30m']],
    ['max-records', ['2_000']],
    ['tags', ['a', 'b']],
    ['s3://bucket/prefix/'],
    ['out/'],
    ['since', ['1d']],
  ]);
});

/** Keys and shapes that are refused, and what is said. */
const WRONG: readonly (readonly [yaml: string, says: RegExp])[] = [
  ['retry-fro: 1m', /:1:1: unknown key 'retry-fro' \(did you mean retry-for\?\); see: flowbulk help options$/],
  ['retryFor: 1m', /unknown key 'retryFor' \(did you mean retry-for\?\)/],
  ['retry_for: 1m', /unknown key 'retry_for' \(did you mean retry-for\?\)/],
  ['--retry-for: 1m', /unknown key '--retry-for' \(did you mean retry-for\?\)/],
  ['apiKeyFile: key', /unknown key 'apiKeyFile' \(did you mean api-key-file\?\)/],
  ['job: {}', /'job' cannot stand in a config file/],
  ['config: other.yaml', /'config' cannot stand in a config file/],
  ['jobz: {}', /unknown key 'jobz' \(did you mean jobs\?\)/],
  ['source: logs/', /:1:1: 'source' belongs to a job: jobs: \{ NAME: \{ source: … \} \}$/],
  ['__proto__: x', /unknown key '__proto__'/],
  ['constructor: x', /unknown key 'constructor'/],
  ['jobs: []', /:1:7: jobs takes names/],
  ['jobs:\n  a: s3://bucket', /:2:6: job a takes source, destination and options$/],
  ['jobs:\n  a:\n    sorce: x', /:3:5: unknown key 'sorce' \(did you mean source\?\)/],
  ['jobs:\n  a:\n    jobs: {}', /:3:5: 'jobs' stands at the top level of the file only$/],
  ['jobs:\n  a:\n    source: [a, b]', /:3:13: source takes one value, not a list$/],
  ['retry-for: [1m]', /:1:12: retry-for takes one value, not a list$/],
  ['retry-for: { a: b }', /:1:12: retry-for takes a value, not keys of its own$/],
  ['tags: { a: b }', /tags takes values, not keys of its own$/],
  ['tags: [[a]]', /:1:8: tags takes a list of plain values$/],
  ['tags:\n  - a\n  -', /tags takes a list of plain values$/],
  ['retry-for:', /retry-for has no value: give one, or leave the key out$/],
];

for (const [yaml, says] of WRONG) {
  test(`${JSON.stringify(yaml)} is refused by file, place and key`, () => {
    const file = write('wrong.yaml', yaml);
    assert.throws(
      () => readConfigFile(file),
      (error: Error) => error.message.startsWith(`${file}:`) && says.test(error.message),
    );
  });
}

test('secrets are refused, at both levels, without showing them', () => {
  for (const key of [
    'password',
    'api-key',
    'apiKey',
    'API_KEY',
    'token',
    'secret-access-key',
    'aws-secret-access-key',
  ]) {
    for (const text of [`${key}: hunter2\n`, `jobs:\n  a:\n    ${key}: hunter2\n`]) {
      const file = write('secret.yaml', text);
      assert.throws(
        () => readConfigFile(file),
        (error: Error) => /secrets only by file or variable/.test(error.message) && !/hunter2/.test(error.message),
        key,
      );
    }
  }
  const settings = readConfigFile(write('files.yaml', 'api-key-file: a\npassword-file: b\nkey: c\n')).settings;
  assert.deepEqual([...settings.keys()], ['api-key-file', 'password-file', 'key']);
});

test('a file that is not there, of another ending, or not readable is an error', () => {
  assert.throws(() => readConfigFile(path.join(folder, 'no.json')), {
    code: 'E_USAGE',
    message: /no\.json is not there$/,
  });
  assert.throws(() => readConfigFile(write('x.toml', '')), {
    code: 'E_USAGE',
    message: /ends in \.json, \.yaml, \.yml, not/,
  });
  mkdirSync(path.join(folder, 'folder.json'));
  assert.throws(() => readConfigFile(path.join(folder, 'folder.json')), {
    code: 'E_USAGE',
    message: /folder\.json cannot be read \(EISDIR\)/,
  });
});

test('a file without the right to read it is an error', { skip: process.getuid?.() === 0 && 'root reads all' }, () => {
  const file = write('closed.json', '{}');
  chmodSync(file, 0);
  assert.throws(() => readConfigFile(file), { code: 'E_USAGE', message: /closed\.json cannot be read \(EACCES\)/ });
});

test('an unknown job is refused with a suggestion', () => {
  const file = readConfigFile(write('jobs.yaml', 'jobs: { nightly: {}, weekly: {} }\n'));
  assert.throws(() => findJob(file, 'nigthly'), {
    code: 'E_USAGE',
    message: `there is no job 'nigthly' in ${file.path} (did you mean nightly?): its jobs are nightly, weekly`,
  });
  const none = readConfigFile(write('none.yaml', ''));
  assert.throws(() => findJob(none, 'x'), { message: /there is no job 'x' in .*: it has no jobs$/ });
});

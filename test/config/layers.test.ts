import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import type { OptionName } from '../../src/cli/options.ts';
import { findJob, readConfigFile } from '../../src/config/config-file.ts';
import { type Effective, effectiveOptions, placeOfJob, valuesOf } from '../../src/config/layers.ts';
import { temporaryFolder } from '../run/program.ts';

const folder = temporaryFolder();

function effective(
  names: readonly OptionName[],
  yaml: string,
  {
    flags = {},
    env = {},
    job = null,
  }: { flags?: Partial<Record<OptionName, string[]>>; env?: Record<string, string>; job?: string | null } = {},
): Map<OptionName, Effective> {
  const name = path.join(folder, 'flowbulk.config.yaml');
  writeFileSync(name, yaml);
  const file = readConfigFile(name);
  return effectiveOptions(names, {
    flags: new Map(Object.entries(flags) as [OptionName, string[]][]),
    env,
    file,
    job: job === null ? null : findJob(file, job),
  });
}

test('a flag beats a variable, that a job, that the top level, and that the default', () => {
  const yaml = 'retry-for: 1m\njobs: { a: { retry-for: 2m } }\n';
  const seen = (yamlText: string, layers: Parameters<typeof effective>[2]) => {
    const { value, origin } = effective(['retry-for'], yamlText, layers).get('retry-for')!;
    return [value, origin.kind];
  };
  const flags = { 'retry-for': ['4m'] };
  const env = { FLOWBULK_RETRY_FOR: '3m' };
  assert.deepEqual(seen(yaml, { flags, env, job: 'a' }), [240_000, 'flag']);
  assert.deepEqual(seen(yaml, { env, job: 'a' }), [180_000, 'variable']);
  assert.deepEqual(seen(yaml, { job: 'a' }), [120_000, 'job']);
  assert.deepEqual(seen(yaml, {}), [60_000, 'file']);
  assert.deepEqual(seen('', {}), [900_000, 'default']);
  assert.deepEqual(seen(yaml, { env: { FLOWBULK_RETRY_FOR: '' } }), [60_000, 'file'], 'an empty variable is none');
});

test('an origin in a file is a place in it', () => {
  const options = effective(['tags', 'ids'], 'tags: [x]\njobs:\n  a:\n    ids: none\n', { job: 'a' });
  const file = path.join(folder, 'flowbulk.config.yaml');
  assert.deepEqual(options.get('tags')?.origin, { kind: 'file', file, line: 1, column: 7 });
  assert.deepEqual(options.get('ids')?.origin, { kind: 'job', job: 'a', file, line: 4, column: 10 });
});

test('every kind of option is read from YAML as from the command line', () => {
  const yaml = `
lean: yes
accounts: [012345678901, 123456789012]
from: 2025-01-31
body-bytes: 4MiB
max-records: 2M
workers: 3
retry-for: 90s
op: index
include: ['*/a,b/*', c]
endpoint-url: http://localhost:9000
`;
  const names = [
    'lean',
    'accounts',
    'from',
    'body-bytes',
    'max-records',
    'workers',
    'retry-for',
    'op',
    'include',
    'endpoint-url',
  ] as const;
  assert.deepEqual(valuesOf(effective(names, yaml)), {
    lean: true,
    accounts: ['012345678901', '123456789012'],
    from: '2025-01-31',
    bodyBytes: 4 << 20,
    maxRecords: 2_000_000,
    workers: 3,
    retryFor: 90_000,
    op: 'index',
    include: ['*/a,b/*', 'c'],
    endpointUrl: 'http://localhost:9000',
  });
});

test('lists are not joined: the nearest counts whole', () => {
  const options = effective(['tags'], 'tags: [a, b]\n', { flags: { tags: ['c'] } });
  assert.deepEqual(options.get('tags')?.value, ['c']);
});

test('a variable turns off what a file turns on', () => {
  assert.equal(effective(['lean'], 'lean: true\n', { env: { FLOWBULK_LEAN: '0' } }).get('lean')?.value, false);
});

test('--from puts the since of a job out, and the other way round', () => {
  const yaml = 'jobs: { a: { since: 2d }, b: { from: 2025-01-01 }, c: { since: 2d, from: 2025-01-01 } }\n';
  const names = ['from', 'since'] as const;
  const values = (layers: Parameters<typeof effective>[2]) => valuesOf(effective(names, yaml, layers));
  assert.deepEqual(values({ job: 'a', flags: { from: ['2025-03-01'] } }), { from: '2025-03-01', since: undefined });
  assert.deepEqual(values({ job: 'b', flags: { since: ['1d'] } }), { from: undefined, since: '1d' });
  assert.deepEqual(
    values({ job: 'c' }),
    { from: '2025-01-01', since: '2d' },
    'both in one place: for the command to refuse',
  );
  assert.deepEqual(valuesOf(effective(['since'], yaml, { job: 'a' })), { since: '2d' });
});

test('credentials that are given nearer put those of another kind out, and keep their own', () => {
  const yaml = 'api-key-file: key\npassword-file: word\njobs: { a: { user: me }, b: { aws-sigv4: es } }\n';
  const names = ['api-key-file', 'user', 'password-file', 'aws-sigv4'] as const;
  const values = (layers: Parameters<typeof effective>[2]) => {
    const { apiKeyFile, user, passwordFile, awsSigv4 } = valuesOf(effective(names, yaml, layers));
    return [apiKeyFile, user, passwordFile, awsSigv4];
  };
  const word = path.join(folder, 'word');
  assert.deepEqual(values({ job: 'a' }), [undefined, 'me', word, undefined]);
  assert.deepEqual(values({ job: 'b' }), [undefined, undefined, undefined, 'es']);
  assert.deepEqual(values({ job: 'b', flags: { 'api-key-file': ['k'] } }), ['k', undefined, undefined, undefined]);
  assert.deepEqual(values({}), [path.join(folder, 'key'), undefined, word, undefined], 'for the command to refuse');
});

test('paths of a file are relative to it, those of flags and variables are not touched', () => {
  const yaml = 'ca: certs/ca.pem\ncity: [geo/, /srv/city.mmdb]\nasn: ~/asn.mmdb\nkey: ../key.pem\n';
  const names = ['ca', 'city', 'asn', 'key'] as const;
  assert.deepEqual(valuesOf(effective(names, yaml, { flags: { key: ['key.pem'] } })), {
    ca: path.join(folder, 'certs', 'ca.pem'),
    city: [`${path.join(folder, 'geo')}/`, '/srv/city.mmdb'],
    asn: [path.join(homedir(), 'asn.mmdb')],
    key: 'key.pem',
  });
  assert.equal(effective(['key'], yaml).get('key')?.value, path.join(path.dirname(folder), 'key.pem'));
});

test('source and destination of a job are relative to the file where they are paths', () => {
  const name = path.join(folder, 'places.yaml');
  const cases: readonly (readonly [string, string])[] = [
    ['logs', path.join(folder, 'logs')],
    ['out/', `${path.join(folder, 'out')}/`],
    ['/', '/'],
    ['/srv/logs', '/srv/logs'],
    ["'-'", '-'],
    ['s3://bucket/a/', 's3://bucket/a/'],
    ['https://host:9200/x', 'https://host:9200/x'],
    ['elastic:///x', 'elastic:///x'],
  ];
  for (const [text, expected] of cases) {
    writeFileSync(name, `jobs: { a: { source: ${text} } }\n`);
    const file = readConfigFile(name);
    assert.equal(placeOfJob(file, findJob(file, 'a').source!), expected);
  }
  writeFileSync(name, "jobs: { a: { source: '' } }\n");
  const file = readConfigFile(name);
  assert.throws(() => placeOfJob(file, findJob(file, 'a').source!), {
    message: /:1:22: the source and .* cannot be empty/,
  });
});

/** Values that are refused by file, place and key. */
const WRONG: readonly (readonly [OptionName, string, RegExp])[] = [
  [
    'retry-for',
    'retry-for:  soon',
    /flowbulk\.config\.yaml:1:13: retry-for takes a time such as 90s, 15m or 8h, not 'soon'$/,
  ],
  ['accounts', 'accounts:\n  - 12345', /:2:3: accounts takes an account of 12 digits, or own, not '12345'$/],
  ['op', 'op: creat', /:1:5: op takes one of create, index, not 'creat' \(did you mean create\?\)$/],
  ['from', 'from: 2025-02-30', /:1:7: from is "2025-02-30"/],
  ['since', 'since: 5x', /:1:8: .*since is "5x"/],
  ['lean', 'lean: maybe', /:1:7: lean takes true or false, not 'maybe'$/],
  ['workers', 'workers: 0', /:1:10: workers takes a whole number from 1, not '0'$/],
];

for (const [name, yaml, says] of WRONG) {
  test(`${JSON.stringify(yaml)} is refused at its place`, () => {
    assert.throws(() => effective([name], yaml), { code: 'E_USAGE', message: says });
    assert.doesNotThrow(() => effective(['tags'], yaml), 'a command that does not take it does not mind');
  });
}

import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { run } from '../../src/cli/commands/run.ts';
import { parse } from '../../src/cli/parse.ts';
import { commandWords, type GivenValues, optionsInEffect } from '../../src/report/repeat.ts';

/** Values of `run` for these arguments. */
function valuesOf(argv: readonly string[], env: Record<string, string> = {}): GivenValues {
  const parsed = parse(run, argv, env) as { values: GivenValues };
  return parsed.values;
}

const SOURCE = ['in/', 'http://localhost:9200/x'];

test('the words of the command give the same values again', () => {
  const given = [
    ...['--from', '2026-01-01', '--include', '-odd*', '--include', '*,*', '--accounts', '123456789012,210987654321'],
    ...[
      '--body-bytes',
      '12MiB',
      '--request-timeout',
      '1.5s',
      '--max-records',
      '2M',
      '--no-ledger',
      '--compress',
      'gzip',
    ],
  ];
  const values = valuesOf([...SOURCE, ...given], { FLOWBULK_CITY: 'a.mmdb,/b.mmdb', FLOWBULK_KEEP_ORIGINAL: 'yes' });
  const words = commandWords('run', SOURCE, optionsInEffect(values));
  const again = valuesOf(words.slice(1));
  const paths = { city: [path.resolve('a.mmdb'), '/b.mmdb'] };
  assert.deepEqual(JSON.parse(JSON.stringify(again)), JSON.parse(JSON.stringify({ ...values, ...paths })));
  assert.ok(words.includes('--include=-odd*'));
  assert.ok(words.includes('12MiB') && words.includes('1500ms'));
});

test('options as usual are told and not repeated, how it talks is neither', () => {
  const options = optionsInEffect(valuesOf([...SOURCE, '--quiet', '--op', 'create']));
  assert.equal(options.find(({ name }) => name === 'op')?.isDefault, true);
  assert.equal(
    options.some(({ name }) => name === 'quiet'),
    false,
  );
  assert.deepEqual(commandWords('run', SOURCE, options), ['run', ...SOURCE]);
});

test('a password in a URL is taken out', () => {
  const options = optionsInEffect(valuesOf([...SOURCE, '--endpoint-url', 'http://me:secret@localhost:9000']));
  assert.doesNotMatch(JSON.stringify(options), /secret|me:/);
  assert.deepEqual(options.find(({ name }) => name === 'endpoint-url')?.texts, ['http://localhost:9000/']);
});

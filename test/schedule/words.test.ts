import assert from 'node:assert/strict';
import { test } from 'node:test';
import { containerPaths } from '../../src/schedule/container-paths.ts';
import { pathsOf, placeWords, splitWords } from '../../src/schedule/words.ts';
import { takes } from './sample.ts';

const split = (...argv: string[]) => splitWords(argv, ['SOURCE', 'DESTINATION'], takes);

test('paths are found in both spellings of an option, in lists, and among arguments', () => {
  const words = split(
    'logs/',
    '--city',
    'a.mmdb,b.mmdb',
    'out/',
    '--asn=c.csv',
    '--field',
    'x=--city',
    '--ca',
    'ca.pem',
  );
  assert.deepEqual(pathsOf(words), [
    { option: 'SOURCE', path: 'logs/', use: 'read' },
    { option: 'city', path: 'a.mmdb', use: 'read' },
    { option: 'city', path: 'b.mmdb', use: 'read' },
    { option: 'DESTINATION', path: 'out/', use: 'written' },
    { option: 'asn', path: 'c.csv', use: 'read' },
    { option: 'ca', path: 'ca.pem', use: 'secret' },
  ]);
  assert.deepEqual(
    placeWords(words, ({ path }) => `/x/${path}`),
    [
      '/x/logs/',
      '--city',
      '/x/a.mmdb,/x/b.mmdb',
      '/x/out/',
      '--asn=/x/c.csv',
      '--field',
      'x=--city',
      '--ca',
      '/x/ca.pem',
    ],
  );
});

test('what is no path stays as it is: URLs, values that look like options, all after a second --', () => {
  const argv = ['s3://b/p', '--field', '--quiet', '--quiet', 'https://h/n', '--since=2d'];
  assert.deepEqual(
    placeWords(split(...argv), () => 'MOVED'),
    argv,
  );
  assert.deepEqual(
    placeWords(split('s3://b', '--', '--city'), () => 'MOVED'),
    ['s3://b', '--', 'MOVED'],
  );
});

test('in a container secrets, files to read and what is written have their places; equal names do not meet', () => {
  const words = split(
    'logs',
    'out/',
    '--city',
    'a/x.mmdb',
    '--asn',
    'b/x.mmdb,a/x.mmdb',
    '--ca',
    'c',
    '--state',
    '/var/s',
  );
  const { place, data, secrets } = containerPaths(words);
  assert.deepEqual(placeWords(words, place), [
    '/data/logs',
    '/state/out/',
    '--city',
    '/data/x.mmdb',
    '--asn',
    '/data/2-x.mmdb,/data/x.mmdb',
    '--ca',
    '/etc/flowbulk/secrets/ca',
    '--state',
    '/state/flowbulk',
  ]);
  assert.deepEqual([...data.values()], ['logs', 'x.mmdb', '2-x.mmdb']);
  assert.deepEqual([...secrets], [['ca', 'c']]);
});

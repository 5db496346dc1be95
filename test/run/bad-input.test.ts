/** Bad input: nothing lost, nothing silent. Every object here is read by the real program, in one run. */

import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { type Ended, flowbulk, readNdjson, temporaryFolder } from './program.ts';
import { header, logText, record } from './records.ts';

interface Letter {
  readonly kind: string;
  readonly object: string;
  readonly offset: number | null;
  readonly code: string;
  readonly reason: string;
  readonly line?: string;
}

const folder = temporaryFolder();
const text = logText(1000);
const gzip = gzipSync(text);
let run: Ended;
let letters: Letter[];

const objects: Readonly<Record<string, Uint8Array | string>> = {
  'whole.log.gz': gzip,
  'truncated.log.gz': gzip.subarray(0, gzip.length - 2000),
  'bad-crc.log.gz': Buffer.concat([gzip.subarray(0, -8), Buffer.alloc(4), gzip.subarray(-4)]),
  'garbage-after.log.gz': Buffer.concat([gzip, Buffer.from('garbage')]),
  'zero-padding.log.gz': Buffer.concat([gzip, Buffer.alloc(512)]),
  'plain.log.gz': text,
  'members.log.gz': Buffer.concat([gzipSync(text.slice(0, 50_000)), gzipSync(text.slice(50_000))]),
  'empty.log.gz': '',
  'empty-member.log.gz': gzipSync(''),
  'header-only.log.gz': gzipSync(`${header}\n`),
  'long-line.log.gz': gzipSync(`${header}\n${'x'.repeat(10_000_000)}\n${record(1)}\n`),
  'bomb.log.gz': gzipSync(Buffer.alloc(100_000_000, 'a')),
  'binary.log': Buffer.from(Array.from({ length: 4096 }, (_, i) => (i * 167) & 255)),
  'name.log.parquet': 'PAR1',
  'magic.log.gz': `PAR1${'\0'.repeat(100)}`,
  'crlf.log': text.replaceAll('\n', '\r\n'),
  'blanks.log': text.replaceAll(' 443 ', '   443 \t').replaceAll('OK\n', 'OK \n\n'),
  'no-newline.log': text.slice(0, -1),
  'lines.log': [
    header,
    '2 too few',
    `${record(0)} extra`,
    record(0).replace(' 443 ', ' 70000 '),
    record(0).replace('198.51.100.7', '198.51.100.777'),
    record(0).replace(' 1735689660 ', ' soon '),
    record(0),
  ].join('\n'),
};

before(async () => {
  mkdirSync(path.join(folder, 'in'));
  for (const [name, bytes] of Object.entries(objects)) writeFileSync(path.join(folder, 'in', name), bytes);
  run = await flowbulk(folder, ['convert', 'in', 'out/', '--dead-letters', 'dead.ndjson', '--quiet', '--json']);
  letters = readNdjson<Letter>(path.join(folder, 'dead.ndjson'));
});

const output = (name: string) => readNdjson(path.join(folder, 'out', name));
const lettersOf = (name: string) => letters.filter(({ object }) => path.basename(object) === name);

test('the run ends by itself, exit code 3, and counts every record', () => {
  assert.equal(run.code, 3, run.stderr);
  const summary = JSON.parse(run.stdout) as { records: number; documents: number; deadLettersTotal: number };
  assert.equal(summary.records, summary.documents + summary.deadLettersTotal);
  assert.equal(letters.filter(({ kind }) => kind === 'line').length, summary.deadLettersTotal);
  assert.doesNotMatch(run.stderr, /\bat .*:\d+:\d+/);
});

test('objects that are odd but whole are converted whole', () => {
  for (const name of ['whole', 'zero-padding', 'plain', 'members']) {
    assert.equal(output(`${name}.log.gz.ndjson`).length, 1000, name);
  }
  for (const name of ['crlf', 'blanks', 'no-newline']) assert.equal(output(`${name}.log.ndjson`).length, 1000, name);
  for (const name of ['empty', 'empty-member', 'header-only']) {
    assert.equal(output(`${name}.log.gz.ndjson`).length, 0, name);
    assert.deepEqual(lettersOf(`${name}.log.gz`), []);
  }
});

test('what was whole before damage is converted, and the damage is told by its place', () => {
  for (const name of ['truncated', 'bad-crc', 'garbage-after']) {
    const documents = output(`${name}.log.gz.damaged.ndjson`);
    const [letter] = lettersOf(`${name}.log.gz`).filter(({ kind }) => kind === 'object');
    assert.equal(letter?.code, 'E_OBJECT_DAMAGED', name);
    const whole = text.slice(0, letter?.offset ?? 0).split('\n').length - 2;
    assert.equal(documents.length, whole, name);
    assert.ok(documents.length > 500, name);
    assert.ok(!existsSync(path.join(folder, 'out', `${name}.log.gz.ndjson`)));
  }
});

test('Parquet is refused by name and by its first bytes', () => {
  for (const name of ['name.log.parquet', 'magic.log.gz']) {
    const [letter] = lettersOf(name);
    assert.equal(letter?.code, 'E_OBJECT_PARQUET');
    assert.match(letter?.reason ?? '', new RegExp(name.replaceAll('.', '\\.')));
    assert.ok(!existsSync(path.join(folder, 'out', `${name}.ndjson`)));
  }
});

test('a line without end, a bomb and binary are dead letters with their first kilobyte', () => {
  assert.equal(output('long-line.log.gz.ndjson').length, 1);
  for (const name of ['long-line.log.gz', 'bomb.log.gz']) {
    const [letter] = lettersOf(name);
    assert.equal(letter?.code, 'line_too_long');
    assert.equal(letter?.line?.length, 1024);
  }
  assert.ok(lettersOf('binary.log').length > 0);
});

test('lines that are no record are dead letters with their offset', () => {
  const lines = lettersOf('lines.log');
  assert.deepEqual(
    lines.map(({ code }) => code),
    ['token_count', 'token_count', 'bad_number', 'bad_address', 'bad_time'],
  );
  const source = readFileSync(path.join(folder, 'in', 'lines.log'), 'utf8');
  for (const { offset, line } of lines) assert.ok(source.startsWith(`${line}\n`, offset ?? -1));
  assert.equal(output('lines.log.ndjson').length, 1);
});

import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { outputEnding, outputPath } from '../../src/sinks/output-names.ts';

test('a key of AWS stays as it is', () => {
  const key = 'AWSLogs/aws-account-id=123456789012/2025/01/01/a_vpcflowlogs_b.log.gz';
  assert.equal(outputPath(key), key);
});

test('no key leads out of the destination', () => {
  for (const key of ['../x', 'a/../../x', '/etc/passwd', '//x', './x', 'a/..', '...', 'a\0b']) {
    const full = path.resolve('/out', outputPath(key));
    assert.ok(full.startsWith('/out/'), key);
    assert.ok(!full.includes('\0'));
  }
});

test('different keys have different outputs', () => {
  const long = 'n'.repeat(300);
  const keys = [
    '..',
    '%2E%2E',
    '.',
    '%',
    '',
    'a//b',
    'a/b',
    'a/%/b',
    `${long}1`,
    `${long}2`,
    `${'ü'.repeat(200)}1`,
    `${'ü'.repeat(200)}2`,
  ];
  assert.equal(new Set(keys.map(outputPath)).size, keys.length);
});

test('a name with its ending and temporary name fits into 255 bytes', () => {
  for (const key of ['x'.repeat(1024), '😀'.repeat(250), '%'.repeat(100)]) {
    const name = `.${outputPath(key)}.01234567.12345.tmp`;
    assert.ok(Buffer.byteLength(name) <= 255, `${Buffer.byteLength(name)}`);
    assert.ok(Buffer.byteLength(outputPath(key) + outputEnding('damaged', 12345, true)) <= 255);
  }
});

test('endings tell damage, part and compression', () => {
  assert.equal(outputEnding('whole', null, false), '.ndjson');
  assert.equal(outputEnding('damaged', null, true), '.damaged.ndjson.gz');
  assert.equal(outputEnding('whole', 3, false), '.part-00003.ndjson');
});

import assert from 'node:assert/strict';
import { chownSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { findConfig } from '../../src/config/find.ts';
import { temporaryFolder } from '../run/program.ts';

function write(...segments: string[]): string {
  const file = path.join(...segments);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, '');
  return file;
}

test('the nearest file above counts, of any of its names', () => {
  const folder = temporaryFolder();
  const deep = path.join(folder, 'a', 'b', 'c');
  mkdirSync(deep, { recursive: true });
  assert.equal(findConfig(deep), null);
  for (const place of ['flowbulk.config.yml', 'a/flowbulk.config.yaml', 'a/b/flowbulk.config.json']) {
    const file = write(folder, place);
    assert.equal(findConfig(deep), file);
  }
  assert.equal(findConfig(path.join(folder, 'a')), path.join(folder, 'a', 'flowbulk.config.yaml'));
});

test('a folder of that name is passed by', () => {
  const folder = temporaryFolder();
  mkdirSync(path.join(folder, 'flowbulk.config.json'));
  assert.equal(findConfig(folder), null);
});

test('two in one folder are refused, both named', () => {
  const folder = temporaryFolder();
  write(folder, 'flowbulk.config.json');
  write(folder, 'flowbulk.config.yaml');
  assert.throws(() => findConfig(folder), {
    code: 'E_USAGE',
    message: `${folder} has flowbulk.config.json and flowbulk.config.yaml: keep one, or give --config FILE`,
  });
});

test('a file of another user is not taken unasked', { skip: process.getuid?.() !== 0 && 'needs root' }, () => {
  const folder = temporaryFolder();
  const file = write(folder, 'flowbulk.config.json');
  chownSync(file, 12_345, 12_345);
  assert.throws(() => findConfig(folder), {
    code: 'E_USAGE',
    message: /belongs to another user \(uid 12345\).*--config/,
  });
});

/** Where documents go: files, folders, parts, devices, pipes; and what is left when that fails. */

import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { before, test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import { ended, flowbulk, readNdjson, start, temporaryFolder, until } from './program.ts';
import { logText } from './records.ts';

const folder = temporaryFolder();
const OBJECTS = 6;
const RECORDS = 5000;

before(() => {
  mkdirSync(path.join(folder, 'in', 'a', 'b'), { recursive: true });
  for (let i = 0; i < OBJECTS; i++) {
    const name = i === 0 ? 'a/b/0.log.gz' : `${i}.log.gz`;
    writeFileSync(path.join(folder, 'in', name), gzipSync(logText(RECORDS)));
  }
});

const files = (name: string) =>
  (readdirSync(path.join(folder, name), { recursive: true }) as string[])
    .filter((file) => statSync(path.join(folder, name, file)).isFile())
    .sort();

test('a single file gets its name when all of it is written', async () => {
  const { code } = await flowbulk(folder, ['convert', 'in', 'all.ndjson', '--quiet']);
  assert.equal(code, 0);
  assert.equal(readNdjson(path.join(folder, 'all.ndjson')).length, OBJECTS * RECORDS);
});

test('standard output and a folder give the same documents', async () => {
  const { stdout, code } = await flowbulk(folder, ['convert', 'in', '--quiet']);
  assert.equal(code, 0);
  assert.equal((await flowbulk(folder, ['convert', 'in', 'out/', '--compress', 'gzip', '--quiet'])).code, 0);
  const names = files('out');
  assert.deepEqual(names, [
    ...Array.from({ length: OBJECTS - 1 }, (_, i) => `${i + 1}.log.gz.ndjson.gz`),
    'a/b/0.log.gz.ndjson.gz',
  ]);
  const lines = names.flatMap((name) =>
    gunzipSync(readFileSync(path.join(folder, 'out', name)))
      .toString()
      .trimEnd()
      .split('\n'),
  );
  assert.deepEqual(stdout.trimEnd().split('\n').sort(), lines.sort());
});

test('bulk parts hold whole pairs of action and document, none over --part-bytes', async () => {
  const args = ['convert', 'in', 'bulk/', '--as', 'bulk', '--part-bytes', '1MiB', '--quiet'];
  assert.equal((await flowbulk(folder, args)).code, 0);
  const names = files('bulk');
  assert.ok(names.includes('1.log.gz.part-00001.ndjson') && names.includes('1.log.gz.part-00002.ndjson'));
  const ids = new Set<string>();
  for (const name of names) {
    const file = path.join(folder, 'bulk', name);
    assert.ok(statSync(file).size <= 1 << 20);
    const lines = readNdjson<{ create?: { _id: string } }>(file);
    for (const [i, line] of lines.entries()) {
      assert.equal(line.create !== undefined, i % 2 === 0);
      if (line.create) ids.add(line.create._id);
    }
  }
  assert.equal(ids.size, OBJECTS * RECORDS);
});

test('a reader that goes away ends the program quietly', async () => {
  const child = start(folder, ['convert', 'in', '--quiet']);
  child.stdout?.once('data', () => child.stdout?.destroy());
  const { code, stderr } = await ended(child);
  assert.equal(code, 0);
  assert.doesNotMatch(stderr, /EPIPE|Error/);
});

test('a full device ends the program with the reason, and nothing half under a final name', {
  skip: process.platform !== 'linux',
}, async () => {
  const { code, stderr } = await flowbulk(folder, ['convert', 'in', '/dev/full', '--quiet']);
  assert.equal(code, 75);
  assert.match(stderr, /no space left for \/dev\/full/);
});

test('a destination that cannot be written is exit code 5', async () => {
  const { code, stderr } = await flowbulk(folder, ['convert', 'in', 'no/such/folder/x.ndjson', '--quiet']);
  assert.equal(code, 5);
  assert.match(stderr, /cannot write no\/such\/folder/);
});

test('Ctrl-C and SIGTERM stop within two seconds, without half files', async () => {
  for (const [signal, wanted] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    const child = start(folder, ['convert', '-', 'stopped/', '--name', 'input', '--quiet'], 'pipe');
    // It reads what there is and waits for more, for ever: so the signal surely finds it at work.
    child.stdin?.on('error', () => {});
    child.stdin?.write(logText(200_000));
    const end = ended(child);
    await until('an output', () => readdirSync(folder).includes('stopped') && files('stopped').length > 0, end);
    const began = performance.now();
    child.kill(signal);
    const { code, stderr } = await end;
    assert.equal(code, wanted, stderr);
    assert.ok(performance.now() - began < 2000);
    assert.deepEqual(files('stopped'), []);
    assert.match(stderr, /stopped by/);
  }
});

test('standard input has ids with --name only', async () => {
  const lines = Buffer.from(logText(3));
  const id = async (...args: string[]) => {
    const { stdout } = await flowbulk(folder, ['convert', '-', '--as', 'bulk', '--quiet', ...args], lines);
    return (JSON.parse(stdout.split('\n')[0] as string) as { create: { _id?: string } }).create._id;
  };
  assert.equal(await id(), undefined);
  assert.match((await id('--name', 'export.log')) ?? '', /^[0-9a-f]{20}-\d{12}$/);
});

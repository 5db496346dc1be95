import assert from 'node:assert/strict';
import { appendFileSync, chmodSync, rmSync, symlinkSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseDay } from '../../src/plan/dates.ts';
import { FilesSource } from '../../src/sources/files.ts';
import type { SourceObject } from '../../src/sources/source.ts';
import { keysOf, listAll, readAll } from './read.ts';
import { tempFolder } from './temp-folder.ts';

const A =
  'AWSLogs/123456789012/vpcflowlogs/eu-west-1/2025/01/31/123456789012_vpcflowlogs_eu-west-1_fl-1_20250131T0000Z_a.log.gz';
const B =
  'AWSLogs/123456789013/vpcflowlogs/eu-west-1/2025/01/30/123456789013_vpcflowlogs_eu-west-1_fl-1_20250130T0000Z_b.log.gz';

test('a folder: logs by their names, days ascending, hidden and other names left out', async (t) => {
  const root = tempFolder(t, {
    [A]: 'a',
    [B]: 'b',
    'x.txt': 'xxx',
    'deep/er/y.log': 'y',
    '.hidden.log': 'h',
    '.git/z.log': 'z',
    'picture.png': 'p',
    'old.parquet': 'PAR1',
  });
  const listed = await listAll(new FilesSource(root));
  assert.deepEqual(keysOf(listed), [B, A, 'E_OBJECT_PARQUET old.parquet', 'x.txt', 'deep/er/y.log']);
  const first = listed[0] as SourceObject;
  assert.equal(first.path, join(root, B));
  assert.equal(first.size, 1);
  assert.equal(first.kind, 'file');
  const day = parseDay('2025-01-31', '--from');
  assert.deepEqual(keysOf(await listAll(new FilesSource(root), { fromDay: day, toDay: day })), [A]);
  assert.deepEqual(keysOf(await listAll(new FilesSource(root), { accounts: ['123456789013'] })), [B]);
  assert.deepEqual(keysOf(await listAll(new FilesSource(`${root}/deep`), { exclude: ['*.txt'] })), ['er/y.log']);
});

test('a single file may have any name; its key is its base name', async (t) => {
  const root = tempFolder(t, { 'any name': 'text' });
  const source = new FilesSource(join(root, 'any name'));
  const listed = await listAll(source);
  assert.deepEqual(keysOf(listed), ['any name']);
  assert.equal((await readAll(source, listed[0] as SourceObject)).toString(), 'text');
  assert.equal((await readAll(source, listed[0] as SourceObject, 3)).toString(), 't');
  assert.equal((await readAll(source, listed[0] as SourceObject, 4)).toString(), '');
});

test('links to files and folders are followed, circles are not', async (t) => {
  const root = tempFolder(t, { 'a/1.log': '1', 'b/2.log': '2', 'elsewhere.log': '3' });
  symlinkSync('..', join(root, 'a', 'up'));
  symlinkSync('../b', join(root, 'a', 'over'));
  symlinkSync('../a', join(root, 'b', 'back'));
  symlinkSync('elsewhere.log', join(root, 'link.log'));
  symlinkSync('nowhere.log', join(root, 'broken.log'));
  const keys = keysOf(await listAll(new FilesSource(root)));
  assert.deepEqual(keys.sort(), ['a/1.log', 'a/over/2.log', 'b/2.log', 'b/back/1.log', 'elsewhere.log', 'link.log']);
});

test('big files come whole, in big chunks, from any byte', async (t) => {
  const bytes = Buffer.alloc(3_000_001, 'abcdefg');
  const source = new FilesSource(tempFolder(t, { 'big.log': bytes }));
  const [object] = (await listAll(source)) as [SourceObject];
  assert.ok((await readAll(source, object)).equals(bytes));
  assert.ok((await readAll(source, object, 1_234_567)).equals(bytes.subarray(1_234_567)));
  const sizes: number[] = [];
  for await (const chunk of source.open(object, 0, new AbortController().signal)) {
    sizes.push(chunk.length);
  }
  assert.ok(sizes[0]! >= 262_144);
});

test('a file that changes or goes away after it was listed', async (t) => {
  const root = tempFolder(t, { 'grows.log': 'abc', 'touched.log': 'abc', 'gone.log': 'abc', 'while.log': 'abc' });
  const source = new FilesSource(root);
  const objects = (await listAll(source)) as SourceObject[];
  const of = (key: string) => objects.find((object) => object.key === key)!;
  appendFileSync(join(root, 'grows.log'), 'd');
  utimesSync(join(root, 'touched.log'), 1, 1);
  rmSync(join(root, 'gone.log'));
  await assert.rejects(readAll(source, of('grows.log')), { code: 'E_OBJECT_CHANGED', message: /grows\.log changed/ });
  await assert.rejects(readAll(source, of('touched.log')), { code: 'E_OBJECT_CHANGED' });
  await assert.rejects(readAll(source, of('gone.log')), { code: 'E_OBJECT_GONE' });
  await assert.rejects(
    async () => {
      for await (const _ of source.open(of('while.log'), 0, new AbortController().signal)) {
        appendFileSync(join(root, 'while.log'), 'd');
      }
    },
    { code: 'E_OBJECT_CHANGED' },
  );
});

test('a SOURCE that is not there, and what may not be read', async (t) => {
  await assert.rejects(listAll(new FilesSource('/nowhere/at/all')), { code: 'E_SOURCE_MISSING' });
  if (process.getuid?.() === 0) {
    return; // root may read everything
  }
  const root = tempFolder(t, { 'x.log': 'x', 'shut/y.log': 'y' });
  const [object] = (await listAll(new FilesSource(root))) as [SourceObject];
  chmodSync(join(root, 'x.log'), 0);
  await assert.rejects(readAll(new FilesSource(root), object), { code: 'E_OBJECT_DENIED' });
  chmodSync(join(root, 'shut'), 0);
  await assert.rejects(listAll(new FilesSource(root)), { code: 'E_SOURCE_DENIED' });
  chmodSync(join(root, 'shut'), 0o700);
});

test('a reader that stops', async (t) => {
  const source = new FilesSource(tempFolder(t, { 'x.log': Buffer.alloc(2_000_000) }));
  const [object] = (await listAll(source)) as [SourceObject];
  const stop = new AbortController();
  await assert.rejects(
    async () => {
      for await (const _ of source.open(object, 0, stop.signal)) {
        stop.abort();
      }
    },
    { name: 'AbortError' },
  );
});

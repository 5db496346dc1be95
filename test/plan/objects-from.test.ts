import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { parseManifest, rowReader } from '../../src/plan/inventory.ts';
import { objectsFrom } from '../../src/plan/objects-from.ts';
import type { Listed, Source, SourceObject } from '../../src/sources/source.ts';
import { openSource, parseSource } from '../../src/sources/spec.ts';
import { keysOf, NEVER } from '../sources/read.ts';
import { tempFolder } from '../sources/temp-folder.ts';

/** A bucket that only knows what HEAD would say. */
const heads: string[] = [];
const bucket: Source = {
  async *list() {},
  async *open() {},
  async complete(object: SourceObject) {
    heads.push(object.key);
    return { ...object, etag: 'head', size: object.key.length, lastModifiedMs: 5 };
  },
  async bucketRegion() {
    return null;
  },
  async close() {},
};

async function all(file: string, source: string, from: Source, selection = {}): Promise<Listed[]> {
  const out: Listed[] = [];
  for await (const listed of objectsFrom(file, parseSource(source), from, selection, NEVER)) {
    out.push(listed);
  }
  return out;
}

const MANIFEST = {
  sourceBucket: 'logs',
  destinationBucket: 'arn:aws:s3:::inventories',
  version: '2016-11-30',
  fileFormat: 'CSV',
  fileSchema: 'Bucket, Key, VersionId, IsLatest, IsDeleteMarker, Size, LastModifiedDate, ETag, StorageClass',
  files: [{ key: 'inv/logs/daily/data/one.csv.gz', size: 1, MD5checksum: 'x' }],
};

test('a list of keys and URIs, CRLF or not: HEAD says the rest', async (t) => {
  const root = tempFolder(t, { list: 'p/b\r\ns3://logs/p/aaa\n\nq/x\np/y.parquet' });
  heads.length = 0;
  const listed = await all(join(root, 'list'), 's3://logs/p/', bucket);
  assert.deepEqual(keysOf(listed), ['p/aaa', 'p/b', 'E_OBJECT_PARQUET p/y.parquet']);
  assert.deepEqual(heads, ['p/b', 'p/aaa']);
  assert.equal((listed[0] as SourceObject).etag, 'head');
  assert.deepEqual(keysOf(await all(join(root, 'list'), 's3://logs', bucket, { include: ['q/*'] })), ['q/x']);
  await assert.rejects(all(join(root, 'list'), 's3://other', bucket), {
    code: 'E_USAGE',
    message: /one bucket at a time/,
  });
  await assert.rejects(all(join(root, 'none'), 's3://logs', bucket), { code: 'E_OBJECT_GONE' });
});

test('a list of paths below a folder', async (t) => {
  const root = tempFolder(t, { 'in/a.log': 'a', 'in/b.log': 'bb', list: 'a.log\nb.log\nc.log\n', bad: '../list\n' });
  const source = join(root, 'in');
  const files = openSource(parseSource(source));
  assert.deepEqual(keysOf(await all(join(root, 'list'), source, files)), ['b.log', 'a.log', 'E_OBJECT_GONE c.log']);
  await assert.rejects(all(join(root, 'bad'), source, files), { code: 'E_USAGE', message: /not below/ });
  await assert.rejects(all(join(root, 'list'), '-', files), { code: 'E_USAGE' });
});

test('an inventory: rows as they are, HEAD only for what is archived', async (t) => {
  const rows = [
    '"logs","p/a+b%2Bc%3D1.log.gz","v","true","false","10","2025-01-31T00:00:00.000Z","0123","STANDARD"',
    '"logs","p/old.log.gz","v","false","false","10","2025-01-31T00:00:00.000Z","0123","STANDARD"',
    '"logs","p/gone.log.gz","v","true","true","","2025-01-31T00:00:00.000Z","",""',
    '"logs","q/other.log.gz","v","true","false","10","2025-01-31T00:00:00.000Z","0123","STANDARD"',
    '"logs","p/cold.log.gz","v","true","false","20","2025-01-31T00:00:00.000Z","0456","GLACIER"',
  ];
  const root = tempFolder(t, { 'x/manifest.json': JSON.stringify(MANIFEST) });
  mkdirSync(join(root, 'data'));
  writeFileSync(join(root, 'data/one.csv.gz'), gzipSync(`${rows.join('\n')}\n`));
  heads.length = 0;
  const listed = await all(join(root, 'x/manifest.json'), 's3://logs/p/', bucket);
  assert.deepEqual(keysOf(listed), ['p/cold.log.gz', 'p/a b+c=1.log.gz']);
  assert.deepEqual(heads, ['p/cold.log.gz']);
  const plain = listed[1] as SourceObject;
  assert.deepEqual([plain.size, plain.etag, plain.lastModifiedMs], [10, '0123', Date.UTC(2025, 0, 31)]);
  await assert.rejects(all(join(root, 'x/manifest.json'), 's3://logs2', bucket), {
    code: 'E_USAGE',
    message: /s3:\/\/logs/,
  });
});

test('what is no manifest of a CSV inventory', () => {
  const bad: [object | string, RegExp][] = [
    ['{', /not JSON/],
    [{ ...MANIFEST, fileFormat: 'ORC' }, /in ORC/],
    [{ ...MANIFEST, fileFormat: 'Parquet', fileSchema: 'message s3.inventory {…}' }, /in Parquet/],
    [{ ...MANIFEST, fileSchema: 'Bucket, Size' }, /no column Key/],
    [{ a: 1 }, /not the manifest/],
  ];
  for (const [json, message] of bad) {
    const text = typeof json === 'string' ? json : JSON.stringify(json);
    assert.throws(() => parseManifest(text, 'm.json'), { code: 'E_USAGE', message });
  }
});

test('rows without quotes, with doubled ones, and with fewer columns', () => {
  const read = rowReader(['bucket', 'key']);
  assert.equal(read('b,k')?.key, 'k');
  assert.equal(read('"b","k""x"')?.key, 'k"x');
  assert.deepEqual(read('b,k'), { key: 'k', size: null, etag: null, lastModifiedMs: null, storageClass: null });
});

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { SampleReader } from '../../src/estimate/sample.ts';
import { parseFormat } from '../../src/formats/detect.ts';
import { DEFAULT_DOCUMENTS, type DocumentOptions } from '../../src/formats/document.ts';
import type { Columns } from '../../src/formats/header.ts';
import { geoImage } from '../../src/geo/build.ts';
import { fileObject } from '../../src/sources/folder.ts';
import type { SourceObject } from '../../src/sources/source.ts';
import { openSource, type SourceSpec } from '../../src/sources/spec.ts';
import { header, logText, record } from '../run/records.ts';
import { NEVER } from '../sources/read.ts';
import { tempFolder } from '../sources/temp-folder.ts';

const OPTIONS: DocumentOptions = { ...DEFAULT_DOCUMENTS, as: 'bulk' };

const geo = await geoImage({ city: [], asn: [] });

function readerOf(root: string, format: Columns | null = null, options = OPTIONS) {
  const spec: SourceSpec = { kind: 'files', root };
  const reader = new SampleReader(openSource(spec), { spec, bucketRegion: null, options, format, geo });
  const object = (key: string): SourceObject => fileObject(key, join(root, key), statSync(join(root, key)));
  return (key: string) => reader.read(object(key), NEVER);
}

test('an object is read whole: records, dead lines, text, documents without action lines', async (t) => {
  const text = `${logText(1_000)}no record\n${record(7)}\n`;
  const root = tempFolder(t, { 'a.log.gz': gzipSync(text), 'b.log': logText(10) });
  const read = readerOf(root);
  const a = await read('a.log.gz');
  const { size } = statSync(join(root, 'a.log.gz'));
  assert.deepEqual([a.objectBytes, a.readBytes, a.plainBytes], [size, size, text.length]);
  assert.deepEqual([a.records, a.documents, a.deadLines, a.layout], [1_002, 1_001, { token_count: 1 }, 'v2']);
  const b = await read('b.log');
  assert.deepEqual([b.records, b.documents, b.deadLines], [10, 10, {}], 'counts start anew');
  // A document of this record: about a kilobyte, and no action line.
  const [one, two] = [a.documentBytes / a.documents, b.documentBytes / b.documents];
  assert.ok(one > 800 && one < 1_500, `${one}`);
  assert.ok(Math.abs(one - two) < 20, `${one} and ${two}`);
});

test('documents are those of the options', async (t) => {
  const root = tempFolder(t, { 'a.log': logText(10) });
  const plain = await readerOf(root)('a.log');
  const kept = await readerOf(root, null, { ...OPTIONS, keepOriginal: true })('a.log');
  assert.ok(kept.documentBytes - plain.documentBytes > 10 * 100);
});

test('of a large object the beginning is read, and no line is dead because of that', async (t) => {
  // Accounts and ports at random: hardly to be compressed.
  const noise = randomBytes(6 << 20).toString('hex');
  const lines: string[] = [];
  for (let at = 0; at + 60 < noise.length; at += 60) {
    const vpc = noise.slice(at, at + 60);
    lines.push(`2 123456789012 eni-${vpc} 10.0.0.1 10.0.0.2 1 2 6 1 1 1735689600 1735689660 ACCEPT OK`);
  }
  const root = tempFolder(t, { 'a.log.gz': gzipSync(`${header}\n${lines.join('\n')}\n`), 'b.log': lines.join('\n') });
  const read = readerOf(root);
  for (const key of ['a.log.gz', 'b.log']) {
    const { objectBytes, readBytes, records, deadLines } = await read(key);
    assert.ok(readBytes < objectBytes && readBytes >= 4 << 20, `${readBytes} of ${objectBytes}`);
    assert.deepEqual(deadLines, {});
    const guess = (records * objectBytes) / readBytes;
    assert.ok(Math.abs(guess / lines.length - 1) < 0.02, `${guess} for ${lines.length}`);
  }
});

test('layouts are named: by header, by tokens, by --format, of its own, JSON', async (t) => {
  const own = 'srcaddr dstaddr srcport dstport start end action';
  const root = tempFolder(t, {
    'tokens.log': `${record(1)}\n`,
    'own.log': `${own}\n10.0.0.1 10.0.0.2 1 2 1735689600 1735689660 ACCEPT\n`,
    'format.log': '10.0.0.1 10.0.0.2 1 2 1735689600 1735689660 ACCEPT\n',
    'json.log': `${JSON.stringify({ message: record(1) })}\n`,
    'text.log': 'what is this\n',
  });
  const read = readerOf(root);
  assert.equal((await read('tokens.log')).layout, 'v2');
  assert.equal((await read('own.log')).layout, '7 fields of its own');
  assert.equal((await readerOf(root, parseFormat(own))('format.log')).layout, '7 fields of its own');
  const json = await read('json.log');
  assert.deepEqual([json.layout, json.documents], ['JSON', 1]);
  const text = await read('text.log');
  assert.deepEqual([text.layout, text.documents, text.deadLines], ['unknown', 0, { unknown_format: 1 }]);
});

test('an object that is damaged or gone is refused, and the next one is read', async (t) => {
  const whole = gzipSync(logText(1_000));
  const root = tempFolder(t, { 'cut.log.gz': whole.subarray(0, whole.length - 20), 'b.log': logText(10) });
  const read = readerOf(root);
  await assert.rejects(read('cut.log.gz'), { code: 'E_OBJECT_DAMAGED' });
  assert.equal((await read('b.log')).records, 10);
});

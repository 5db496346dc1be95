/** Files that are no databases, or broken ones: E_GEO_FILE, with the file and what to do. */

import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { FlowbulkError } from '../../src/errors.ts';
import type { GeoSources } from '../../src/geo/sources.ts';
import { compileFixture, put, temporaryFolder } from './fixture.ts';
import { writeMmdb } from './mmdb-writer.ts';
import { randomWords, testSeed } from './random.ts';

const folder = temporaryFolder();
const sound = writeMmdb({
  ipVersion: 6,
  recordSizeBits: 28,
  databaseType: 'Test-City',
  rows: [
    ['1.0.0.0/8', { country: { iso_code: 'AA', names: { en: 'Aland' } } }],
    ['2001:db8::/32', { city: { names: { en: 'Bern' } }, location: { latitude: 1.5, longitude: 2.5 } }],
  ],
});

function refused(sources: Partial<GeoSources>, ...expected: (string | RegExp)[]): void {
  assert.throws(
    () => compileFixture(sources),
    (error: unknown) => {
      assert.ok(error instanceof FlowbulkError, String(error));
      assert.equal(error.code, 'E_GEO_FILE');
      assert.equal(error.exitCode, 2);
      for (const part of expected) assert.match(error.message, part instanceof RegExp ? part : new RegExp(part));
      return true;
    },
  );
}

test('what is not a MaxMind DB is named for what it is', () => {
  const city = (name: string, content: string | Uint8Array) => ({ city: [put(folder, name, content)] });
  refused(city('empty.mmdb', ''), 'empty.mmdb', 'is empty');
  refused(city('packed.mmdb', gzipSync(sound)), 'packed.mmdb', 'gunzip');
  refused(city('zip.mmdb', 'PK\u0003\u0004rest'), 'zip archive');
  refused(city('page.mmdb', '<!DOCTYPE html><html></html>'), 'web page');
  refused(city('cut.mmdb', sound.subarray(0, sound.length / 2)), 'metadata', 'download it again');
  refused(city('x.mmdb.gz', 'x'), 'unpack it first');
  refused(city('x.txt', 'x'), String.raw`ends in \.mmdb or \.csv`);
  refused(city('x.csv', 'x'), '--asn database only');
  refused({ city: [join(folder, 'nowhere.mmdb')] }, 'nowhere.mmdb', 'no such file');
  mkdirSync(join(folder, 'bare'));
  refused({ asn: [join(folder, 'bare')] }, 'holds no .mmdb or .csv file');
});

test('a database of another kind is refused by name', () => {
  const rows = [['1.0.0.0/8', { autonomous_system_number: 64496 }]] as const;
  const bytes = writeMmdb({ ipVersion: 4, recordSizeBits: 24, databaseType: 'Test-ASN', rows });
  const path = put(folder, 'asn.mmdb', bytes);
  refused({ city: [path] }, 'Test-ASN', 'holds no countries', 'autonomous_system_number', 'meant for --asn');
  refused({ asn: [put(folder, 'city.mmdb', sound)] }, 'Test-City', 'numbers of autonomous systems', 'meant for --city');
});

test('a line of a CSV that is wrong is named by its number', () => {
  const asn = (content: string) => ({ asn: [put(folder, 'asn.csv', content)] });
  refused(asn(''), 'holds no ranges');
  refused(asn('1.0.0.0,1.0.0.255,1,x\n16777216,16777471,13335,x'), 'line 2', 'plain numbers', '-num');
  refused(asn('1.0.0.0/24,13335,x'), 'line 1', '1.0.0.0/24', 'not an IP address');
  refused(asn('1.0.0.0,2001:db8::,1,x'), 'not of one family');
  refused(asn('1.0.0.9,1.0.0.1,1,x'), 'before it begins');
  refused(asn('1.0.0.0,1.0.0.1,CZ,x'), '"CZ" is not the number');
  refused(asn('1.0.0.0,1.0.0.1'), 'it has 2 fields');
});

test('random damage never hangs and never ends in another error', (context) => {
  const seed = testSeed();
  context.diagnostic(`seed ${seed}`);
  const random = randomWords(seed);
  const path = join(folder, 'damaged.mmdb');
  for (let round = 0; round < 1500; round++) {
    const damaged = Buffer.from(sound);
    for (let flips = 1 + (random() % 4); flips > 0; flips--) damaged[random() % damaged.length] = random() & 255;
    put(folder, 'damaged.mmdb', random() % 8 === 0 ? damaged.subarray(random() % damaged.length) : damaged);
    try {
      compileFixture({ city: [path] });
    } catch (error) {
      assert.ok(error instanceof FlowbulkError && error.code === 'E_GEO_FILE', `round ${round}: ${error}`);
    }
  }
});

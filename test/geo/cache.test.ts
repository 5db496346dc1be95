import assert from 'node:assert/strict';
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { FlowbulkError } from '../../src/errors.ts';
import { buildGeo, type GeoImage, geoImage } from '../../src/geo/build.ts';
import { cachedImages } from '../../src/geo/cache.ts';
import { lookupJson } from '../../src/geo/lookup-json.ts';
import { GeoTables } from '../../src/geo/tables.ts';
import { put, temporaryFolder } from './fixture.ts';
import { writeMmdb } from './mmdb-writer.ts';

const root = temporaryFolder();

/** A city and an ASN database with their licences, in a folder of their own, and an empty cache. */
function setUp(name: string) {
  const folder = join(root, name);
  mkdirSync(folder);
  const rows = [['1.0.0.0/8', { country_code: 'AA' }]] as const;
  const city = put(folder, 'city.mmdb', writeMmdb({ ipVersion: 4, recordSizeBits: 24, databaseType: 'Test', rows }));
  const asn = put(folder, 'asn.csv', '1.0.0.0,1.0.0.255,64496,Example\n');
  put(folder, 'CITY-LICENSE', 'free for tests\n');
  const longAgo = new Date('2024-01-01');
  for (const path of [city, asn]) utimesSync(path, longAgo, longAgo);
  const said: string[] = [];
  const cacheDir = join(folder, 'cache');
  const load = () => geoImage({ city: [city], asn: [asn] }, { cacheDir, onCompile: (text) => said.push(text) });
  const compiled = () => said.splice(0).some((text) => text.startsWith('compiled '));
  const tablesFile = () => join(cacheDir, readdirSync(cacheDir).find((file) => file.endsWith('.tables'))!);
  return { city, asn, cacheDir, load, compiled, tablesFile };
}

function look(image: GeoImage, text: string): unknown {
  const target = new Uint8Array(new SharedArrayBuffer(image.bytes + 64)).fill(255);
  image.readInto(target);
  return lookupJson(new GeoTables(target.subarray(0, image.bytes)), text);
}

const EXPECTED = { as: { number: 64496, organization: { name: 'Example' } }, geo: { country_iso_code: 'AA' } };

test('compiled once, then read from the cache', async () => {
  const { load, compiled, cacheDir } = setUp('once');
  const image = await load();
  assert.ok(compiled());
  assert.deepEqual(look(image, '1.0.0.1'), EXPECTED);
  const again = await load();
  assert.ok(!compiled());
  assert.deepEqual(look(again, '1.0.0.1'), EXPECTED);
  assert.deepEqual(again.info, image.info);
  assert.deepEqual(cachedImages(cacheDir), [image.info]);
  assert.ok(readdirSync(cacheDir).every((file) => /^(inputs|[0-9a-f]{32})\.(json|tables)$/.test(file)));
});

test('the information names sources, dates and licences', async () => {
  const { load } = setUp('info');
  const { info } = await load();
  const [city, asn] = info.sources;
  assert.equal(city?.databaseType, 'Test');
  assert.equal(city.description, 'made by a test');
  assert.equal(city.buildDate, '2025-06-15T15:06:40.000Z');
  assert.equal(city.prefixes, 1);
  assert.deepEqual(city.licences, [{ file: 'CITY-LICENSE', text: 'free for tests' }]);
  assert.equal(asn?.format, 'csv');
  assert.match(asn.sha256, /^[0-9a-f]{64}$/);
  assert.equal(info.pairs, 3);
});

test('changed sources are compiled anew, touched ones are not', async () => {
  const { load, compiled, asn } = setUp('changed');
  await load();
  assert.ok(compiled());
  utimesSync(asn, new Date('2024-02-02'), new Date('2024-02-02'));
  await load();
  assert.ok(!compiled());
  writeFileSync(asn, '1.0.0.0,1.0.0.255,64497,Example\n');
  assert.deepEqual(look(await load(), '1.0.0.1'), {
    ...EXPECTED,
    as: { number: 64497, organization: { name: 'Example' } },
  });
  assert.ok(compiled());
});

test('a damaged cache is compiled anew', async () => {
  const { load, compiled, tablesFile, cacheDir } = setUp('damaged');
  const { bytes } = await load();
  compiled();
  const damages: (() => void)[] = [
    () => truncateSync(tablesFile(), bytes - 1),
    () => truncateSync(tablesFile(), 0),
    () => writeFileSync(tablesFile(), 'not a table'),
    () => rmSync(tablesFile()),
    () => {
      const image = readFileSync(tablesFile());
      image[bytes - 200]! ^= 1;
      writeFileSync(tablesFile(), image);
    },
    () => {
      for (const file of readdirSync(cacheDir)) {
        if (file.endsWith('.json')) writeFileSync(join(cacheDir, file), '{"half":');
      }
    },
  ];
  for (const damage of damages) {
    damage();
    assert.deepEqual(look(await load(), '1.0.0.1'), EXPECTED);
    assert.ok(compiled(), String(damage));
    await load();
    assert.ok(!compiled(), String(damage));
  }
});

test('an image in use stays readable when the cache is swept', async () => {
  const { load, tablesFile } = setUp('swept');
  const image = await load();
  rmSync(tablesFile());
  assert.deepEqual(look(image, '1.0.0.1'), EXPECTED);
});

test('a cache that cannot be written does not stop the work', async () => {
  const { city, asn, cacheDir } = setUp('read-only');
  // A file where the folder should be: refuses root too.
  writeFileSync(cacheDir, '');
  chmodSync(cacheDir, 0o400);
  const said: string[] = [];
  const image = await geoImage({ city: [city], asn: [asn] }, { cacheDir, onCompile: (text) => said.push(text) });
  assert.deepEqual(look(image, '1.0.0.1'), EXPECTED);
  assert.match(said.join('\n'), /not kept/);
});

test('build compiles even what is in the cache', async () => {
  const { city, asn, load, compiled, cacheDir } = setUp('build');
  const first = await load();
  const { info } = await buildGeo({ city: [city], asn: [asn] }, { cacheDir });
  assert.equal(info.key, first.info.key);
  assert.notEqual(info.compiledAt, first.info.compiledAt);
  compiled();
  await load();
  assert.ok(!compiled());
});

test('errors of the compiling thread arrive as they are, and leave nothing behind', async () => {
  const { cacheDir } = setUp('error');
  const city = put(root, 'bad.mmdb', 'not a database');
  await assert.rejects(
    geoImage({ city: [city], asn: [] }, { cacheDir }),
    (error) => error instanceof FlowbulkError && error.code === 'E_GEO_FILE' && error.message.includes('bad.mmdb'),
  );
  assert.deepEqual(
    readdirSync(cacheDir).filter((file) => file !== 'inputs.json'),
    [],
  );
});

test('without sources nothing is read or written', async () => {
  const cacheDir = join(root, 'never-made');
  const image = await geoImage({ city: [], asn: [] }, { cacheDir });
  assert.deepEqual(image.info.sources, []);
  assert.deepEqual(look(image, '1.0.0.1'), {});
  assert.throws(() => readdirSync(cacheDir), /ENOENT/);
});

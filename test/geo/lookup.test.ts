/** Look-ups in images: against the longest match by brute force, another MMDB reader, and the kernel. */

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { type CityResponse, Reader } from 'maxmind';
import type { ParsedAddress } from '../../src/geo/address.ts';
import { parseAddress } from '../../src/geo/address.ts';
import { lookupJson } from '../../src/geo/lookup-json.ts';
import type { GeoTables } from '../../src/geo/tables.ts';
import { compileFixture, put, temporaryFolder } from './fixture.ts';
import { bindLookup, compileLookup, type KernelLookup } from './kernel-lookup.ts';
import { writeMmdb } from './mmdb-writer.ts';
import {
  addressBytes,
  addressNumber,
  addressText,
  borders,
  longestMatcher,
  prefixRange,
  randomAddress,
  randomPrefixes,
} from './prefixes.ts';
import { randomWords, testSeed } from './random.ts';

const folder = temporaryFolder();
let module: WebAssembly.Module;

before(async () => {
  module = await compileLookup();
});

/** The pair that the kernel finds. */
function kernelPair(lookup: KernelLookup, address: ParsedAddress): number {
  const number = addressNumber(address.bytes);
  if (address.family === 4) return lookup.lookup4(Number(number) | 0) >>> 0;
  return lookup.lookup6(BigInt.asIntN(64, number >> 64n), BigInt.asIntN(64, number)) >>> 0;
}

/** Holds the two readers together, fragments included. */
function assertKernelAgrees(image: Uint8Array, tables: GeoTables, addresses: readonly ParsedAddress[]): void {
  const { lookup, memory } = bindLookup(module, image);
  const text = (at: number, length: number) => Buffer.from(memory.buffer, at >>> 0, length).toString();
  for (const address of addresses) {
    const pair = tables.lookup(address);
    assert.equal(kernelPair(lookup, address), pair, addressText(address.bytes));
    assert.equal(text(lookup.asPointer(pair), lookup.asLength(pair)), tables.asFragment(pair));
    assert.equal(text(lookup.geoPointer(pair), lookup.geoLength(pair)), tables.geoFragment(pair));
    assert.ok(lookup.geoLength(pair) === 0 || (lookup.geoPointer(pair) - 3 * 65_536) % 16 === 0);
  }
}

test('random nested prefixes of every length, both families, all record sizes', (context) => {
  const seed = testSeed();
  context.diagnostic(`seed ${seed}`);
  const random = randomWords(seed);
  for (const recordSizeBits of [24, 28, 32] as const) {
    const v4 = randomPrefixes(random, 4, 150);
    const v6 = randomPrefixes(random, 6, 150);
    const rows = [...v4, ...v6].map((prefix, index) => [prefix, { city: { names: { en: `#${index}` } } }] as const);
    const bytes = writeMmdb({ ipVersion: 6, recordSizeBits, rows });
    const { image, tables } = compileFixture({ city: [put(folder, `r${recordSizeBits}.mmdb`, bytes)] });
    const other = new Reader<CityResponse>(bytes);
    const longestMatch = longestMatcher([...v4, ...v6]);
    const addresses = [...borders(v4, 4), ...borders(v6, 6)];
    for (let i = 0; i < 1500; i++) addresses.push(randomAddress(random, v4, 4), randomAddress(random, v6, 6));
    for (const address of addresses) {
      const text = addressText(address.bytes);
      const match = longestMatch(address);
      const expected = match < 0 ? '' : `,"geo":{"city_name":"#${match}"}`;
      assert.equal(tables.geoFragment(tables.lookup(address)), expected, text);
      const name = other.get(text)?.city?.names.en;
      assert.equal(name === undefined ? '' : `,"geo":{"city_name":"${name}"}`, expected, `maxmind at ${text}`);
    }
    assertKernelAgrees(image, tables, addresses);
  }
});

test('two databases cut the space differently and both hold', (context) => {
  const seed = testSeed();
  context.diagnostic(`seed ${seed}`);
  const random = randomWords(seed + 1);
  const cityPrefixes = [...randomPrefixes(random, 4, 100), ...randomPrefixes(random, 6, 100)];
  const asnPrefixes = [...randomPrefixes(random, 4, 100), ...randomPrefixes(random, 6, 100)];
  const rows = cityPrefixes.map((prefix, index) => [prefix, { country_code: `C${index}` }] as const);
  const lines = asnPrefixes.map((prefix, index) => {
    const { first, last } = prefixRange(prefix);
    const rangeText = (number: bigint) => addressText(addressBytes(number, prefix.includes(':') ? 16 : 4));
    return `${rangeText(first)},${rangeText(last)},${index + 1},Org ${index + 1}`;
  });
  const city = put(folder, 'two.mmdb', writeMmdb({ ipVersion: 6, recordSizeBits: 28, rows }));
  const { image, tables } = compileFixture({ city: [city], asn: [put(folder, 'two.csv', lines.join('\n'))] });
  const addresses: ParsedAddress[] = [];
  for (const family of [4, 6] as const) {
    const own = (prefix: string) => prefix.includes(':') === (family === 6);
    const prefixes = [...cityPrefixes, ...asnPrefixes].filter(own);
    addresses.push(...borders(prefixes, family));
    for (let i = 0; i < 1000; i++) addresses.push(randomAddress(random, prefixes, family));
  }
  // Of two equal ranges in a CSV the first counts, so they are matched from the end.
  const cityMatch = longestMatcher(cityPrefixes);
  const asnMatch = longestMatcher(asnPrefixes.toReversed());
  for (const address of addresses) {
    const geo = cityMatch(address);
    const as = asnMatch(address);
    const found = lookupJson(tables, addressText(address.bytes));
    assert.equal(found.geo?.['country_iso_code'], geo < 0 ? undefined : `C${geo}`);
    assert.equal(found.as?.number, as < 0 ? undefined : asnPrefixes.length - as);
  }
  assertKernelAgrees(image, tables, addresses);
});

test('v4-mapped addresses are looked up as IPv4, aliases and ::/96 hold nothing', () => {
  const rows = [
    ['1.2.3.0/24', { country_code: 'AA' }],
    ['2001:db8::/32', { country_code: 'BB' }],
    ['2001:db8::ffff:0:0/96', { country_code: 'CC' }],
  ] as const;
  const aliases = ['::ffff:0:0/96', '2002::/16', '2001::/32'];
  const bytes = writeMmdb({ ipVersion: 6, recordSizeBits: 24, rows, aliases });
  const { image, tables } = compileFixture({ city: [put(folder, 'aliases.mmdb', bytes)] });
  const country = (text: string) => lookupJson(tables, text).geo?.['country_iso_code'];
  assert.equal(country('1.2.3.4'), 'AA');
  assert.equal(country('::ffff:1.2.3.4'), 'AA');
  assert.equal(country('::1.2.3.4'), undefined);
  assert.equal(country('2002:102:304::1'), undefined);
  assert.equal(country('2001:db8::1'), 'BB');
  assert.equal(country('2001:db8::ffff:102:304'), 'CC');
  assert.equal(country('2001:db8::fffe:ffff:ffff'), 'BB');
  assert.equal(country('2001:db8::1:0:0:1'), 'BB');
  const texts = ['1.2.3.4', '::ffff:1.2.3.4', '::1.2.3.4', '2002:102:304::1', '2001:db8::1', '2001:db8::ffff:102:304'];
  assertKernelAgrees(
    image,
    tables,
    texts.map((text) => parseAddress(text)!),
  );
});

test('an image without databases is tiny and knows nothing', () => {
  const { image, tables } = compileFixture({});
  assert.ok(image.length < 2048, `${image.length} bytes`);
  const texts = [
    '0.0.0.0',
    '8.8.8.8',
    '255.255.255.255',
    '::',
    '::ffff:8.8.8.8',
    '2001:db8::1',
    `${'ffff:'.repeat(7)}ffff`,
  ];
  const addresses = texts.map((text) => parseAddress(text)!);
  for (const address of addresses) assert.equal(tables.lookup(address), 0);
  assert.equal(tables.asFragment(0) + tables.geoFragment(0), '');
  assertKernelAgrees(image, tables, addresses);
});

test('one row for everything', () => {
  const rows = [
    ['0.0.0.0/1', { country_code: 'AA' }],
    ['128.0.0.0/1', { country_code: 'AA' }],
  ] as const;
  const { image, tables, facts } = compileFixture({
    city: [put(folder, 'all.mmdb', writeMmdb({ ipVersion: 4, recordSizeBits: 32, rows }))],
  });
  assert.equal(facts.pairs, 2);
  const addresses = ['0.0.0.0', '127.255.255.255', '128.0.0.0', '255.255.255.255'].map((text) => parseAddress(text)!);
  for (const address of addresses) assert.equal(tables.lookup(address), 1);
  assertKernelAgrees(image, tables, [...addresses, parseAddress('::')!, parseAddress('ffff::')!]);
});

import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { lookupJson } from '../../src/geo/lookup-json.ts';
import { findParts } from '../../src/geo/sources.ts';
import { compileFixture, put, temporaryFolder } from './fixture.ts';
import { type MmdbContent, writeMmdb } from './mmdb-writer.ts';

const root = temporaryFolder();

function folder(name: string): string {
  const path = join(root, name);
  mkdirSync(path);
  return path;
}

function countries(ipVersion: 4 | 6, rows: Record<string, string>): Buffer {
  const entries = Object.entries(rows).map(([prefix, code]) => [prefix, { country_code: code }] as const);
  return writeMmdb({ ipVersion, recordSizeBits: 24, rows: entries } satisfies MmdbContent);
}

test('a folder stands for the databases in it', () => {
  const city = folder('city');
  for (const name of ['b.mmdb', 'a-ipv6.mmdb', 'a-ipv4.mmdb', 'c.mmdb', 'c-ipv4.mmdb', 'x.csv', 'LICENSE']) {
    put(city, name, '');
  }
  const asn = folder('asn');
  for (const name of ['asn-ipv4.csv', 'asn-ipv6.csv', 'asn-ipv4-num.csv', 'asn-ipv6-num.csv', 'README.md']) {
    put(asn, name, '');
  }
  const names = findParts({ city: [city], asn: [asn] }).map(({ role, path }) => `${role} ${basename(path)}`);
  assert.deepEqual(names, [
    'city a-ipv4.mmdb',
    'city a-ipv6.mmdb',
    'city b.mmdb',
    'city c.mmdb',
    'asn asn-ipv4.csv',
    'asn asn-ipv6.csv',
  ]);
});

test('IPv4 and IPv6 files are one database', () => {
  const both = folder('both');
  put(both, 'x-ipv4.mmdb', countries(4, { '1.0.0.0/8': 'AA' }));
  put(both, 'x-ipv6.mmdb', countries(6, { '2001:db8::/32': 'BB' }));
  const { tables } = compileFixture({ city: [both] });
  assert.equal(lookupJson(tables, '1.2.3.4').geo?.['country_iso_code'], 'AA');
  assert.equal(lookupJson(tables, '2001:db8::1').geo?.['country_iso_code'], 'BB');
});

test('a later file wins only where it is more specific or the earlier one knows nothing', () => {
  const first = put(root, 'first.mmdb', countries(4, { '1.0.0.0/16': 'AA', '3.0.0.0/8': 'AB', '5.0.0.0/8': 'AC' }));
  const later = put(root, 'later.mmdb', countries(4, { '1.0.0.0/8': 'BB', '3.7.0.0/16': 'BC', '5.0.0.0/8': 'BD' }));
  const { tables } = compileFixture({ city: [first, later] });
  const country = (text: string) => lookupJson(tables, text).geo?.['country_iso_code'];
  assert.equal(country('1.0.0.1'), 'AA');
  assert.equal(country('1.1.0.1'), 'BB');
  assert.equal(country('3.7.0.1'), 'BC');
  assert.equal(country('3.8.0.1'), 'AB');
  assert.equal(country('5.1.0.1'), 'AC');
  assert.equal(country('4.0.0.0'), undefined);
});

test('a folder may hold databases of another kind, they are passed over', () => {
  const mixed = folder('mixed');
  put(mixed, 'city.mmdb', countries(4, { '1.0.0.0/8': 'AA' }));
  const rows = [['1.0.0.0/8', { autonomous_system_number: 64496 }]] as const;
  put(mixed, 'asn.mmdb', writeMmdb({ ipVersion: 4, recordSizeBits: 24, rows }));
  const { tables, facts } = compileFixture({ city: [mixed], asn: [mixed] });
  assert.deepEqual(lookupJson(tables, '1.2.3.4'), { as: { number: 64496 }, geo: { country_iso_code: 'AA' } });
  assert.deepEqual(
    facts.parts.map(({ role, path }) => `${role} ${basename(path)}`),
    ['city city.mmdb', 'asn asn.mmdb'],
  );
});

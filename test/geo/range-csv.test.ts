import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lookupJson } from '../../src/geo/lookup-json.ts';
import { splitCsv } from '../../src/geo/range-csv.ts';
import type { GeoTables } from '../../src/geo/tables.ts';
import { compileFixture, put, temporaryFolder } from './fixture.ts';
import { randomWords, testSeed } from './random.ts';

const folder = temporaryFolder();

function tablesOf(csv: string): GeoTables {
  return compileFixture({ asn: [put(folder, 'test.csv', csv)] }).tables;
}

function asn(tables: GeoTables, text: string): number | undefined {
  return lookupJson(tables, text).as?.number;
}

test('fields may be quoted', () => {
  assert.deepEqual(splitCsv('a,b,,c'), ['a', 'b', '', 'c']);
  assert.deepEqual(splitCsv('"a","b, c",d'), ['a', 'b, c', 'd']);
  assert.deepEqual(splitCsv('a,"say ""x"", y",""'), ['a', 'say "x", y', '']);
  assert.deepEqual(splitCsv('"a"'), ['a']);
  assert.deepEqual(splitCsv('a,"",'), ['a', '', '']);
});

test('IPv4, IPv6 and v4-mapped ranges, quotes, CRLF, byte order mark, heading and gaps', () => {
  const tables = tablesOf(
    '\ufeffstart_ip,end_ip,asn,org\r\n' +
      '1.0.0.0,1.0.0.255,13335,"Cloudflare, Inc."\r\n\r\n' +
      '1.0.0.5,1.0.0.6,64500,\r\n' +
      '2001:db8::,2001:db8::ffff,AS64501,"The ""Org"""\r\n' +
      '::ffff:9.0.0.0,::ffff:9.0.0.9,64502,Mapped\r\n' +
      '255.255.255.255,255.255.255.255,64503,Last\r\n' +
      'ffff::,ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff,64504,Last\r\n' +
      '7.0.0.0,7.255.255.255,0,Not routed',
  );
  assert.deepEqual(lookupJson(tables, '1.0.0.0'), {
    as: { number: 13335, organization: { name: 'Cloudflare, Inc.' } },
  });
  assert.deepEqual(lookupJson(tables, '1.0.0.5'), { as: { number: 64500 } });
  assert.equal(asn(tables, '1.0.0.7'), 13335);
  assert.equal(asn(tables, '1.0.1.0'), undefined);
  assert.equal(asn(tables, '0.255.255.255'), undefined);
  assert.equal(lookupJson(tables, '2001:db8::8000').as?.organization?.name, 'The "Org"');
  assert.equal(asn(tables, '2001:db8::1:0'), undefined);
  assert.equal(asn(tables, '9.0.0.9'), 64502);
  assert.equal(asn(tables, '255.255.255.255'), 64503);
  assert.equal(asn(tables, '255.255.255.254'), undefined);
  assert.equal(asn(tables, 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'), 64504);
  assert.equal(asn(tables, '7.1.1.1'), undefined);
});

test('the smallest of overlapping ranges wins, whatever the order of lines', (context) => {
  const seed = testSeed();
  context.diagnostic(`seed ${seed}`);
  const random = randomWords(seed);
  for (let round = 0; round < 20; round++) {
    const ranges = Array.from({ length: 60 }, (_, index) => {
      const start = random() % 1000;
      return { start, end: Math.min(start + (random() % 2 ** (random() % 10)), 1023), number: index + 1 };
    });
    const ipv4 = (offset: number) => `255.255.${252 + (offset >> 8)}.${offset & 255}`;
    const ipv6 = (offset: number) => `2001:db8:0:ffff:ffff:ffff:ffff:${(0xfc00 + offset).toString(16)}`;
    for (const text of [ipv4, ipv6]) {
      const tables = tablesOf(
        ranges.map(({ start, end, number }) => `${text(start)},${text(end)},${number},`).join('\n'),
      );
      for (let offset = 0; offset < 1024; offset++) {
        const holding = ranges.filter(({ start, end }) => start <= offset && offset <= end);
        holding.sort((a, b) => a.end - a.start - (b.end - b.start) || a.number - b.number);
        assert.equal(asn(tables, text(offset)), holding[0]?.number, text(offset));
      }
    }
  }
});

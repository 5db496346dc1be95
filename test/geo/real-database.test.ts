/** A real database of 1.3 million nodes (CC BY 4.0, NRO), against another reader. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Reader, type Response } from 'maxmind';
import { parseAddress } from '../../src/geo/address.ts';
import { compileFixture } from './fixture.ts';
import { addressText } from './prefixes.ts';
import { randomWords, testSeed } from './random.ts';

test('countries of 100,000 random addresses are those that maxmind finds', (context) => {
  const seed = testSeed();
  context.diagnostic(`seed ${seed}`);
  const random = randomWords(seed);
  const packageName = '@ip-location-db/geo-whois-asn-country-mmdb';
  const folder = dirname(fileURLToPath(import.meta.resolve(`${packageName}/package.json`)));
  const path = join(folder, 'geo-whois-asn-country.mmdb');
  const other = new Reader<Response>(readFileSync(path));
  const { tables } = compileFixture({ city: [path] });
  const known = { v4: 0, v6: 0 };
  for (let round = 0; round < 100_000; round++) {
    const bytes = Uint8Array.from({ length: round % 2 === 0 ? 4 : 16 }, () => random() & 255);
    if (bytes.length === 16) {
      // Most of IPv6 is empty: draw from what is given out, 2000::/12 to 2c00::/12, and close to the borders.
      bytes[0] = [0x20, 0x24, 0x26, 0x28, 0x2a, 0x2c][random() % 6]!;
      bytes[1] = random() % 16;
      if (random() % 2 === 0) bytes.fill(0, 4);
    }
    const text = addressText(bytes);
    const row = other.get(text) as { country_code?: string } | null;
    const expected = row?.country_code ? `,"geo":{"country_iso_code":"${row.country_code}"}` : '';
    assert.equal(tables.geoFragment(tables.lookup(parseAddress(text)!)), expected, text);
    if (expected !== '') known[bytes.length === 4 ? 'v4' : 'v6']++;
  }
  assert.ok(known.v4 > 35_000 && known.v6 > 2000, `${known.v4} IPv4 and ${known.v6} IPv6 of 50,000 each are known`);
});

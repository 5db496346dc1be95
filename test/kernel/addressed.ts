/** Geo tables that know many of the addresses that tests draw. */

import { compileFixture, put, temporaryFolder } from '../geo/fixture.ts';
import { writeMmdb } from '../geo/mmdb-writer.ts';
import { randomWords } from '../geo/random.ts';

const NAMES = [
  'Wien',
  'Åbo',
  '東京',
  'Nur-Sultan "old"',
  'back\\slash',
  'São Paulo',
  'control\u0001',
  'a'.repeat(200),
  '',
];

/** Made-up places and systems: short and long prefixes, nested ones, all of IPv4 and some of IPv6. */
export function randomGeo(seed: number): Uint8Array {
  const random = randomWords(seed);
  const name = () => NAMES[random() % NAMES.length]!;
  const cities: [string, Record<string, string | number>][] = [];
  const systems: string[] = [];
  const row = () => ({
    city: name(),
    country_code: 'AT',
    state1: name(),
    latitude: (random() % 180) - 90,
    longitude: 0.125,
  });
  for (let a = 1; a < 224; a += 1 + (random() % 3)) {
    cities.push([`${a}.0.0.0/${8 + (random() % 3)}`, row()]);
    const b = random() & 255;
    cities.push([`${a}.${b}.0.0/16`, row()], [`${a}.${b}.${random() & 255}.0/${24 + (random() % 9)}`, row()]);
    systems.push(
      `${a}.0.0.0,${a}.${random() & 255}.255.255,${1 + (random() % 400_000)},"${name().replaceAll('"', '""')}"`,
    );
  }
  for (const first of ['2001', '2400', '2600', '2804', '2a00', '2c0f']) {
    cities.push(
      [`${first}::/${20 + (random() % 12)}`, row()],
      [`${first}:db8::/32`, row()],
      [`${first}:db8::/${65 + (random() % 63)}`, row()],
    );
    systems.push(`${first}::,${first}:ffff:ffff:ffff:ffff:ffff:ffff:ffff,${64_496 + (random() % 16)},${first}`);
  }
  const folder = temporaryFolder();
  const bytes = writeMmdb({ ipVersion: 6, recordSizeBits: 28, rows: cities });
  return compileFixture({
    city: [put(folder, 'city.mmdb', bytes)],
    asn: [put(folder, 'asn.csv', `${systems.join('\n')}\n`)],
  }).image;
}

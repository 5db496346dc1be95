/** The logs of test/goldens with the documents they must become, and the geo image those were written for. */

import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { compileFixture, put, temporaryFolder } from '../geo/fixture.ts';
import { writeMmdb } from '../geo/mmdb-writer.ts';
import { ROOT } from './root.ts';

const FOLDER = path.join(ROOT, 'test', 'goldens');

/** One log and its documents. */
export interface Golden {
  readonly name: string;
  readonly log: Buffer;
  readonly documents: Buffer;
}

export const GOLDENS: readonly Golden[] = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.log'))
  .sort()
  .map((file) => ({
    name: path.basename(file, '.log'),
    log: readFileSync(path.join(FOLDER, file)),
    documents: readFileSync(path.join(FOLDER, file.replace('.log', '.ndjson'))),
  }));

const place = (country: string, name: string, continent: string, latitude: number, longitude: number, more = {}) => ({
  continent: { names: { en: continent } },
  country: { iso_code: country, names: { en: name } },
  location: { latitude, longitude },
  ...more,
});
const region = (city: string, code: string, name: string) => ({
  city: { names: { en: city } },
  subdivisions: [{ iso_code: code, names: { en: name } }],
});

/** Places and systems of the addresses in the goldens, among them a place without a city and one without a system. */
export function goldenGeo(): Uint8Array {
  const folder = temporaryFolder();
  const city = writeMmdb({
    ipVersion: 6,
    recordSizeBits: 28,
    rows: [
      ['81.2.69.142/31', place('GB', 'United Kingdom', 'Europe', 51.5142, -0.0931, region('London', 'ENG', 'England'))],
      ['203.0.113.12/32', place('NO', 'Norway', 'Europe', 62, 10)],
      [
        '2001:db8::b/128',
        place('SE', 'Sweden', 'Europe', 58.4167, 15.6167, region('Linköping', 'E', 'Östergötland County')),
      ],
    ],
  });
  const asn = '1.128.0.0,1.128.0.255,1221,Telstra Pty Ltd\n203.0.113.12,203.0.113.12,64496,\n';
  return compileFixture({ city: [put(folder, 'city.mmdb', city)], asn: [put(folder, 'asn.csv', asn)] }).image;
}

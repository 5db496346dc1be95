/**
 * Rows of databases to JSON fragments, in the shape that Elasticsearch's geoip processor gives documents
 * (https://www.elastic.co/docs/reference/enrich-processor/geoip-processor): ECS `geo.*` and `as.*`, keys in code-unit
 * order, only what the row has, names in English.
 *
 * Two schemas are read:
 * - nested, as MaxMind (https://dev.maxmind.com/geoip/docs/databases/city-and-country/) and DB-IP publish it;
 * - flat, as ip-location-db publishes it (https://github.com/sapics/ip-location-db): `country_code`, `state1`, `state2`,
 *   `city`, `latitude`, `longitude`. It has no codes of regions and no names of countries.
 */

import type { MmdbValue } from './mmdb-data.ts';

/** What a database is asked for. */
export type GeoRole = 'city' | 'asn';

/** The map keys that fragments are made of; all others are passed over undecoded. */
export const WANTED_KEYS: Readonly<Record<GeoRole, ReadonlySet<string>>> = {
  city: new Set([
    'city',
    'continent',
    'country',
    'country_code',
    'en',
    'iso_code',
    'latitude',
    'location',
    'longitude',
    'names',
    'state1',
    'state2',
    'subdivisions',
  ]),
  asn: new Set(['autonomous_system_number', 'autonomous_system_organization']),
};

/** The fragment of a row for what the database is asked for; empty where the row says nothing about it. */
export function fragmentOf(role: GeoRole, row: MmdbValue): string {
  const { number, organization } = role === 'asn' ? asnOf(row) : { number: 0, organization: '' };
  return role === 'asn' ? asFragment(number, organization) : geoFragment(row);
}

/** `,"as":{…}`; empty where the number is no public one (0 is reserved, https://www.rfc-editor.org/rfc/rfc7607). */
export function asFragment(number: number, organization: string): string {
  if (!(number > 0 && number <= 0xffffffff)) return '';
  const organizationPart = organization === '' ? '' : `,"organization":{"name":${JSON.stringify(organization)}}`;
  return `,"as":{"number":${number}${organizationPart}}`;
}

function asnOf(row: MmdbValue): { number: number; organization: string } {
  const number = at(row, 'autonomous_system_number');
  return {
    // A few databases keep it as text.
    number: typeof number === 'number' ? number : Number(text(number).replace(/^AS/i, '')),
    organization: text(at(row, 'autonomous_system_organization')),
  };
}

function geoFragment(row: MmdbValue): string {
  const nested = isMap(at(row, 'country')) || isMap(at(row, 'city')) || isMap(at(row, 'continent'));
  const place = nested || isMap(at(row, 'location')) ? nestedPlace(row) : flatPlace(row);
  const members: string[] = [];
  const member = (key: string, value: string): void => {
    if (value !== '') members.push(`"${key}":${JSON.stringify(value)}`);
  };
  member('city_name', place.city);
  member('continent_name', place.continent);
  member('country_iso_code', place.countryCode);
  member('country_name', place.country);
  const { latitude, longitude } = place;
  if (isCoordinate(latitude, 90) && isCoordinate(longitude, 180)) {
    members.push(`"location":{"lat":${decimal(latitude)},"lon":${decimal(longitude)}}`);
  }
  if (place.countryCode !== '' && place.regionCode !== '') {
    member('region_iso_code', `${place.countryCode}-${place.regionCode}`);
  }
  member('region_name', place.region);
  return members.length === 0 ? '' : `,"geo":{${members.join(',')}}`;
}

interface Place {
  readonly city: string;
  readonly continent: string;
  readonly countryCode: string;
  readonly country: string;
  readonly latitude: MmdbValue | undefined;
  readonly longitude: MmdbValue | undefined;
  readonly regionCode: string;
  readonly region: string;
}

function nestedPlace(row: MmdbValue): Place {
  const subdivisions = at(row, 'subdivisions');
  // The list goes from large to small: England, then Westminster.
  const region = Array.isArray(subdivisions) ? subdivisions.at(-1) : undefined;
  const location = at(row, 'location');
  const country = at(row, 'country');
  return {
    city: englishName(at(row, 'city')),
    continent: englishName(at(row, 'continent')),
    countryCode: text(at(country, 'iso_code')),
    country: englishName(country),
    latitude: at(location, 'latitude'),
    longitude: at(location, 'longitude'),
    regionCode: text(at(region, 'iso_code')),
    region: englishName(region),
  };
}

function flatPlace(row: MmdbValue): Place {
  return {
    city: text(at(row, 'city')),
    continent: '',
    countryCode: text(at(row, 'country_code')),
    country: '',
    latitude: at(row, 'latitude'),
    longitude: at(row, 'longitude'),
    regionCode: '',
    region: text(at(row, 'state2')) || text(at(row, 'state1')),
  };
}

function isMap(value: MmdbValue | undefined): value is { readonly [key: string]: MmdbValue } {
  return typeof value === 'object' && !Array.isArray(value) && !(value instanceof Uint8Array);
}

function at(value: MmdbValue | undefined, key: string): MmdbValue | undefined {
  return isMap(value) ? value[key] : undefined;
}

function text(value: MmdbValue | undefined): string {
  return typeof value === 'string' ? value : '';
}

function englishName(value: MmdbValue | undefined): string {
  return text(at(at(value, 'names'), 'en'));
}

/** Whether a value is a coordinate that a geo_point takes: one beyond its limit would have the document refused. */
function isCoordinate(value: MmdbValue | undefined, limit: number): value is number {
  return typeof value === 'number' && Math.abs(value) <= limit;
}

/** `.5`, `.0912` …: all fractions of four places, without zeros at the end; the first is empty. */
const FRACTIONS: readonly string[] = Array.from({ length: 10_000 }, (_, n) =>
  n === 0 ? '' : `.${String(n).padStart(4, '0')}`.replace(/0+$/, ''),
);

/** The shortest decimal of a coordinate, as JSON; `-0` is `0`. */
function decimal(value: number): string {
  // Nearly all coordinates have four places at most: put together from integers, at five times the speed of String().
  const scaled = Math.round(Math.abs(value) * 10_000);
  if (scaled / 10_000 !== Math.abs(value)) return String(value);
  const fraction = scaled % 10_000;
  return `${value < 0 ? '-' : ''}${(scaled - fraction) / 10_000}${FRACTIONS[fraction]}`;
}

/** Look-ups as a script would make them: maxmind for MMDB, a binary search over the lines of a range CSV. */

import { readFileSync } from 'node:fs';
import type { GeoPart } from '../src/geo/sources.ts';

/** Gives the members that an address adds to its side of a document. */
export interface NaiveGeo {
  as(address: string): object | undefined;
  geo(address: string): object | undefined;
}

type Get = (address: string) => Record<string, unknown> | null;

/** Opens the databases; null where the package maxmind is needed and not installed. */
export async function openNaiveGeo(parts: readonly GeoPart[]): Promise<NaiveGeo | null> {
  const getters: { readonly role: GeoPart['role']; readonly get: Get }[] = [];
  for (const { role, format, path } of parts) {
    const get = format === 'csv' ? openCsv(path) : await openMmdb(path);
    if (get === null) return null;
    getters.push({ role, get });
  }
  // Later databases are laid over earlier ones.
  const lookup = (role: GeoPart['role']): Get => {
    const own = getters
      .filter((one) => one.role === role)
      .map((one) => one.get)
      .reverse();
    return (address) => {
      for (const get of own) {
        const row = get(address);
        if (row !== null) return row;
      }
      return null;
    };
  };
  const city = lookup('city');
  const asn = lookup('asn');
  return {
    as(address) {
      const row = asn(address);
      if (!row?.['autonomous_system_number']) return undefined;
      const name = row['autonomous_system_organization'];
      return { number: row['autonomous_system_number'], ...(name ? { organization: { name } } : {}) };
    },
    geo(address) {
      const row = city(address);
      return row === null ? undefined : geoOf(row);
    },
  };
}

async function openMmdb(path: string): Promise<Get | null> {
  let maxmind: typeof import('maxmind');
  try {
    maxmind = await import('maxmind');
  } catch {
    return null;
  }
  const reader = await maxmind.open(path);
  // In a tree for IPv4 alone, an IPv6 address would find whatever its first 32 bits lead to.
  const v4Only = reader.metadata.ipVersion === 4;
  return (address) => (v4Only && address.includes(':') ? null : (reader.get(address) as ReturnType<Get>));
}

/** Bytes of an address as hexadecimal text: the order of the texts is that of the addresses. */
export function addressBytes(address: string): Buffer {
  if (!address.includes(':')) return Buffer.from(address.split('.').map(Number));
  const [head = '', tail] = address.split('::');
  const words = (text: string) => (text === '' ? [] : text.split(':').map((word) => Number.parseInt(word, 16)));
  const before = words(head);
  const after = tail === undefined ? [] : words(tail);
  const bytes = Buffer.alloc(16);
  for (const [i, word] of before.entries()) bytes.writeUInt16BE(word, i * 2);
  for (const [i, word] of after.entries()) bytes.writeUInt16BE(word, (8 - after.length + i) * 2);
  return bytes;
}

function openCsv(path: string): Get {
  const rows = readFileSync(path, 'utf8')
    .split('\n')
    .map((line) => /^([0-9a-f.:]+),([0-9a-f.:]+),(\d+),(.*?)\r?$/.exec(line))
    .filter((match) => match !== null)
    .map(([, start, end, number, name]) => ({
      start: addressBytes(start!).toString('hex'),
      end: addressBytes(end!).toString('hex'),
      row: {
        autonomous_system_number: Number(number),
        autonomous_system_organization: name!.replace(/^"(.*)"$/, '$1').replaceAll('""', '"'),
      },
    }));
  const byFamily = [8, 32].map((digits) =>
    rows.filter(({ start }) => start.length === digits).sort((a, b) => (a.start < b.start ? -1 : 1)),
  );
  return (address) => {
    const key = addressBytes(address).toString('hex');
    const ranges = byFamily[key.length === 8 ? 0 : 1]!;
    let low = 0;
    let high = ranges.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (ranges[middle]!.start <= key) low = middle + 1;
      else high = middle;
    }
    const range = ranges[low - 1];
    return range !== undefined && key <= range.end ? range.row : null;
  };
}

/** Single-precision numbers of a database come with noise behind the last digit that counts. */
function degrees(value: number): number {
  for (let digits = 6; digits < 9; digits++) {
    const rounded = Number(value.toPrecision(digits));
    if (Math.fround(rounded) === Math.fround(value)) return rounded;
  }
  return value;
}

// biome-ignore lint/suspicious/noExplicitAny: rows of a database, as a script takes them
function geoOf(row: any): object | undefined {
  const flat = typeof row.country === 'string' || row.country_code !== undefined;
  const region = row.subdivisions?.at(-1);
  const latitude = flat ? row.latitude : row.location?.latitude;
  const longitude = flat ? row.longitude : row.location?.longitude;
  const country = flat ? row.country_code : row.country?.iso_code;
  const geo = {
    city_name: flat ? row.city : row.city?.names?.en,
    continent_name: row.continent?.names?.en,
    country_iso_code: country,
    country_name: flat ? undefined : row.country?.names?.en,
    location: latitude === undefined ? undefined : { lat: degrees(latitude), lon: degrees(longitude) },
    region_iso_code: country && region?.iso_code ? `${country}-${region.iso_code}` : undefined,
    region_name: flat ? row.state2 || row.state1 : region?.names?.en,
  };
  const members = Object.entries(geo).filter(([, value]) => value !== undefined && value !== '');
  return members.length === 0 ? undefined : Object.fromEntries(members);
}

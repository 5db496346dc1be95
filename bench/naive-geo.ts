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

/** Bytes of an address, most significant first. */
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

/** An address as number, IPv4 and IPv6 alike. */
function addressNumber(address: string): bigint {
  const bytes = addressBytes(address);
  if (bytes.length === 4) return BigInt(bytes.readUInt32BE());
  return (bytes.readBigUInt64BE() << 64n) | bytes.readBigUInt64BE(8);
}

/** Ranges of one family, sorted. In typed arrays: a million objects would slow every other bench down by collections. */
class Ranges {
  readonly #starts: BigUint64Array;
  readonly #ends: BigUint64Array;
  readonly #rows: readonly Row[];

  constructor(ranges: readonly Range[]) {
    const sorted = [...ranges].sort((a, b) => (a.start < b.start ? -1 : 1));
    // Two words an address.
    const words = (pick: (range: Range) => bigint) =>
      BigUint64Array.from(sorted.flatMap((range) => [pick(range) >> 64n, BigInt.asUintN(64, pick(range))]));
    this.#starts = words((range) => range.start);
    this.#ends = words((range) => range.end);
    this.#rows = sorted.map(({ row }) => row);
  }

  get(address: bigint): Row | null {
    const [high, low] = [address >> 64n, BigInt.asUintN(64, address)];
    const isAbove = (words: BigUint64Array, i: number) =>
      words[i * 2]! > high || (words[i * 2] === high && words[i * 2 + 1]! > low);
    let from = 0;
    let to = this.#rows.length;
    while (from < to) {
      const middle = (from + to) >> 1;
      if (isAbove(this.#starts, middle)) to = middle;
      else from = middle + 1;
    }
    const at = from - 1;
    if (at < 0) return null;
    const isWithin = isAbove(this.#ends, at) || (this.#ends[at * 2] === high && this.#ends[at * 2 + 1] === low);
    return isWithin ? this.#rows[at]! : null;
  }
}

type Row = Record<string, unknown>;

interface Range {
  readonly start: bigint;
  readonly end: bigint;
  readonly row: Row;
}

function openCsv(path: string): Get {
  const rows = new Map<string, Row>();
  const rowOf = (number: string, name: string): Row => {
    const known = rows.get(`${number} ${name}`);
    if (known !== undefined) return known;
    const row = { autonomous_system_number: Number(number), autonomous_system_organization: name };
    rows.set(`${number} ${name}`, row);
    return row;
  };
  const families: { v4: Range[]; v6: Range[] } = { v4: [], v6: [] };
  for (const line of readFileSync(path, 'utf8').split('\n')) {
    const [, start, end, number, name] = /^([0-9a-f.:]+),([0-9a-f.:]+),(\d+),(.*?)\r?$/.exec(line) ?? [];
    if (start === undefined) continue;
    families[start.includes(':') ? 'v6' : 'v4'].push({
      start: addressNumber(start),
      end: addressNumber(end!),
      row: rowOf(number!, name!.replace(/^"(.*)"$/, '$1').replaceAll('""', '"')),
    });
  }
  const v4 = new Ranges(families.v4);
  const v6 = new Ranges(families.v6);
  return (address) => (address.includes(':') ? v6 : v4).get(addressNumber(address));
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

/**
 * Range CSV: `start,end,asn,org`, first and last address of each range as text, IPv4 and IPv6 in any order, fields
 * quoted where they must be (https://www.rfc-editor.org/rfc/rfc4180). As ip-location-db publishes its `asn` files
 * (https://github.com/sapics/ip-location-db/tree/main/asn).
 */

import { readFileSync } from 'node:fs';
import { FlowbulkError } from '../errors.ts';
import { isV4Mapped, parseIpv4, parseIpv6 } from './address.ts';
import { RangeList } from './ranges.ts';
import type { FamilySpans } from './spans.ts';

const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** The spans of a range CSV, and how many ranges it has. */
export interface RangeCsv extends FamilySpans {
  readonly ranges: number;
}

/**
 * Reads a range CSV. `idOf` gives the id for an autonomous system (its number, its name or an empty string).
 * A first line of column names is passed over. Throws E_GEO_FILE with the line that is wrong.
 */
export function readRangeCsv(path: string, idOf: (number: number, organization: string) => number): RangeCsv {
  const bytes = readCsv(path);
  const v4 = new RangeList(1);
  const v6 = new RangeList(4);
  const rows = new RowReader(path);
  let line = 0;
  for (let at = 0; at < bytes.length; ) {
    const newline = bytes.indexOf(NEWLINE, at);
    const next = newline < 0 ? bytes.length : newline + 1;
    let end = newline < 0 ? bytes.length : newline;
    if (end > at && bytes[end - 1] === CARRIAGE_RETURN) end--;
    line++;
    if (end > at) {
      const fields = splitCsv(bytes.toString('utf8', at, end));
      if (line > 1 || !isHeading(fields)) rows.add(fields, line, v4, v6, idOf);
    }
    at = next;
  }
  const ranges = v4.count + v6.count;
  if (ranges === 0) throw new FlowbulkError('E_GEO_FILE', `${path} holds no ranges; expected lines start,end,asn,org`);
  return { v4: v4.toSpans(), v6: v6.toSpans(), ranges };
}

/** Splits a CSV line into its fields; quotes are taken away and doubled quotes within them made single. */
export function splitCsv(line: string): string[] {
  if (!line.includes('"')) return line.split(',');
  const fields: string[] = [];
  for (let at = 0; at <= line.length; at++) {
    if (line[at] !== '"') {
      const comma = line.indexOf(',', at);
      const end = comma < 0 ? line.length : comma;
      fields.push(line.slice(at, end));
      at = end;
      continue;
    }
    let end = line.indexOf('"', at + 1);
    while (end >= 0 && line[end + 1] === '"') end = line.indexOf('"', end + 2);
    if (end < 0) end = line.length;
    fields.push(line.slice(at + 1, end).replaceAll('""', '"'));
    const comma = line.indexOf(',', end + 1);
    at = comma < 0 ? line.length : comma;
  }
  return fields;
}

function readCsv(path: string): Buffer {
  try {
    const bytes = readFileSync(path);
    return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new FlowbulkError('E_GEO_FILE', `cannot read the geo database ${path}: ${reason}`, { cause });
  }
}

/** Whether a first line names columns: no digit, dot or colon in its first field. */
function isHeading(fields: readonly string[]): boolean {
  return fields.length >= 3 && /^[a-z_ ]+$/i.test(fields[0]!);
}

/** Rows to ranges. Keeps the address words of a row, so that half a million rows need no objects. */
class RowReader {
  readonly #path: string;
  readonly #start = new Uint32Array(4);
  readonly #end = new Uint32Array(4);

  constructor(path: string) {
    this.#path = path;
  }

  add(
    fields: readonly string[],
    line: number,
    v4: RangeList,
    v6: RangeList,
    idOf: (number: number, organization: string) => number,
  ): void {
    if (fields.length < 3) throw this.#wrong(line, `it has ${fields.length} fields`);
    const [start, end, asn] = fields as [string, string, string];
    const startFamily = this.#address(start, this.#start, line);
    const endFamily = this.#address(end, this.#end, line);
    if (startFamily !== endFamily) throw this.#wrong(line, `${start} and ${end} are not of one family`);
    const number = Number(asn.replace(/^AS/i, ''));
    if (asn === '' || !Number.isInteger(number) || number < 0 || number > 0xffffffff) {
      throw this.#wrong(line, `"${asn.slice(0, 40)}" is not the number of an autonomous system`);
    }
    const id = idOf(number, fields[3] ?? '');
    const added =
      startFamily === 4
        ? v4.add(this.#start.subarray(3), this.#end.subarray(3), id)
        : v6.add(this.#start, this.#end, id);
    if (!added) throw this.#wrong(line, `its range ends at ${end}, before it begins at ${start}`);
  }

  /** Parses an address into four words, IPv4 into the last of them; the family, where `::ffff:0:0/96` counts as 4. */
  #address(text: string, words: Uint32Array, line: number): 4 | 6 {
    const address = parseIpv4(text);
    if (address >= 0) {
      words[3] = address;
      return 4;
    }
    if (parseIpv6(text, words)) return isV4Mapped(words) ? 4 : 6;
    if (/^\d+$/.test(text)) {
      const hint = 'addresses as plain numbers are not read: take the file without "-num" in its name';
      throw this.#wrong(line, `"${text}" is a number; ${hint}`);
    }
    throw this.#wrong(line, `"${text.slice(0, 60)}" is not an IP address`);
  }

  #wrong(line: number, what: string): FlowbulkError {
    return new FlowbulkError('E_GEO_FILE', `${this.#path} line ${line}: ${what}; expected start,end,asn,org`);
  }
}

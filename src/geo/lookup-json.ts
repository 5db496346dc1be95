/** One address, as `geo lookup` shows it. */

import { FlowbulkError } from '../errors.ts';
import { parseAddress } from './address.ts';
import type { GeoTables } from './tables.ts';

/** What a document gets for an address. */
export interface GeoLookup {
  readonly as?: { readonly number: number; readonly organization?: { readonly name: string } };
  readonly geo?: Readonly<Record<string, unknown>>;
}

/** The `as` and `geo` objects that a document would get for an address. Throws E_USAGE where the text is no address. */
export function lookupJson(tables: GeoTables, text: string): GeoLookup {
  const address = parseAddress(text);
  if (address === null) throw new FlowbulkError('E_USAGE', `"${text}" is not an IPv4 or IPv6 address`);
  const pair = tables.lookup(address);
  const members = `${tables.asFragment(pair)}${tables.geoFragment(pair)}`.slice(1);
  return JSON.parse(`{${members}}`) as GeoLookup;
}

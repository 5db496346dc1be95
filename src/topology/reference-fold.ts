/**
 * The fold as plain code: what becomes of a record, and how rows of one connection become one. The kernel does the same
 * for the lines it takes; a test holds the two together.
 */

import { type NumberedAddress, numberedAddress } from '../formats/filter/ranges.ts';
import { addressText } from './address-text.ts';
import type { FoldedCounts, FoldedRow, FoldInterface } from './contract.ts';
import { isPrivate } from './private-addresses.ts';

/** Why a record is no part of any connection. */
export type LeftOut = keyof Pick<FoldedCounts, 'noData' | 'unknownInterface' | 'noDirection' | 'publicRemote'>;

/** An interface with its addresses as numbers. */
export interface KnownInterface {
  /** Its place in the list that was given. */
  readonly index: number;
  readonly addresses: readonly NumberedAddress[];
}

/** Log statuses of records that say nothing of traffic. */
const WITHOUT_DATA: ReadonlySet<string> = new Set(['NODATA', 'SKIPDATA']);

const isSame = (a: NumberedAddress, b: NumberedAddress): boolean => a.family === b.family && a.value === b.value;

/** The interfaces of a fold, by id. Of those with one id the first counts; texts that are no addresses are none. */
export class Interfaces {
  readonly #byId = new Map<string, KnownInterface>();

  constructor(interfaces: readonly FoldInterface[]) {
    for (const [index, { id, addresses }] of interfaces.entries()) {
      if (this.#byId.has(id)) continue;
      this.#byId.set(id, { index, addresses: addresses.map(numberedAddress).filter((address) => address !== null) });
    }
  }

  /** All of them by id. */
  all(): Iterable<readonly [id: string, known: KnownInterface]> {
    return this.#byId;
  }

  /** The interface of that id. */
  find(id: string): KnownInterface | undefined {
    return this.#byId.get(id);
  }
}

/** The address of a value, null where the record lacks it. */
function addressOf(value: string | undefined): NumberedAddress | null {
  return value === undefined ? null : numberedAddress(value);
}

const seconds = (value: string | undefined): number | null => (value === undefined ? null : Number(value));

/**
 * The row that a record makes by itself, or why it makes none. `record` has its values by the names of fields, none
 * that is missing, all of them of the form that their kind accepts.
 */
export function foldRecord(record: ReadonlyMap<string, string>, interfaces: Interfaces): FoldedRow | LeftOut {
  // A header without log-status says nothing against its records.
  if (WITHOUT_DATA.has(record.get('log-status') ?? '')) return 'noData';
  const known = interfaces.find(record.get('interface-id') ?? '');
  if (known === undefined) return 'unknownInterface';
  const source = addressOf(record.get('srcaddr'));
  const destination = addressOf(record.get('dstaddr'));
  if (source === null || destination === null) return 'noDirection';
  const isOwn = (address: NumberedAddress) => known.addresses.some((own) => isSame(own, address));
  const isOut = isOwn(source);
  if (!isOut && !isOwn(destination)) return 'noDirection';
  const [local, remote] = isOut ? [source, destination] : [destination, source];
  if (!isPrivate(remote)) return 'publicRemote';
  const bytes = BigInt(record.get('bytes') ?? 0);
  const protocol = record.get('protocol');
  return {
    interface: known.index,
    localAddress: addressText(local),
    remoteAddress: addressText(remote),
    bytesOut: isOut ? bytes : 0n,
    bytesIn: isOut ? 0n : bytes,
    recordsOut: isOut ? 1 : 0,
    recordsIn: isOut ? 0 : 1,
    protocol: protocol === undefined ? null : Number(protocol),
    startS: seconds(record.get('start')),
    endS: seconds(record.get('end')),
  };
}

/** The lesser or greater of two values of which each may be missing. */
function best(choose: (a: number, b: number) => number, a: number | null, b: number | null): number | null {
  if (a === null) return b;
  return b === null ? a : choose(a, b);
}

/** Two rows of one connection as one. In whatever order rows are merged, the result is the same. */
function mergeRows(a: FoldedRow, b: FoldedRow): FoldedRow {
  return {
    ...a,
    bytesOut: a.bytesOut + b.bytesOut,
    bytesIn: a.bytesIn + b.bytesIn,
    recordsOut: a.recordsOut + b.recordsOut,
    recordsIn: a.recordsIn + b.recordsIn,
    protocol: a.protocol === b.protocol ? a.protocol : null,
    startS: best(Math.min, a.startS, b.startS),
    endS: best(Math.max, a.endS, b.endS),
  };
}

/** Rows by connection. */
export class FoldTable {
  readonly #rows = new Map<string, FoldedRow>();

  /** Takes a row of a connection that may be there already. */
  add(row: FoldedRow): void {
    this.#rows.set(keyOf(row), this.mergedWith(row));
  }

  /** The row, and what there is of its connection, as one. */
  mergedWith(row: FoldedRow): FoldedRow {
    const known = this.#rows.get(keyOf(row));
    return known === undefined ? row : mergeRows(known, row);
  }

  /** How many connections there are. */
  get size(): number {
    return this.#rows.size;
  }

  /** The rows, in no order. */
  rows(): IterableIterator<FoldedRow> {
    return this.#rows.values();
  }
}

function keyOf(row: FoldedRow): string {
  return `${row.interface} ${row.localAddress} ${row.remoteAddress}`;
}

/** Rows of a table of connections in a fold's memory, as plain data. kernel/fold-layout.ts has their form. */

import { type NumberedAddress, numberedAddress } from '../src/formats/filter/ranges.ts';
import { addressText } from '../src/topology/address-text.ts';
import type { FoldedRow } from '../src/topology/contract.ts';
import type { FoldMemory } from './fold-memory.ts';
import type { LocalAddress } from './interface-image.ts';
import * as foldLayout from './kernel/fold-layout.ts';

const V4_MAPPED = 0xffffn;
const NO_START = (1n << 64n) - 1n;
const PROTOCOL_MASK = (1n << BigInt(foldLayout.ROW_END_SHIFT)) - 1n;

function remoteOf(high: bigint, low: bigint): NumberedAddress {
  if (high === 0n && low >> 32n === V4_MAPPED) return { family: 4, value: low & 0xffffffffn };
  return { family: 6, value: (high << 64n) | low };
}

/** Reads and writes the rows of one memory. */
export class ConnectionRows {
  readonly #words: DataView;
  readonly #table: number;
  readonly #locals: readonly LocalAddress[];
  readonly #texts: string[] = [];
  readonly #numbers = new Map<string, number>();

  constructor({ memory, tableAddress }: Pick<FoldMemory, 'memory' | 'tableAddress'>, locals: readonly LocalAddress[]) {
    this.#words = new DataView(memory.buffer);
    this.#table = tableAddress;
    this.#locals = locals;
  }

  /** How many rows there are. */
  get count(): number {
    return this.#words.getUint32(this.#table + foldLayout.TABLE_ROWS, true);
  }

  /** Address of a row by its number; that after the last, too. */
  address(number: number): number {
    return this.#words.getUint32(this.#table + foldLayout.TABLE_ROWS_AT, true) + number * foldLayout.ROW_BYTES;
  }

  /** The row at an address. */
  read(at: number): FoldedRow {
    const words = this.#words;
    const number = words.getUint32(at + foldLayout.ROW_LOCAL, true);
    const local = this.#locals[number] as LocalAddress;
    this.#texts[number] ??= addressText(local.address);
    const high = words.getBigUint64(at + foldLayout.ROW_REMOTE_HIGH, true);
    const start = words.getBigUint64(at + foldLayout.ROW_START, true);
    const last = words.getBigUint64(at + foldLayout.ROW_END, true);
    const end = last >> BigInt(foldLayout.ROW_END_SHIFT);
    const protocol = Number(last & PROTOCOL_MASK);
    return {
      interface: local.interface,
      localAddress: this.#texts[number],
      remoteAddress: addressText(remoteOf(high, words.getBigUint64(at + foldLayout.ROW_REMOTE_LOW, true))),
      bytesOut: words.getBigUint64(at + foldLayout.ROW_BYTES_OUT, true),
      bytesIn: words.getBigUint64(at + foldLayout.ROW_BYTES_IN, true),
      recordsOut: words.getUint32(at + foldLayout.ROW_RECORDS_OUT, true),
      recordsIn: words.getUint32(at + foldLayout.ROW_RECORDS_IN, true),
      protocol: protocol < foldLayout.PROTOCOL_SEVERAL ? protocol : null,
      startS: start === NO_START ? null : Number(start),
      endS: end === 0n ? null : Number(end) - 1,
    };
  }

  /** Writes a row of one record to a place outside of the table. */
  write(at: number, row: FoldedRow): void {
    const words = this.#words;
    const { family, value } = numberedAddress(row.remoteAddress) as NumberedAddress;
    const wide = family === 4 ? (V4_MAPPED << 32n) | value : value;
    const end = row.endS === null ? 0n : BigInt(row.endS) + 1n;
    words.setUint32(at + foldLayout.ROW_LOCAL, this.#localOf(row), true);
    words.setUint32(at + foldLayout.ROW_RECORDS_OUT, row.recordsOut, true);
    words.setUint32(at + foldLayout.ROW_RECORDS_IN, row.recordsIn, true);
    words.setBigUint64(at + foldLayout.ROW_REMOTE_HIGH, wide >> 64n, true);
    words.setBigUint64(at + foldLayout.ROW_REMOTE_LOW, BigInt.asUintN(64, wide), true);
    words.setBigUint64(at + foldLayout.ROW_BYTES_OUT, row.bytesOut, true);
    words.setBigUint64(at + foldLayout.ROW_BYTES_IN, row.bytesIn, true);
    words.setBigUint64(at + foldLayout.ROW_START, row.startS === null ? NO_START : BigInt(row.startS), true);
    const protocol = BigInt(row.protocol ?? foldLayout.PROTOCOL_SEVERAL);
    words.setBigUint64(at + foldLayout.ROW_END, (end << BigInt(foldLayout.ROW_END_SHIFT)) | protocol, true);
  }

  /** Sets the sums of a row to nothing. */
  clearSums(at: number): void {
    this.#words.setBigUint64(at + foldLayout.ROW_RECORDS_OUT, 0n, true);
    this.#words.setBigUint64(at + foldLayout.ROW_BYTES_OUT, 0n, true);
    this.#words.setBigUint64(at + foldLayout.ROW_BYTES_IN, 0n, true);
  }

  #localOf({ interface: index, localAddress }: FoldedRow): number {
    if (this.#numbers.size === 0) {
      for (const [number, local] of this.#locals.entries()) {
        const key = `${local.interface} ${addressText(local.address)}`;
        if (!this.#numbers.has(key)) this.#numbers.set(key, number);
      }
    }
    const number = this.#numbers.get(`${index} ${localAddress}`);
    if (number === undefined) throw new RangeError(`interface ${index} has no address ${localAddress}`);
    return number;
  }
}

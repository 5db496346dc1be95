/** The image of a fold's interfaces, which the kernel reads in place; kernel/fold-layout.ts has its form. */

import type { NumberedAddress } from '../src/formats/filter/ranges.ts';
import { PRIVATE } from '../src/topology/private-addresses.ts';
import type { Interfaces } from '../src/topology/reference-fold.ts';
import { rangesBytes } from './filter-code.ts';
import * as foldLayout from './kernel/fold-layout.ts';

/** An interface's own address, by the number that the kernel knows it by. */
export interface LocalAddress {
  /** Index of the interface in the list that was given. */
  readonly interface: number;
  readonly address: NumberedAddress;
}

const K = 0x9e3779b97f4a7c15n;
const MASK = (1n << 64n) - 1n;

/** The hash of an id, as kernel/interfaces.ts has it: its upper half. */
function hashOf(id: string): number {
  const bytes = Buffer.concat([Buffer.from(id), Buffer.alloc(foldLayout.INTERFACE_ID_BYTES)]);
  let hash = 0n;
  for (let at = 0; at < foldLayout.INTERFACE_ID_BYTES; at += 8) hash = (hash * K + bytes.readBigUInt64LE(at)) & MASK;
  return Number(((hash * K) & MASK) >> 32n);
}

/** Where the entry of an id goes. */
function freeEntry(entries: Buffer, id: string): number {
  const slots = entries.length / foldLayout.INTERFACE_BYTES;
  // `>>> 0`: hashes have 32 bits.
  let slot = (hashOf(id) & (slots - 1)) >>> 0;
  while (entries.readUInt32LE(slot * foldLayout.INTERFACE_BYTES + foldLayout.INTERFACE_LENGTH) !== 0)
    slot = (slot + 1) & (slots - 1);
  return slot * foldLayout.INTERFACE_BYTES;
}

/** Places for so many entries: a power of two, half of them free at least, one always. */
function slotsFor(entries: number): number {
  return 2 ** Math.ceil(Math.log2(entries * 2 + 2));
}

function addressBytes(addresses: readonly NumberedAddress[], family: 4 | 6): Buffer {
  const size = family === 4 ? 4 : 16;
  const bytes = Buffer.alloc(addresses.length * size);
  for (const [i, { value }] of addresses.entries()) {
    if (family === 4) bytes.writeUInt32LE(Number(value), i * size);
    else {
      bytes.writeBigUInt64LE(value >> 64n, i * size);
      bytes.writeBigUInt64LE(value & MASK, i * size + 8);
    }
  }
  return bytes;
}

/** The own addresses of all interfaces by their numbers: those of IPv4, interface by interface, then those of IPv6. */
export function localsOf(interfaces: Interfaces): readonly LocalAddress[] {
  const all = [...interfaces.all()].flatMap(([, { index, addresses }]) =>
    addresses.map((address) => ({ interface: index, address })),
  );
  const of = (family: 4 | 6) => all.filter(({ address }) => address.family === family);
  return [...of(4), ...of(6)];
}

/** Makes the image. Ids of more than 32 bytes have no entries: their lines are odd to the kernel. */
export function interfaceImage(interfaces: Interfaces): Uint8Array {
  const known = [...interfaces.all()];
  const addresses = localsOf(interfaces).map(({ address }) => address);
  const v4 = addresses.filter(({ family }) => family === 4);
  const v6 = addresses.filter(({ family }) => family === 6);
  const slots = slotsFor(known.length);
  const entries = Buffer.alloc(slots * foldLayout.INTERFACE_BYTES);
  const parts: readonly Buffer[] = [
    Buffer.alloc(foldLayout.INTERFACES_HEADER_BYTES),
    entries,
    addressBytes(v6, 6),
    rangesBytes(PRIVATE.v4, false),
    rangesBytes(PRIVATE.v6, true),
    addressBytes(v4, 4),
  ];
  const at = parts.map((_, i) => parts.slice(0, i).reduce((sum, part) => sum + part.length, 0));
  const [, entriesAt = 0, v6At = 0, privateAt = 0, privateV6At = 0, v4At = 0] = at;

  let [v4First, v6First] = [0, 0];
  for (const [id, own] of known) {
    const v4Count = own.addresses.filter(({ family }) => family === 4).length;
    const v6Count = own.addresses.length - v4Count;
    const length = Buffer.byteLength(id);
    if (length > 0 && length <= foldLayout.INTERFACE_ID_BYTES) {
      const entry = freeEntry(entries, id);
      entries.write(id, entry);
      entries.writeUInt32LE(length, entry + foldLayout.INTERFACE_LENGTH);
      entries.writeUInt32LE(v4At + v4First * 4, entry + foldLayout.INTERFACE_V4);
      entries.writeUInt32LE(v4Count, entry + foldLayout.INTERFACE_V4_COUNT);
      entries.writeUInt32LE(v4First, entry + foldLayout.INTERFACE_V4_LOCAL);
      entries.writeUInt32LE(v6At + v6First * 16, entry + foldLayout.INTERFACE_V6);
      entries.writeUInt32LE(v6Count, entry + foldLayout.INTERFACE_V6_COUNT);
      entries.writeUInt32LE(v4.length + v6First, entry + foldLayout.INTERFACE_V6_LOCAL);
    }
    v4First += v4Count;
    v6First += v6Count;
  }
  const header = parts[0] as Buffer;
  header.writeUInt32LE(slots - 1, foldLayout.INTERFACES_MASK);
  header.writeUInt32LE(entriesAt, foldLayout.INTERFACES_ENTRIES);
  header.writeUInt32LE(PRIVATE.v4.length, foldLayout.INTERFACES_PRIVATE_COUNT);
  header.writeUInt32LE(privateAt, foldLayout.INTERFACES_PRIVATE);
  header.writeUInt32LE(PRIVATE.v6.length, foldLayout.INTERFACES_PRIVATE_COUNT_V6);
  header.writeUInt32LE(privateV6At, foldLayout.INTERFACES_PRIVATE_V6);
  return Buffer.concat(parts);
}

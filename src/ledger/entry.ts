/**
 * What the ledger keeps of an object, as bytes: ten million of them have to fit on any disk.
 *
 * ```
 * key     u16 day of the object's key │ 12 bytes of SHA-256 over kind, bucket, key, version, size
 * value   u8 state │ varints: attempts, records, created, duplicates, failure store, dead letters, group, indices,
 *         filtered
 * ```
 *
 * Days come first so that a run, which goes by days, writes to neighbouring pages. Numbers are LEB128, seven bits a byte
 * (https://dwarfstd.org/doc/DWARF5.pdf, 7.6).
 */

import { createHash } from 'node:crypto';
import { parseKey } from '../plan/keys.ts';
import type { SourceObject } from '../sources/source.ts';

/** How an object stands. Numbers are on disk: never to be given another meaning. */
export const STATES = { done: 1, damaged: 2, failed: 3, unfinished: 4 } as const;

/** The name of a state. Done and damaged objects are not read again, the others are. */
export type EntryState = keyof typeof STATES;

/** What is known of an object. */
export interface Entry {
  readonly state: EntryState;
  /** Runs that began it. */
  readonly attempts: number;
  readonly records: number;
  readonly created: number;
  readonly duplicates: number;
  readonly failureStore: number;
  readonly deadLetters: number;
  /** Number of its group: account, region, and where its documents are counted. */
  readonly group: number;
  /** Number of the indices behind the target's name when it was begun; 0 where that is not known. */
  readonly indices: number;
  /** Records that the filter left out. */
  readonly filtered: number;
}

const NUMBERS = [
  'attempts',
  'records',
  'created',
  'duplicates',
  'failureStore',
  'deadLetters',
  'group',
  'indices',
  'filtered',
] as const satisfies readonly (keyof Entry)[];

const STATE_BY_NUMBER = new Map(Object.entries(STATES).map(([name, number]) => [number, name as EntryState]));

const HASH_BYTES = 12;

/** Bytes of an entry's key. */
export const KEY_BYTES = 2 + HASH_BYTES;

/** Day of the object's key, days since the epoch; 0 where it says none. */
export function dayOfObject(object: SourceObject): number {
  return Math.max(0, Math.min(parseKey(object.key).day ?? 0, 0xffff));
}

/** The key of an object's entry: another version of the object has another. */
export function entryKey(object: SourceObject): Buffer {
  const { kind, bucket, key, etag, size, lastModifiedMs } = object;
  const version = etag ?? `${Math.round(lastModifiedMs)}`;
  const hash = createHash('sha256')
    .update([kind, bucket ?? '', key, version, `${size}`].join('\0'))
    .digest();
  const bytes = Buffer.alloc(KEY_BYTES);
  bytes.writeUInt16BE(dayOfObject(object), 0);
  hash.copy(bytes, 2, 0, HASH_BYTES);
  return bytes;
}

/** An entry as bytes. */
export function encodeEntry(entry: Entry): Buffer {
  const bytes: number[] = [STATES[entry.state]];
  for (const name of NUMBERS) {
    let rest = entry[name];
    // Not by shifts: counts go beyond 32 bits.
    for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
    bytes.push(rest);
  }
  return Buffer.from(bytes);
}

/** The entry in the bytes; numbers that an older version did not write are 0. */
export function decodeEntry(bytes: Uint8Array): Entry {
  let at = 1;
  const number = (): number => {
    let value = 0;
    for (let weight = 1; at < bytes.length; weight *= 128) {
      const byte = bytes[at++] as number;
      value += (byte & 127) * weight;
      if (byte < 128) break;
    }
    return value;
  };
  const state = stateOf(bytes);
  const numbers = NUMBERS.map(number) as [number, number, number, number, number, number, number, number, number];
  const [attempts, records, created, duplicates, failureStore, deadLetters, group, indices, filtered] = numbers;
  return { state, attempts, records, created, duplicates, failureStore, deadLetters, group, indices, filtered };
}

/** The state alone. */
export function stateOf(bytes: Uint8Array): EntryState {
  return STATE_BY_NUMBER.get(bytes[0] as 1) ?? 'unfinished';
}

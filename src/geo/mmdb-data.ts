/**
 * The data section of a MaxMind DB: every type of the format, pointers included.
 * Source: https://maxmind.github.io/MaxMind-DB/#output-data-section
 *
 * ```
 *  control byte          type 1..7 in 3 bits, else 0 and the type - 7 in the next byte
 *  ┌─────┬─────────┐
 *  │ type│  size   │     size 0..28 as it is; 29, 30, 31: 1, 2, 3 bytes more follow, added to 29, 285, 65821
 *  └─────┴─────────┘
 *  pointer: 001 SS VVV   SS + 1 bytes follow; value = VVV and those bytes, + 0, 2048, 526336; SS = 3: VVV is not used
 * ```
 */

import { shortestFloat32 } from './float32.ts';

/** A decoded value. Integers beyond 2^53 are bigints. */
export type MmdbValue =
  | string
  | number
  | bigint
  | boolean
  | Uint8Array
  | readonly MmdbValue[]
  | { readonly [key: string]: MmdbValue };

const POINTER = 1;
const STRING = 2;
const DOUBLE = 3;
const BYTES = 4;
const UINT16 = 5;
const UINT32 = 6;
const MAP = 7;
const INT32 = 8;
const UINT64 = 9;
const UINT128 = 10;
const ARRAY = 11;
const BOOLEAN = 14;
const FLOAT = 15;

/** Deeper than any record of sense; a loop of pointers would never end. */
const MAX_DEPTH = 64;

/** Keys repeat in every record and are few; more than this many is no database of ours. */
const MAX_CACHED_KEYS = 10_000;

/** Decodes values of a data section. One decoder serves one file, one value at a time. */
export class MmdbDecoder {
  readonly #bytes: Buffer;
  readonly #base: number;
  readonly #end: number;
  readonly #keys = new Map<number, string>();
  #at = 0;

  /** @param base where the section begins in `bytes`: pointers count from there; `end` is the first byte behind it */
  constructor(bytes: Buffer, base: number, end: number) {
    this.#bytes = bytes;
    this.#base = base;
    this.#end = end;
  }

  /**
   * Decodes the value `offset` bytes into the section. With `wanted`, values of other map keys are passed over.
   * Throws {@link RangeError} where the bytes break the format.
   */
  decode(offset: number, wanted?: ReadonlySet<string>): MmdbValue {
    this.#at = this.#base + offset;
    return this.#value(wanted, 0);
  }

  #value(wanted: ReadonlySet<string> | undefined, depth: number): MmdbValue {
    if (depth > MAX_DEPTH) throw new RangeError(`values nested more than ${MAX_DEPTH} deep`);
    const control = this.#byte();
    if (control >> 5 === POINTER) {
      const target = this.#pointer(control);
      const back = this.#at;
      this.#at = target;
      const value = this.#value(wanted, depth + 1);
      this.#at = back;
      return value;
    }
    const type = control >> 5 || 7 + this.#byte();
    const size = this.#size(control);
    switch (type) {
      case STRING:
        return this.#bytes.toString('utf8', this.#at, this.#advance(size));
      case MAP:
        return this.#map(size, wanted, depth);
      case ARRAY: {
        const items: MmdbValue[] = [];
        for (let i = 0; i < size; i++) items.push(this.#value(wanted, depth + 1));
        return items;
      }
      case DOUBLE:
        if (size !== 8) throw new RangeError(`a double of ${size} bytes`);
        return this.#bytes.readDoubleBE(this.#advance(8) - 8);
      case FLOAT:
        if (size !== 4) throw new RangeError(`a float of ${size} bytes`);
        return shortestFloat32(this.#bytes.readFloatBE(this.#advance(4) - 4));
      case UINT16:
      case UINT32:
      case UINT64:
      case UINT128:
        return this.#unsigned(size);
      case INT32:
        return Number(this.#unsigned(size)) | 0;
      case BOOLEAN:
        return size !== 0;
      case BYTES:
        return Uint8Array.from(this.#bytes.subarray(this.#at, this.#advance(size)));
      default:
        throw new RangeError(`a value of type ${type}, which does not exist`);
    }
  }

  #map(size: number, wanted: ReadonlySet<string> | undefined, depth: number): MmdbValue {
    const map: Record<string, MmdbValue> = {};
    for (let i = 0; i < size; i++) {
      const key = this.#key();
      if (wanted === undefined || wanted.has(key)) map[key] = this.#value(wanted, depth + 1);
      else this.#skip(depth + 1);
    }
    return map;
  }

  /** A map key: mostly a pointer to a string that all records share, so remembered by where it is. */
  #key(): string {
    const control = this.#byte();
    if (control >> 5 !== POINTER) {
      if (control >> 5 !== STRING) throw new RangeError('a map key that is not a string');
      return this.#bytes.toString('utf8', this.#at, this.#advance(this.#size(control)));
    }
    const target = this.#pointer(control);
    const known = this.#keys.get(target);
    if (known !== undefined) return known;
    const back = this.#at;
    this.#at = target;
    const targetControl = this.#byte();
    if (targetControl >> 5 !== STRING) throw new RangeError('a map key that is not a string');
    const key = this.#bytes.toString('utf8', this.#at, this.#advance(this.#size(targetControl)));
    this.#at = back;
    if (this.#keys.size < MAX_CACHED_KEYS) this.#keys.set(target, key);
    return key;
  }

  #skip(depth: number): void {
    if (depth > MAX_DEPTH) throw new RangeError(`values nested more than ${MAX_DEPTH} deep`);
    const control = this.#byte();
    if (control >> 5 === POINTER) {
      this.#pointer(control);
      return;
    }
    const type = control >> 5 || 7 + this.#byte();
    const size = this.#size(control);
    if (type === MAP || type === ARRAY) {
      for (let i = type === MAP ? size * 2 : size; i > 0; i--) this.#skip(depth + 1);
    } else if (type !== BOOLEAN) {
      this.#advance(size);
    }
  }

  /** The place in the file that a pointer with this control byte leads to. */
  #pointer(control: number): number {
    const bytes = ((control >> 3) & 3) + 1;
    let value = bytes === 4 ? 0 : control & 7;
    for (let i = 0; i < bytes; i++) value = value * 256 + this.#byte();
    if (bytes === 2) value += 2048;
    else if (bytes === 3) value += 526_336;
    const target = this.#base + value;
    if (target >= this.#end) throw new RangeError(`a pointer to byte ${target}, behind the data section`);
    return target;
  }

  #size(control: number): number {
    const size = control & 31;
    if (size < 29) return size;
    if (size === 29) return 29 + this.#byte();
    if (size === 30) return 285 + this.#byte() * 256 + this.#byte();
    return 65_821 + this.#byte() * 65_536 + this.#byte() * 256 + this.#byte();
  }

  #unsigned(size: number): number | bigint {
    if (size > 16) throw new RangeError(`an integer of ${size} bytes`);
    const end = this.#advance(size);
    let value = 0;
    for (let at = end - size; at < end; at++) value = value * 256 + this.#bytes[at]!;
    if (value <= Number.MAX_SAFE_INTEGER) return value;
    return BigInt(`0x${this.#bytes.toString('hex', end - size, end)}`);
  }

  #byte(): number {
    if (this.#at >= this.#end) throw new RangeError(`a value that runs past the data section at byte ${this.#end}`);
    return this.#bytes[this.#at++]!;
  }

  /** Moves past `size` bytes and returns the place behind them. */
  #advance(size: number): number {
    this.#at += size;
    if (this.#at > this.#end) throw new RangeError(`a value that runs past the data section at byte ${this.#end}`);
    return this.#at;
  }
}

/** The reader of a table image in plain TypeScript: the meaning of `layout.ts`, and what the reference encoder uses. */

import type { ParsedAddress } from './address.ts';
import {
  H_MAGIC,
  H_PAIRS,
  H_V4_NODES,
  H_V4_ROOT,
  H_V4_ROOT_SHIFT,
  H_V6_DEEP_FIRST,
  H_V6_DEEP_KEYS,
  H_V6_DEEP_PAIRS,
  H_V6_ENTRY_KEYS,
  H_V6_ENTRY_VALUES,
  H_V6_GROUP_FIRST,
  H_V6_GROUP_KEYS,
  H_V6_INDEX,
  H_V6_INDEX_SHIFT,
  H_VERSION,
  HEADER_BYTES,
  LAYOUT_VERSION,
  LEADS_ON,
  MAGIC,
  PAIR_AS_LENGTH_BYTE,
  PAIR_AS_OFFSET_BYTE,
  PAIR_BYTES_LOG2,
  PAIR_GEO_LENGTH_BYTE,
  PAIR_GEO_OFFSET_BYTE,
  V4_NODE_COUNTS_BYTE,
  V4_NODE_VALUES_BYTE,
} from './layout.ts';

/** Looks addresses up in a table image, which may lie in shared memory. */
export class GeoTables {
  readonly #bytes: Uint8Array;
  readonly #words: Uint32Array;

  /**
   * @param image the image and nothing before it; its place in its buffer must be a multiple of 8
   * @throws {RangeError} where the bytes are no image of this layout version or are not aligned
   */
  constructor(image: Uint8Array) {
    if (image.byteOffset % 8 !== 0) throw new RangeError(`geo image at byte ${image.byteOffset}: not a multiple of 8`);
    if (image.length < HEADER_BYTES)
      throw new RangeError(`geo image of ${image.length} bytes: shorter than its header`);
    this.#bytes = image;
    this.#words = new Uint32Array(image.buffer, image.byteOffset, image.length >>> 2);
    if (this.#words[H_MAGIC] !== MAGIC || this.#words[H_VERSION] !== LAYOUT_VERSION) {
      throw new RangeError(`not a geo image of layout version ${LAYOUT_VERSION}`);
    }
  }

  /** The pair id of an address; 0 where nothing is known. Addresses in `::ffff:0:0/96` are looked up as IPv4. */
  lookup(address: ParsedAddress): number {
    const { bytes } = address;
    if (address.family === 4) return this.lookup4(wordAt(bytes, 0));
    if (address.v4Mapped) return this.lookup4(wordAt(bytes, 12));
    return this.lookup6(wordAt(bytes, 0), wordAt(bytes, 4), wordAt(bytes, 8), wordAt(bytes, 12));
  }

  /** The pair id of an IPv4 address given as a number, `a.b.c.d` as a·2^24 + b·2^16 + c·2^8 + d. */
  lookup4(address: number): number {
    let value = this.#word(H_V4_ROOT, address >>> this.#words[H_V4_ROOT_SHIFT]!);
    if (value >= LEADS_ON) value = this.#runInNode(value - LEADS_ON, (address >>> 8) & 255);
    if (value >= LEADS_ON) value = this.#runInNode(value - LEADS_ON, address & 255);
    return value;
  }

  /** The pair id of an IPv6 address given as four words, most significant first; v4-mapped ones are not handled here. */
  lookup6(first: number, second: number, third: number, fourth: number): number {
    const bucket = first >>> this.#words[H_V6_INDEX_SHIFT]!;
    // The group may lie before the bucket, never after it. The very first group has key 0, so there always is one.
    const from = Math.max(this.#word(H_V6_INDEX, bucket) - 1, 0);
    const group = this.#lastNotAbove(H_V6_GROUP_KEYS, from, this.#word(H_V6_INDEX, bucket + 1), first);
    const entries = this.#word(H_V6_GROUP_FIRST, group);
    const entriesEnd = this.#word(H_V6_GROUP_FIRST, group + 1);
    const entry =
      this.#word(H_V6_GROUP_KEYS, group) === first
        ? this.#lastNotAbove(H_V6_ENTRY_KEYS, entries, entriesEnd, second)
        : entriesEnd - 1;
    const value = this.#word(H_V6_ENTRY_VALUES, entry);
    return value >= LEADS_ON ? this.#deep(value - LEADS_ON, third, fourth) : value;
  }

  /** What a pair says about the autonomous system: `,"as":{…}`, or an empty string. */
  asFragment(pair: number): string {
    return this.#fragment(pair, PAIR_AS_OFFSET_BYTE, PAIR_AS_LENGTH_BYTE);
  }

  /** What a pair says about the place: `,"geo":{…}`, or an empty string. */
  geoFragment(pair: number): string {
    return this.#fragment(pair, PAIR_GEO_OFFSET_BYTE, PAIR_GEO_LENGTH_BYTE);
  }

  /** Word `index` of the section whose offset stands in the header word `section`. */
  #word(section: number, index: number): number {
    return this.#words[(this.#words[section]! >>> 2) + index]!;
  }

  /** The value of a slot in a v4 node: that of the last run that begins at or before it. */
  #runInNode(nodeWord: number, slot: number): number {
    const node = this.#words[H_V4_NODES]! + nodeWord * 4;
    const bitmapWord = slot >>> 5;
    const upToSlot = this.#words[(node >>> 2) + bitmapWord]! & ((2 << (slot & 31)) - 1);
    const runs = this.#bytes[node + V4_NODE_COUNTS_BYTE + bitmapWord]! + popcount(upToSlot);
    return this.#words[((node + V4_NODE_VALUES_BYTE) >>> 2) + runs - 1]!;
  }

  /** Binary search: the last index in [from, end) whose key is not above `key`; `from` where none is. */
  #lastNotAbove(section: number, from: number, end: number, key: number): number {
    let low = from;
    let high = end;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if (this.#word(section, middle) <= key) low = middle;
      else high = middle;
    }
    return low;
  }

  /** The pair of an address within a /64 that holds longer prefixes. */
  #deep(list: number, third: number, fourth: number): number {
    let low = this.#word(H_V6_DEEP_FIRST, list);
    let high = this.#word(H_V6_DEEP_FIRST, list + 1);
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      const keyThird = this.#word(H_V6_DEEP_KEYS, middle * 2 + 1);
      const keyFourth = this.#word(H_V6_DEEP_KEYS, middle * 2);
      if (keyThird < third || (keyThird === third && keyFourth <= fourth)) low = middle;
      else high = middle;
    }
    return this.#word(H_V6_DEEP_PAIRS, low);
  }

  #fragment(pair: number, offsetByte: number, lengthByte: number): string {
    const record = (this.#words[H_PAIRS]! >>> 2) + (pair << (PAIR_BYTES_LOG2 - 2));
    const offset = this.#words[record + (offsetByte >>> 2)]!;
    const length = this.#words[record + (lengthByte >>> 2)]!;
    if (length === 0) return '';
    // TextDecoder refuses views of shared memory, Buffer does not.
    return Buffer.from(this.#bytes.buffer, this.#bytes.byteOffset + offset, length).toString('utf8');
  }
}

function wordAt(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
}

/** The number of bits set in a word (Hacker's Delight, figure 5-2). */
function popcount(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555);
  const nibbles = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((nibbles + (nibbles >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/**
 * The table image: what the geo compiler writes and what the two readers (`tables.ts` and the kernel's `lookup.ts`) read.
 *
 * Plain integer constants only, so that this file is TypeScript and AssemblyScript alike.
 *
 * The image is position-independent: every offset is in bytes from its first byte. All words are u32, little-endian.
 * Sections begin on multiples of 64; an image that knows nothing is a few hundred bytes.
 *
 * ```
 *        ┌──────────────────┐
 *      0 │ header           │  HEADER_WORDS words, named H_…
 *        ├──────────────────┤
 *        │ v4 root          │  1 word per /16 (per 2^V4_ROOT_SHIFT addresses)      value ─┐
 *        │ v4 nodes         │  256 slots each, run-length coded, see below         value ─┤
 *        ├──────────────────┤                                                            │
 *        │ v6 index         │  1 word per 2^V6_INDEX_SHIFT first words: first group      │
 *        │ v6 group keys    │  bits 127..96 of the groups, ascending                     │
 *        │ v6 group first   │  first entry of each group, one word more at the end       │
 *        │ v6 entry keys    │  bits 95..64 of the entries, ascending within a group      │
 *        │ v6 entry values  │                                                      value ─┤
 *        │ v6 deep first    │  first deep entry of each list, one word more at the end   │
 *        │ v6 deep keys     │  bits 63..0 as u64, ascending within a list                │
 *        │ v6 deep pairs    │                                                       pair ┤
 *        ├──────────────────┤                                                            │
 *        │ pairs            │  16 bytes each ◀───────────────────────────────────────────┘
 *        │ fragments        │  JSON bytes, each 16-byte aligned; 64 readable bytes follow the last
 *        └──────────────────┘
 * ```
 *
 * A *value* is a pair id where its high bit is clear. With the high bit set it leads on: from the v4 root and nodes to a
 * v4 node (its offset in words from the node section), from a v6 entry to the deep list of that /64.
 *
 * A v4 node has 256 slots: the /24s of a /16, or the addresses of a /24. Neighbours mostly have the same value, so only
 * the first slot of every run keeps it, and a popcount finds the run:
 *
 * ```
 *  word 0         8          10
 *       ┌─────────┬──────────┬────────────┬────────────┬───
 *       │ bitmap  │ 8 counts │ value of   │ value of   │ …     bit i of the bitmap: a run begins at slot i (bit 0 always)
 *       │ 256 bit │ of 1 byte│ the 1st run│ the 2nd run│       count w: bits set in bitmap words 0 … w-1
 *       └─────────┴──────────┴────────────┴────────────┴───
 * ```
 *
 * Compared with one word per /24 (64 MiB) and 64-byte blocks below, City + ASN of DB-IP takes a third of the space.
 *
 * In IPv6 a group holds the entries that share their first 32 bits; its first entry always has key 0. An address whose
 * first 32 bits are no group belongs to the last entry of the group before.
 *
 * A pair says what is known about an address: `asOffset, asLength, geoOffset, geoLength`; length 0 is nothing, pair 0 is
 * nothing at all. Fragments begin with a comma: `,"as":{…}` and `,"geo":{…}`.
 */

/** "FGEO" read as a little-endian word. */
export const MAGIC = 0x4f454746;
/** Grows with every change to the layout or to the text of the fragments: tables in the cache are then compiled anew. */
export const LAYOUT_VERSION = 1;

export const HEADER_WORDS = 64;
export const HEADER_BYTES = 256;
export const SECTION_ALIGNMENT = 64;
export const FRAGMENT_ALIGNMENT = 16;
/** Bytes that may be read after the end of the last fragment, so that copies in big steps need no check. */
export const READABLE_SLACK_BYTES = 64;

// Words of the header.
export const H_MAGIC = 0;
export const H_VERSION = 1;
/** Bytes of the whole image. */
export const H_BYTES = 2;
/** CRC-32 of all bytes from CHECKSUM_FROM_BYTE on. */
export const H_CHECKSUM = 3;
export const H_V4_ROOT_SHIFT = 4;
export const H_V4_ROOT = 5;
export const H_V4_NODES = 6;
export const H_V6_INDEX_SHIFT = 7;
export const H_V6_INDEX = 8;
export const H_V6_GROUP_KEYS = 9;
export const H_V6_GROUP_FIRST = 10;
export const H_V6_ENTRY_KEYS = 11;
export const H_V6_ENTRY_VALUES = 12;
export const H_V6_DEEP_FIRST = 13;
export const H_V6_DEEP_KEYS = 14;
export const H_V6_DEEP_PAIRS = 15;
export const H_PAIRS = 16;
export const H_PAIR_COUNT = 17;
export const H_FRAGMENTS = 18;

export const CHECKSUM_FROM_BYTE = 16;

/** The high bit of a value: not a pair id, but the way to a node or a deep list. */
export const LEADS_ON = 0x80000000;

/** Shift of the v4 root: one word per /16. An image without IPv4 has the shift 31 and two words. */
export const V4_ROOT_SHIFT = 16;
export const V4_NODE_COUNTS_BYTE = 32;
export const V4_NODE_VALUES_BYTE = 40;

/** Shift of the v6 index: one word per /18. An image without IPv6 has the shift 31. */
export const V6_INDEX_SHIFT = 14;
export const EMPTY_SHIFT = 31;

export const PAIR_BYTES_LOG2 = 4;
export const PAIR_AS_OFFSET_BYTE = 0;
export const PAIR_AS_LENGTH_BYTE = 4;
export const PAIR_GEO_OFFSET_BYTE = 8;
export const PAIR_GEO_LENGTH_BYTE = 12;

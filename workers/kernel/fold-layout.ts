/**
 * Numbers that the kernel and its host share for the fold, as layout.ts has them for all: its programs, the image of the
 * interfaces, and the table of connections. Plain integer constants only, so that both compilers read this file.
 */

// --- programs ---

/**
 * A program of the fold has in place of its first words the columns that the checks leave alone, and which of those
 * that they read have a value; no ops.
 *
 * ```
 * u8 column of interface-id, u8 of log-status, u8 of bytes (NO_COLUMN: no value), u8 FOLD_HAS_… bits
 * u32 0, u32 0
 * u32 filter, as in all programs
 * checks
 * ```
 */
export const FOLD_INTERFACE = 0;
export const FOLD_STATUS = 1;
export const FOLD_BYTES = 2;
export const FOLD_HAS = 3;
export const NO_COLUMN = 255;

export const FOLD_HAS_SOURCE = 1;
export const FOLD_HAS_DESTINATION = 2;
export const FOLD_HAS_PROTOCOL = 4;
export const FOLD_HAS_START = 8;
export const FOLD_HAS_END = 16;

// --- interfaces ---

/**
 * The image of the interfaces, made by the host; places in it are counted from its start:
 *
 * ```
 * header   u32 words, INTERFACES_…
 * entries  open addressing by id, 64 bytes each (below)
 * own IPv4 addresses, interface by interface       u32 each
 * own IPv6 addresses, interface by interface       u64 upper half, u64 lower half
 * ranges of private addresses, IPv4, IPv6          as tables of filters
 * ```
 *
 * An own address is known by its number among those of all interfaces, `local`.
 */
export const INTERFACES_MASK = 0;
export const INTERFACES_ENTRIES = 4;
export const INTERFACES_PRIVATE_COUNT = 8;
export const INTERFACES_PRIVATE = 12;
export const INTERFACES_PRIVATE_COUNT_V6 = 16;
export const INTERFACES_PRIVATE_V6 = 20;
export const INTERFACES_HEADER_BYTES = 64;

/** An entry: the id, padded with zeros; its bytes (0: free); of IPv4, then of IPv6: first address, count, first `local`. */
export const INTERFACE_BYTES = 64;
export const INTERFACE_ID_BYTES = 32;
export const INTERFACE_LENGTH = 32;
export const INTERFACE_V4 = 36;
export const INTERFACE_V4_COUNT = 40;
export const INTERFACE_V4_LOCAL = 44;
export const INTERFACE_V6 = 48;
export const INTERFACE_V6_COUNT = 52;
export const INTERFACE_V6_LOCAL = 56;

// --- connections ---

/**
 * The table of connections. Rows lie one after the other, in the order in which they came; the index finds them.
 *
 * ```
 * header   u32 words, TABLE_…
 * queue    rows of one record each, which wait to be added together
 * index    open addressing, u32 each: 8 bits of the hash, 24 bits of the row's number + 1; 0: free
 * rows     64 bytes each
 * journal  rows as they were before the object that is read, each with its number in place of its stamp
 * ```
 *
 * The row of a connection:
 *
 * ```
 * u32 local, u32 stamp: the object that changed it last, u32 records out, u32 records in
 * u64 upper half, u64 lower half of the remote address      IPv4: as ::ffff:a.b.c.d
 * u64 bytes out, u64 bytes in
 * u64 least start                                           all ones: none
 * u64 (greatest end + 1) << 16 | protocol                   end 0: none; PROTOCOL_…
 * ```
 */
export const TABLE_CAPACITY = 0;
export const TABLE_INDEX_BITS = 4;
export const TABLE_ROWS = 8;
/** Rows that were there when the object began. */
export const TABLE_ROWS_BEFORE = 12;
export const TABLE_JOURNALED = 16;
export const TABLE_STAMP = 20;
/** Addresses of the index, the rows and the journal. */
export const TABLE_INDEX_AT = 24;
export const TABLE_ROWS_AT = 28;
export const TABLE_JOURNAL_AT = 32;
export const TABLE_QUEUE = 64;
/** Rows that are added together: their ways to memory overlap. */
export const BATCH_ROWS = 16;
export const TABLE_HEADER_BYTES = 1088;

/** The index begins with 2^12 places, and has at least two for a row. */
export const FIRST_INDEX_BITS = 12;
/** Most rows: their numbers have 24 bits. */
export const MAX_ROWS = 16777214;

export const ROW_BYTES = 64;
export const ROW_BYTES_LOG2 = 6;
export const ROW_LOCAL = 0;
export const ROW_STAMP = 4;
export const ROW_RECORDS_OUT = 8;
export const ROW_RECORDS_IN = 12;
export const ROW_REMOTE_HIGH = 16;
export const ROW_REMOTE_LOW = 24;
export const ROW_BYTES_OUT = 32;
export const ROW_BYTES_IN = 40;
export const ROW_START = 48;
export const ROW_END = 56;
export const ROW_END_SHIFT = 16;

/** Above the numbers of protocols: records have several, or none; no record yet. */
export const PROTOCOL_SEVERAL = 256;
export const PROTOCOL_UNSET = 65535;

/**
 * Numbers that the kernel (AssemblyScript) and its host (TypeScript) share: codes, sizes, and where things lie in an
 * arena. Plain integer constants only, so that both compilers read this file.
 *
 * ```
 * one shared WebAssembly.Memory
 * ┌────────┬────────────┬─────────┬─────────┬───
 * │ unused │ geo tables │ arena 0 │ arena 1 │ …
 * └────────┴────────────┴─────────┴─────────┴───
 *
 * arena, one a worker                                offset from the arena's start
 * ┌────────────────────────────────────────────────┐
 * │ result of the last convert()                   │ RESULT
 * │ ends of the line's columns                     │ ENDS
 * │ selectors of the record                        │ SELECTORS
 * │ community ids: four lanes of SHA-1             │ LANES … DIGESTS
 * │ texts of the object, by slot                   │ SLOTS
 * │ programs by pattern of absent columns          │ PATTERNS
 * │ tables of the kernel's own                     │ BASE64, DOTS, QUADS, TIMES
 * ├────────────────────────────────────────────────┤
 * │ heap of the host: programs, literals, texts    │ HEAP
 * ├────────────────────────────────────────────────┤
 * │ input window, with slack after it              │ INPUT
 * ├────────────────────────────────────────────────┤
 * │ bodies, each with slack after it               │ BODIES
 * └────────────────────────────────────────────────┘
 * ```
 *
 * The fold of flow logs into connections has a memory of its own for each worker, with a table after the arena:
 *
 * ```
 * ┌────────┬────────────┬─────────────────────┬────────┬───────┬──────┬─────────┐
 * │ unused │ interfaces │ arena (no bodies)   │ header │ index │ rows │ journal │
 * └────────┴────────────┴─────────────────────┴────────┴───────┴──────┴─────────┘
 *            read only                          connections: fold-layout.ts
 * ```
 *
 * Copies go in steps of 16 to 64 bytes and may read and write past their end: that is what SLACK is for.
 */

/** Bytes that may be read or written past the end of anything that is copied. */
export const SLACK = 128;

// --- status of convert() ---

/** Every line was converted. */
export const DONE = 0;
/** The next document might not fit into the body. */
export const BODY_FULL = 1;
/** The line at the input position is for the reference encoder. */
export const ODD_LINE = 2;
/** There is no program yet for the line's pattern of absent columns. */
export const NEW_PATTERN = 3;

/** The table of connections has no room for another row. */
export const TABLE_FULL = 4;
/** A sum of the row in RESULT_ROW would not fit: the host has to take its sums out. */
export const SUM_FULL = 5;

// --- RESULT: u32 words ---

export const RESULT = 0;
/** Input position: start of the first line that is not converted. */
export const RESULT_INPUT = 0;
/** Output position: end of the last document. */
export const RESULT_OUTPUT = 4;
/** Documents written. */
export const RESULT_DOCUMENTS = 8;
/** Records that the filter left out. */
export const RESULT_FILTERED = 12;
/** The pattern that has no program: bits of the columns that are `-`, 128 bits. */
export const RESULT_PATTERN = 16;
/** Of the fold: records by what became of them, in the order of FOLDED and what follows it. */
export const RESULT_COUNTS = 32;
/** Of the fold: address of the row whose sums are full. */
export const RESULT_ROW = 56;

/** What becomes of a record that is folded: places of counts. */
export const FOLDED = 0;
export const NO_DATA = 1;
export const UNKNOWN_INTERFACE = 2;
export const NO_DIRECTION = 3;
export const PUBLIC_REMOTE = 4;
export const FOLD_FILTERED = 5;
export const FOLD_COUNTS = 6;

// --- the line ---

/** u32 each: position before the line, then the position after each column. A block of 64 bytes may overshoot. */
export const ENDS = 64;
export const ENDS_ROOM = 256;

/** u32 each: what a VARIANT op chooses by. */
export const SELECTORS = 1088;
export const SELECT_ACTION = 0;
export const SELECT_FAMILY = 1;
export const SELECT_PROTOCOL = 2;
export const SELECT_FLAGS = 3;

/** ACCEPT, REJECT, anything else or nothing: values of SELECT_ACTION. */
export const ACTION_ACCEPT = 0;
export const ACTION_REJECT = 1;
export const ACTION_OTHER = 2;

/** IPv4, IPv6: values of SELECT_FAMILY. */
export const FAMILY_4 = 0;
export const FAMILY_6 = 1;

// --- community ids ---

/** Message words of SHA-1, four lanes each: 80 × 16 bytes. */
export const LANES = 1152;
/** Where the id of each lane goes: 4 × u32. */
export const LANE_TARGETS = 2432;
/** The five words of the four digests: 5 × 16 bytes. */
export const DIGESTS = 2448;
/** The literal `"community_id":"1:`, put there by the host. */
export const COMMUNITY_LITERAL = 2560;
export const COMMUNITY_LITERAL_BYTES = 18;
/** Bytes of the member: literal, 28 bytes of base64, `",`. */
export const COMMUNITY_BYTES = 48;

// --- texts of the object ---

/** By slot: u32 address, u32 length. */
export const SLOTS = 2688;
export const SLOT_ID = 0;
export const SLOT_S3 = 1;
export const SLOT_PATH = 2;
export const SLOT_REGION = 3;
export const SLOT_TIME = 4;
export const SLOT_COUNT = 5;

// --- programs by pattern ---

/** Open addressing: u64 low bits, u64 high bits, u32 program (0: free), padding to 32 bytes. */
export const PATTERNS = 4096;
export const PATTERN_BYTES = 32;
export const PATTERN_ROOM = 256;

// --- the kernel's own tables ---

/** Two base64 characters for each 12 bits: 4096 × u16. */
export const BASE64 = 12288;
/** Shape of a dotted quad by the bits of its dots: 65536 × u8; 255 where there is none. */
export const DOTS = 20480;
/** By shape: 16 bytes that move the digits to their places, 16 bytes of least values. */
export const QUADS = 86016;
/** ISO times by second: u32 keys, then 32 bytes each. */
export const TIMES = 88832;
export const TIMES_ROOM = 2048;
export const TIMES_TEXT = 97024;

/** End of the fixed part: the host's heap begins. */
export const HEAP = 163840;

// --- programs ---

/**
 * A program, made by the host for a header and a pattern of absent columns:
 *
 * ```
 * u32 most bytes of a document beside its columns
 * u32 how many times the line may be copied into it
 * u32 where the ops begin, from the program's start
 * u32 address of the filter's first test, or FILTER_KEEP, or FILTER_DROP
 * checks   u8 code, u8 column, u16 0 …       CHECK_END
 *          (padding to 16 bytes)
 * ops      u8 code, u8 argument, u16 literal bytes, u32 literal address, u32 table address, u32 0 …   OP_END
 * ```
 *
 * An op copies its literal, then what its code says.
 */
export const PROGRAM_FIXED_BYTES = 0;
export const PROGRAM_COPIES = 4;
/** u32: where the ops begin, from the program's start. */
export const PROGRAM_OPS = 8;
/** u32: what is done with a record whose values are right. */
export const PROGRAM_FILTER = 12;
export const PROGRAM_CHECKS = 16;
export const CHECK_BYTES = 4;
export const OP_BYTES = 16;

export const CHECK_END = 0;
export const CHECK_SOURCE = 1;
export const CHECK_DESTINATION = 2;
export const CHECK_ADDRESS = 3;
export const CHECK_SOURCE_PORT = 4;
export const CHECK_DESTINATION_PORT = 5;
export const CHECK_PROTOCOL = 6;
export const CHECK_COUNT = 7;
export const CHECK_START = 8;
export const CHECK_END_TIME = 9;
export const CHECK_ACTION = 10;
export const CHECK_FLAGS = 11;
/** Both addresses are of one family: where there may be a community id. */
export const CHECK_FAMILIES = 12;
/** The flow's ends without look-ups, which come after the filter. */
export const CHECK_SOURCE_ONLY = 13;
export const CHECK_DESTINATION_ONLY = 14;

// --- filters ---

/**
 * A filter, made by the host for a header and a pattern of absent columns: tests of columns that have values, each of
 * which says which is next by its result.
 *
 * ```
 * u8 code, u8 column, u16 0
 * u32 next where it is true, u32 next where it is false     address of a test, or FILTER_KEEP, or FILTER_DROP
 * u32 entries of its table, u32 address of it
 * u32 entries of its second table, u32 address of it        of addresses: IPv6
 * u32 0
 * ```
 *
 * | table of    | entry                                           | order             |
 * |-------------|-------------------------------------------------|-------------------|
 * | numbers     | u64 low, u64 high                               | ascending, apart  |
 * | IPv4        | the same                                        | ascending, apart  |
 * | IPv6        | u64 low's upper half, lower half, high's, high's | ascending, apart |
 * | texts       | u32 address, u32 length                         | any               |
 */
export const FILTER_DROP = 0;
export const FILTER_KEEP = 1;

export const TEST_NEXT_TRUE = 4;
export const TEST_NEXT_FALSE = 8;
export const TEST_COUNT = 12;
export const TEST_TABLE = 16;
export const TEST_COUNT_V6 = 20;
export const TEST_TABLE_V6 = 24;
export const TEST_BYTES = 32;

/** Entries of tables. */
export const RANGE_BYTES = 16;
export const RANGE_V6_BYTES = 32;
export const TEXT_BYTES = 8;

/** The number in the column lies in one of the ranges. */
export const TEST_NUMBER = 1;
/** The address in the column lies in one of the ranges. */
export const TEST_ADDRESS = 2;
/** The column is one of the texts. */
export const TEST_TEXT = 3;
/** The flow's hash is below `count`; `column` is 1 where the record has a protocol. */
export const TEST_FLOW = 4;
/** The line's hash is below `count`. */
export const TEST_LINE = 5;

/** The document ends. */
export const OP_END = 0;
/** Text of column `argument`. */
export const OP_COLUMN = 1;
/** ISO time of `start`, of `end`. */
export const OP_START = 2;
export const OP_END_TIME = 3;
/** Fragments of the geo tables, with a comma before, or nothing. */
export const OP_SOURCE_AS = 4;
export const OP_SOURCE_GEO = 5;
export const OP_DESTINATION_AS = 6;
export const OP_DESTINATION_GEO = 7;
/** The member `network.community_id` with a comma after it, or nothing. */
export const OP_COMMUNITY = 8;
/** Entry of the op's table (u32 address, u32 length each) by selector `argument`. */
export const OP_VARIANT = 9;
/** The line. */
export const OP_ORIGINAL = 10;
/** The line's offset, decimal. */
export const OP_OFFSET = 11;
/** The offset ids are made of, 12 digits. */
export const OP_ID_OFFSET = 12;
/** Text of the object in slot `argument`. */
export const OP_SLOT = 13;
/** Nothing more than the literal. */
export const OP_LITERAL = 14;
/** Year, month or day, as `argument` says (below), of `start`, of `end`, of the object's time. */
export const OP_START_DATE = 15;
export const OP_END_DATE = 16;
export const OP_OBJECT_DATE = 17;

/** Places of the parts of a date: their bytes in the three low bits, above these where they begin in an ISO time. */
export const DATE_YEAR = 4;
export const DATE_MONTH = 42;
export const DATE_DAY = 66;
export const DATE_BYTES_MASK = 7;
export const DATE_BYTES_BITS = 3;

/** Longest line the kernel takes; longer ones go to the reference encoder. */
export const KERNEL_LINE_BYTES = 16384;

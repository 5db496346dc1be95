/**
 * A MaxMind DB file: its metadata and its search tree.
 * Source: https://maxmind.github.io/MaxMind-DB/
 *
 * ```
 *  ┌─────────────────┬──────────┬──────────────┬────────┬──────────┐
 *  │ search tree     │ 16 zeros │ data section │ marker │ metadata │
 *  │ 2 records a node│          │              │        │ one map  │
 *  └─────────────────┴──────────┴──────────────┴────────┴──────────┘
 *  record < node count: the next node · = node count: nothing known · above: node count + 16 + offset in the data
 * ```
 */

import { readFileSync } from 'node:fs';
import { FlowbulkError } from '../errors.ts';
import { MmdbDecoder, type MmdbValue } from './mmdb-data.ts';

const METADATA_MARKER = Buffer.from('\xab\xcd\xefMaxMind.com', 'latin1');
/** The metadata is searched in this many last bytes, as the format demands. */
const METADATA_SEARCH_BYTES = 128 * 1024;
/** Zero bytes between tree and data. */
const DATA_GAP_BYTES = 16;

/** What a database says about itself. */
export interface MmdbMetadata {
  readonly nodeCount: number;
  readonly recordSizeBits: 24 | 28 | 32;
  readonly ipVersion: 4 | 6;
  readonly databaseType: string;
  /** In English; empty where there is none. */
  readonly description: string;
  /** When it was built, in seconds of the Unix epoch. */
  readonly buildEpochSeconds: number;
}

/** An opened database: records of the tree and the values they lead to. */
export class MmdbFile {
  readonly path: string;
  readonly metadata: MmdbMetadata;
  /** The left (bit 0) and right (bit 1) record of a node. */
  readonly left: (node: number) => number;
  readonly right: (node: number) => number;
  readonly #decoder: MmdbDecoder;
  readonly #dataBytes: number;

  /** Reads a whole database into memory. Throws E_GEO_FILE where it cannot be read or is not one. */
  constructor(path: string) {
    this.path = path;
    const bytes = readDatabase(path);
    const marker = bytes.lastIndexOf(METADATA_MARKER);
    if (marker < 0 || bytes.length - marker > METADATA_SEARCH_BYTES) throw notADatabase(path, bytes);
    this.metadata = this.#foresee(() => readMetadata(bytes, marker + METADATA_MARKER.length));
    const { nodeCount, recordSizeBits } = this.metadata;
    const treeBytes = (nodeCount * recordSizeBits) / 4;
    const dataStart = treeBytes + DATA_GAP_BYTES;
    if (dataStart > marker) {
      throw this.broken(`its search tree of ${nodeCount} nodes needs ${treeBytes} bytes, the file has ${bytes.length}`);
    }
    this.#dataBytes = marker - dataStart;
    this.#decoder = new MmdbDecoder(bytes, dataStart, marker);
    const records = recordReaders(bytes, recordSizeBits);
    this.left = records.left;
    this.right = records.right;
  }

  /** Decodes the value that a record above the node count leads to, only the `wanted` map keys. Throws E_GEO_FILE. */
  value(record: number, wanted?: ReadonlySet<string>): MmdbValue {
    const offset = record - this.metadata.nodeCount - DATA_GAP_BYTES;
    if (offset < 0 || offset >= this.#dataBytes) {
      throw this.broken(
        `a record of its search tree leads to byte ${offset} of ${this.#dataBytes} in the data section`,
      );
    }
    return this.#foresee(() => this.#decoder.decode(offset, wanted));
  }

  /** The error that says this database is broken, and how. */
  broken(how: string): FlowbulkError {
    return new FlowbulkError('E_GEO_FILE', `${this.path} is a broken MaxMind DB: ${how}; download it again`);
  }

  #foresee<T>(read: () => T): T {
    try {
      return read();
    } catch (error) {
      if (error instanceof RangeError) throw this.broken(error.message);
      throw error;
    }
  }
}

function readDatabase(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new FlowbulkError('E_GEO_FILE', `cannot read the geo database ${path}: ${reason}`, { cause });
  }
}

/** Names what is there instead, for the mistakes that people make. */
function notADatabase(path: string, bytes: Buffer): FlowbulkError {
  let found = 'it has no MaxMind.com metadata at its end; it may be cut off: download it again';
  if (bytes.length === 0) found = 'it is empty';
  else if (bytes[0] === 0x1f && bytes[1] === 0x8b)
    found = 'it is gzip: unpack it first (gunzip, or tar -xzf for .tar.gz)';
  else if (bytes[0] === 0x50 && bytes[1] === 0x4b) found = 'it is a zip archive: unpack it first';
  else if (/^\s*</.test(bytes.toString('latin1', 0, 64))) found = 'it is a web page: the download was refused or moved';
  return new FlowbulkError('E_GEO_FILE', `${path} is not a MaxMind DB: ${found}`);
}

function readMetadata(bytes: Buffer, at: number): MmdbMetadata {
  const map = new MmdbDecoder(bytes, at, bytes.length).decode(0);
  if (typeof map !== 'object' || Array.isArray(map) || map instanceof Uint8Array) {
    throw new RangeError('its metadata is not a map');
  }
  const fields = map as Record<string, MmdbValue>;
  const number = (key: string): number => {
    const value = fields[key];
    if (typeof value !== 'number') throw new RangeError(`its metadata has no ${key}`);
    return value;
  };
  const version = number('binary_format_major_version');
  if (version !== 2) throw new RangeError(`it has format version ${version}, only 2 is known`);
  const recordSizeBits = number('record_size');
  if (recordSizeBits !== 24 && recordSizeBits !== 28 && recordSizeBits !== 32) {
    throw new RangeError(`its records have ${recordSizeBits} bits, only 24, 28 and 32 are known`);
  }
  const ipVersion = number('ip_version');
  if (ipVersion !== 4 && ipVersion !== 6) throw new RangeError(`it is for IP version ${ipVersion}`);
  const description = fields['description'] as Record<string, MmdbValue> | undefined;
  const english = description?.['en'];
  return {
    nodeCount: number('node_count'),
    recordSizeBits,
    ipVersion,
    databaseType: typeof fields['database_type'] === 'string' ? fields['database_type'] : '',
    description: typeof english === 'string' ? english : '',
    buildEpochSeconds: typeof fields['build_epoch'] === 'number' ? fields['build_epoch'] : 0,
  };
}

/** Record readers for one record size; a node of 28-bit records keeps the upper 4 bits of both in its middle byte. */
function recordReaders(bytes: Buffer, recordSizeBits: 24 | 28 | 32) {
  const u24 = (at: number): number => (bytes[at]! << 16) | (bytes[at + 1]! << 8) | bytes[at + 2]!;
  switch (recordSizeBits) {
    case 24:
      return { left: (node: number) => u24(node * 6), right: (node: number) => u24(node * 6 + 3) };
    case 28:
      return {
        left: (node: number) => ((bytes[node * 7 + 3]! & 0xf0) << 20) | u24(node * 7),
        right: (node: number) => ((bytes[node * 7 + 3]! & 0x0f) << 24) | u24(node * 7 + 4),
      };
    case 32:
      return {
        left: (node: number) => bytes.readUInt32BE(node * 8),
        right: (node: number) => bytes.readUInt32BE(node * 8 + 4),
      };
  }
}

/**
 * Writes small MaxMind DB files for tests: any prefixes, nested or not, all record sizes, all data types.
 * Source: https://maxmind.github.io/MaxMind-DB/
 */

import { parseAddress } from '../../src/geo/address.ts';

/** A value whose type the plain JavaScript value does not tell. */
export class Typed {
  readonly type: 'float' | 'double' | 'uint16' | 'uint32' | 'int32' | 'uint64' | 'uint128';
  readonly value: number | bigint;
  constructor(type: Typed['type'], value: number | bigint) {
    this.type = type;
    this.value = value;
  }
}

/** Integers become uint32, other numbers double. */
export type Writable =
  | string
  | number
  | boolean
  | Uint8Array
  | Typed
  | readonly Writable[]
  | { [key: string]: Writable };

/** What to write. */
export interface MmdbContent {
  readonly ipVersion: 4 | 6;
  readonly recordSizeBits: 24 | 28 | 32;
  readonly databaseType?: string;
  /** `address/length` with its row; of equal prefixes the later one wins. IPv4 prefixes go below `::/96`. */
  readonly rows: readonly (readonly [prefix: string, row: Writable])[];
  /** IPv6 prefixes that lead to the IPv4 subtree, as MaxMind makes them for 6to4 and the like. */
  readonly aliases?: readonly string[];
}

interface Node {
  left: Child;
  right: Child;
}
type Child = Node | number | null; // null: nothing; a number: the offset of a row in the data section

const TYPE_NUMBERS = { double: 3, uint16: 5, uint32: 6, int32: 8, uint64: 9, uint128: 10, float: 15 } as const;

/** The bytes of a database. */
export function writeMmdb(content: MmdbContent): Buffer {
  const data = new DataWriter();
  const root: Node = { left: null, right: null };
  const rows = content.rows.map(([prefix, row]) => ({ bits: bitsOf(prefix, content.ipVersion), row }));
  rows.sort((a, b) => a.bits.length - b.bits.length);
  for (const { bits, row } of rows) insert(root, bits, data.value(row));
  for (const alias of content.aliases ?? []) insert(root, bitsOf(alias, 6), childAt(root, '0'.repeat(96)));
  const nodes = numberNodes(root);
  const tree = writeTree(nodes, content.recordSizeBits);
  const metadata = new DataWriter();
  metadata.value({
    binary_format_major_version: new Typed('uint16', 2),
    binary_format_minor_version: new Typed('uint16', 0),
    build_epoch: new Typed('uint64', 1_750_000_000),
    database_type: content.databaseType ?? 'Test',
    description: { en: 'made by a test' },
    ip_version: new Typed('uint16', content.ipVersion),
    languages: ['en'],
    node_count: nodes.size,
    record_size: new Typed('uint16', content.recordSizeBits),
  });
  const marker = Buffer.from('\xab\xcd\xefMaxMind.com', 'latin1');
  return Buffer.concat([tree, Buffer.alloc(16), data.bytes(), marker, metadata.bytes()]);
}

function bitsOf(prefix: string, ipVersion: 4 | 6): string {
  const [text, length] = prefix.split('/') as [string, string];
  const address = parseAddress(text);
  if (address === null) throw new Error(`bad prefix ${prefix}`);
  const bits = [...address.bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  const own = bits.slice(0, Number(length));
  return address.family === 4 && ipVersion === 6 ? '0'.repeat(96) + own : own;
}

/** Puts a child at a path; what was there before as a leaf goes to the other sides of the way. */
function insert(root: Node, bits: string, child: Child): void {
  let node = root;
  for (const bit of bits.slice(0, -1)) {
    const side = bit === '0' ? 'left' : 'right';
    const next = node[side];
    node[side] = next !== null && typeof next === 'object' ? next : { left: next, right: next };
    node = node[side] as Node;
  }
  node[bits.at(-1) === '0' ? 'left' : 'right'] = child;
}

function childAt(root: Node, bits: string): Child {
  let child: Child = root;
  for (const bit of bits) {
    if (child === null || typeof child === 'number') return child;
    child = bit === '0' ? child.left : child.right;
  }
  return child;
}

function numberNodes(root: Node): Map<Node, number> {
  const nodes = new Map<Node, number>();
  const number = (child: Child): void => {
    if (child === null || typeof child === 'number' || nodes.has(child)) return;
    nodes.set(child, nodes.size);
    number(child.left);
    number(child.right);
  };
  number(root);
  return nodes;
}

function writeTree(nodes: ReadonlyMap<Node, number>, recordSizeBits: 24 | 28 | 32): Buffer {
  const nodeBytes = recordSizeBits / 4;
  const tree = Buffer.alloc(nodes.size * nodeBytes);
  const record = (child: Child): number => {
    if (child === null) return nodes.size;
    return typeof child === 'number' ? nodes.size + 16 + child : nodes.get(child)!;
  };
  for (const [node, number] of nodes) {
    const at = number * nodeBytes;
    const left = record(node.left);
    const right = record(node.right);
    if (recordSizeBits === 32) {
      tree.writeUInt32BE(left, at);
      tree.writeUInt32BE(right, at + 4);
      continue;
    }
    tree.writeUIntBE(left & 0xffffff, at, 3);
    tree.writeUIntBE(right & 0xffffff, at + nodeBytes - 3, 3);
    if (recordSizeBits === 28) tree[at + 3] = ((left >>> 24) << 4) | (right >>> 24);
  }
  return tree;
}

/** A data section. Strings that occur again become pointers. */
class DataWriter {
  readonly #parts: Buffer[] = [];
  readonly #strings = new Map<string, number>();
  #length = 0;

  /** Appends a value and returns its offset. */
  value(value: Writable): number {
    const offset = this.#length;
    if (typeof value === 'string') this.#string(value);
    else if (typeof value === 'boolean') this.#control(14, value ? 1 : 0);
    else if (typeof value === 'number') this.#number(new Typed(Number.isInteger(value) ? 'uint32' : 'double', value));
    else if (value instanceof Typed) this.#number(value);
    else if (value instanceof Uint8Array) {
      this.#control(4, value.length);
      this.#put(Buffer.from(value));
    } else if (Array.isArray(value)) {
      this.#control(11, value.length);
      for (const item of value as readonly Writable[]) this.value(item);
    } else {
      const entries = Object.entries(value as { [key: string]: Writable });
      this.#control(7, entries.length);
      for (const [key, item] of entries) {
        this.value(key);
        this.value(item);
      }
    }
    return offset;
  }

  bytes(): Buffer {
    return Buffer.concat(this.#parts);
  }

  #string(text: string): void {
    const known = this.#strings.get(text);
    if (known !== undefined && text.length > 2) {
      this.#pointer(known);
      return;
    }
    this.#strings.set(text, this.#length);
    const bytes = Buffer.from(text);
    this.#control(2, bytes.length);
    this.#put(bytes);
  }

  #pointer(to: number): void {
    if (to < 2048) this.#put(Buffer.of(0x20 | (to >> 8), to & 255));
    else if (to < 526_336) {
      const rest = to - 2048;
      this.#put(Buffer.of(0x28 | (rest >> 16), (rest >> 8) & 255, rest & 255));
    } else {
      const bytes = Buffer.alloc(5, 0x38);
      bytes.writeUInt32BE(to, 1);
      this.#put(bytes);
    }
  }

  #number({ type, value }: Typed): void {
    if (type === 'float' || type === 'double') {
      const bytes = Buffer.alloc(type === 'float' ? 4 : 8);
      if (type === 'float') bytes.writeFloatBE(Number(value));
      else bytes.writeDoubleBE(Number(value));
      this.#control(TYPE_NUMBERS[type], bytes.length);
      this.#put(bytes);
      return;
    }
    const hex = BigInt.asUintN(128, type === 'int32' ? BigInt(Number(value) >>> 0) : BigInt(value)).toString(16);
    const bytes = value === 0 ? Buffer.alloc(0) : Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
    this.#control(TYPE_NUMBERS[type], bytes.length);
    this.#put(bytes);
  }

  #control(type: number, size: number): void {
    const short = size < 29 ? size : size < 285 ? 29 : size < 65_821 ? 30 : 31;
    this.#put(type < 8 ? Buffer.of((type << 5) | short) : Buffer.of(short, type - 7));
    if (short === 29) this.#put(Buffer.of(size - 29));
    if (short === 30) this.#put(Buffer.of((size - 285) >> 8, (size - 285) & 255));
    if (short === 31) {
      const rest = size - 65_821;
      this.#put(Buffer.of(rest >> 16, (rest >> 8) & 255, rest & 255));
    }
  }

  #put(bytes: Buffer): void {
    this.#parts.push(bytes);
    this.#length += bytes.length;
  }
}

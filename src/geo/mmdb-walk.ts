/** A MaxMind DB's search tree to spans, the IPv4 and the IPv6 part apart. */

import type { MmdbFile } from './mmdb-file.ts';
import { type FamilySpans, SpanList } from './spans.ts';

/** IPv4 lies at `::/96` of an IPv6 tree (https://maxmind.github.io/MaxMind-DB/#ipv4-addresses-in-an-ipv6-tree). */
const IPV4_DEPTH = 96;

/**
 * Walks the whole tree. `idOf` gives the id for a record that leads to data (0: nothing of use there).
 *
 * In the IPv6 part `::/96` is empty, and so is every other way to the IPv4 subtree: databases alias it at
 * `::ffff:0:0/96`, `2001::/32` and `2002::/16`. Throws E_GEO_FILE for a broken tree.
 */
export function walkMmdb(file: MmdbFile, idOf: (record: number) => number): FamilySpans {
  const { nodeCount, ipVersion } = file.metadata;
  const v4Capacity = ipVersion === 4 ? nodeCount : 1 << 16;
  const v4 = new SpanList(1, v4Capacity);
  const v6 = new SpanList(4, ipVersion === 6 ? nodeCount : 0);
  const walker = new Walker(file, idOf);
  if (ipVersion === 4) {
    walker.walk(0, 32, v4, -1);
    return { v4, v6 };
  }
  let v4Root = 0;
  for (let depth = 0; depth < IPV4_DEPTH && v4Root < nodeCount; depth++) v4Root = file.left(v4Root);
  walker.walk(v4Root, 32, v4, -1);
  walker.walk(0, 128, v6, v4Root < nodeCount ? v4Root : -1);
  return { v4, v6 };
}

class Walker {
  readonly #file: MmdbFile;
  readonly #idOf: (record: number) => number;
  readonly #nodeCount: number;
  /** A sound tree visits every node once; a broken one could hold loops and double without end. */
  #visitsLeft: number;

  constructor(file: MmdbFile, idOf: (record: number) => number) {
    this.#file = file;
    this.#idOf = idOf;
    this.#nodeCount = file.metadata.nodeCount;
    this.#visitsLeft = this.#nodeCount * 8 + 1_000_000;
  }

  /** Appends the spans below `root`, a record, to a list of addresses of `bits` bits; the node `passOver` is empty. */
  walk(root: number, bits: 32 | 128, spans: SpanList, passOver: number): void {
    const path = new Uint32Array(bits / 32);
    const { left, right } = this.#file;
    const visit = (record: number, depth: number): void => {
      if (record >= this.#nodeCount || record === passOver) {
        const known = record > this.#nodeCount;
        spans.append(path, known ? this.#idOf(record) : 0, depth);
        return;
      }
      if (depth === bits) throw this.#file.broken(`its search tree is deeper than ${bits} bits`);
      if (--this.#visitsLeft < 0) throw this.#file.broken('its search tree has more branches than nodes');
      visit(left(record), depth + 1);
      const word = depth >>> 5;
      const bit = 1 << (31 - (depth & 31));
      path[word]! |= bit;
      visit(right(record), depth + 1);
      path[word]! &= ~bit;
    };
    visit(root, 0);
  }
}

/** JSON fragments, each kept once as UTF-8 bytes; they are copied into the image as they stand. */

import { FRAGMENT_ALIGNMENT } from './layout.ts';
import { doubled } from './words.ts';

/**
 * Interns fragments: equal text, equal id. Half a million strings in a `Map` would cost hundreds of megabytes, so the
 * bytes themselves are the keys of an open-addressing hash table.
 */
export class FragmentStore {
  /** Fragments so far; ids go from 1 to this. Id 0 is the empty fragment. */
  count = 0;
  #bytes = Buffer.alloc(1 << 20);
  #end = 0;
  #offsets = new Uint32Array(1 << 12);
  #lengths = new Uint32Array(1 << 12);
  #hashes = new Uint32Array(1 << 12);
  #slots = new Uint32Array(1 << 13);

  /** The id of a fragment's text; 0 for the empty one. */
  intern(fragment: string): number {
    if (fragment === '') return 0;
    this.#reserve(fragment.length * 3);
    const length = this.#bytes.write(fragment, this.#end, 'utf8');
    const mask = this.#slots.length - 1;
    const hash = hashBytes(this.#bytes, this.#end, length);
    let slot = hash & mask;
    for (let id = this.#slots[slot]!; id !== 0; id = this.#slots[slot]!) {
      if (this.#hashes[id] === hash && this.#isLast(id, length)) return id;
      slot = (slot + 1) & mask;
    }
    const id = ++this.count;
    this.#slots[slot] = id;
    this.#offsets[id] = this.#end;
    this.#lengths[id] = length;
    this.#hashes[id] = hash;
    const next = alignUp(this.#end + length, FRAGMENT_ALIGNMENT);
    this.#bytes.fill(0, this.#end + length, next); // a longer one may have been tried here
    this.#end = next;
    return id;
  }

  /** Where a fragment begins in `bytes()`. */
  offset(id: number): number {
    return this.#offsets[id]!;
  }

  /** Bytes of a fragment. */
  length(id: number): number {
    return this.#lengths[id]!;
  }

  /** All fragments, a view that is valid until the next `intern`. */
  bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#end);
  }

  /** Whether the fragment `id` equals the `length` bytes just written behind the last one. */
  #isLast(id: number, length: number): boolean {
    if (this.#lengths[id] !== length) return false;
    const at = this.#offsets[id]!;
    return this.#bytes.compare(this.#bytes, at, at + length, this.#end, this.#end + length) === 0;
  }

  /** Makes room for one more fragment of at most `bytes` bytes, and keeps the hash table at most half full. */
  #reserve(bytes: number): void {
    if (this.#end + bytes + FRAGMENT_ALIGNMENT > this.#bytes.length) {
      const grown = Buffer.alloc(Math.max(this.#bytes.length * 2, this.#end + bytes + FRAGMENT_ALIGNMENT));
      grown.set(this.#bytes.subarray(0, this.#end));
      this.#bytes = grown;
    }
    if (this.count + 1 < this.#offsets.length) return;
    this.#offsets = doubled(this.#offsets);
    this.#lengths = doubled(this.#lengths);
    this.#hashes = doubled(this.#hashes);
    this.#slots = new Uint32Array(this.#slots.length * 2);
    const mask = this.#slots.length - 1;
    for (let id = 1; id <= this.count; id++) {
      let slot = this.#hashes[id]! & mask;
      while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
      this.#slots[slot] = id;
    }
  }
}

/** The next multiple of `alignment`, which is a power of two. */
export function alignUp(value: number, alignment: number): number {
  return Math.ceil(value / alignment) * alignment;
}

/** FNV-1a over a run of bytes, with the high bits folded in (http://www.isthe.com/chongo/tech/comp/fnv/). */
function hashBytes(bytes: Uint8Array, at: number, length: number): number {
  let hash = 0x811c9dc5;
  for (let i = at; i < at + length; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
  return (hash ^ (hash >>> 15)) >>> 0;
}

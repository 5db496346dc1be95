/** A worker's arena from the host's side: its places, and a heap for programs and texts. kernel/layout.ts draws it. */

import { COMMUNITY_LITERAL, HEAP, SLACK, SLOTS } from './kernel/layout.ts';

/** Sizes of an arena's parts in bytes, the same for all arenas of a run. */
export interface ArenaSizes {
  readonly heapBytes: number;
  /** The longest line that is read, plus a chunk. */
  readonly inputBytes: number;
  readonly bodyBytes: number;
  readonly bodies: number;
}

const PAGE_BYTES = 65_536;

/** Room for the texts of an object: a key has at most 1,024 bytes, a path 4,096, escaped six times that. */
const SLOT_TEXT_BYTES = 65_536;

const pages = (bytes: number): number => Math.ceil(bytes / PAGE_BYTES) * PAGE_BYTES;

/** Bytes that an arena of these sizes takes, whole pages. */
export function arenaBytes(sizes: ArenaSizes): number {
  return pages(
    HEAP + SLOT_TEXT_BYTES + sizes.heapBytes + sizes.inputBytes + SLACK + sizes.bodies * pages(sizes.bodyBytes + SLACK),
  );
}

/** One body's place: the view of it, and its address. */
export interface BodyPlace {
  readonly address: number;
  readonly view: Buffer;
}

/** Views and heap of the arena at `address` of a shared memory. */
export class Arena {
  readonly address: number;
  /** The whole memory as bytes; addresses of the kernel are its indices. */
  readonly bytes: Buffer;
  /** The input window: `indexOf` reads no index over 2 GiB, where arenas may lie. */
  readonly window: Buffer;
  readonly words: DataView;
  readonly input: number;
  readonly inputEnd: number;
  readonly bodies: readonly BodyPlace[];
  readonly #heapStart: number;
  readonly #heapEnd: number;
  #heapAt: number;

  constructor(memory: WebAssembly.Memory, address: number, sizes: ArenaSizes) {
    this.address = address;
    this.bytes = Buffer.from(memory.buffer);
    this.words = new DataView(memory.buffer);
    this.#heapStart = address + HEAP + SLOT_TEXT_BYTES;
    this.#heapAt = this.#heapStart;
    this.#heapEnd = this.#heapStart + sizes.heapBytes;
    this.input = this.#heapEnd;
    this.inputEnd = this.input + sizes.inputBytes;
    this.window = this.bytes.subarray(this.input, this.inputEnd);
    const stride = pages(sizes.bodyBytes + SLACK);
    const end = address + arenaBytes(sizes);
    this.bodies = Array.from({ length: sizes.bodies }, (_, i) => {
      const at = end - (sizes.bodies - i) * stride;
      return { address: at, view: Buffer.from(memory.buffer, at, sizes.bodyBytes) };
    });
    this.bytes.write('"community_id":"1:', address + COMMUNITY_LITERAL, 'latin1');
  }

  /** Takes `bytes` of the heap, 16-byte aligned and with slack after them; null when the heap is full. */
  allocate(bytes: number): number | null {
    const at = this.#heapAt;
    const next = Math.ceil((at + bytes + SLACK) / 16) * 16;
    if (next > this.#heapEnd) return null;
    this.#heapAt = next;
    return at;
  }

  /** Puts a text on the heap: its address and length; null when the heap is full. */
  allocateText(text: string): readonly [address: number, length: number] | null {
    const length = Buffer.byteLength(text);
    const address = this.allocate(length);
    if (address === null) return null;
    this.bytes.write(text, address);
    return [address, length];
  }

  /** Gives back everything on the heap. */
  freeAll(): void {
    this.#heapAt = this.#heapStart;
  }

  /** Puts an object's texts into their slots; gives their bytes, all together. */
  setSlots(texts: readonly string[]): number {
    const from = this.address + HEAP;
    let at = from;
    for (const [slot, text] of texts.entries()) {
      const length = Buffer.byteLength(text);
      if (at + length + SLACK > from + SLOT_TEXT_BYTES) throw new RangeError('the texts of an object do not fit');
      this.bytes.write(text, at);
      this.words.setUint32(this.address + SLOTS + slot * 8, at, true);
      this.words.setUint32(this.address + SLOTS + slot * 8 + 4, length, true);
      at += length;
    }
    return at - from;
  }
}

/**
 * The arena's input window: plain bytes of objects in, whole lines out.
 *
 * ```
 * window   │ whole lines … │ line begun │  free   │
 *          ▲ from          ▲ to         ▲ filled
 * ```
 */

import { KEPT_BYTES, type RefusedLine, refuse } from '../src/formats/line-reader.ts';
import type { Arena } from './arena.ts';

const NEWLINE = 10;

/** A line longer than this is not even kept until its end comes: its start goes to dead letters. */
export const MAX_LINE_BYTES = 4 << 20;

/** The window over the bytes of one object after the other. */
export class LineWindow {
  readonly #arena: Arena;
  readonly #onRefused: (line: RefusedLine) => void;
  #from = 0;
  #to = 0;
  #filled = 0;
  /** Offset in the object of the window's first byte. */
  #windowOffset = 0;
  /** Inside a line that is too long: its bytes are dropped until it ends. */
  #skipping = false;

  /** `onRefused` hears of lines that are too long. */
  constructor(arena: Arena, onRefused: (line: RefusedLine) => void) {
    this.#arena = arena;
    this.#onRefused = onRefused;
  }

  /** Begins an object. */
  begin(): void {
    this.#from = this.#to = this.#filled = this.#arena.input;
    this.#windowOffset = 0;
    this.#skipping = false;
  }

  /** Address of the first line that is not taken. */
  get from(): number {
    return this.#from;
  }

  /** Address after the last whole line. */
  get to(): number {
    return this.#to;
  }

  /** Offset in the object of the first byte that is not taken. */
  get offset(): number {
    return this.#windowOffset + this.#from - this.#arena.input;
  }

  /** Lines before this address are taken. */
  advance(to: number): void {
    this.#from = to;
  }

  /** Copies bytes from `chunk`, from `taken` on, into the window; gives how many. All whole lines must be taken. */
  fill(chunk: Uint8Array, taken: number): number {
    const { input, inputEnd, bytes } = this.#arena;
    if (this.#from > input) {
      bytes.copyWithin(input, this.#from, this.#filled);
      this.#windowOffset += this.#from - input;
      this.#filled -= this.#from - input;
      this.#from = input;
    }
    const count = Math.min(chunk.length - taken, inputEnd - this.#filled);
    const part = taken === 0 && count === chunk.length ? chunk : chunk.subarray(taken, taken + count);
    // `set` into shared memory goes byte by byte in V8; Buffer's `fill` is a memcpy (and here fills just once).
    bytes.fill(part, this.#filled, this.#filled + part.length);
    // Only the new bytes can hold a newline: what was left over is the start of a line.
    const last = Buffer.from(part.buffer, part.byteOffset, part.length).lastIndexOf(NEWLINE);
    this.#to = last === -1 ? this.#from : this.#filled + last + 1;
    this.#filled += count;
    return count;
  }

  /** The object ended: its last line may lack a newline. All whole lines must be taken. */
  end(): void {
    if (this.#from === this.#filled && !this.#skipping) return;
    this.fill(Uint8Array.of(NEWLINE), 0);
  }

  /** The object is damaged after what was given: the line that was begun is no whole line. */
  dropLineBegun(): void {
    this.#filled = this.#to = this.#from;
  }

  /** Whether there is a whole line to take; those that are too long are refused on the way to it. */
  hasLine(): boolean {
    while (true) {
      if (this.#skipping && !this.#skipLine()) return false;
      if (this.#from !== this.#to) return true;
      if (this.#filled - this.#from < MAX_LINE_BYTES) return false;
      this.#refuseLongLine();
    }
  }

  /** Takes the next line, without its newline; null where it is too long, which is refused. */
  takeLine(): Buffer | null {
    const lineEnd = this.#lineEnd();
    // So it ends, too, where its newline comes with the chunk that makes it too long.
    if (lineEnd - this.#from >= MAX_LINE_BYTES) {
      this.#refuseLongLine();
      return null;
    }
    const line = Buffer.from(this.#arena.bytes.subarray(this.#from, lineEnd));
    this.#from = lineEnd + 1;
    return line;
  }

  /** Address of the newline that ends the next line. */
  #lineEnd(): number {
    const { window, input } = this.#arena;
    return input + window.indexOf(NEWLINE, this.#from - input);
  }

  #refuseLongLine(): void {
    const start = Buffer.from(this.#arena.bytes.subarray(this.#from, this.#from + KEPT_BYTES));
    this.#onRefused(refuse(start, this.offset, 'line_too_long', `over ${MAX_LINE_BYTES} bytes`));
    this.#skipping = true;
  }

  /** Drops bytes up to the end of a line that is too long; true when it is reached. */
  #skipLine(): boolean {
    if (this.#to === this.#from) {
      this.#from = this.#to = this.#filled;
      return false;
    }
    this.#from = this.#lineEnd() + 1;
    this.#skipping = false;
    return true;
  }
}

/**
 * Copies in steps of 16 bytes and more. Each may read and write past the end, into slack, and gives the end of what
 * was copied. `memory.copy` costs a call out of WebAssembly for each of these small pieces.
 */

/** Copies short text: columns, mostly up to 16 bytes. */
// @ts-ignore: decorator
@inline
export function copyShort(to: usize, from: usize, bytes: usize): usize {
  v128.store(to, v128.load(from));
  if (bytes > 16) {
    let i: usize = 16;
    do {
      v128.store(to + i, v128.load(from + i));
      i += 16;
    } while (i < bytes);
  }
  return to + bytes;
}

/** Copies literals: mostly up to 64 bytes. Stores too many are cheaper than a branch that is guessed wrong. */
// @ts-ignore: decorator
@inline
export function copyLiteral(to: usize, from: usize, bytes: usize): usize {
  v128.store(to, v128.load(from));
  v128.store(to, v128.load(from, 16), 16);
  if (bytes > 32) {
    let i: usize = 32;
    do {
      v128.store(to + i, v128.load(from + i));
      v128.store(to + i, v128.load(from + i, 16), 16);
      i += 32;
    } while (i < bytes);
  }
  return to + bytes;
}

/** Copies long text: geo fragments, lines. */
// @ts-ignore: decorator
@inline
export function copyLong(to: usize, from: usize, bytes: usize): usize {
  let i: usize = 0;
  do {
    v128.store(to + i, v128.load(from + i));
    v128.store(to + i, v128.load(from + i, 16), 16);
    v128.store(to + i, v128.load(from + i, 32), 32);
    v128.store(to + i, v128.load(from + i, 48), 48);
    i += 64;
  } while (i < bytes);
  return to + bytes;
}

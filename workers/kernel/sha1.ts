/** SHA-1 (RFC 3174) of four one-block messages at once, one in each 32-bit lane. */

import { arena } from './arena';
import { DIGESTS, LANES } from './layout';

// @ts-ignore: decorator
@inline
function rotate(x: v128, bits: i32): v128 {
  return v128.or(i32x4.shl(x, bits), i32x4.shr_u(x, 32 - bits));
}

// @ts-ignore: decorator
@inline
function word(round: usize): v128 {
  return v128.load(arena + (round << 4), LANES);
}

// One round leaves a, c and d alone, so five rounds with the names moved on by one need no moves at all.
// @ts-ignore: decorator
@inline
function sum(a: v128, mixed: v128, e: v128, w: v128, k: v128): v128 {
  return i32x4.add(i32x4.add(i32x4.add(rotate(a, 5), mixed), i32x4.add(e, k)), w);
}

// @ts-ignore: decorator
@inline
function choose(b: v128, c: v128, d: v128): v128 {
  return v128.bitselect(c, d, b);
}

// @ts-ignore: decorator
@inline
function parity(b: v128, c: v128, d: v128): v128 {
  return v128.xor(b, v128.xor(c, d));
}

// @ts-ignore: decorator
@inline
function majority(b: v128, c: v128, d: v128): v128 {
  return v128.or(v128.and(b, c), v128.and(d, v128.or(b, c)));
}

/** Hashes the four messages whose 16 words lie in LANES; the five words of the digests go to DIGESTS. */
export function sha1FourLanes(): void {
  for (let t: usize = 16; t < 80; t++) {
    const mixed = v128.xor(v128.xor(word(t - 3), word(t - 8)), v128.xor(word(t - 14), word(t - 16)));
    v128.store(arena + (t << 4), rotate(mixed, 1), LANES);
  }
  let a = i32x4.splat(0x67452301);
  let b = i32x4.splat(0xefcdab89);
  let c = i32x4.splat(0x98badcfe);
  let d = i32x4.splat(0x10325476);
  let e = i32x4.splat(0xc3d2e1f0);

  let k = i32x4.splat(0x5a827999);
  for (let t: usize = 0; t < 20; t += 5) {
    e = sum(a, choose(b, c, d), e, word(t), k); b = rotate(b, 30);
    d = sum(e, choose(a, b, c), d, word(t + 1), k); a = rotate(a, 30);
    c = sum(d, choose(e, a, b), c, word(t + 2), k); e = rotate(e, 30);
    b = sum(c, choose(d, e, a), b, word(t + 3), k); d = rotate(d, 30);
    a = sum(b, choose(c, d, e), a, word(t + 4), k); c = rotate(c, 30);
  }
  k = i32x4.splat(0x6ed9eba1);
  for (let t: usize = 20; t < 40; t += 5) {
    e = sum(a, parity(b, c, d), e, word(t), k); b = rotate(b, 30);
    d = sum(e, parity(a, b, c), d, word(t + 1), k); a = rotate(a, 30);
    c = sum(d, parity(e, a, b), c, word(t + 2), k); e = rotate(e, 30);
    b = sum(c, parity(d, e, a), b, word(t + 3), k); d = rotate(d, 30);
    a = sum(b, parity(c, d, e), a, word(t + 4), k); c = rotate(c, 30);
  }
  k = i32x4.splat(0x8f1bbcdc);
  for (let t: usize = 40; t < 60; t += 5) {
    e = sum(a, majority(b, c, d), e, word(t), k); b = rotate(b, 30);
    d = sum(e, majority(a, b, c), d, word(t + 1), k); a = rotate(a, 30);
    c = sum(d, majority(e, a, b), c, word(t + 2), k); e = rotate(e, 30);
    b = sum(c, majority(d, e, a), b, word(t + 3), k); d = rotate(d, 30);
    a = sum(b, majority(c, d, e), a, word(t + 4), k); c = rotate(c, 30);
  }
  k = i32x4.splat(0xca62c1d6);
  for (let t: usize = 60; t < 80; t += 5) {
    e = sum(a, parity(b, c, d), e, word(t), k); b = rotate(b, 30);
    d = sum(e, parity(a, b, c), d, word(t + 1), k); a = rotate(a, 30);
    c = sum(d, parity(e, a, b), c, word(t + 2), k); e = rotate(e, 30);
    b = sum(c, parity(d, e, a), b, word(t + 3), k); d = rotate(d, 30);
    a = sum(b, parity(c, d, e), a, word(t + 4), k); c = rotate(c, 30);
  }
  const digests = arena + DIGESTS;
  v128.store(digests, i32x4.add(a, i32x4.splat(0x67452301)));
  v128.store(digests, i32x4.add(b, i32x4.splat(0xefcdab89)), 16);
  v128.store(digests, i32x4.add(c, i32x4.splat(0x98badcfe)), 32);
  v128.store(digests, i32x4.add(d, i32x4.splat(0x10325476)), 48);
  v128.store(digests, i32x4.add(e, i32x4.splat(0xc3d2e1f0)), 64);
}

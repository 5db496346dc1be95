/** Random numbers that are the same everywhere: sfc32, seeded by hand. Never Math.random. */

/** A stream of random numbers. The same seed and stream number give the same numbers. */
export class Prng {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  constructor(seed: number, stream: number) {
    // Seeds go beyond 32 bits; both halves count.
    this.#a = seed | 0;
    this.#b = Math.floor(seed / 2 ** 32) | 0;
    this.#c = Math.imul(stream + 1, 0x9e3779b1);
    // Neighbouring seeds begin alike: the author of sfc32 says to throw the first dozen away.
    for (let i = 0; i < 15; i++) this.next32();
  }

  /** A whole number of 32 bits, 0 or more. */
  next32(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + sum;
    this.#c |= 0;
    return sum >>> 0;
  }

  /** A number from 0 up to, but not, 1. */
  uniform(): number {
    return this.next32() / 2 ** 32;
  }

  /** A whole number from `least` to `most`, both included. */
  between(least: number, most: number): number {
    return least + Math.floor(this.uniform() * (most - least + 1));
  }

  /** A rank from 0 up to, but not, `count`; rank r comes about as often as 1/(r+1). */
  zipf(count: number): number {
    return Math.min(count - 1, Math.floor(count ** this.uniform()) - 1);
  }

  /** Hex digits. */
  hex(digits: number): string {
    let text = '';
    while (text.length < digits) text += this.next32().toString(16).padStart(8, '0');
    return text.slice(0, digits);
  }
}

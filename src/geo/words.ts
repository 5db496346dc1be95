/** A growing array of u32 words: the sections of an image while they are made. */
export class WordList {
  length = 0;
  #words: Uint32Array;

  /** @param capacity words to make room for; what is never reached is never touched */
  constructor(capacity: number) {
    this.#words = new Uint32Array(Math.max(capacity, 16));
  }

  /** Appends a word. */
  push(word: number): void {
    if (this.length === this.#words.length) this.#grow(this.length + 1);
    this.#words[this.length++] = word;
  }

  /** Appends `count` zero words and returns the index of the first. */
  extend(count: number): number {
    const first = this.length;
    if (first + count > this.#words.length) this.#grow(first + count);
    this.length = first + count;
    return first;
  }

  /** The array behind the list, valid until it grows. */
  get array(): Uint32Array {
    return this.#words;
  }

  /** The words so far, as bytes in the order of the machine, which is little-endian wherever Node runs. */
  bytes(): Uint8Array {
    return new Uint8Array(this.#words.buffer, 0, this.length * 4);
  }

  #grow(atLeast: number): void {
    const grown = new Uint32Array(Math.max(this.#words.length * 2, atLeast));
    grown.set(this.#words.subarray(0, this.length));
    this.#words = grown;
  }
}

/** A copy of an array with as many zeros again behind it. */
export function doubled(words: Uint32Array): Uint32Array<ArrayBuffer> {
  const copy = new Uint32Array(words.length * 2);
  copy.set(words);
  return copy;
}

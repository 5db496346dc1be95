import { doubled } from './words.ts';

/** Pairs of a place and an autonomous system: one small number for each combination that occurs. */
export class PairTable {
  /** Pairs so far, the empty one (id 0) included. */
  count = 1;
  #geo = new Uint32Array(1 << 12);
  #as = new Uint32Array(1 << 12);
  #slots = new Uint32Array(1 << 13);

  /** The id of the pair of a geo fragment and an AS fragment; 0 where both are 0. */
  intern(geo: number, as: number): number {
    if (geo === 0 && as === 0) return 0;
    if (this.count === this.#geo.length) this.#grow();
    const mask = this.#slots.length - 1;
    let slot = hashPair(geo, as) & mask;
    for (let id = this.#slots[slot]!; id !== 0; id = this.#slots[slot]!) {
      if (this.#geo[id] === geo && this.#as[id] === as) return id;
      slot = (slot + 1) & mask;
    }
    const id = this.count++;
    this.#slots[slot] = id;
    this.#geo[id] = geo;
    this.#as[id] = as;
    return id;
  }

  /** The geo fragment of a pair. */
  geo(pair: number): number {
    return this.#geo[pair]!;
  }

  /** The AS fragment of a pair. */
  as(pair: number): number {
    return this.#as[pair]!;
  }

  #grow(): void {
    this.#geo = doubled(this.#geo);
    this.#as = doubled(this.#as);
    this.#slots = new Uint32Array(this.#slots.length * 2);
    const mask = this.#slots.length - 1;
    for (let id = 1; id < this.count; id++) {
      let slot = hashPair(this.#geo[id]!, this.#as[id]!) & mask;
      while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
      this.#slots[slot] = id;
    }
  }
}

/** Mixes two ids; the multipliers are those of xxHash32 (https://github.com/Cyan4973/xxHash). */
function hashPair(geo: number, as: number): number {
  const mixed = Math.imul(geo, 0x9e3779b1) ^ Math.imul(as, 0x85ebca77);
  return mixed ^ (mixed >>> 15);
}

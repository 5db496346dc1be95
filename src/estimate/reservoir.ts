/** A few objects out of a listing of any length. */

import { Prng } from '../generate/prng.ts';
import { parseKey } from '../plan/keys.ts';
import type { SourceObject } from '../sources/source.ts';

/** The same listing gives the same sample. */
const SEED = 5;

const MS_PER_DAY = 86_400_000;

/**
 * Samples without replacement, the chance of an object in proportion to its size: records are, too, so that the mean of
 * records a byte over the sample stands for all bytes. (Algorithm A-Res: Efraimidis and Spirakis, "Weighted random
 * sampling with a reservoir", 2006.)
 */
export class Reservoir {
  readonly #samples: number;
  readonly #prng = new Prng(SEED, 0);
  readonly #kept: { object: SourceObject; rank: number }[] = [];
  #least = 0;

  constructor(samples: number) {
    this.#samples = samples;
  }

  /** Offers an object; empty ones and those of unknown size are passed over. */
  offer(object: SourceObject): void {
    if (object.size <= 0 || this.#samples === 0) return;
    const rank = Math.log((this.#prng.next32() + 1) / 2 ** 32) / object.size;
    const kept = this.#kept;
    if (kept.length < this.#samples) {
      kept.push({ object, rank });
    } else if (rank > kept[this.#least]!.rank) {
      kept[this.#least] = { object, rank };
    } else {
      return;
    }
    this.#least = kept.reduce((least, { rank }, at) => (rank < kept[least]!.rank ? at : least), 0);
  }

  /** The sample by day and size, as it is to be read. */
  sample(): SourceObject[] {
    const dayOf = ({ key, lastModifiedMs }: SourceObject) => parseKey(key).day ?? lastModifiedMs / MS_PER_DAY;
    return this.#kept
      .map(({ object }) => ({ object, day: dayOf(object) }))
      .sort((one, other) => one.day - other.day || one.object.size - other.object.size)
      .map(({ object }) => object);
  }
}

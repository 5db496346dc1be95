/** Lines of the generator, as text in memory. */

import { linesOf } from '../../src/generate/lines.ts';
import { Prng } from '../../src/generate/prng.ts';
import { Traffic } from '../../src/generate/traffic.ts';
import { makeWorld } from '../../src/generate/world.ts';
import { columnWriters } from '../../src/generate/writers.ts';

const START_SECONDS = Date.UTC(2025, 0, 30, 10, 10) / 1000;

/** The world is dear to make: one for all, and public addresses that are drawn each time. */
const WORLD = makeWorld(1, 'uniform');

/** An object of `records` lines of these columns, its header first. */
export function generatedObject(columns: readonly string[], records: number, seed: number): Buffer {
  const traffic = new Traffic(WORLD, new Prng(seed, 0), START_SECONDS);
  return Buffer.concat([...linesOf(columns, columnWriters(WORLD, columns), traffic, records)]);
}

/** Random numbers that can be had again: the seed is printed with every test that draws them. */

/** A generator of 32-bit numbers (mulberry32, https://github.com/bryc/code/blob/master/jshash/PRNGs.md). */
export function randomWords(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
}

/** The seed of this run: `FLOWBULK_TEST_SEED`, or one made of the time. */
export function testSeed(): number {
  const given = process.env['FLOWBULK_TEST_SEED'];
  return given === undefined ? Date.now() >>> 0 : Number(given) >>> 0;
}

/** Spoilt lines by both encoders, with all options: odd lines may cost time, never correctness. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { randomGeo } from './addressed.ts';
import { Both } from './both.ts';
import { Mutator } from './mutate.ts';
import { OPTION_SETS } from './option-sets.ts';
import { SEED } from './seed.ts';

const OBJECTS = 12;
const LINES = 300;
const GEO = randomGeo(SEED);

for (const [i, { name, options, contexts }] of OPTION_SETS.entries()) {
  test(`spoilt lines: ${name}`, (context) => {
    const seed = SEED * 1000 + i;
    context.diagnostic(`seed ${seed}`);
    const mutator = new Mutator(seed);
    const both = new Both({ options, geo: GEO, bodyBytes: 400_000 });
    const codes = new Set<string>();
    let documents = 0;
    for (let round = 0; round < OBJECTS; round++) {
      const object = mutator.object(LINES);
      const chunks = [65_536, round === 0 ? 1 : 7 + round * 11];
      const converted = both.convert(object, contexts[round % contexts.length], chunks);
      for (const { code } of converted.refused) codes.add(code);
      documents += converted.documents.toString('latin1').split('\n').length;
    }
    // Otherwise nothing much was tried.
    assert.ok(documents > OBJECTS * LINES * 0.3, `${documents} documents`);
    assert.ok(codes.size >= 6, [...codes].join(' '));
  });
}

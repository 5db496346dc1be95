/** The kernel's fold against the reference fold: goldens, generated and spoilt lines, with and without filters. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FIELDS } from '../../src/formats/fields.ts';
import { LAYOUTS } from '../../src/formats/layouts.ts';
import { Expressions } from '../kernel/expressions.ts';
import { generatedObject } from '../kernel/generated.ts';
import { GOLDENS } from '../kernel/golden-files.ts';
import { Mutator } from '../kernel/mutate.ts';
import { SEED } from '../kernel/seed.ts';
import { FoldBoth, interfacesOf } from './fold-both.ts';

const CHUNKS = [1, 7, 1000, 65_536];
const LAYOUT_NAMES = [...Object.values(LAYOUTS), FIELDS.map((field) => field.name)];

test('every golden in chunks of all sizes', () => {
  const objects = GOLDENS.map(({ log }) => ({ bytes: log }));
  const both = new FoldBoth({ interfaces: interfacesOf(objects, SEED) });
  for (const chunk of CHUNKS) for (const object of objects) both.add(object, chunk);
  both.byReference(objects);
  new FoldBoth({ interfaces: interfacesOf(objects, SEED) }).fold(objects, CHUNKS);
});

test('generated lines of all layouts', (context) => {
  context.diagnostic(`seed ${SEED}`);
  const objects = LAYOUT_NAMES.map((names, i) => ({ bytes: generatedObject(names, 1500, SEED + i) }));
  const { rows, counts, refused } = new FoldBoth({ interfaces: interfacesOf(objects, SEED) }).fold(objects);
  assert.deepEqual(refused, []);
  assert.ok(rows.length > 1000, `${rows.length} rows`);
  for (const [name, count] of Object.entries(counts)) {
    if (name !== 'deadLetters' && name !== 'filtered') assert.ok(count > 0, name);
  }
});

test('spoilt lines', (context) => {
  context.diagnostic(`seed ${SEED}`);
  const mutator = new Mutator(SEED);
  const objects = Array.from({ length: 30 }, (_, i) => ({ bytes: mutator.object(300), isDamaged: i % 5 === 4 }));
  const both = new FoldBoth({ interfaces: interfacesOf(objects, SEED) });
  const { rows, counts } = both.fold(objects, [65_536, 7, 1000, 61]);
  assert.ok(rows.length > 500, `${rows.length} rows`);
  assert.ok(counts.deadLetters > 500, `${counts.deadLetters} dead letters`);
});

test('random filters', (context) => {
  context.diagnostic(`seed ${SEED}`);
  const expressions = new Expressions(SEED);
  const mutator = new Mutator(SEED);
  let [folded, filtered] = [0, 0];
  for (let round = 0; round < 30; round++) {
    const { filter } = expressions.filter();
    const generated = generatedObject(LAYOUT_NAMES[round % LAYOUT_NAMES.length]!, 150, SEED + round);
    const objects = [{ bytes: generated }, { bytes: mutator.object(100) }];
    const { counts } = new FoldBoth({ interfaces: interfacesOf(objects, SEED), filter }).fold(objects, [1000]);
    folded += counts.folded;
    filtered += counts.filtered;
  }
  assert.ok(folded > 300 && filtered > 300, `${folded} folded, ${filtered} filtered`);
});

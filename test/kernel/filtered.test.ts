/** Random filters by both encoders, over generated and spoilt lines; test/long has more of them. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FIELDS } from '../../src/formats/fields.ts';
import { filterOf } from '../../src/formats/filter/filter.ts';
import { LAYOUTS } from '../../src/formats/layouts.ts';
import { randomGeo } from './addressed.ts';
import { Both, IN_S3, LOCAL } from './both.ts';
import { Expressions } from './expressions.ts';
import { generatedObject } from './generated.ts';
import { Mutator } from './mutate.ts';
import { SEED } from './seed.ts';

const FILTERS = 50;
const LINES = 150;
const GEO = randomGeo(SEED);
const NAMES = [...Object.values(LAYOUTS), FIELDS.map((field) => field.name)];
const lineCount = (documents: Buffer): number => documents.toString('latin1').split('\n').length - 1;

test(`${FILTERS} random filters over generated and spoilt lines`, (context) => {
  context.diagnostic(`seed ${SEED}`);
  const expressions = new Expressions(SEED);
  const mutator = new Mutator(SEED);
  const unfiltered = new Both({ geo: GEO });
  let [mixed, refusedMost] = [0, 0];
  for (let round = 0; round < FILTERS; round++) {
    const { asked, filter } = expressions.filter();
    const told = JSON.stringify(asked);
    const both = new Both({ options: { filter, keepOriginal: round % 2 === 0 }, geo: GEO, bodyBytes: 300_000 });
    const generated = generatedObject(NAMES[round % NAMES.length]!, LINES, SEED + round);
    let [kept, left] = [0, 0];
    for (const object of [generated, mutator.object(LINES)]) {
      const where = round % 3 === 0 ? LOCAL : IN_S3;
      const converted = both.convert(object, where, [1000]);
      const all = unfiltered.viaReader(object, where);
      // Nothing is lost, and what is refused does not depend on the filter.
      const documents = lineCount(converted.documents);
      assert.equal(documents + converted.filtered, lineCount(all.documents), told);
      assert.deepEqual(converted.refused, all.refused, told);
      kept += documents;
      left += converted.filtered;
      refusedMost = Math.max(refusedMost, converted.refused.length);
    }
    if (kept > 0 && left > 0) mixed++;
  }
  // Otherwise nothing much was tried.
  assert.ok(mixed > FILTERS / 3, `${mixed} filters keep some and leave some`);
  assert.ok(refusedMost > 0);
});

test('a filter with thousands of values and terms', () => {
  const ports = Array.from({ length: 2000 }, (_, i) => i * 31);
  const networks = Array.from({ length: 1000 }, (_, i) => `10.${i % 250}.${i >> 2}.0/26`);
  const networks6 = Array.from({ length: 500 }, (_, i) => `2001:${(i * 97).toString(16)}::/32`);
  const terms = Array.from({ length: 1500 }, (_, i) => `bytes = ${i * 7}`).join(' or ');
  const where = `dstport in (${ports}) or srcaddr in (${[...networks, ...networks6]}) or ${terms}`;
  const filter = filterOf({ where, dropNodata: false, dropPrivate: false });
  const both = new Both({ options: { filter }, geo: GEO });
  for (const names of NAMES) {
    const { documents, filtered } = both.convert(generatedObject(names, 200, SEED), IN_S3, [65_536]);
    assert.equal(lineCount(documents) + filtered, 200);
  }
});

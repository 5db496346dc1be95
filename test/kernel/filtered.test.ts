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

/** How many of the values, each the only one of its line, pass by both encoders. */
function passing(field: string, values: readonly string[], where: string): number {
  const filter = filterOf({ where, dropNodata: false, dropPrivate: false });
  const both = new Both({ options: { filter } });
  const object = `packets ${field}\n${values.map((value) => `1 ${value}\n`).join('')}`;
  const { documents, refused } = both.convert(object, IN_S3, [65_536]);
  assert.deepEqual(refused, []);
  return lineCount(documents);
}

test('texts of all lengths: a difference anywhere is seen', () => {
  for (let length = 1; length <= 70; length++) {
    const word = 'abcdefghij'.repeat(8).slice(0, length);
    const others = Array.from({ length }, (_, i) => `${word.slice(0, i)}_${word.slice(i + 1)}`);
    assert.equal(passing('az-id', [word, ...others, `${word}x`, word.slice(0, -1) || 'x'], `az-id = ${word}`), 1, word);
  }
});

test('numbers and addresses at the edges of ranges', () => {
  for (const edge of [1n, 99_999_999n, 100_000_000n, 12_345_678_901n, 9_999_999_999_999_998n]) {
    const values = [edge - 1n, edge, edge + 1n].map(String);
    assert.equal(passing('bytes', values, `bytes = ${edge}`), 1);
    assert.equal(passing('bytes', values, `bytes <= ${edge}`), 2);
    assert.equal(passing('bytes', values, `bytes >= ${edge} or bytes = 5`), 2);
    assert.equal(passing('bytes', values, `bytes not in (${edge}, 7)`), 2);
  }
  const v4 = ['9.255.255.255', '10.0.0.0', '10.255.255.255', '11.0.0.0', '10::', '::ffff:10.1.1.1'];
  assert.equal(passing('srcaddr', v4, 'srcaddr in (10.0.0.0/8, 200.0.0.0/8, 1.1.1.1)'), 3);
  const low = '2001:db8:0:4000::';
  const high = '2001:db8:0:7fff:ffff:ffff:ffff:ffff';
  const beside = ['2001:db8:0:3fff:ffff:ffff:ffff:ffff', '2001:db8:0:8000::', '3001:db8:0:4000::', '10.0.0.1'];
  assert.equal(passing('srcaddr', [low, high, ...beside], `srcaddr in (${low}/50, ::1, fe80::/10)`), 2);
  const inside = ['2001:db8::f0', '2001:db8::ff', '2001:db8::ef', '2001:db8::100', '2001:db8:0:1::f5'];
  assert.equal(passing('dstaddr', inside, 'dstaddr in 2001:db8::f0/124'), 2);
});

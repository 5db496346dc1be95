/** The differential tests of test/kernel, longer: `node scripts/test.mjs --long`. */

import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { FIELDS } from '../../src/formats/fields.ts';
import { LAYOUTS } from '../../src/formats/layouts.ts';
import { compileFixture } from '../geo/fixture.ts';
import { randomGeo } from '../kernel/addressed.ts';
import { Both, IN_S3 } from '../kernel/both.ts';
import { Expressions } from '../kernel/expressions.ts';
import { generatedObject } from '../kernel/generated.ts';
import { Mutator } from '../kernel/mutate.ts';
import { OPTION_SETS } from '../kernel/option-sets.ts';
import { ROOT } from '../kernel/root.ts';
import { SEED } from '../kernel/seed.ts';

const FORMATS: readonly (readonly string[])[] = [...Object.values(LAYOUTS), FIELDS.map((field) => field.name)];
const OBJECT_LINES = 10_000;

test('a million generated lines, with real geo tables', (context) => {
  context.diagnostic(`seed ${SEED}`);
  const folder = path.join(ROOT, 'node_modules', '@ip-location-db');
  const { image } = compileFixture({
    city: [path.join(folder, 'geo-whois-asn-country-mmdb', 'geo-whois-asn-country.mmdb')],
    asn: [path.join(folder, 'asn', 'asn-ipv4.csv'), path.join(folder, 'asn', 'asn-ipv6.csv')],
  });
  const both = new Both({ geo: image, options: { as: 'bulk' } });
  for (let object = 0; object < 100; object++) {
    const columns = FORMATS[object % FORMATS.length]!;
    const converted = both.convert(generatedObject(columns, OBJECT_LINES, SEED + object), IN_S3, [262_144]);
    assert.deepEqual(converted.refused, [], columns.join(' '));
  }
});

test('500 random filters over spoilt lines', (context) => {
  const seed = SEED * 1000 + 700;
  context.diagnostic(`seed ${seed}`);
  const expressions = new Expressions(seed);
  const mutator = new Mutator(seed);
  const geo = randomGeo(seed);
  for (let round = 0; round < 500; round++) {
    const { filter } = expressions.filter();
    const both = new Both({ options: { filter, as: 'bulk' }, geo, bodyBytes: 400_000 });
    both.convert(mutator.object(1000), IN_S3, [65_536, 1 + ((round * 37) % 1000)]);
  }
});

for (const [i, { name, options, contexts }] of OPTION_SETS.entries()) {
  test(`100,000 spoilt lines: ${name}`, (context) => {
    const seed = SEED * 1000 + 500 + i;
    context.diagnostic(`seed ${seed}`);
    const mutator = new Mutator(seed);
    const both = new Both({ options, geo: randomGeo(seed), bodyBytes: 400_000 });
    for (let round = 0; round < 100; round++) {
      both.convert(mutator.object(1000), contexts[round % contexts.length], [65_536, 1 + ((round * 37) % 1000)]);
    }
  });
}

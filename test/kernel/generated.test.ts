/** 100,000 generated lines over all layouts by both encoders; test/long has a million. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FIELDS } from '../../src/formats/fields.ts';
import { parseIndexName } from '../../src/formats/index-name.ts';
import { LAYOUTS } from '../../src/formats/layouts.ts';
import { randomWords } from '../geo/random.ts';
import { randomGeo } from './addressed.ts';
import { Both, IN_S3 } from './both.ts';
import { generatedObject } from './generated.ts';
import { SEED } from './seed.ts';

const LINES = 50_000;
const FORMATS: readonly (readonly string[])[] = [
  ...Object.values(LAYOUTS),
  FIELDS.map((field) => field.name),
  FIELDS.map((field) => field.name).reverse(),
  ['end', 'bytes', 'team_name', 'dstaddr', 'action', 'protocol', 'srcaddr', 'dstport', 'srcport'],
];

test(`${LINES} generated lines of all layouts`, (context) => {
  context.diagnostic(`seed ${SEED}`);
  const both = new Both({ geo: randomGeo(SEED), options: { as: 'bulk' }, bodyBytes: 100_000 });
  const lines = Math.ceil(LINES / FORMATS.length);
  let documents = 0;
  for (const [i, columns] of FORMATS.entries()) {
    const object = generatedObject(columns, lines, SEED + i);
    const converted = both.convert(object, IN_S3, [65_536]);
    assert.deepEqual(converted.refused, [], columns.join(' '));
    documents += converted.documents.toString('latin1').split('\n').length >> 1;
  }
  assert.equal(documents, lines * FORMATS.length);
});

test('generated lines with drawn times, an index a day', (context) => {
  context.diagnostic(`seed ${SEED}`);
  const random = randomWords(SEED);
  const index = parseIndexName('vpcflow-{yyyy.MM.dd}');
  const both = new Both({ geo: randomGeo(SEED), options: { as: 'bulk', op: 'index', index }, bodyBytes: 100_000 });
  const days = new Set<string>();
  for (const [i, columns] of FORMATS.entries()) {
    const generated = generatedObject(columns, 500, SEED + i).toString('latin1');
    // Without a column of its own, a time is that of the object; now and then there is none.
    const object = generated.replace(/\b17\d{8}\b/g, () => (random() % 8 === 0 ? '-' : String(random())));
    const { documents } = both.convert(Buffer.from(object, 'latin1'), IN_S3, [65_536]);
    for (const [, day] of documents.toString('latin1').matchAll(/"_index":"vpcflow-([^"]+)"/g)) days.add(day!);
  }
  assert.ok(days.size > 2000, `${days.size} days`);
});

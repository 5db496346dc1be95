/** 100,000 generated lines over all layouts by both encoders; test/long has a million. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FIELDS } from '../../src/formats/fields.ts';
import { LAYOUTS } from '../../src/formats/layouts.ts';
import { randomGeo } from './addressed.ts';
import { Both, IN_S3 } from './both.ts';
import { generatedObject } from './generated.ts';
import { SEED } from './seed.ts';

const LINES = 100_000;
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

/** The documents of test/goldens were written from Elastic's rules (each line looked at), not by the encoders. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LAYOUTS } from '../../src/formats/layouts.ts';
import { Both, IN_S3 } from './both.ts';
import { GOLDENS, goldenGeo } from './golden-files.ts';
import { OPTION_SETS } from './option-sets.ts';

const GEO = goldenGeo();
const CHUNKS = [1, 7, 1000, 65_536];

const linesOf = (text: Buffer): string[] => text.toString().split('\n').slice(0, -1);
const withoutOffset = (documents: Buffer): string[] =>
  linesOf(documents).map((line) => line.replace(/"offset":\d+/, '"offset":0'));

test('every golden by both encoders, in chunks of all sizes', () => {
  const both = new Both({ geo: GEO });
  for (const { name, log, documents } of GOLDENS) {
    const converted = both.convert(log, IN_S3, CHUNKS);
    assert.deepEqual(linesOf(converted.documents), linesOf(documents), name);
    assert.deepEqual(converted.refused, [], name);
  }
});

test('every golden by both encoders with all options', () => {
  for (const { options, contexts } of OPTION_SETS) {
    const both = new Both({ geo: GEO, options });
    for (const { log } of GOLDENS) for (const context of contexts) both.convert(log, context, [1000]);
  }
});

test('action lines leave the documents of the goldens as they are', () => {
  for (const { options } of OPTION_SETS.filter(({ options }) => options.as === 'bulk')) {
    const { op = 'create', index = null } = options;
    const both = new Both({ geo: GEO, options: { as: 'bulk', op, index } });
    for (const { name, log, documents } of GOLDENS) {
      const lines = linesOf(both.convert(log, IN_S3, [1000]).documents);
      assert.deepEqual(
        lines.filter((_, i) => i % 2 === 1),
        linesOf(documents),
        name,
      );
    }
  }
});

test('every golden with bodies that hold little more than a document', () => {
  const longest = Math.max(
    ...GOLDENS.flatMap(({ documents }) => linesOf(documents).map((line) => Buffer.byteLength(line) + 1)),
  );
  for (const bodyBytes of [longest, longest + 300, longest + 800, 2 * longest]) {
    const both = new Both({ geo: GEO, bodyBytes });
    for (const { name, log, documents } of GOLDENS) {
      assert.ok(both.convert(log, IN_S3, CHUNKS).documents.equals(documents), `${name} in ${bodyBytes} bytes`);
    }
  }
});

test('all goldens as one object: each header changes the columns', () => {
  const both = new Both({ geo: GEO });
  const converted = both.convert(Buffer.concat(GOLDENS.map(({ log }) => log)), IN_S3, CHUNKS);
  assert.deepEqual(
    withoutOffset(converted.documents),
    GOLDENS.flatMap(({ documents }) => withoutOffset(documents)),
  );
});

test('line ends, blanks and the last newline change nothing but offsets', () => {
  const both = new Both({ geo: GEO });
  for (const { name, log, documents } of GOLDENS) {
    const text = log.toString();
    const forms = [
      text.replaceAll('\n', '\r\n'),
      text.slice(0, -1),
      text.replaceAll(' ', '   '),
      text.replaceAll(' ', '\t'),
      text.replaceAll('\n', ' \n\n \n\r\n'),
      text.replaceAll('\n', '\n '),
    ];
    for (const form of forms) {
      const converted = both.convert(form, IN_S3, [7, 65_536]);
      assert.deepEqual(withoutOffset(converted.documents), withoutOffset(documents), name);
      assert.deepEqual(converted.refused, [], name);
    }
  }
});

test('the layouts are found without a header, also behind a time of export and inside JSON', () => {
  const both = new Both({ geo: GEO });
  const layouts = GOLDENS.filter(({ name }) => name in LAYOUTS);
  assert.deepEqual(
    layouts.map(({ name }) => name),
    ['flags21', 'nat', 'nat17', 'tgw', 'v11', 'v2', 'v3', 'v5', 'v7', 'v8'],
  );
  for (const { name, log, documents } of layouts) {
    // A transit gateway's loss that is no number is let pass in a column only, not to find the columns.
    const lines = linesOf(log).slice(1);
    const forms = [
      lines,
      lines.map((line) => `2024-05-01T10:00:00.000Z ${line}`),
      lines.map((message) => JSON.stringify({ message })),
      [lines.map((message) => JSON.stringify({ message })).join('')],
      [JSON.stringify({ messageType: 'DATA_MESSAGE', logEvents: lines.map((message) => ({ id: '1', message })) })],
    ];
    for (const form of forms) {
      const converted = both.convert(form.map((line) => `${line}\n`).join(''), IN_S3, [7, 65_536]);
      assert.deepEqual(withoutOffset(converted.documents), withoutOffset(documents), name);
    }
  }
});

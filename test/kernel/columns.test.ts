/** Which columns hold for which line, and programs for more patterns than there is room for. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseFormat } from '../../src/formats/detect.ts';
import { MAX_COLUMNS } from '../../src/formats/header.ts';
import { LAYOUTS } from '../../src/formats/layouts.ts';
import { PATTERN_ROOM } from '../../workers/kernel/layout.ts';
import { randomWords } from '../geo/random.ts';
import { Both, IN_S3, LOCAL } from './both.ts';
import { generatedObject } from './generated.ts';
import { SEED } from './seed.ts';

const CHUNKS = [1, 64, 65_536];

const documentsOf = (documents: Buffer) =>
  documents
    .toString()
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));
const vpcflow = (documents: Buffer) => documentsOf(documents).map(({ aws }) => aws.vpcflow);

test('columns of the object before do not hold for the next one', () => {
  const both = new Both();
  const line = '2 123456789010 eni-1 172.31.16.139 172.31.16.21 20641 22 6 20 4249 1418530010 1418530070 ACCEPT OK\n';
  const names = LAYOUTS.v2.join(' ').replace('packets bytes', 'bytes packets');
  for (const chunk of CHUNKS) {
    both.convert(`${names}\n${line}`, IN_S3, [chunk]);
    const { documents } = both.convert(line + line, IN_S3, [chunk]);
    assert.deepEqual(
      documentsOf(documents).map(({ source }) => source.bytes),
      [4249, 4249],
    );
    both.convert(`srcaddr dstaddr srcaddr\n`, IN_S3, [chunk]);
    assert.equal(documentsOf(both.convert(line, IN_S3, [chunk]).documents).length, 1);
  }
});

test('a header is no record, whatever columns hold', () => {
  const both = new Both();
  const objects = [
    'log-status srcaddr\nOK 10.0.0.1\naction dstaddr\nACCEPT 10.0.0.2\n',
    'action log-status type\nACCEPT OK IPv4\nregion log-status action\nOK OK OK\n',
    'srcaddr\n10.0.0.1\ndstaddr\n10.0.0.2\n',
    'packets-lost-no-route type\n7 IPv4\ntype packets-lost-no-route\nIPv4 8\nx IPv6\n',
    'tcp-flags type\n7 IPv4\ntype tcp-flags\nIPv4 8\nIPv4 x\n',
  ];
  const counts = objects.map((object) => documentsOf(both.convert(object, IN_S3, CHUNKS).documents).length);
  assert.deepEqual(counts, [2, 2, 2, 3, 3]);
});

test('values that are names of fields do not make a header of a record with IPv6 addresses', () => {
  const both = new Both();
  const { documents, refused } = both.convert(
    'srcaddr instance-tag\nabcd::1 region\n2001:db8::1 type\n',
    IN_S3,
    CHUNKS,
  );
  assert.deepEqual(refused, []);
  assert.deepEqual(
    vpcflow(documents).map(({ instance_tag }) => instance_tag),
    ['region', 'type'],
  );
});

test('a header that cannot be used refuses what follows until the next one', () => {
  const both = new Both();
  const object = 'version srcaddr srcaddr\n2 10.0.0.1 10.0.0.2\nversion srcaddr\n2 10.0.0.1\n';
  const { documents, refused } = both.convert(object, IN_S3, CHUNKS);
  assert.equal(documentsOf(documents).length, 1);
  assert.deepEqual(
    refused.map(({ code, offset }) => [code, offset]),
    [
      ['bad_header', 0],
      ['bad_header', 24],
    ],
  );
});

/** As many columns as there can be. */
const WIDE: string[] = [
  ...LAYOUTS.v11,
  ...LAYOUTS.tgw.filter((name) => !(LAYOUTS.v11 as readonly string[]).includes(name)),
];
while (WIDE.length < MAX_COLUMNS) WIDE.push(`unknown-${WIDE.length}`);

test('a time before 128 columns is a column too many for a pattern', () => {
  const both = new Both({ format: parseFormat(WIDE.join(' ')) });
  const [first = ''] = generatedObject(WIDE, 1, SEED).toString().split('\n').slice(1);
  const values = first.split(' ').map((token) => (token === '-' ? '203.0.113.5' : token));
  const lines = [values, values.with(127, '-'), values.with(63, '-'), values.with(0, '-').with(64, '-')];
  const { documents, refused } = both.convert(
    lines.map((line) => `2024-05-01T10:00:00Z ${line.join(' ')}\n`).join(''),
    IN_S3,
    CHUNKS,
  );
  assert.deepEqual(refused, []);
  assert.ok(!documents.includes('"-"'));
  assert.deepEqual(
    vpcflow(documents).map((flow) => 'unknown_127' in flow),
    [true, false, true, true],
  );
});

test('128 columns, with `-` in each one alone and in many', (context) => {
  context.diagnostic(`seed ${SEED}`);
  const random = randomWords(SEED);
  const [header, ...lines] = generatedObject(WIDE, 200, SEED).toString().trim().split('\n');
  const whole = lines.filter((line) => !/ (NODATA|SKIPDATA) /.test(line));
  const spoilt = whole.map((line, i) =>
    line
      .split(' ')
      .map((token, column) =>
        column === i || (i > 128 && random() % 2 === 0) ? '-' : token === '-' ? '203.0.113.5' : token,
      )
      .join(' '),
  );
  const both = new Both({ options: { keepOriginal: true } });
  const { refused } = both.convert(`${header}\n${spoilt.join('\n')}\n`, IN_S3, [1000]);
  assert.deepEqual(refused, []);
});

test('more patterns than there is room for, in the table and on the heap', (context) => {
  context.diagnostic(`seed ${SEED}`);
  const random = randomWords(SEED + 1);
  const objects = [LAYOUTS.v11, LAYOUTS.tgw, LAYOUTS.v11.toReversed()].map((columns) => {
    const [header, ...lines] = generatedObject(columns, 2 * PATTERN_ROOM, SEED)
      .toString()
      .trim()
      .split('\n');
    const dashed = lines.map((line) =>
      line
        .split(' ')
        .map((token) => (random() % 3 === 0 ? '-' : token))
        .join(' '),
    );
    // Each pattern twice, the second time when many others have come.
    return `${header}\n${[...dashed, ...dashed].join('\n')}\n`;
  });
  const both = new Both({ options: { tags: Array.from({ length: 100 }, (_, i) => `a rather long tag ${i}`) } });
  for (const object of [...objects, ...objects]) both.convert(object, LOCAL, [65_536]);
});

test('literals longer than an op can say', () => {
  const object = generatedObject(LAYOUTS.v5, 20, SEED);
  for (const length of [65_500, 65_534, 65_535, 65_536, 65_600, 131_070, 150_000]) {
    const constants = [['labels.long', 'ü'.repeat(length >> 1)]] as const;
    new Both({ options: { constants, as: 'bulk' }, bodyBytes: 600_000 }).convert(object, IN_S3, [1000]);
  }
});

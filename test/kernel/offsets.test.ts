/** Offsets of objects larger than tests can be: straight into the kernel, against the record reader. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseFormat } from '../../src/formats/detect.ts';
import { RecordReader } from '../../src/formats/record-reader.ts';
import { BODY_FULL, DONE, NEW_PATTERN, ODD_LINE } from '../../workers/kernel/layout.ts';
import { compileFixture } from '../geo/fixture.ts';
import { Both, IN_S3 } from './both.ts';

const LINE = '2 123456789010 eni-1 172.31.16.139 172.31.16.21 20641 22 6 20 4249 1418530010 1418530070 ACCEPT OK';
const COLUMNS = parseFormat('v2');
const both = new Both({ options: { as: 'bulk', ids: 'filebeat' } });
// Puts the texts of the object into their slots.
both.viaKernel(Buffer.from(`${LINE}\n`), IN_S3, 1000);
const { kernel } = both;
const { arena } = kernel;
const [body] = arena.bodies;

/** The status of converting the line twice from these offsets on, and what was written. */
function convert(offset: number, idOffset: number, room = body!.view.length) {
  arena.bytes.write(`${LINE}\n${LINE}\n`, arena.input);
  const end = arena.input + 2 * (LINE.length + 1);
  for (;;) {
    const status = kernel.convert(arena.input, end, body!.address, body!.address + room, offset, idOffset);
    if (status !== NEW_PATTERN) return { status, text: arena.bytes.toString('utf8', body!.address, kernel.output) };
    kernel.addPattern();
  }
}

function expected(offset: number, idOffset: number): string {
  let text = '';
  const output = {
    document: (document: string) => (text += document),
    filtered: () => {},
    refused: () => assert.fail(),
  };
  const reader = new RecordReader(COLUMNS, both.options, compileFixture({}).tables, output);
  reader.begin(IN_S3);
  for (const before of [0, LINE.length + 1]) reader.read(Buffer.from(LINE), offset + before, idOffset + before);
  return text;
}

kernel.bind(COLUMNS, { hasS3: true, hasRegion: true, hasId: true });

test('offsets over 32 bits, and ids that lie behind them', () => {
  for (const offset of [0, 99_999_950, 2 ** 31 - 50, 2 ** 32 - 50, 5_000_000_000, 99_999_999_950, 999_999_999_800]) {
    for (const behind of [0, 1, 1000].filter((bytes) => bytes <= offset)) {
      assert.deepEqual(convert(offset, offset - behind), { status: DONE, text: expected(offset, offset - behind) });
    }
  }
});

test('from 10^12 on offsets are left to the reference encoder', () => {
  assert.deepEqual(convert(1e12, 0), { status: ODD_LINE, text: '' });
  const { status, text } = convert(1e12 - 1, 7);
  assert.deepEqual(
    [status, text],
    [
      ODD_LINE,
      `${expected(1e12 - 1, 7)
        .split('\n')
        .slice(0, 2)
        .join('\n')}\n`,
    ],
  );
});

// The texts of the object are counted by the host, which gives the kernel so much less room.
test('a body that might not hold the next document is full', () => {
  const { text } = convert(0, 0);
  assert.deepEqual(convert(0, 0, 10), { status: BODY_FULL, text: '' });
  const { status, text: first } = convert(0, 0, text.length / 2 + 10);
  assert.deepEqual([status, first], [BODY_FULL, text.slice(0, text.length / 2)]);
});

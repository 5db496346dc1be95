/** Lines of all lengths, blocks and chunks ending everywhere in them. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MAX_LINE_BYTES } from '../../workers/line-window.ts';
import { Both, IN_S3 } from './both.ts';

const HEADER = 'version team-name srcaddr action bytes\n';
const line = (bytes: number, filler = 'x') => {
  const head = '2 ';
  const tail = ' 203.0.113.12 ACCEPT 40\n';
  return `${head}${filler.repeat(bytes - head.length - tail.length + 1)}${tail}`;
};

test('lines of 27 to 400 bytes, each behind each other, in chunks of all sizes', () => {
  const both = new Both({ options: { keepOriginal: true } });
  let object = HEADER;
  for (let bytes = 27; bytes <= 400; bytes++) object += line(bytes);
  const { refused } = both.convert(object, IN_S3, [1, 7, 63, 64, 65, 1000, 65_536]);
  assert.deepEqual(refused, []);
});

test('tokens and blanks at every place of a block of 64 bytes', () => {
  const both = new Both();
  let object = 'version team-name srcaddr action bytes column-1 column-2 column-3\n';
  for (let at = 1; at <= 130; at++) {
    for (const gap of [' ', '  ', '\t']) {
      object += `2 ${'x'.repeat(at)} 203.0.113.12 ACCEPT 40${gap}- -x y\n2 ${'x'.repeat(at)} - - -${gap}- - -\n`;
    }
    object += `2 ${'x'.repeat(at)} 203.0.113.12 ACCEPT 40 a b \n 2 ${'x'.repeat(at)} 203.0.113.12 ACCEPT 40 a b c\n`;
  }
  both.convert(object, IN_S3, [11, 65_536]);
});

test('around the longest lines of the kernel and of records', () => {
  const both = new Both({ options: { keepOriginal: true }, bodyBytes: 1_000_000 });
  for (const bytes of [16_383, 16_384, 16_385, 16_447, 16_448, 16_449, 16_512, 32_767, 32_768, 32_769, 40_000]) {
    const { refused } = both.convert(HEADER + line(30) + line(bytes) + line(30), IN_S3, [4096, 65_536]);
    assert.deepEqual(
      refused.map(({ code }) => code),
      bytes > 32_768 ? ['line_too_long'] : [],
      `${bytes} bytes`,
    );
    // Bytes that need six in JSON.
    both.convert(HEADER + line(bytes, '\x01'), IN_S3, [65_536]);
  }
});

test('a line of 4 MiB and more is refused the same in all chunks, and the next is read', () => {
  const both = new Both();
  for (const extra of [-1, 0, 1, 100_000, 5_000_000]) {
    const object = Buffer.from(HEADER + line(MAX_LINE_BYTES + extra) + line(30) + line(30));
    const results = [262_144, 1 << 20, 5_000, 1 << 24].map((chunk) => {
      const { documents, refused } = both.viaKernel(object, IN_S3, chunk);
      assert.equal(documents.toString().match(/\n/g)?.length, 2);
      return refused;
    });
    for (const refused of results) assert.deepEqual(refused, results[0]);
    assert.deepEqual(
      [results[0]!.length, results[0]![0]!.code, results[0]![0]!.offset],
      [1, 'line_too_long', HEADER.length],
    );
    assert.equal(results[0]![0]!.line?.length, 1024);
    assert.equal(/^over 4194304/.test(results[0]![0]!.reason), extra >= 0);
  }
});

test('a long line that never ends', () => {
  const both = new Both();
  for (const chunk of [262_144, 1 << 24]) {
    const { documents, refused } = both.viaKernel(Buffer.alloc(9_000_000, 'x'), IN_S3, chunk);
    assert.deepEqual([documents.length, refused.length, refused[0]?.offset], [0, 1, 0]);
  }
});

test('payloads that are one long line are read record by record', () => {
  const both = new Both();
  const message = '2 123456789010 eni-1 172.31.16.139 172.31.16.21 20641 22 6 20 4249 1418530010 1418530070 ACCEPT OK';
  const payload = JSON.stringify({
    messageType: 'DATA_MESSAGE',
    logEvents: Array.from({ length: 5000 }, () => ({ message })),
  });
  const { documents } = both.convert(`${payload}\n`.repeat(2), IN_S3, [262_144]);
  assert.equal(documents.toString().match(/\n/g)?.length, 10_000);
});

test('the line begun before damage is dropped, and the next object starts afresh', () => {
  const both = new Both();
  const object = Buffer.from(HEADER + line(30) + line(40) + line(50).slice(0, -5));
  const whole = both.viaReader(object.subarray(0, object.lastIndexOf('\n') + 1), IN_S3);
  for (const chunk of [1, 20, 65_536]) {
    assert.deepEqual(both.viaKernel(object, IN_S3, chunk, 'damaged'), whole);
    both.convert(HEADER + line(30), IN_S3, [chunk]);
    // Also within a line that is dropped anyway.
    const long = Buffer.alloc(MAX_LINE_BYTES + 100, 'x');
    assert.equal(both.viaKernel(long, IN_S3, 1 << 20, 'damaged').refused.length, 1);
  }
});

test('carriage returns before newlines, alone, doubled, and at the ends of blocks', () => {
  const both = new Both({ options: { keepOriginal: true } });
  let object = HEADER.replace('\n', '\r\n');
  for (let bytes = 27; bytes <= 200; bytes++) {
    for (const end of ['\r\n', '\r\r\n', '\rx\n', '\n\r\n']) object += line(bytes).replace('\n', end);
  }
  both.convert(object, IN_S3, [1, 63, 64, 65, 65_536]);
});

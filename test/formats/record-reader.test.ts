import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KEPT_BYTES, MAX_RECORD_BYTES } from '../../src/formats/line-reader.ts';
import { read } from './read.ts';

const HEADER =
  'version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status';
const FLOW =
  '2 123456789010 eni-1235b8ca123456789 172.31.16.139 172.31.16.21 20641 22 6 20 4249 1418530010 1418530070 ACCEPT OK';
const NODATA = '2 123456789010 eni-1235b8ca123456789 - - - - - - - 1431280876 1431280934 - NODATA';

const codes = (lines: readonly (string | Buffer)[], format?: string) =>
  read(lines, format === undefined ? {} : { format }).refused.map(({ code }) => code);

test('log.offset is the place of the line, whatever came before it', () => {
  const { documents, wasRecord } = read([HEADER, FLOW, '', ' ', '\t', '\r', `${NODATA}\r`, FLOW]);
  const first = HEADER.length + 1;
  const second = first + FLOW.length + 1 + 1 + 2 + 2 + 2;
  assert.deepEqual(
    documents.map(({ log }) => log.offset),
    [first, second, second + NODATA.length + 2],
  );
  // Filebeat skips, and does not count, what has no bytes but a line end.
  assert.deepEqual(wasRecord, [true, true, false, true, true, false, true, true]);
});

test('line ends, tabs and blanks are no part of values', () => {
  const { documents } = read([`${HEADER}\r`, ` ${FLOW.replaceAll(' ', ' \t ')}\t\r`], {
    options: { keepOriginal: true },
  });
  assert.equal(documents[0].aws.vpcflow.log_status, 'OK');
  assert.equal(documents[0].aws.vpcflow.version, '2');
  assert.equal(documents[0].event.original, ` ${FLOW.replaceAll(' ', ' \t ')}\t`);
});

test('a header in the middle changes the columns', () => {
  const { documents, refused } = read([HEADER, FLOW, 'dstaddr srcaddr', '10.0.0.1 10.0.0.2', HEADER, NODATA]);
  assert.deepEqual(refused, []);
  assert.deepEqual(
    documents.map(({ source }) => source?.ip),
    ['172.31.16.139', '10.0.0.2', undefined],
  );
});

test('a header that cannot be used makes dead letters of what follows, until the next', () => {
  const { documents, refused } = read([`${HEADER} action`, FLOW, '', NODATA, HEADER, FLOW]);
  assert.equal(documents.length, 1);
  assert.deepEqual(
    refused.map(({ code }) => code),
    ['bad_header', 'bad_header', 'bad_header'],
  );
  assert.match(refused[0]!.reason, /column action comes twice/);
  assert.match(refused[1]!.reason, /the header before it cannot be used: column action comes twice/);
  assert.equal(refused[1]!.line, FLOW);
});

test('under a header the count of tokens must be right', () => {
  assert.deepEqual(codes([HEADER, `${FLOW} more`, FLOW.slice(0, -3), FLOW]), ['token_count', 'token_count']);
  assert.match(read([HEADER, 'one two']).refused[0]!.reason, /2 tokens for 14 columns/);
});

test('without a header the layout is found, and may change', () => {
  const nat = '- eni-1235b8ca123456789 10.0.1.5 10.0.0.220 10.0.1.5 203.0.113.5';
  const { documents, refused } = read([FLOW, nat, NODATA, `2024-05-01T10:00:00.000Z ${FLOW}`, FLOW]);
  assert.deepEqual(refused, []);
  assert.deepEqual(
    documents.map(({ source }) => source?.port),
    [20641, undefined, undefined, 20641, 20641],
  );
});

test('what fits no layout names --format; what nearly fits the layout found is told as such', () => {
  const { refused } = read([
    'one two three',
    FLOW,
    FLOW.replace('20641', '70000'),
    FLOW.replace('1418530010', 'x'),
    'one two',
  ]);
  assert.deepEqual(
    refused.map(({ code }) => code),
    ['unknown_format', 'bad_number', 'bad_time', 'unknown_format'],
  );
  assert.match(refused[0]!.reason, /3 tokens .*--format/);
});

test('a format that is given holds until a header comes', () => {
  const line = 'x 10.0.0.1 10.0.0.2';
  const { documents, refused } = read([line, 'x y', 'dstaddr srcaddr', '10.0.0.1 10.0.0.2', line], {
    format: 'team-name srcaddr dstaddr',
  });
  assert.deepEqual(
    documents.map(({ source }) => source.ip),
    ['10.0.0.1', '10.0.0.2'],
  );
  assert.deepEqual(
    refused.map(({ code }) => code),
    ['token_count', 'token_count'],
  );
});

test('records inside JSON: one offset, ids that count up', () => {
  const message = (text: string) => JSON.stringify({ message: text });
  const lines = [message(FLOW) + message(NODATA), message(FLOW), message(''), message('{"message":"x"}')];
  const { documents, refused, texts } = read(lines, { options: { as: 'bulk', keepOriginal: true } });
  assert.deepEqual(
    documents.map(({ log }) => log.offset),
    [0, 0, lines[0]!.length + 1],
  );
  assert.deepEqual(
    documents.map(({ event }) => event.original),
    [FLOW, NODATA, FLOW],
  );
  assert.deepEqual(
    texts.map((text) => JSON.parse(text.split('\n')[0]!).create._id.slice(-4)),
    ['0000', '0001', '0224'],
  );
  assert.deepEqual(
    refused.map(({ code, line }) => [code, line]),
    [['unknown_format', '{"message":"x"}']],
  );
});

test('a header inside JSON is one', () => {
  const message = (text: string) => JSON.stringify({ message: text });
  assert.equal(read([message('dstaddr srcaddr'), message('10.0.0.1 10.0.0.2')]).documents[0].source.ip, '10.0.0.2');
});

test('JSON that is no record is a dead letter', () => {
  assert.deepEqual(codes(['{"message":', '{"a":1}', '{"message":"x"}null', FLOW]), [
    'bad_json',
    'bad_json',
    'bad_json',
  ]);
});

test('a line that is too long keeps its start', () => {
  const long = 'x'.repeat(MAX_RECORD_BYTES + 1);
  const { refused } = read([
    HEADER,
    long,
    JSON.stringify({ message: long }),
    `${'é'.repeat(KEPT_BYTES / 2)}${long}`,
    `x${'é'.repeat(20_000)}`,
  ]);
  assert.deepEqual(
    refused.map(({ code }) => code),
    Array(4).fill('line_too_long'),
  );
  assert.equal(refused[0]!.line, 'x'.repeat(KEPT_BYTES));
  assert.equal(refused[1]!.line, 'x'.repeat(KEPT_BYTES));
  assert.equal(refused[2]!.line, 'é'.repeat(KEPT_BYTES / 2));
  // Cut within a character: no text any more.
  assert.equal(
    refused[3]!.lineBase64,
    Buffer.from(`x${'é'.repeat(20_000)}`)
      .subarray(0, KEPT_BYTES)
      .toString('base64'),
  );
  const longest = FLOW.replace('eni-1235b8ca123456789', 'e'.repeat(MAX_RECORD_BYTES - FLOW.length + 21));
  assert.equal(longest.length, MAX_RECORD_BYTES);
  assert.equal(read([HEADER, longest]).documents.length, 1);
});

test('invalid UTF-8 is replaced in documents and kept as base64 in dead letters', () => {
  const bad = Buffer.from(
    FLOW.replace('eni-1235b8ca123456789', 'eni-\xff\xc3(').replace(' OK', ' \xed\xa0\x80'),
    'latin1',
  );
  const { documents } = read([HEADER, bad]);
  assert.equal(documents[0].aws.vpcflow.interface_id, 'eni-\ufffd\ufffd(');
  assert.equal(documents[0].aws.vpcflow.log_status, '\ufffd\ufffd\ufffd');
  const worse = Buffer.from('2 \xff', 'latin1');
  const { refused } = read([HEADER, worse]);
  assert.deepEqual([refused[0]!.line, refused[0]!.lineBase64], [undefined, worse.toString('base64')]);
});

test('a dead letter has offset, code, reason and line', () => {
  assert.deepEqual(read([HEADER, FLOW.replace(' 22 ', ' 65536 ')]).refused, [
    {
      offset: HEADER.length + 1,
      code: 'bad_number',
      reason: 'dstport "65536" is not a number from 0 to 65535',
      line: FLOW.replace(' 22 ', ' 65536 '),
    },
  ]);
});

test('a byte order mark before the header is no part of it', () => {
  const { documents, refused } = read([`\uFEFF${HEADER}`, FLOW]);
  assert.deepEqual(refused, []);
  assert.equal(documents[0].aws.vpcflow.version, '2');
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isWrapped, unwrap } from '../../src/formats/wrapped.ts';

const LINE = '2 123456789010 eni-1 - - - - - - - 1431280876 1431280934 - NODATA';
const FIREHOSE = JSON.stringify({ message: LINE });
const DATA = JSON.stringify({
  messageType: 'DATA_MESSAGE',
  owner: '123456789010',
  logGroup: 'flow-logs',
  logStream: 'eni-1-all',
  subscriptionFilters: ['all'],
  logEvents: [
    { id: '1', timestamp: 1431280876000, message: LINE },
    { id: '2', timestamp: 1431280876000, message: 'x', extractedFields: { version: '2' } },
  ],
});
const CONTROL =
  '{"messageType":"CONTROL_MESSAGE","logEvents":[{"id":"","message":"CWL CONTROL MESSAGE: Checking health"}]}';

test('what begins as an object of JSON is wrapped, no record does', () => {
  assert.equal(isWrapped(FIREHOSE), true);
  for (const text of [LINE, '', '{', '{}', '{ "message":""}', ' {"message":""}', '"message"'])
    assert.equal(isWrapped(text), false, text);
});

test('Firehose records', () => {
  assert.deepEqual(unwrap(FIREHOSE), [LINE]);
  assert.deepEqual(unwrap('{"other":1,"message":"a \\"b\\" {c} \\\\"}'), ['a "b" {c} \\']);
});

test('subscription payloads, of which control messages have nothing', () => {
  assert.deepEqual(unwrap(DATA), [LINE, 'x']);
  assert.deepEqual(unwrap(CONTROL), []);
  assert.deepEqual(unwrap('{"messageType":"DATA_MESSAGE","logEvents":[]}'), []);
});

test('several on a line, with or without blanks between', () => {
  assert.deepEqual(unwrap(FIREHOSE + FIREHOSE + CONTROL + DATA), [LINE, LINE, LINE, 'x']);
  assert.deepEqual(unwrap(`${FIREHOSE} ${DATA}\t${FIREHOSE} `), [LINE, LINE, 'x', LINE]);
});

test('broken JSON and JSON of another form', () => {
  const broken = [
    FIREHOSE.slice(0, -1),
    FIREHOSE.slice(0, -3),
    `${FIREHOSE}}`,
    `${FIREHOSE}{`,
    `${FIREHOSE}x`,
    '{"message',
    '{"a',
  ];
  const other = [
    '{"a":1}',
    '{"message":1}',
    '{"message":null}',
    '{"messageType":"OTHER"}',
    '{"messageType":"DATA_MESSAGE"}',
  ];
  const inside = [[null], [1], [{}], [{ message: 1 }], [{ message: 'a' }, 'b'], {}];
  const events = inside.map((logEvents) => JSON.stringify({ messageType: 'DATA_MESSAGE', logEvents }));
  const after = ['null', '1', '"a"', '[]', 'true'].map((value) => FIREHOSE + value);
  for (const text of [...broken, ...other, ...events, ...after]) assert.equal(unwrap(text), null, text);
});

test('deep nesting neither overflows nor hangs', () => {
  assert.equal(unwrap(`{"a":${'['.repeat(200_000)}`), null);
  assert.equal(unwrap(`{"a":${'{"a":'.repeat(200_000)}`), null);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { columnsOfLogFormat } from '../../src/formats/detect.ts';
import type { ObjectContext } from '../../src/formats/document.ts';
import { eventLine, type LogEvent, readEventLine } from '../../src/formats/log-event.ts';
import { record } from '../run/records.ts';
import { read } from './read.ts';

const IN_LOG: ObjectContext = {
  s3: null,
  log: { group: '/vpc/flow', formats: [] },
  path: '/vpc/flow/',
  region: 'eu-west-1',
  timeMs: 0,
  idPrefix: '',
};

/** As AWS writes it. */
const logFormat = (...names: string[]): string => names.map((name) => `\${${name}}`).join(' ');

const event = (message: string, more: Partial<LogEvent> = {}): LogEvent => ({
  id: '37294856123456789012345678901234567890123456789012345678',
  stream: 'eni-1-all',
  timestampMs: 1_735_689_600_123,
  ingestionMs: 1_735_689_700_987,
  message,
  ...more,
});

const readEvents = (events: readonly LogEvent[], reading: Parameters<typeof read>[1] = {}) =>
  read(
    events.map((one) => eventLine(one).trimEnd()),
    { context: IN_LOG, ...reading },
  );

test('an event as a line is the event again', () => {
  for (const message of ['', 'a "b" \\ \u2028 ü\n\t', 'x'.repeat(1000)]) {
    const line = eventLine(event(message, { ingestionMs: null }));
    assert.equal(line.indexOf('\n'), line.length - 1);
    assert.deepEqual(readEventLine(line), event(message, { ingestionMs: null }));
  }
});

test('a document says of its event what Filebeat says, and nothing of an object', () => {
  const { documents, texts } = readEvents([event(record(1))], { options: { as: 'bulk' } });
  const [document] = documents;
  assert.deepEqual(document.aws.cloudwatch, {
    ingestion_time: '2025-01-01T00:01:40.000Z',
    log_group: '/vpc/flow',
    log_stream: 'eni-1-all',
  });
  assert.equal(document.aws.s3, undefined);
  assert.deepEqual(document.log, { file: { path: '/vpc/flow/eni-1-all' } });
  assert.deepEqual(document.input, { type: 'aws-cloudwatch' });
  assert.equal(document.event.id, event('').id);
  assert.equal(document.cloud.region, 'eu-west-1');
  assert.equal(document['@timestamp'], '2025-01-01T00:01:00.000Z');
  assert.deepEqual(JSON.parse(texts[0]!.split('\n')[0]!), { create: { _id: event('').id } });
});

test('without ids there is none, and event.id is there all the same', () => {
  const context = { ...IN_LOG, idPrefix: null };
  const { documents, texts } = readEvents([event(record(1))], { options: { as: 'bulk' }, context });
  assert.deepEqual(JSON.parse(texts[0]!.split('\n')[0]!), { create: {} });
  assert.equal(documents[0].event.id, event('').id);
});

test('a record without a time of its own has that of its event, in whole seconds', () => {
  const { documents } = readEvents([event('i-1 eni-1 10.0.0.1 10.0.0.2 10.0.0.1 10.0.0.2')]);
  assert.equal(documents[0]['@timestamp'], '2025-01-01T00:00:00.000Z');
});

test('records of several flow logs are told apart by their formats, then by the layouts', () => {
  const own = columnsOfLogFormat(logFormat('srcaddr', 'dstaddr', 'bytes'));
  const other = columnsOfLogFormat(logFormat('action', 'srcaddr', 'dstaddr'));
  assert.ok(own && other);
  const context = { ...IN_LOG, log: { group: 'g', formats: [own, other] } };
  const { documents, refused } = readEvents(
    [event('10.0.0.1 10.0.0.2 7'), event('REJECT 10.0.0.3 10.0.0.4'), event(record(1)), event('10.0.0.5 10.0.0.6 -7')],
    { context },
  );
  assert.deepEqual(
    documents.map(({ source, network }) => [source.ip, network.bytes]),
    [
      ['10.0.0.1', 7],
      ['10.0.0.3', undefined],
      ['10.0.0.1', 1001],
    ],
  );
  // It has as many tokens as a format that is known: what is wrong with it can be said.
  assert.deepEqual(
    refused.map(({ code }) => code),
    ['bad_number'],
  );
});

test('--format holds for every record', () => {
  const { documents, refused } = readEvents([event('10.0.0.1 10.0.0.2'), event(record(1))], {
    format: 'srcaddr dstaddr',
  });
  assert.equal(documents.length, 1);
  assert.deepEqual(
    refused.map(({ code }) => code),
    ['token_count'],
  );
});

test('what is no record is refused by the name of its event', () => {
  const events = [
    event('words that are none'),
    event('version account-id interface-id srcaddr dstaddr'),
    event('  \n'),
    event('x'.repeat(2_000_000), { stream: 'other' }),
  ];
  const { documents, refused } = readEvents(events);
  assert.equal(documents.length, 0);
  assert.deepEqual(
    refused.map(({ code, offset, event }) => [code, offset, event?.id, event?.stream, event?.timestamp]),
    [
      ['unknown_format', null, events[0]?.id, 'eni-1-all', '2025-01-01T00:00:00.123Z'],
      ['unknown_format', null, events[0]?.id, 'eni-1-all', '2025-01-01T00:00:00.123Z'],
      ['unknown_format', null, events[0]?.id, 'eni-1-all', '2025-01-01T00:00:00.123Z'],
      ['line_too_long', null, events[0]?.id, 'other', '2025-01-01T00:00:00.123Z'],
    ],
  );
  assert.equal(refused[0]?.line, 'words that are none');
  assert.equal(refused[3]?.line?.length, 1024);
});

test('filtered records are counted, and a newline at the end of a message is no part of it', () => {
  const { documents } = readEvents([event(`${record(1)}\n`)]);
  assert.equal(documents[0].aws.vpcflow.log_status, 'OK');
});

test('LogFormat that cannot be used is none', () => {
  assert.equal(columnsOfLogFormat(''), null);
  assert.equal(columnsOfLogFormat(logFormat('start', 'start')), null);
  assert.deepEqual(
    columnsOfLogFormat(logFormat('version', 'new-field'))?.fields.map((field) => field?.name),
    ['version', 'new-field'],
  );
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { barLine } from '../../src/progress/bar.ts';
import { formatEta, progressEvent, progressLine } from '../../src/progress/line.ts';
import type { Reading } from '../../src/progress/meter.ts';
import { formatBytes, formatCount, formatSeconds, formatShort } from '../../src/progress/numbers.ts';

const READING: Reading = {
  at: {
    objectsListed: 1200,
    listingDone: true,
    objectsDone: 200,
    bytesListed: 2_000 * 2 ** 20,
    bytesDone: 500 * 2 ** 20,
    records: 21_000_000,
    documents: 20_999_998,
    deadLetters: 2,
    filtered: 0,
    bytesOut: 1,
  },
  elapsedSeconds: 10.04,
  recordsPerSecond: 2_100_000.4,
  bytesPerSecond: 52.4 * 2 ** 20,
  objectsLeft: 1000,
  etaSeconds: 28.6,
  isEtaLeast: false,
};

test('the line says it all', () => {
  assert.equal(
    progressLine(READING),
    '500 MiB of 2,000 MiB (25 %), 21,000,000 records, 2,100,000 records/s, 52.4 MiB/s, 1,000 objects left, eta 30 s, 2 dead letters',
  );
});

const QUEUE = { received: 9, deleted: 7, left: 0, unreadable: 1, givenBack: 0, passedOver: 0, delayed: 0 };

test('of a queue the line says how that stands: what is listed is no whole', () => {
  const at = { ...READING.at, queue: { ...QUEUE, waiting: 12_000, inFlight: 30 } };
  assert.equal(
    progressLine({ ...READING, at }),
    '500 MiB, 21,000,000 records, 2,100,000 records/s, 52.4 MiB/s, 1,000 objects left, ' +
      '12.0k messages waiting, 30 in flight, 1 unreadable, 2 dead letters',
  );
  const untold = { ...READING.at, queue: { ...QUEUE, unreadable: 0, waiting: null, inFlight: null } };
  assert.doesNotMatch(progressLine({ ...READING, at: untold }), /eta|waiting|unreadable/);
});

test('where documents go to a cluster, the line says how that goes', () => {
  const delivery = {
    concurrency: 7,
    mostUnderWay: 9,
    requests: 12_000,
    pushbacks: 1_250,
    accepted: 1,
    refused: 0,
    resent: 5,
    isBlocked: true,
  };
  const at = { ...READING.at, deadLetters: 0, delivery };
  const says = /eta 30 s, the cluster blocks writes: waiting, 7 at a time, 1\.25k pushed back$/;
  assert.match(progressLine({ ...READING, at }), says);
  const calm = { ...at, delivery: { ...delivery, pushbacks: 0, isBlocked: false } };
  assert.match(progressLine({ ...READING, at: calm }), /eta 30 s, 7 at a time$/);
});

test('while the listing goes on, what is left is a least', () => {
  const listing = { ...READING, at: { ...READING.at, listingDone: false, deadLetters: 0 }, isEtaLeast: true };
  assert.match(progressLine(listing), /1,000\+ objects left, eta > 30 s$/);
});

test('without known sizes there is no percentage', () => {
  const stdin = { ...READING, at: { ...READING.at, bytesListed: 0 }, etaSeconds: null };
  assert.match(progressLine(stdin), /^500 MiB, 21,000,000 records, .* eta …/);
});

const drawBar = (cells: number) => '█'.repeat(cells);

test('the bar’s line has everything at 80 columns; the bar gives way first, then what matters least', () => {
  const wide = barLine(READING, drawBar, 120);
  assert.equal(wide, `${drawBar(24)}  25 % · 2.10M rec/s · eta 30 s · 2 dead · 52.4 MiB/s · 1.00k objects`);
  assert.equal(barLine(READING, drawBar, 79), wide.slice(24 - (79 - wide.length + 24)));
  assert.equal(barLine(READING, drawBar, 48), `${drawBar(8)}  25 % · 2.10M rec/s · eta 30 s · 2 dead`);
  for (let width = 0; width < 120; width++) assert.ok(barLine(READING, drawBar, width).length <= width);
});

test('the event has the counters, the rates and the time left', () => {
  const event = progressEvent(READING);
  assert.equal(event['type'], 'progress');
  assert.deepEqual(
    [event['recordsPerSecond'], event['etaSeconds'], event['objectsDone'], event['elapsedSeconds']],
    [2_100_000, 29, 200, 10],
  );
});

test('the time left comes in coarse steps', () => {
  const eta = (etaSeconds: number | null) => formatEta({ etaSeconds, isEtaLeast: false });
  assert.deepEqual([null, 0, 3, 41, 61, 3599, 3700, 100_000].map(eta), [
    'eta …',
    'eta 1 s',
    'eta 5 s',
    'eta 45 s',
    'eta 2 min',
    'eta 1 h 0 min',
    'eta 1 h 2 min',
    'eta 27 h 47 min',
  ]);
});

test('numbers', () => {
  assert.deepEqual([0, 999, 1000, 999_499, 999_500, 2_100_000].map(formatShort), [
    '0',
    '999',
    '1.00k',
    '999k',
    '1.00M',
    '2.10M',
  ]);
  assert.deepEqual([0, 999, 1000, 1234567.6].map(formatCount), ['0', '999', '1,000', '1,234,568']);
  assert.deepEqual([0, 2 ** 17, 3.44 * 2 ** 20, 5000 * 2 ** 20].map(formatBytes), [
    '0.0 MiB',
    '0.13 MiB',
    '3.4 MiB',
    '5,000 MiB',
  ]);
  assert.deepEqual([0.421, 12.34, 59.97, 125, 3600 * 3 + 420].map(formatSeconds), [
    '0.42 s',
    '12.3 s',
    '1 min 0 s',
    '2 min 5 s',
    '3 h 7 min',
  ]);
});

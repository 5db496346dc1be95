import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connectionsOf } from '../../src/topology/connections.ts';
import { elementsOf, type MapOf } from '../../src/topology/elements.ts';
import { batchesOf, bodyOf, halved } from '../../src/topology/payload.ts';
import { ACCOUNT, described, known, row } from './maps.ts';

const OF: MapOf = { account: ACCOUNT, hostname: 'test', nowS: 1_620_000_100 };

const interfaces = known(described('eni-1', 'vpc-1', '10.0.0.1'));
const elements = Array.from({ length: 50 }, (_, i) => row(interfaces, 'eni-1', '10.0.0.1', `10.1.0.${i}`)).flatMap(
  (one) => [...connectionsOf([one], interfaces)].map((connection) => elementsOf(connection, OF)),
);

test('no body is larger than asked for, and none is half empty', () => {
  const bodyBytes = 20_000;
  const batches = [...batchesOf(elements, { elements: 10_000, bodyBytes }, false)];
  const sizes = batches.map((batch) => Buffer.byteLength(bodyOf(batch, OF, 'key')));
  assert.ok(
    sizes.every((bytes) => bytes <= bodyBytes),
    sizes.join(),
  );
  assert.ok(
    sizes.slice(0, -1).every((bytes) => bytes > bodyBytes / 2),
    sizes.join(),
  );
  assert.deepEqual(
    batches.flatMap(({ connections }) => connections),
    elements,
  );
});

test('one that is too large by itself is alone', () => {
  const batches = [...batchesOf(elements, { elements: 1, bodyBytes: 1 }, false)];
  assert.equal(batches.length, elements.length);
});

test('a snapshot begins with the first batch and ends with the last', () => {
  const marks = (count: number, isSnapshot: boolean) =>
    [...batchesOf(elements.slice(0, count), { elements: 70, bodyBytes: 1 << 20 }, isSnapshot)].map(
      (batch) => batch.marks,
    );
  assert.deepEqual(marks(25, true), [
    { start: true, stop: false },
    { start: false, stop: false },
    { start: false, stop: true },
  ]);
  assert.deepEqual(marks(5, true), [{ start: true, stop: true }]);
  assert.deepEqual(marks(0, true), [{ start: true, stop: true }]);
  assert.deepEqual(marks(5, false), [{ start: false, stop: false }]);
  assert.deepEqual(marks(0, false), []);
});

test('halves keep the marks at their outer ends', () => {
  const [batch] = [...batchesOf(elements.slice(0, 5), { elements: 70, bodyBytes: 1 << 20 }, true)];
  assert.ok(batch);
  const [first, second] = halved(batch) ?? [];
  assert.deepEqual(
    [first?.marks, second?.marks],
    [
      { start: true, stop: false },
      { start: false, stop: true },
    ],
  );
  assert.deepEqual([...(first?.connections ?? []), ...(second?.connections ?? [])], elements.slice(0, 5));
  assert.equal(halved({ ...batch, connections: elements.slice(0, 1) }), null);
});

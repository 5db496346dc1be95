import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CityResponse, Reader } from 'maxmind';
import { MmdbFile } from '../../src/geo/mmdb-file.ts';
import { put, temporaryFolder } from './fixture.ts';
import { Typed, type Writable, writeMmdb } from './mmdb-writer.ts';

const folder = temporaryFolder();

test('every data type is decoded', () => {
  const row: Writable = {
    array: ['a', 1, { deep: [true, false] }],
    bytes: Uint8Array.of(0, 255, 7),
    double: -122.084999,
    empty: {},
    float: new Typed('float', 37.422),
    int32: new Typed('int32', -5),
    long: 'ä'.repeat(40_000),
    middle: 'x'.repeat(300),
    short: 'y'.repeat(40),
    uint16: new Typed('uint16', 65_535),
    uint32: 4_294_967_295,
    uint64: new Typed('uint64', 2n ** 63n + 1n),
    uint128: new Typed('uint128', 2n ** 127n + 3n),
    zero: 0,
    // Its keys and value were written before: all pointers.
    again: { array: 'y'.repeat(40), middle: 'x'.repeat(300) },
  };
  const path = put(folder, 'types.mmdb', writeMmdb({ ipVersion: 4, recordSizeBits: 24, rows: [['0.0.0.0/1', row]] }));
  const file = new MmdbFile(path);
  const decoded = file.value(file.left(0));
  assert.deepEqual(decoded, {
    ...row,
    float: 37.422,
    int32: -5,
    uint16: 65_535,
    uint64: 2n ** 63n + 1n,
    uint128: 2n ** 127n + 3n,
  });
  assert.deepEqual(file.value(file.left(0), new Set(['zero', 'again', 'middle'])), {
    again: { middle: 'x'.repeat(300) },
    middle: 'x'.repeat(300),
    zero: 0,
  });
});

test('metadata is what the writer and another reader say', () => {
  for (const recordSizeBits of [24, 28, 32] as const) {
    const bytes = writeMmdb({
      ipVersion: 6,
      recordSizeBits,
      databaseType: 'Some-City',
      rows: [['1.2.3.0/24', { a: 1 }]],
    });
    const { metadata } = new MmdbFile(put(folder, 'metadata.mmdb', bytes));
    const other = new Reader<CityResponse>(bytes).metadata;
    assert.equal(metadata.nodeCount, other.nodeCount);
    assert.equal(metadata.recordSizeBits, other.recordSize);
    assert.equal(metadata.ipVersion, other.ipVersion);
    assert.equal(metadata.databaseType, 'Some-City');
    assert.equal(metadata.description, 'made by a test');
    assert.equal(metadata.buildEpochSeconds * 1000, other.buildEpoch.getTime());
  }
});

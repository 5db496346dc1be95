/** What an object has folded is taken back whole, however much it was, and nothing is written outside of the memory's parts. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Interfaces } from '../../src/topology/reference-fold.ts';
import { createFoldMemory, type FoldMemory } from '../../workers/fold-memory.ts';
import { interfaceImage } from '../../workers/interface-image.ts';
import * as foldLayout from '../../workers/kernel/fold-layout.ts';
import { randomWords } from '../geo/random.ts';
import { Mutator } from '../kernel/mutate.ts';
import { SEED } from '../kernel/seed.ts';
import { assertSame, FoldBoth, type FoldObject, interfacesOf } from './fold-both.ts';

const INTERFACES = [
  { id: 'eni-a', addresses: ['10.0.0.1', 'fd00::1'] },
  { id: 'eni-b', addresses: ['10.0.0.2'] },
];
const MOST = `${2n ** 63n - 1n}`;

/** An object of records between the interfaces and so many remotes from `first` on. */
function objectOf(lines: number, remotes: number, random: () => number, isDamaged: boolean): FoldObject {
  const record = () => {
    const remote = random() % remotes;
    const own = remote % 5 === 0 ? 'fd00::1' : remote % 3 === 0 ? '10.0.0.2' : '10.0.0.1';
    const id = own === '10.0.0.2' ? 'eni-b' : 'eni-a';
    const other =
      remote % 7 === 0 ? `fd00::${remote.toString(16)}:9` : `10.${remote >> 14}.${(remote >> 7) & 127}.${remote & 127}`;
    const ends = random() % 2 === 0 ? `${own} ${other}` : `${other} ${own}`;
    const bytes = random() % 500 === 0 ? MOST : String(random());
    return `${id} ${ends} ${random() % 20 === 0 ? 17 : 6} ${bytes} ${random()} ${random() % 4_000_000_000}`;
  };
  const text = Array.from({ length: lines }, record).join('\n');
  return { bytes: Buffer.from(`interface-id srcaddr dstaddr protocol bytes start end\n${text}\n`), isDamaged };
}

test('objects in and out, while the index grows: as if those taken back had never been', (context) => {
  context.diagnostic(`seed ${SEED}`);
  const random = randomWords(SEED);
  const both = new FoldBoth({ interfaces: INTERFACES, maxConnections: 20_000 });
  const objects: FoldObject[] = [];
  for (let round = 0; round < 24; round++) {
    const size = [10, 300, 2500][round % 3]!;
    objects.push(objectOf(size, 200 + round * 800, random, random() % 3 === 0));
    both.add(objects.at(-1)!);
    if (round % 12 === 11) assertSame(both.folded, both.byReference(objects));
  }
  assert.ok(both.folded.rows.length > 2 ** foldLayout.FIRST_INDEX_BITS, 'the index has grown more than once');
  assert.ok(objects.filter(({ isDamaged }) => isDamaged).length > 3);
});

test('the index is what it was before', () => {
  const random = randomWords(SEED);
  const both = new FoldBoth({ interfaces: INTERFACES, maxConnections: 20_000 });
  // So many rows that those of the second object fit in without growth.
  both.add(objectOf(4000, 3000, random, false));
  const words = new DataView(both.memory.memory.buffer);
  const from = words.getUint32(both.memory.tableAddress + foldLayout.TABLE_INDEX_AT, true);
  const to = words.getUint32(both.memory.tableAddress + foldLayout.TABLE_ROWS_AT, true);
  const index = Buffer.from(both.memory.memory.buffer, from, to - from);
  const before = Buffer.from(index);
  const rowsBefore = both.folded.rows.length;
  both.add({ ...objectOf(900, 16_000, random, true) });
  assert.ok(index.equals(before), 'the index differs');
  assert.equal(both.folded.rows.length, rowsBefore);
});

test('a table that is full says so, and can be taken back', () => {
  const random = randomWords(SEED);
  const both = new FoldBoth({ interfaces: INTERFACES, maxConnections: 1000 });
  const small = objectOf(500, 900, random, false);
  both.add(small);
  assert.throws(() => both.add(objectOf(5000, 16_000, random, false)), { code: 'E_TOO_MANY_CONNECTIONS' });
  both.kernel.rollBack();
  assertSame(both.folded, both.byReference([small]));
  // Nothing of it waits for the next object, either.
  both.add(small);
  assertSame(both.folded, both.byReference([small, small]));
});

const GUARD = 0xa5;

/** Fills what no fold may write with guards; gives what looks at them. */
function guard({ memory, interfacesAddress, tableAddress }: FoldMemory, image: Uint8Array): () => void {
  const bytes = Buffer.from(memory.buffer);
  const words = new DataView(memory.buffer);
  const capacity = words.getUint32(tableAddress + foldLayout.TABLE_CAPACITY, true);
  const end = words.getUint32(tableAddress + foldLayout.TABLE_JOURNAL_AT, true) + capacity * foldLayout.ROW_BYTES;
  const places: readonly (readonly [number, number])[] = [
    [0, interfacesAddress],
    [tableAddress + foldLayout.TABLE_JOURNAL_AT + 4, tableAddress + foldLayout.TABLE_QUEUE],
    [end, bytes.length],
  ];
  for (const [from, to] of places) bytes.fill(GUARD, from, to);
  return () => {
    for (const [from, to] of places) {
      assert.ok(
        bytes.subarray(from, to).equals(Buffer.alloc(to - from, GUARD)),
        `a byte from ${from} was written over`,
      );
    }
    assert.ok(bytes.subarray(interfacesAddress, interfacesAddress + image.length).equals(image), 'the image');
  };
}

test('hostile lines write nothing outside of their parts of the memory', (context) => {
  context.diagnostic(`seed ${SEED}`);
  const mutator = new Mutator(SEED);
  const objects = Array.from({ length: 6 }, (_, i) => ({ bytes: mutator.object(400), isDamaged: i % 3 === 2 }));
  const interfaces = interfacesOf(objects, SEED);
  const image = interfaceImage(new Interfaces(interfaces));
  // As many rows as the objects need, so that the rows and the journal are filled to their ends.
  const { rows } = new FoldBoth({ interfaces }).byReference(objects.map(({ bytes }) => ({ bytes })));
  const memory = createFoldMemory(image, rows.length);
  const check = guard(memory, image);
  const both = new FoldBoth({ interfaces, maxConnections: rows.length }, memory);
  both.fold(objects, [65_536, 333]);
  check();
  // All rows are there now: each is journaled.
  for (const object of objects) both.add({ ...object, isDamaged: false });
  both.add({ bytes: Buffer.concat(objects.map(({ bytes }) => bytes)), isDamaged: true });
  check();
});

test('ids of all lengths, and thousands of interfaces that talk to one address', () => {
  const interfaces = Array.from({ length: 3000 }, (_, i) => ({
    id: `eni-${'x'.repeat(i % 60)}${i}`,
    addresses: [`10.0.${i >> 8}.${i & 255}`, `fd00::${i.toString(16)}`],
  }));
  const lines = interfaces.flatMap(({ id, addresses }) => [
    `${id} ${addresses[0]} 10.9.9.9`,
    `${id} 10.9.9.9 ${addresses[1]}`,
    `${id}y ${addresses[0]} 10.9.9.9`,
    `${id.slice(0, -1)} ${addresses[0]} 10.9.9.9`,
  ]);
  const bytes = Buffer.from(`interface-id srcaddr dstaddr\n${lines.join('\n')}\n`);
  const { rows, counts } = new FoldBoth({ interfaces }).fold([{ bytes }]);
  assert.equal(rows.length, 6000);
  assert.ok(counts.unknownInterface > 4000, `${counts.unknownInterface}`);
});

test('a memory for more rows than can have numbers is refused', () => {
  assert.throws(
    () => createFoldMemory(new Uint8Array(64), foldLayout.MAX_ROWS + 1),
    /16777215 connections are more than/,
  );
});

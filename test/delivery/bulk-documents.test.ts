import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BulkDocuments } from '../../src/delivery/bulk-documents.ts';
import { type BodyPart, DocumentAccount } from '../../src/sinks/document-account.ts';
import type { SourceObject } from '../../src/sources/source.ts';
import { randomWords } from '../geo/random.ts';

/** Numbers from 0 to 1 that a seed repeats. */
function unit(seed: number): () => number {
  const next = randomWords(seed);
  return () => next() / 2 ** 32;
}

function account(key: string): DocumentAccount {
  const object: SourceObject = { kind: 'file', bucket: null, key, path: key, etag: null, size: 1, lastModifiedMs: 0 };
  return new DocumentAccount(object, `/${key}`);
}

const line = (i: number) =>
  `{"create":{"_index":"x-${i % 3}","_id":"id-${i}"}}\n{"n":${i},"text":"${'ä'.repeat(i % 7)}"}\n`;

function body(sizes: readonly number[]): { documents: BulkDocuments; parts: BodyPart[] } {
  const parts = sizes.map((documents, i) => ({ account: account(`object-${i}`), documents }));
  const count = sizes.reduce((sum, size) => sum + size, 0);
  // The bytes lie in the middle of others, as a body lies in an arena.
  const text = Array.from({ length: count }, (_, i) => line(i)).join('');
  const memory = Buffer.from(`before\n${text}after\n`);
  const bytes = memory.subarray(7, memory.length - 6);
  return { documents: new BulkDocuments(bytes, parts), parts };
}

const numbers = (documents: BulkDocuments) =>
  Array.from({ length: documents.count }, (_, i) => JSON.parse(documents.document(i)).n as number);

test('documents and their action lines are found by place', () => {
  const { documents } = body([2, 3]);
  assert.equal(documents.count, 5);
  assert.deepEqual(documents.action(3), { index: 'x-0', id: 'id-3' });
  assert.deepEqual(JSON.parse(documents.document(4)), { n: 4, text: 'ääää' });
});

test('an action line may name neither index nor id', () => {
  const documents = new BulkDocuments(Buffer.from('{"create":{}}\n{"n":1}\n'), [
    { account: account('a'), documents: 1 },
  ]);
  assert.deepEqual(documents.action(0), { index: null, id: null });
});

test('what is kept is still a body, whatever is left out and how often', () => {
  for (let seed = 1; seed <= 50; seed++) {
    const next = unit(seed);
    const { documents, parts } = body(Array.from({ length: 1 + Math.floor(next() * 5) }, () => Math.floor(next() * 9)));
    let expected = numbers(documents);
    while (documents.count > 0) {
      const keep = expected.map(() => next() < 0.6);
      expected = expected.filter((_, i) => keep[i]);
      documents.retain((i) => keep[i] as boolean);
      assert.deepEqual(numbers(documents), expected, `seed ${seed}`);
      assert.equal(documents.bytes.toString(), expected.map(line).join(''), `seed ${seed}`);
      const counted = documents.parts.flatMap(({ account, documents: count }) => Array(count).fill(account));
      const owners = parts.flatMap(({ account, documents: count }) => Array(count).fill(account));
      assert.deepEqual(
        counted,
        expected.map((n) => owners[n]),
        `seed ${seed}`,
      );
    }
  }
});

test('halves share the bytes and split the parts', () => {
  const { documents } = body([3, 1, 3]);
  const [first, second] = documents.cut(documents.count >> 1);
  assert.deepEqual([first.count, second.count], [3, 4]);
  assert.deepEqual(
    first.parts.map(({ documents: count }) => count),
    [3],
  );
  assert.deepEqual(
    second.parts.map(({ documents: count }) => count),
    [1, 3],
  );
  assert.deepEqual([...numbers(first), ...numbers(second)], [0, 1, 2, 3, 4, 5, 6]);
  first.retain((i) => i === 2);
  assert.deepEqual(numbers(second), [3, 4, 5, 6], 'the other half is left alone');
  const halves = body([5]).documents.cut(2);
  assert.deepEqual(
    halves.map((half) => numbers(half)),
    [
      [0, 1],
      [2, 3, 4],
    ],
  );
});

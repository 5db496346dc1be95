import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shards } from '../../src/plan/shard.ts';
import type { Listed, RefusedObject, SourceObject } from '../../src/sources/source.ts';

const NEVER = new AbortController().signal;

const object = (key: string, size: number): SourceObject => ({
  kind: 'file',
  bucket: null,
  key,
  path: key,
  etag: null,
  size,
  lastModifiedMs: 0,
});

async function* from(items: readonly Listed[]) {
  yield* items;
}

async function sizes(items: readonly Listed[], maxBytes: number, maxObjects: number) {
  const refused: RefusedObject[] = [];
  const out: number[][] = [];
  for await (const shard of shards(from(items), (item) => refused.push(item), NEVER, { maxBytes, maxObjects })) {
    assert.equal(
      shard.bytes,
      shard.objects.reduce((sum, { size }) => sum + Math.max(size, size < 0 ? 1_048_576 : 0), 0),
    );
    out.push(shard.objects.map(({ size }) => size));
  }
  return { out, refused };
}

test('up to so many bytes, bigger objects alone', async () => {
  const { out } = await sizes(
    [250, 60, 50, 40, 10, 0, 0].map((size, at) => object(`k${at}`, size)),
    100,
    64,
  );
  assert.deepEqual(out, [[250], [60], [50, 40, 10, 0, 0]]);
});

test('up to so many objects; none at all', async () => {
  const { out } = await sizes(
    [1, 1, 1, 1, 1].map((size, at) => object(`k${at}`, size)),
    100,
    2,
  );
  assert.deepEqual(out, [[1, 1], [1, 1], [1]]);
  assert.deepEqual((await sizes([], 100, 2)).out, []);
});

test('refused objects go beside, unknown sizes count as 1 MiB', async () => {
  const refusal: RefusedObject = { object: object('x.parquet', 5), code: 'E_OBJECT_PARQUET', reason: 'no' };
  const { out, refused } = await sizes([object('a', -1), refusal, object('b', -1), object('c', 1)], 1_048_577, 64);
  assert.deepEqual(out, [[-1], [-1, 1]]);
  assert.deepEqual(refused, [refusal]);
});

test('lazily: no more is asked for than a shard needs', async () => {
  let asked = 0;
  async function* endless() {
    for (;;) {
      asked++;
      yield object(`k${asked}`, 1);
    }
  }
  for await (const shard of shards(endless(), () => {}, NEVER, { maxBytes: 100, maxObjects: 10 })) {
    assert.equal(shard.objects.length, 10);
    break;
  }
  assert.equal(asked, 11);
});

test('a shard that nothing is added to any more is not held back', async () => {
  let release = () => {};
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  async function* trickle() {
    yield object('a', 1);
    await gate;
    yield object('b', 1);
  }
  const seen: string[] = [];
  for await (const { objects } of shards(trickle(), () => {}, NEVER)) {
    seen.push(objects.map(({ key }) => key).join());
    release();
  }
  assert.deepEqual(seen, ['a', 'b']);
});

test('an abort ends a listing that waits for something to come, without what it holds', async () => {
  async function* silent(): AsyncGenerator<SourceObject> {
    yield object('a', 1);
    await new Promise(() => {});
  }
  const stop = new AbortController();
  setTimeout(() => stop.abort(), 20);
  for await (const _ of shards(silent(), () => {}, stop.signal)) assert.fail('nothing is given');
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { untilDrained } from '../../src/enqueue/drained.ts';
import { type Enqueuing, enqueue } from '../../src/enqueue/enqueue.ts';
import { readNotification } from '../../src/sources/notification.ts';
import { refuseParquet } from '../../src/sources/refusals.ts';
import type { Listed, SourceObject } from '../../src/sources/source.ts';

const NEVER = new AbortController().signal;

const object = (key: string): SourceObject => ({
  kind: 's3',
  bucket: 'logs',
  key,
  path: null,
  etag: 'e',
  size: 10,
  lastModifiedMs: 0,
});

async function* from(items: readonly Listed[]) {
  yield* items;
}

const keyOf = (body: string): string => {
  const read = readNotification(body);
  return read.kind === 'objects' ? (read.objects[0]?.key ?? '') : '';
};

const asked = (items: readonly Listed[], put: Enqueuing['client']['put']): Enqueuing => ({
  listed: from(items),
  client: { put },
  bucketRegion: 'eu-west-1',
  ledger: null,
  onRefused() {},
  onProgress() {},
});

test('what is not taken of a batch is sent again, and nothing else is', async () => {
  const keys = Array.from({ length: 95 }, (_, i) => `k${i}`);
  const taken: string[] = [];
  let mostInFlight = 0;
  let inFlight = 0;
  const put: Enqueuing['client']['put'] = async (bodies) => {
    assert.ok(bodies.length >= 1 && bodies.length <= 10);
    mostInFlight = Math.max(mostInFlight, ++inFlight);
    await new Promise((resolve) => setImmediate(resolve));
    inFlight--;
    // Every third of a whole batch is refused, once.
    const refused = bodies.length === 10 ? [0, 3, 6, 9] : [];
    taken.push(...bodies.filter((_, i) => !refused.includes(i)).map(keyOf));
    return refused;
  };
  const so = await enqueue(asked([...keys.map(object), refuseParquet(object('x.parquet'))], put), NEVER);
  assert.deepEqual(so, { sent: 95, skipped: 0, refused: 1, bytes: 950 });
  assert.deepEqual([...taken].sort(), [...keys].sort());
  assert.ok(mostInFlight > 1, `${mostInFlight} at a time`);
});

test('a stop ends it between batches', async () => {
  const stop = new AbortController();
  let batches = 0;
  const put = async () => {
    if (++batches === 3) stop.abort(new Error('stopped'));
    return [];
  };
  const objects = Array.from({ length: 1_000 }, (_, i) => object(`k${i}`));
  await assert.rejects(enqueue(asked(objects, put), stop.signal), /stopped/);
  assert.ok(batches < 100, `${batches}`);
});

test('a queue is empty when three looks in a row say so', async () => {
  const depths = [5, 0, 0, 1, 0, 0, 0, 9].map((waiting) => ({
    waiting,
    inFlight: 0,
    delayed: 0,
    visibilityTimeoutMs: 0,
    retentionMs: 0,
    maxReceiveCount: null,
  }));
  let at = 0;
  const seen: number[] = [];
  const client = { attributes: async () => depths[at++]! };
  await untilDrained(client, ({ waiting }) => seen.push(waiting), NEVER, 1);
  assert.deepEqual(seen, [5, 0, 0, 1, 0, 0, 0]);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { inflateObject } from '../../../src/inflate/inflate.ts';
import type { SourceObject } from '../../../src/sources/source.ts';
import { flowText, randomOf } from '../../inflate/collect.ts';
import { listAll, NEVER, readAll } from '../../sources/read.ts';
import type { Fault } from './fault-proxy.ts';
import { s3Setup } from './setup.ts';

const setup = await s3Setup();
const skip = setup === null;
const { upload, proxy, source } = setup ?? ({} as NonNullable<typeof setup>);

const SEED = 11;
const random = randomOf(SEED);
const bytes = Buffer.from(Uint8Array.from({ length: 3_000_000 }, () => random() * 256));

const isGet = ({ method, url }: { method?: string | undefined; url?: string | undefined }) =>
  method === 'GET' && !url?.includes('list-type');

async function put(key: string, content: Uint8Array | string): Promise<SourceObject> {
  await upload('read', key, content);
  const objects = (await listAll(source('read', key))) as SourceObject[];
  return objects.find((object) => object.key === key)!;
}

function faults(...kinds: Fault[]): void {
  proxy.rules.length = 0;
  proxy.seen.length = 0;
  proxy.rules.push(...kinds.map((fault) => ({ match: isGet, fault, times: 1 })));
}

test(`bodies stream whole, from any byte (seed ${SEED})`, { skip }, async () => {
  const object = await put('whole', bytes);
  faults();
  const read = source('read');
  assert.ok((await readAll(read, object)).equals(bytes));
  assert.equal(proxy.seen[0]?.ifMatch, `"${object.etag}"`);
  for (const from of [1, 1_000_000, bytes.length - 1, bytes.length]) {
    assert.ok((await readAll(read, object, from)).equals(bytes.subarray(from)));
  }
  assert.equal((await readAll(read, await put('empty', ''))).length, 0);
});

const MENDED: Record<string, Fault[]> = {
  'a reset in the body': [{ kind: 'reset-body', afterBytes: 300_000 }],
  'a close in the body': [{ kind: 'close-body', afterBytes: 300_000 }],
  'a stall in the body': [{ kind: 'stall-body', afterBytes: 300_000 }],
  'a reset at the first byte': [{ kind: 'reset-body', afterBytes: 1 }],
  'a reset before the headers': [{ kind: 'reset-before-headers' }, { kind: 'reset-before-headers' }],
  'SlowDown and 500': [{ kind: 'slow-down' }, { kind: 'slow-down' }, { kind: 'internal-error' }],
  'a token that has expired': [{ kind: 'expired-token' }],
  'breaks one after another': [1, 2, 3, 4, 5, 6].map((at) => ({ kind: 'reset-body', afterBytes: at * 100_000 })),
  'a break while breaking': [
    { kind: 'close-body', afterBytes: 9 },
    { kind: 'slow-down' },
    { kind: 'reset-before-headers' },
  ],
};

for (const [what, kinds] of Object.entries(MENDED)) {
  test(`${what}: no byte twice, none missing`, { skip }, async () => {
    const object = await put('mended', bytes);
    faults(...kinds);
    assert.ok((await readAll(source('read', '', { idleTimeoutMs: 500 }), object)).equals(bytes));
    assert.ok(
      proxy.rules.every(({ times }) => times === 0),
      'all faults happened',
    );
    assert.ok(proxy.seen.every(({ ifMatch }) => ifMatch === `"${object.etag}"`));
  });
}

test('a resumed stream asks for the rest alone', { skip }, async () => {
  const object = await put('rest', bytes);
  faults({ kind: 'reset-body', afterBytes: 1_000_000 });
  await readAll(source('read'), object);
  const { range } = proxy.seen[1]!;
  assert.match(range ?? '', /^bytes=\d+-$/);
  assert.ok(Number(/\d+/.exec(range!)![0]) > 900_000);
});

test('a slow reader is no stalled stream', { skip }, async () => {
  const object = await put('slow', bytes);
  faults();
  let got = 0;
  for await (const chunk of source('read', '', { idleTimeoutMs: 200 }).open(object, 0, NEVER)) {
    if (got === 0) {
      await new Promise((resolve) => setTimeout(resolve, 700));
    }
    got += chunk.length;
  }
  assert.equal(got, bytes.length);
  assert.equal(proxy.seen.length, 1);
});

test('an object that is changed after it was listed, before or in the middle', { skip }, async () => {
  const object = await put('changed', bytes);
  await upload('read', 'changed', Buffer.from(bytes).fill(1, 0, 10));
  faults();
  await assert.rejects(readAll(source('read'), object), { code: 'E_OBJECT_CHANGED', message: /s3:\/\/read\/changed/ });
  const other = await put('changes', bytes);
  faults({ kind: 'reset-body', afterBytes: 100_000 });
  await assert.rejects(
    async () => {
      for await (const _ of source('read').open(other, 0, NEVER)) {
        await upload('read', 'changes', 'new');
      }
    },
    { code: 'E_OBJECT_CHANGED' },
  );
});

test('without an ETag (a bare list of keys) it is one object all the same', { skip }, async () => {
  const object = { ...(await put('bare', bytes)), etag: null, size: -1 };
  faults({ kind: 'reset-body', afterBytes: 100_000 });
  assert.ok((await readAll(source('read'), object)).equals(bytes));
  assert.ok(proxy.seen[1]?.ifMatch);
  const completed = (await source('read').complete(object, NEVER)) as SourceObject;
  assert.equal(completed.size, bytes.length);
  assert.match(completed.etag ?? '', /^[0-9a-f]+$/);
});

test('what cannot be mended is named', { skip }, async () => {
  const object = await put('named', bytes);
  const read = source('read', '', { retryForMs: 300 });
  const gone = { ...object, key: 'not-there' };
  await assert.rejects(readAll(read, gone), { code: 'E_OBJECT_GONE' });
  assert.equal(((await read.complete(gone, NEVER)) as { code: string }).code, 'E_OBJECT_GONE');
  faults({ kind: 'kms-denied' });
  await assert.rejects(readAll(read, object), { code: 'E_OBJECT_DENIED', message: /kms:Decrypt/ });
  faults({ kind: 'archived' });
  await assert.rejects(readAll(read, object), { code: 'E_OBJECT_ARCHIVED', message: /GLACIER.*restore/ });
  proxy.rules.push({ fault: { kind: 'slow-down' }, times: 1_000 });
  await assert.rejects(readAll(read, object), { code: 'E_OBJECT_UNREADABLE', message: /SlowDown/ });
  proxy.rules.length = 0;
  proxy.rules.push({ fault: { kind: 'reset-before-headers' }, times: 1_000 });
  await assert.rejects(readAll(read, object), { code: 'E_SOURCE_UNREACHABLE' });
  proxy.rules.length = 0;
});

test('a reader that is aborted in a stalled body stops at once', { skip }, async () => {
  const object = await put('stalled', bytes);
  faults({ kind: 'stall-body', afterBytes: 1_000 });
  const stop = new AbortController();
  const began = Date.now();
  setTimeout(() => stop.abort(), 200);
  await assert.rejects(readAll(source('read'), object, 0, stop.signal), { name: 'AbortError' });
  assert.ok(Date.now() - began < 2_000);
});

test('gzip through broken connections', { skip }, async () => {
  const text = flowText(50_000);
  const object = await put('gz.log.gz', gzipSync(text));
  faults({ kind: 'reset-body', afterBytes: 70_001 }, { kind: 'close-body', afterBytes: 200_003 });
  const read = source('read');
  const chunks: Buffer[] = [];
  for await (const chunk of inflateObject((fromByte) => read.open(object, fromByte, NEVER), 'node:zlib')) {
    chunks.push(Buffer.from(chunk));
  }
  assert.ok(Buffer.concat(chunks).equals(text));
});

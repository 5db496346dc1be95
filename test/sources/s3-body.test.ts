import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import type { GetObjectCommandOutput } from '@aws-sdk/client-s3';
import { bodyOf, readBody } from '../../src/sources/s3-body.ts';
import type { SourceObject } from '../../src/sources/source.ts';
import { NEVER } from './read.ts';

const object: SourceObject = { kind: 's3', bucket: 'b', key: 'k', path: null, etag: 'e', size: 10, lastModifiedMs: 1 };

function answer(parts: Partial<GetObjectCommandOutput>): GetObjectCommandOutput {
  return { $metadata: {}, ...parts };
}

function read(chunks: readonly string[], skipBytes: number): Promise<string> {
  return (async () => {
    let text = '';
    for await (const chunk of readBody(
      Readable.from(chunks.map((chunk) => Buffer.from(chunk))),
      skipBytes,
      1_000,
      NEVER,
    )) {
      text += Buffer.from(chunk).toString();
    }
    return text;
  })();
}

test('where a body begins: at the range, or at the object where a server knows no ranges', () => {
  const body = Readable.from([]);
  assert.deepEqual(bodyOf(object, answer({ ContentLength: 10 }), 0, body), { skipBytes: 0, totalBytes: 10 });
  assert.deepEqual(bodyOf(object, answer({ ContentRange: 'bytes 4-9/10' }), 4, body), { skipBytes: 0, totalBytes: 10 });
  assert.deepEqual(bodyOf(object, answer({ ContentLength: 10 }), 4, body), { skipBytes: 4, totalBytes: 10 });
  assert.deepEqual(bodyOf({ ...object, size: -1 }, answer({}), 0, body), { skipBytes: 0, totalBytes: null });
});

test('another size than listed, or a range beyond the one asked for, is another object', () => {
  for (const odd of [{ ContentLength: 11 }, { ContentRange: 'bytes 5-9/10' }, { ContentRange: 'bytes 4-10/11' }]) {
    const body = Readable.from(['x']);
    assert.throws(() => bodyOf(object, answer(odd), 4, body), { code: 'E_OBJECT_CHANGED' });
    assert.ok(body.destroyed);
  }
});

test('the first bytes are dropped, across chunks', async () => {
  for (let skip = 0; skip <= 6; skip++) {
    assert.equal(await read(['ab', '', 'cde', 'f'], skip), 'abcdef'.slice(skip));
  }
});

test('a silent body times out', async () => {
  const silent = new Readable({ read() {} });
  silent.push('x');
  await assert.rejects(
    async () => {
      for await (const _ of readBody(silent, 0, 50, NEVER));
    },
    { name: 'TimeoutError' },
  );
});

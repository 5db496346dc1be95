import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Listed, SourceObject } from '../../src/sources/source.ts';
import { upToBegun } from '../../src/verify/begun.ts';

const window = (bucket: string, key: string): SourceObject => ({
  kind: 'cloudwatch',
  bucket,
  key,
  path: null,
  etag: null,
  size: -1,
  lastModifiedMs: 0,
});

test('windows after the last one that is known are left out, for each group; gaps before it are not', async () => {
  const all = ['a1', 'b1', 'a2', 'b2', 'a3', 'b3', 'c1'].map((name) => window(name[0]!, name));
  const known = new Set(['a1', 'a3', 'b1']);
  const listing = async function* (): AsyncGenerator<Listed> {
    yield* all;
  };
  const found: string[] = [];
  for await (const item of upToBegun(listing(), ({ key }) => known.has(key))) found.push((item as SourceObject).key);
  assert.deepEqual(found, ['a1', 'b1', 'a2', 'a3']);
});

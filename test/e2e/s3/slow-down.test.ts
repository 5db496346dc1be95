import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listAll } from '../../sources/read.ts';
import { s3Setup } from './setup.ts';

const setup = await s3Setup(['--max-requests', '1']);
const skip = setup === null;
const { server, source } = setup ?? ({} as NonNullable<typeof setup>);

test('real SlowDown: sixteen listings at a time on a server that bears one', { skip }, async () => {
  for (let at = 0; at < 2_000; at++) {
    server.put('busy', `k${at}`, 'x');
  }
  const options = { endpointUrl: server.endpointUrl, retryForMs: 60_000 };
  const counts = await Promise.all(
    Array.from({ length: 16 }, async () => (await listAll(source('busy', '', options))).length),
  );
  assert.deepEqual(
    counts,
    Array.from({ length: 16 }, () => 2_000),
  );
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { inflateEngine, loadZlibSync } from '../../src/inflate/engine.ts';

test('node:zlib unless asked otherwise', () => {
  assert.equal(inflateEngine({}), 'node:zlib');
  assert.equal(inflateEngine({ FLOWBULK_INFLATE: 'node:zlib' }), 'node:zlib');
  assert.throws(() => inflateEngine({ FLOWBULK_INFLATE: 'pigz' }), { code: 'E_USAGE' });
});

test('zlib-sync, where it is built, loads in several threads at once', async (t) => {
  if (loadZlibSync() === null) {
    t.skip('zlib-sync is not built');
    return;
  }
  assert.equal(inflateEngine({ FLOWBULK_INFLATE: 'zlib-sync' }), 'zlib-sync');
  const script = `
    const { parentPort } = require('node:worker_threads');
    const { gzipSync } = require('node:zlib');
    const { Inflate } = require(${JSON.stringify(import.meta.resolve('zlib-sync').replace('file://', ''))});
    let bytes = 0;
    for (let round = 0; round < 50; round++) {
      const inflate = new Inflate({ windowBits: 31 });
      inflate.push(gzipSync(Buffer.alloc(100_000, round)), 2);
      bytes += inflate.result.length;
    }
    parentPort.postMessage(bytes);`;
  const results = await Promise.all(
    Array.from({ length: 4 }, () => {
      const worker = new Worker(script, { eval: true });
      return new Promise((resolve, reject) => worker.on('message', resolve).on('error', reject));
    }),
  );
  assert.deepEqual(results, [5_000_000, 5_000_000, 5_000_000, 5_000_000]);
});

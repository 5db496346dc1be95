import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startProgress } from '../../src/progress/progress.ts';

const SNAPSHOT = {
  objectsListed: 4,
  listingDone: true,
  objectsDone: 1,
  bytesListed: 4 * 2 ** 20,
  bytesDone: 2 ** 20,
  records: 40_000,
  documents: 40_000,
  deadLetters: 0,
  filtered: 0,
  bytesOut: 0,
};

function collector(isTTY: boolean) {
  const parts: string[] = [];
  const stream = { isTTY, columns: 100, write: (text: string) => parts.push(text) > 0 };
  return { parts, stream };
}

test('on a terminal there is a bar, which takes itself away and leaves the terminal as it was', () => {
  const { parts, stream } = collector(true);
  const progress = startProgress(() => SNAPSHOT, { stream, quiet: false, json: false, env: {} });
  progress.clear();
  progress.stop();
  progress.stop();
  const text = parts.join('');
  assert.match(text, /█+░+ {2}25 %/);
  assert.ok(text.endsWith('\r\x1b[K'));
  // Cursor hidden, place saved, wrapping off: a killed process would leave them so.
  for (const code of ['\x1b[?25l', '\x1b7', '\x1b[?7l']) assert.ok(!text.includes(code));
});

test('quiet, or no terminal: nothing is drawn at once, and nothing keeps the process alive', () => {
  for (const [isTTY, quiet, json] of [
    [true, true, false],
    [false, false, false],
    [true, false, true],
  ] as const) {
    const { parts, stream } = collector(isTTY);
    startProgress(() => SNAPSHOT, { stream, quiet, json, env: {} }).stop();
    assert.deepEqual(parts, []);
  }
});

test('no terminal: a line every ten seconds, or an event', (context) => {
  context.mock.timers.enable({ apis: ['setInterval'] });
  for (const json of [false, true]) {
    const { parts, stream } = collector(false);
    const progress = startProgress(() => SNAPSHOT, { stream, quiet: false, json, env: {} });
    context.mock.timers.tick(9_999);
    assert.equal(parts.length, 0);
    context.mock.timers.tick(20_001);
    progress.stop();
    assert.equal(parts.length, 3);
    if (json) assert.equal((JSON.parse(parts[0]!) as { type: string }).type, 'progress');
    else assert.match(parts[0]!, /^flowbulk: 1\.0 MiB of 4\.0 MiB \(25 %\), 40,000 records, .*\n$/);
  }
});

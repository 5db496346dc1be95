import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const BIN = fileURLToPath(new URL('../../src/cli/bin.cjs', import.meta.url));

function flowbulk(...args: string[]) {
  return spawnSync(process.execPath, [BIN, ...args], { encoding: 'utf8', timeout: 20_000 });
}

test('--version prints the version, with --verbose also Node, the inflate engine and the CPU', () => {
  const short = flowbulk('--version');
  assert.equal(short.status, 0);
  assert.match(short.stdout, /^flowbulk \d+\.\d+\.\d+\n$/);
  const long = flowbulk('--version', '--verbose');
  assert.equal(long.status, 0);
  assert.match(long.stdout, new RegExp(`^node +${process.versions.node} `, 'm'));
  assert.match(long.stdout, /^inflate +(node:zlib|zlib-sync)/m);
  assert.match(long.stdout, /^cpu +.* cores/m);
});

test('a wrong option ends the process with exit code 2, its message on standard error', () => {
  const { status, stdout, stderr } = flowbulk('fields', '--jsno');
  assert.equal(status, 2);
  assert.equal(stdout, '');
  assert.match(stderr, /did you mean --json\?/);
});

test('a closed pipe is quiet and exit code 0', async () => {
  const child = spawn(process.execPath, [BIN, 'fields'], { stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.destroy();
  let stderr = '';
  child.stderr.on('data', (data) => {
    stderr += String(data);
  });
  const code = await new Promise((done) => child.on('close', done));
  assert.equal(stderr, '');
  assert.equal(code, 0);
});

for (const [signal, expected] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  test(`${signal} stops within two seconds with exit code ${expected} and leaves no half file`, async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'flowbulk-stop-'));
    try {
      const child = spawn(process.execPath, [BIN, 'generate', folder, '--records', '50M', '--files', '2'], {
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      const files = () => readdirSync(folder, { recursive: true }).map(String);
      while (!files().some((file) => file.endsWith('.partial'))) await new Promise((done) => setTimeout(done, 50));
      const sentMs = performance.now();
      child.kill(signal);
      const code = await new Promise((done) => child.on('close', done));
      assert.equal(code, expected);
      assert.ok(performance.now() - sentMs < 2000);
      assert.deepEqual(
        files().filter((file) => file.includes('.log.gz')),
        [],
      );
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
}

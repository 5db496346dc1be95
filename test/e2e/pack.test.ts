/** The packed package: what is in it, and that it runs where nothing but it is installed and no install script ran. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const FOLDER = mkdtempSync(path.join(tmpdir(), 'flowbulk-pack-'));

let tarball = '';
let packed: readonly string[] = [];

function npm(cwd: string, ...args: string[]): string {
  const { status, stdout, stderr } = spawnSync('npm', args, { cwd, encoding: 'utf8', timeout: 120_000 });
  assert.equal(status, 0, `npm ${args.join(' ')}\n${stdout}\n${stderr}`);
  return stdout;
}

function flowbulk(program: string, ...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8', cwd: FOLDER, timeout: 30_000 });
  assert.equal(status, 0, stderr);
  return stdout;
}

/** Makes logs and converts them, on every worker. */
function converts(bin: string): void {
  flowbulk(bin, 'generate', 'logs', '--records', '400', '--files', '4', '--quiet');
  const lines = flowbulk(bin, 'convert', 'logs', '--quiet').trimEnd().split('\n');
  assert.equal(lines.length, 400);
  assert.ok((JSON.parse(lines[0] as string) as { event: { kind: string } }).event.kind === 'event');
}

before(() => {
  // The tests run compiled, so it is built already: `prepare` need not do it again.
  const [report] = JSON.parse(npm(ROOT, 'pack', '--json', '--ignore-scripts', '--pack-destination', FOLDER)) as {
    filename: string;
    files: { path: string }[];
  }[];
  tarball = path.join(FOLDER, report!.filename);
  packed = report!.files.map((file) => file.path);
});

after(() => rmSync(FOLDER, { recursive: true, force: true }));

test('it holds the compiled program only: no sources, no tests, no compiler, no declarations', () => {
  assert.ok(packed.includes('dist/src/cli/bin.cjs'));
  assert.ok(packed.includes('package.json'));
  for (const file of packed) {
    assert.match(file, /^(dist\/(src|workers|bench)\/.*\.(c?js|wasm)|package\.json|README\.md|LICENSE)$/, file);
    assert.doesNotMatch(file, /test/);
  }
});

test('installed in an empty folder with scripts blocked, it runs', () => {
  writeFileSync(path.join(FOLDER, 'package.json'), '{"private":true}');
  npm(FOLDER, 'install', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline', tarball);
  assert.match(npm(FOLDER, 'exec', '--offline', '--', 'flowbulk', '--version'), /^flowbulk \d+\.\d+\.\d+\n/);
  const bin = path.join(FOLDER, 'node_modules', '.bin', 'flowbulk');
  assert.ok((JSON.parse(flowbulk(bin, 'fields', '--json')) as unknown[]).length > 60);
  assert.match(flowbulk(bin, '--version', '--verbose'), /inflate +node:zlib/);
  converts(bin);
});

test('installed globally, where npm never runs install scripts, it runs', () => {
  const prefix = path.join(FOLDER, 'global');
  npm(FOLDER, 'install', '--global', '--prefix', prefix, '--no-audit', '--no-fund', '--prefer-offline', tarball);
  const bin = path.join(prefix, 'bin', 'flowbulk');
  assert.match(flowbulk(bin, '--version', '--verbose'), /inflate +node:zlib/);
  converts(bin);
});

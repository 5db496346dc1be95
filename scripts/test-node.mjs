/**
 * The short round on other Node versions: runs the compiled tests with the binaries that the npm packages
 * `node-PLATFORM-ARCH` carry, kept in a cache folder outside the checkout. Usage: test-node.mjs [VERSION…]
 */

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const CACHE = path.join(process.env.XDG_CACHE_HOME ?? path.join(homedir(), '.cache'), 'flowbulk-node');
/** What the round runs: the program and its parts, without benchmarks and what only makes logs or help. */
const FOLDERS = [
  'delivery',
  'formats',
  'geo',
  'inflate',
  'kernel',
  'ledger',
  'plan',
  'run',
  'sinks',
  'sources',
  'workers',
].map((folder) => `${folder}/`);
const VERSIONS = process.argv.length > 2 ? process.argv.slice(2) : ['24', '26'];

function run(program, args, options) {
  const { status, error } = spawnSync(program, args, { stdio: 'inherit', ...options });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

/** The binary of a Node version, installed where it is not there yet. `node` itself would need an install script. */
function nodeBinary(version) {
  const name = `node-${process.platform}-${process.arch}`;
  const folder = path.join(CACHE, version);
  const binary = path.join(folder, 'node_modules', name, 'bin', 'node');
  if (!existsSync(binary)) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, 'package.json'), '{"private":true}\n');
    run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', `${name}@${version}`], { cwd: folder });
  }
  return binary;
}

run(process.execPath, [path.join(ROOT, 'scripts', 'build.mjs')], { cwd: ROOT });
for (const version of VERSIONS) {
  const binary = nodeBinary(version);
  const began = Date.now();
  process.stdout.write(`\n=== Node ${version}: ${spawnSync(binary, ['--version'], { encoding: 'utf8' }).stdout}`);
  run(binary, [path.join(ROOT, 'scripts', 'test.mjs'), '--no-build', '--test-reporter=dot', ...FOLDERS], { cwd: ROOT });
  process.stdout.write(`=== Node ${version}: ${Math.round((Date.now() - began) / 1000)} s\n`);
}

/**
 * Builds, then runs the compiled tests with `node --test` (which does not glob on Node 20: the files are collected here).
 *
 *   node scripts/test.mjs [--e2e | --long] [--no-build] [WORD…] [-- or any option of node --test, as --name=value]
 *
 * Without a suite: everything but the folders test/e2e and test/long. A WORD keeps the files with it in their path.
 */

import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const TESTS = path.join(ROOT, 'dist', 'test');
const SUITES = ['e2e', 'long'];

const args = process.argv.slice(2);
const suite = SUITES.find((name) => args.includes(`--${name}`)) ?? null;
const words = args.filter((arg) => !arg.startsWith('-'));
const own = new Set(['--', '--no-build', ...SUITES.map((name) => `--${name}`)]);
const nodeArgs = args.filter((arg) => arg.startsWith('-') && !own.has(arg));

function node(...command) {
  const { status, error } = spawnSync(process.execPath, command, { cwd: ROOT, stdio: 'inherit' });
  if (error) throw error;
  return status ?? 1;
}

if (!args.includes('--no-build')) {
  const status = node(path.join(ROOT, 'scripts', 'build.mjs'));
  if (status !== 0) process.exit(status);
}

const files = existsSync(TESTS) ? readdirSync(TESTS, { recursive: true }) : [];
const chosen = files
  .filter((file) => file.endsWith('.test.js'))
  .filter((file) => {
    const folder = file.split(path.sep)[0];
    return suite === null ? !SUITES.includes(folder) : folder === suite;
  })
  .filter((file) => words.length === 0 || words.some((word) => file.includes(word)))
  .sort()
  .map((file) => path.join('dist', 'test', file));

if (chosen.length === 0) {
  process.stderr.write(`test: no test file matches ${[suite ?? '', ...words].join(' ').trim() || 'dist/test'}\n`);
  process.exit(2);
}
// Readable also where standard output is no terminal, for which Node 20 would choose TAP.
const reporter = nodeArgs.some((arg) => arg.startsWith('--test-reporter')) ? [] : ['--test-reporter=spec'];
// Node leaves one core free. Files of the other suites bring servers of their own, which are work enough for all cores.
const concurrency = suite === null ? [`--test-concurrency=${availableParallelism()}`] : [];
process.exit(node('--enable-source-maps', '--test', ...concurrency, ...reporter, ...nodeArgs, ...chosen));

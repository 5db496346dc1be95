/**
 * Compiles the program into dist/: TypeScript by tsc, the kernel by AssemblyScript.
 *
 * npm runs this as `prepare` too. Where the compilers are not installed (`npm ci --omit=dev`) it says so and leaves
 * what is there alone; a packed install never comes here.
 */

import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const DIST = path.join(ROOT, 'dist');
const KERNEL_FOLDER = path.join(ROOT, 'workers', 'kernel');
const KERNEL_ENTRY = path.join(KERNEL_FOLDER, 'index.ts');
const KERNEL_OUT = path.join(DIST, 'workers', 'kernel.wasm');

// biome-ignore format: flags and their values belong together
const KERNEL_FLAGS = [
  '-O3', '--noAssert', '--runtime', 'stub',
  '--enable', 'simd', '--enable', 'threads', '--enable', 'bulk-memory',
  // The host makes the memory (it holds the geo tables and every worker's arena) and the instances share it.
  '--importMemory', '--sharedMemory', '--initialMemory', '1', '--maximumMemory', '65536',
];

/** The program file of an installed package, or null where the package is not installed. */
function programOf(packageName, name) {
  const folder = path.join(ROOT, 'node_modules', packageName);
  const manifest = path.join(folder, 'package.json');
  return existsSync(manifest) ? path.join(folder, JSON.parse(readFileSync(manifest, 'utf8')).bin[name]) : null;
}

function say(text) {
  process.stderr.write(`build: ${text}\n`);
}

/** Runs a Node program and ends the build with its exit code where it fails. */
function run(program, args) {
  const { status, error } = spawnSync(process.execPath, [program, ...args], { cwd: ROOT, stdio: 'inherit' });
  if (error) throw error;
  if (status !== 0) {
    say(`${path.basename(program)} failed with exit code ${status}`);
    process.exit(status ?? 1);
  }
}

/** Files below a folder, as paths relative to it. */
function filesBelow(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath ?? entry.path, entry.name)));
}

/** Takes compiled files away whose source is gone, so that a removed test does not go on running. */
function pruneStale() {
  for (const file of filesBelow(DIST)) {
    const source = file.replace(/\.(js|js\.map|d\.ts)$/, '.ts');
    if (source !== file && !existsSync(path.join(ROOT, source))) rmSync(path.join(DIST, file), { force: true });
  }
}

/** True when the compiled kernel is younger than everything it is made from. */
function kernelIsFresh() {
  if (!existsSync(KERNEL_OUT)) return false;
  const builtMs = statSync(KERNEL_OUT).mtimeMs;
  const sources = filesBelow(KERNEL_FOLDER).map((file) => path.join(KERNEL_FOLDER, file));
  return [...sources, fileURLToPath(import.meta.url)].every((file) => statSync(file).mtimeMs < builtMs);
}

function buildKernel(asc) {
  if (!existsSync(KERNEL_ENTRY)) {
    say('workers/kernel/index.ts does not exist yet: the kernel is left out');
    return;
  }
  if (kernelIsFresh()) return;
  mkdirSync(path.dirname(KERNEL_OUT), { recursive: true });
  // Renamed into place: a program that runs meanwhile reads the old kernel or the new one, never half of one.
  const temporary = `${KERNEL_OUT}.${process.pid}.wasm`;
  try {
    run(asc, [path.relative(ROOT, KERNEL_ENTRY), '--outFile', path.relative(ROOT, temporary), ...KERNEL_FLAGS]);
    renameSync(temporary, KERNEL_OUT);
  } finally {
    rmSync(temporary, { force: true });
  }
}

const tsc = programOf('typescript', 'tsc');
const asc = programOf('assemblyscript', 'asc');
if (tsc === null || asc === null) {
  say('the compilers are not installed (devDependencies are left out): nothing is built');
} else {
  run(tsc, ['-p', 'tsconfig.json']);
  pruneStale();
  buildKernel(asc);
  const bin = path.join(DIST, 'src', 'cli', 'bin.cjs');
  if (existsSync(bin)) chmodSync(bin, 0o755);
}

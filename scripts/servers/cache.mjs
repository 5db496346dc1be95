// The folder outside the checkout where servers for the end-to-end tests lie, each installed once.
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SERVERS = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'flowbulk-servers');

/** An installation that has not ended after this long was broken off. */
const LEFTOVER_MS = 3_600_000;

/** This machine lacks something that a server needs; the message says what, in capitals. */
export class CannotBeHad extends Error {}

/**
 * The folder `name` of the cache. Where its file `proof` is missing, `fill` first lays everything into a temporary
 * folder, which is then renamed: two processes may do so at once, and one that is broken off leaves nothing half done.
 */
export function installOnce(name, proof, fill) {
  const folder = join(SERVERS, name);
  if (existsSync(join(folder, proof))) return folder;
  mkdirSync(SERVERS, { recursive: true });
  removeLeftovers();
  const temporary = mkdtempSync(join(SERVERS, `.${name}-`));
  try {
    fill(temporary);
    chmodSync(temporary, 0o755);
    putInPlace(temporary, folder, proof);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
  return folder;
}

function putInPlace(temporary, folder, proof) {
  try {
    renameSync(temporary, folder);
  } catch (cause) {
    if (existsSync(join(folder, proof))) return; // another process was first
    if (!existsSync(folder)) throw cause;
    rmSync(folder, { recursive: true, force: true });
    renameSync(temporary, folder);
  }
}

function removeLeftovers() {
  for (const name of readdirSync(SERVERS).filter((one) => one.startsWith('.'))) {
    const path = join(SERVERS, name);
    const { mtimeMs } = statSync(path, { throwIfNoEntry: false }) ?? { mtimeMs: Date.now() };
    if (Date.now() - mtimeMs > LEFTOVER_MS) rmSync(path, { recursive: true, force: true });
  }
}

/** Runs `main` where the module is the program itself; what cannot be had goes to stderr, with exit code 1. */
export function asProgram(moduleUrl, main) {
  const [, program] = process.argv;
  if (program === undefined || fileURLToPath(moduleUrl) !== realpathSync(program)) return;
  try {
    main(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof CannotBeHad)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
}

/** The real program as a child process, in a folder of its own. */

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

const PROGRAM = fileURLToPath(new URL('../../src/cli/bin.cjs', import.meta.url));

/** How a run of the program ended. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A temporary folder that goes away with the test file. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'flowbulk-test-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Starts the program in `folder`; its cache and its state are there too. `variables` go into its environment. */
export function start(
  folder: string,
  args: readonly string[],
  stdin: 'pipe' | 'ignore' = 'ignore',
  variables: Readonly<Record<string, string>> = {},
): ChildProcess {
  const places = { XDG_CACHE_HOME: path.join(folder, 'cache'), XDG_STATE_HOME: path.join(folder, 'state') };
  const env = { ...process.env, ...places, NO_COLOR: '1', ...variables };
  return spawn(process.execPath, [PROGRAM, ...args], { cwd: folder, env, stdio: [stdin, 'pipe', 'pipe'] });
}

/** Waits for a started program. */
export async function ended(child: ChildProcess): Promise<Ended> {
  const chunks = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
  child.stdout?.on('data', (chunk: Buffer) => chunks.stdout.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => chunks.stderr.push(chunk));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const text = (all: readonly Buffer[]) => Buffer.concat(all).toString();
  return { code, stdout: text(chunks.stdout), stderr: text(chunks.stderr) };
}

/** Waits until something is so. Throws after half a minute, and where the program of `end` has ended before. */
export async function until(what: string, isSo: () => boolean, end?: Promise<Ended>): Promise<void> {
  let over: Ended | null = null;
  void end?.then((how) => {
    over = how;
  });
  for (const began = Date.now(); !isSo(); await new Promise((resolve) => setTimeout(resolve, 5))) {
    if (over !== null) throw new Error(`the program ended before ${what}: ${JSON.stringify(over)}`);
    if (Date.now() - began > 30_000) throw new Error(`waited half a minute for ${what}`);
  }
}

/** Runs the program to its end; `input` goes to its standard input, `variables` into its environment. */
export async function flowbulk(
  folder: string,
  args: readonly string[],
  input?: Uint8Array,
  variables?: Readonly<Record<string, string>>,
): Promise<Ended> {
  const child = start(folder, args, input === undefined ? 'ignore' : 'pipe', variables);
  const end = ended(child);
  if (input !== undefined) child.stdin?.end(input);
  return end;
}

/** The JSON values of an NDJSON file, gzipped or not. */
export function readNdjson<T = Record<string, unknown>>(file: string): T[] {
  const bytes = readFileSync(file);
  const text = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString();
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T);
}

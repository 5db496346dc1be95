/** Whole processes: `flowbulk convert folder /dev/null` over very many objects, and over a very big one. */

import { spawn } from 'node:child_process';
import { appendFileSync, readFileSync } from 'node:fs';
import { link, mkdir } from 'node:fs/promises';
import { devNull } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';

import { type BenchSet, makeSet } from './bench-set.ts';
import type { BenchInput } from './input.ts';
import type { Row } from './report.ts';

const WORKERS = 2;

/** The set as one object this many times: members of gzip, one after the other, are one stream. */
const REPEATED = 10;

/** A hundred records an object, up to a million records. */
const SMALL_OBJECT_RECORDS = 100;
const MAX_OBJECTS = 10_000;

type ProcessRow = Extract<Row, { kind: 'process' }>;

/** Runs the program and gives what it took. Throws where it fails. */
async function runProgram(
  args: readonly string[],
  scratch: string,
): Promise<{ maxRssBytes: number; wallSeconds: number }> {
  const program = new URL('./measured-cli.js', import.meta.url).pathname;
  const child = spawn(process.execPath, [program, ...args], {
    cwd: scratch,
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
  });
  const [said, facts, code] = await Promise.all([
    text(child.stderr!),
    text(child.stdio[3] as NodeJS.ReadableStream),
    new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve)),
  ]);
  if (code !== 0) throw new Error(`flowbulk ${args.join(' ')} ended with ${code}: ${said}`);
  return JSON.parse(facts) as { maxRssBytes: number; wallSeconds: number };
}

/** One small object under very many names. Gives its records. */
async function manyObjects(input: BenchInput, folder: string, count: number): Promise<number> {
  const small = await makeSet(
    path.join(input.scratch, 'small'),
    { ...input.set, records: SMALL_OBJECT_RECORDS * 20 },
    input.signal,
  );
  const { path: from, key } = small.objects[0]!;
  for (let i = 0; i < count; i++) {
    const name = path.basename(key).replace(/_[0-9a-f]{8}\./, `_${i.toString(16).padStart(8, '0')}.`);
    await link(from!, path.join(folder, name));
  }
  return count * SMALL_OBJECT_RECORDS;
}

/** All objects of the set, several times, in one. Gives its records. */
function bigObject({ objects, records }: BenchSet, folder: string): number {
  const file = path.join(folder, path.basename(objects[0]!.key));
  for (let i = 0; i < REPEATED; i++) {
    for (const { path: from } of objects) appendFileSync(file, readFileSync(from!));
  }
  return records * REPEATED;
}

/** Measures the processes. */
export async function processBench(input: BenchInput): Promise<readonly ProcessRow[]> {
  const { set, scratch, databaseFlags } = input;
  const objectCount = Math.min(MAX_OBJECTS, Math.ceil(set.records / SMALL_OBJECT_RECORDS));
  const many = path.join(scratch, 'many');
  const big = path.join(scratch, 'big');
  await Promise.all([mkdir(many), mkdir(big)]);
  const runs = [
    {
      name: `convert, ${objectCount.toLocaleString('en-US')} objects, two workers`,
      folder: many,
      records: await manyObjects(input, many, objectCount),
    },
    { name: 'convert, one big object, two workers', folder: big, records: bigObject(set, big) },
    { name: 'convert, the set, two workers', folder: set.folder, records: set.records },
  ];
  const rows: ProcessRow[] = [];
  for (const { name, folder, records } of runs) {
    input.signal.throwIfAborted();
    const args = ['convert', folder, devNull, ...databaseFlags, '--workers', `${WORKERS}`, '--quiet'];
    rows.push({ kind: 'process', name, records, ...(await runProgram(args, scratch)) });
  }
  return rows;
}

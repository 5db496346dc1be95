/**
 * Hashes of database files, remembered by what the file system says about the file, so that 160 MB are hashed once and
 * not at every start.
 */

import { createHash } from 'node:crypto';
import { createReadStream, readFileSync, type Stats, statSync } from 'node:fs';
import { join } from 'node:path';
import { FlowbulkError } from '../errors.ts';
import { writeWhole } from './write-whole.ts';

/** What is remembered of a file; all four must agree for the hash to be believed. */
interface KnownFile {
  readonly bytes: number;
  readonly mtimeMs: number;
  readonly inode: number;
  readonly sha256: string;
}

const INDEX_NAME = 'inputs.json';
/** A file changed this lately may change again without a new time stamp: its hash is not remembered. */
const SETTLED_MS = 2000;
const SLICE_BYTES = 1 << 20;

/**
 * SHA-256 (hex) of files, in their order. `folder` keeps the index of what is known; it is fine if it cannot be read or
 * written. Throws E_GEO_FILE for a file that cannot be read.
 */
export async function hashFiles(paths: readonly string[], folder: string): Promise<string[]> {
  const known = readIndex(join(folder, INDEX_NAME));
  const hashes: string[] = [];
  let learnt = false;
  for (const path of paths) {
    try {
      const stats = statSync(path);
      const entry = known.get(path);
      if (entry !== undefined && isSame(entry, stats)) {
        hashes.push(entry.sha256);
        continue;
      }
      const sha256 = await hashFile(path);
      hashes.push(sha256);
      if (Date.now() - stats.mtimeMs > SETTLED_MS) {
        known.set(path, { bytes: stats.size, mtimeMs: stats.mtimeMs, inode: stats.ino, sha256 });
        learnt = true;
      }
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new FlowbulkError('E_GEO_FILE', `cannot read the geo database ${path}: ${reason}`, { cause });
    }
  }
  if (learnt) writeIndex(join(folder, INDEX_NAME), known);
  return hashes;
}

async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const slice of createReadStream(path, { highWaterMark: SLICE_BYTES })) hash.update(slice as Buffer);
  return hash.digest('hex');
}

function isSame(entry: KnownFile, stats: Stats): boolean {
  return entry.bytes === stats.size && entry.mtimeMs === stats.mtimeMs && entry.inode === stats.ino;
}

function readIndex(path: string): Map<string, KnownFile> {
  try {
    const index: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return new Map(Object.entries(index as Record<string, KnownFile>));
  } catch {
    return new Map(); // not there yet, or damaged: it is made anew
  }
}

function writeIndex(path: string, known: ReadonlyMap<string, KnownFile>): void {
  try {
    writeWhole(path, JSON.stringify(Object.fromEntries(known), null, 1));
  } catch {
    // Without the index the next start hashes again: slower, not wrong.
  }
}

/** Folders that a run writes to: whether it can, and how much room there is. */

import { existsSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { FlowbulkError } from '../errors.ts';
import { openStore } from '../ledger/store.ts';
import { formatBytes } from '../progress/numbers.ts';
import { type Check, fail, failure, ok, warn } from './check.ts';

/** With less, nothing can be begun. */
const LEAST_BYTES = 16 * 2 ** 20;

/** A folder to look at. */
export interface FolderAsked {
  /** Of the check. */
  readonly name: string;
  readonly folder: string;
  /** Free bytes below which somebody should make room. */
  readonly enoughBytes: number;
  /** What to do where it cannot be written to. */
  readonly fix: string;
  /** Of the program, where it fails. */
  readonly exitCode?: number;
}

/** The folder itself, or the one above it that it would be made in. */
function nearest(folder: string): string {
  let found = path.resolve(folder);
  while (!existsSync(found) && found !== path.dirname(found)) found = path.dirname(found);
  return found;
}

/** Writes a file into a folder of its own below `folder`, runs `work` there, and takes all of it away. */
async function tried(folder: string, work: (trial: string) => Promise<void>): Promise<void> {
  const trial = mkdtempSync(path.join(nearest(folder), '.flowbulk-doctor-'));
  try {
    await work(trial);
  } finally {
    rmSync(trial, { recursive: true, force: true });
  }
}

/** Whether a file can be written there; one is, and is taken away. A folder that is missing is not made. */
export function folderCheck({ name, folder, enoughBytes, fix, exitCode }: FolderAsked): Check {
  return {
    name,
    async look() {
      const missing = existsSync(folder) ? '' : ' (will be made)';
      try {
        await tried(folder, async (trial) => writeFileSync(path.join(trial, 'trial'), 'flowbulk doctor\n'));
      } catch (error) {
        const { code = 'unknown' } = error as NodeJS.ErrnoException;
        const isFull = code === 'ENOSPC' || code === 'EDQUOT';
        return fail(`${folder} cannot be written to (${code})`, isFull ? `make room there, or ${fix}` : fix, exitCode);
      }
      const { bavail, bsize } = statfsSync(nearest(folder));
      const freeBytes = bavail * bsize;
      const found = `${folder}${missing}, ${formatBytes(freeBytes)} free`;
      if (freeBytes < LEAST_BYTES) return fail(found, `make room there, or ${fix}`, exitCode);
      return freeBytes < enoughBytes ? warn(found, `make room: ${formatBytes(enoughBytes)} are enough`) : ok(found);
    },
  };
}

/** Whether LMDB can be loaded, and works on the file system of the state folder: a ledger is made and taken away. */
export function ledgerCheck(state: string, needs: string): Check {
  return {
    name: 'ledger',
    needs: [needs],
    async look() {
      try {
        await tried(state, async (trial) => {
          const store = await openStore(path.join(trial, 'ledger'));
          await store.close();
        });
        return ok('lmdb, one was made and taken away');
      } catch (error) {
        if (!(error instanceof FlowbulkError)) throw error;
        const isMissing = error.code === 'E_LEDGER_UNAVAILABLE';
        return failure(error, isMissing ? 'npm rebuild lmdb, or run with --no-ledger' : 'give --state on a local disk');
      }
    },
  };
}

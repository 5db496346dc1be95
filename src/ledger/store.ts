/**
 * The ledger on disk: LMDB (https://www.symas.com/mdb), a folder of a job.
 *
 * | database | key | value |
 * |---|---|---|
 * | entries | see entry.ts | see entry.ts |
 * | totals  | group, day | sums, JSON |
 * | names   | text | its number: groups (see place.ts), indices |
 * | trouble | key of an entry | object, code and reason, JSON: of those that are not simply done |
 * | meta    | `version` | number |
 * |         | `filter` | the filter that objects are done with, as asked for; not there for none |
 * |         | `letters` | a file of dead letters that is to take the place of the job's: see `settle` |
 */

import { mkdirSync, statfsSync } from 'node:fs';
import type { Database, RootDatabase } from 'lmdb';
import { FlowbulkError } from '../errors.ts';
import { sinkError } from '../sinks/write.ts';

/** Version of what is written here. */
const VERSION = 1;

/** The databases of a ledger. */
export interface Store {
  readonly entries: Database<Buffer, Buffer>;
  readonly totals: Database<string, string>;
  readonly names: Database<number, string>;
  readonly trouble: Database<string, Buffer>;
  readonly meta: Database<unknown, string>;
  /** Runs `work` as one transaction that is on disk when it returns. Throws E_SINK_*. */
  write(work: () => void): void;
  close(): Promise<void>;
}

async function lmdb(): Promise<typeof import('lmdb')> {
  try {
    return await import('lmdb');
  } catch (cause) {
    throw new FlowbulkError(
      'E_LEDGER_UNAVAILABLE',
      `the ledger needs the package lmdb, which cannot be loaded here (${(cause as Error).message.split('\n')[0]}): ` +
        '--no-ledger runs without, and begins anew each time',
      { cause },
    );
  }
}

/** A disk with less than this has no room for the next group. */
const LEAST_FREE_BYTES = 1 << 20;

function isDiskFull(folder: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize < LEAST_FREE_BYTES;
  } catch {
    return false;
  }
}

/**
 * What LMDB says when something goes wrong, as an error of ours. It gives the system's error as text (mdb_strerror), and
 * "Input/output error" for a write that a full disk cut short.
 */
function storeError(cause: unknown, folder: string): FlowbulkError {
  const { message } = cause as Error;
  const isFull = /No space left|quota exceeded/i.test(message) || isDiskFull(folder);
  const code = isFull ? 'ENOSPC' : (cause as NodeJS.ErrnoException).code;
  return sinkError(Object.assign(new Error(message), { code }), `the ledger ${folder}`);
}

/** Opens the ledger in a folder, which is made. Throws E_LEDGER_* and E_SINK_*. */
export async function openStore(folder: string, readOnly = false): Promise<Store> {
  const { open } = await lmdb();
  let root: RootDatabase;
  try {
    if (!readOnly) mkdirSync(folder, { recursive: true });
    root = open({ path: folder, maxDbs: 8, readOnly, cache: false });
  } catch (cause) {
    throw storeError(cause, folder);
  }
  const meta: Database<unknown, string> = root.openDB({ name: 'meta', encoding: 'json' });
  const version = (meta.get('version') as number | undefined) ?? VERSION;
  if (version > VERSION) {
    await root.close();
    throw new FlowbulkError(
      'E_LEDGER_NEWER',
      `the ledger ${folder} is of version ${version}, this program knows ${VERSION}: use the newer program, or another --state`,
    );
  }
  const write = (work: () => void) => {
    try {
      root.transactionSync(work);
    } catch (cause) {
      throw cause instanceof FlowbulkError ? cause : storeError(cause, folder);
    }
  };
  if (!readOnly && meta.get('version') === undefined) write(() => meta.putSync('version', VERSION));
  return {
    entries: root.openDB({ name: 'entries', encoding: 'binary', keyEncoding: 'binary' }),
    totals: root.openDB({ name: 'totals', encoding: 'string' }),
    names: root.openDB({ name: 'names', encoding: 'json' }),
    trouble: root.openDB({ name: 'trouble', encoding: 'string', keyEncoding: 'binary' }),
    meta,
    write,
    close: () => root.close(),
  };
}

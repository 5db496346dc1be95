/**
 * The ledger on disk: LMDB (https://www.symas.com/mdb), a folder of a job.
 *
 * | database | key | value |
 * |---|---|---|
 * | entries | see entry.ts | see entry.ts |
 * | totals  | group, day | sums, JSON |
 * | names   | text | its number: groups of account and region, indices |
 * | trouble | key of an entry | object, code and reason, JSON: of those that are not simply done |
 * | meta    | `version` | number |
 */

import { mkdirSync } from 'node:fs';
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

/** What LMDB says when something goes wrong, as an error of ours. */
function storeError(cause: unknown, folder: string): FlowbulkError {
  const { message } = cause as Error;
  // LMDB gives the system's error as text: https://www.symas.com/mdb, mdb_strerror.
  const code = /No space left|ENOSPC|quota exceeded/i.test(message) ? 'ENOSPC' : (cause as NodeJS.ErrnoException).code;
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
  const meta: Database<number, string> = root.openDB({ name: 'meta', encoding: 'json' });
  const version = meta.get('version') ?? VERSION;
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
    write,
    close: () => root.close(),
  };
}

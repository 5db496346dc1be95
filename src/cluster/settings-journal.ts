/** Settings of indices from before a run changed them, on disk until they are put back. */

import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { FlowbulkError } from '../errors.ts';
import { sinkError, writeWhole } from '../sinks/write.ts';

/** Version of the file. */
const VERSION = 1;

/** As the settings API has them; null where a value is not set. */
export interface OldSettings {
  readonly refresh_interval: string | null;
  readonly number_of_replicas: string | null;
}

/** What is in the file, by index. */
export type OldSettingsByIndex = ReadonlyMap<string, OldSettings>;

/**
 * What is in the journal; empty where there is none. Throws E_SINK_UNWRITABLE for a file that cannot be read, or is
 * none of ours: what is in it must be put back by hand.
 */
export function readJournal(journalPath: string): OldSettingsByIndex {
  let text: string;
  try {
    text = readFileSync(journalPath, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return new Map();
    throw unreadable(journalPath, (cause as Error).message, cause);
  }
  try {
    const { version, indices } = JSON.parse(text) as { version?: unknown; indices?: Record<string, OldSettings> };
    if (version !== VERSION || typeof indices !== 'object') throw new Error(`version ${version} is not known`);
    return new Map(Object.entries(indices));
  } catch (cause) {
    throw unreadable(journalPath, (cause as Error).message, cause);
  }
}

/**
 * Writes the journal; an empty one is taken away. When it returns, a crash of the machine cannot undo it, and at no
 * moment is it there in part. Throws E_SINK_*.
 */
export function writeJournal(journalPath: string, indices: OldSettingsByIndex): void {
  const folder = path.dirname(journalPath);
  try {
    if (indices.size === 0) {
      rmSync(journalPath, { force: true });
    } else {
      mkdirSync(folder, { recursive: true });
      const temporary = `${journalPath}.tmp`;
      const text = JSON.stringify({ version: VERSION, indices: Object.fromEntries(indices) }, null, 2);
      synced(temporary, 'w', (descriptor) => writeWhole(descriptor, Buffer.from(`${text}\n`), journalPath));
      renameSync(temporary, journalPath);
    }
    // The name, or its absence, is the folder's matter. Windows has no such thing.
    if (process.platform !== 'win32') synced(folder, 'r');
  } catch (cause) {
    throw cause instanceof FlowbulkError ? cause : sinkError(cause, journalPath);
  }
}

function synced(file: string, flags: string, write: (descriptor: number) => void = () => {}): void {
  const descriptor = openSync(file, flags);
  try {
    write(descriptor);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function unreadable(journalPath: string, why: string, cause: unknown): FlowbulkError {
  return new FlowbulkError(
    'E_SINK_UNWRITABLE',
    `${journalPath} cannot be read (${why}), and holds settings that a run before changed (refresh_interval, ` +
      'number_of_replicas): put these back by hand, then remove it',
    { cause },
  );
}

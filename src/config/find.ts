/** Which config file counts: the one that was named, or the nearest above the working folder. */

import { type Stats, statSync } from 'node:fs';
import path from 'node:path';
import { FlowbulkError } from '../errors.ts';

/** What config files are called, in the order in which messages name them. */
const CONFIG_NAMES = ['flowbulk.config.json', 'flowbulk.config.yaml', 'flowbulk.config.yml'] as const;

function statsOf(file: string): Stats | null {
  try {
    return statSync(file, { throwIfNoEntry: false }) ?? null;
  } catch {
    // A folder above that we may not look into has no file for us.
    return null;
  }
}

/** Whoever can write to a folder above (as anybody can to /tmp) could say where our documents go. */
function checkOwner(file: string, { uid }: Stats): void {
  const own = process.getuid?.();
  if (own === undefined || uid === own || uid === 0) return;
  throw new FlowbulkError(
    'E_USAGE',
    `${file} belongs to another user (uid ${uid}) and is not taken unasked: give --config ${file} if it is meant`,
  );
}

/**
 * Looks in `folder`, then in each one above up to the root of the file system, and gives the absolute path of the first
 * config file; null where there is none. Throws E_USAGE for two in one folder, and for one of another user than us and
 * root.
 */
export function findConfig(folder: string): string | null {
  for (let here = path.resolve(folder); ; here = path.dirname(here)) {
    const found = CONFIG_NAMES.flatMap((name) => {
      const file = path.join(here, name);
      const stats = statsOf(file);
      return stats?.isFile() ? [{ file, stats }] : [];
    });
    const [first, second] = found;
    if (second !== undefined) {
      const names = found.map(({ file }) => path.basename(file)).join(' and ');
      throw new FlowbulkError('E_USAGE', `${here} has ${names}: keep one, or give --config FILE`);
    }
    if (first !== undefined) {
      checkOwner(first.file, first.stats);
      return first.file;
    }
    if (path.dirname(here) === here) return null;
  }
}

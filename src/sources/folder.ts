/** A folder on disk, listed like a bucket: keys are paths below it with `/`, in the order S3 gives them. */
import type { Stats } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { FlowbulkError } from '../errors.ts';
import { isFlowLogName } from '../plan/keys.ts';
import type { Level, Lister } from '../plan/lister.ts';
import { refuseParquet } from './refusals.ts';
import type { Listed, SourceObject } from './source.ts';

/** Names that are taken in a folder, besides those AWS gives to flow logs. SOURCE that is a file may have any name. */
const ENDINGS: readonly string[] = ['.gz', '.log', '.txt', '.parquet'];

const PAGE_OBJECTS = 1_000;

/** The object of a file. `mtimeMs` keeps its fraction: a change within the same millisecond is a change. */
export function fileObject(key: string, path: string, stats: Stats): SourceObject {
  // Pipes and devices have no size before they are read.
  const size = stats.isFile() ? stats.size : -1;
  return { kind: 'file', bucket: null, key, path, etag: null, size, lastModifiedMs: stats.mtimeMs };
}

/** Lists the folder `root`. Hidden names and links that lead in a circle are left out. */
export class FolderLister implements Lister {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  async folders(prefix: string): Promise<Level> {
    const entries = await this.#entries(prefix);
    return {
      folders: entries.filter((entry) => entry.folder).map((entry) => entry.key),
      loose: entries.some((entry) => !entry.folder),
      flat: false,
    };
  }

  async *objects(prefix: string, deep: boolean, signal: AbortSignal): AsyncGenerator<readonly Listed[]> {
    let page: Listed[] = [];
    for await (const entry of this.#walk(prefix, deep)) {
      signal.throwIfAborted();
      page.push(entry);
      if (page.length >= PAGE_OBJECTS) {
        yield page;
        page = [];
      }
    }
    yield page;
  }

  async *#walk(prefix: string, deep: boolean): AsyncGenerator<Listed> {
    for (const entry of await this.#entries(prefix)) {
      if (!entry.folder) {
        const object = await this.#object(entry);
        if (object !== null) {
          yield object;
        }
      } else if (deep) {
        yield* this.#walk(entry.key, true);
      }
    }
  }

  /** Null where the file went away since its folder was read. */
  async #object({ key, path }: Entry): Promise<Listed | null> {
    try {
      const stats = await stat(path);
      return stats.isFile() ? refuseParquet(fileObject(key, path, stats)) : null;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
        return null;
      }
      const object: SourceObject = { kind: 'file', bucket: null, key, path, etag: null, size: -1, lastModifiedMs: 0 };
      const code = (error as NodeJS.ErrnoException).code;
      return { object, code: 'E_OBJECT_UNREADABLE', reason: `${path} cannot be read (${code}): look at its rights` };
    }
  }

  /** Folders and logs directly under a prefix, in the order of keys: a folder sorts with its slash. */
  async #entries(prefix: string): Promise<Entry[]> {
    const folder = join(this.#root, prefix);
    const found = await readdir(folder, { withFileTypes: true }).catch((cause: NodeJS.ErrnoException) => {
      if (cause.code === 'ENOENT') {
        return [];
      }
      const next = 'give this user the right to read it, or choose a folder below it';
      throw new FlowbulkError('E_SOURCE_DENIED', `the folder ${folder} cannot be read (${cause.code}): ${next}`, {
        cause,
      });
    });
    const entries: Entry[] = [];
    for (const entry of found) {
      const path = join(folder, entry.name);
      const isFolder =
        entry.isDirectory() || (entry.isSymbolicLink() && (await leadsToNewFolder(this.#root, prefix, entry.name)));
      if (entry.name.startsWith('.') || (!isFolder && !isLogName(entry.name))) {
        continue;
      }
      entries.push({ key: prefix + entry.name + (isFolder ? '/' : ''), path, folder: isFolder });
    }
    return entries.sort((a, b) => (a.key < b.key ? -1 : 1));
  }
}

interface Entry {
  readonly key: string;
  readonly path: string;
  readonly folder: boolean;
}

function isLogName(name: string): boolean {
  return ENDINGS.some((ending) => name.endsWith(ending)) || isFlowLogName(name);
}

/** True for a link to a folder that is none of those that led here: such a link would go round for ever. */
async function leadsToNewFolder(root: string, prefix: string, name: string): Promise<boolean> {
  try {
    const target = await realpath(join(root, prefix, name));
    if (!(await stat(target)).isDirectory()) {
      return false;
    }
    // Not the real path of the folder alone: two links in two folders can lead to each other.
    for (let above = prefix; ; above = above.slice(0, above.lastIndexOf('/', above.length - 2) + 1)) {
      if ((await realpath(join(root, above))) === target) {
        return false;
      }
      if (above === '') {
        return true;
      }
    }
  } catch {
    return false;
  }
}

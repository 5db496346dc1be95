/** A file or a folder as a source: it behaves like a bucket whose keys are the paths below it. */
import { constants } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { FlowbulkError } from '../errors.ts';
import { planned } from '../plan/prefixes.ts';
import { selector } from '../plan/select.ts';
import { FolderLister, fileObject } from './folder.ts';
import { describeObject, refuseParquet } from './refusals.ts';
import type { Listed, Selection, Source, SourceObject } from './source.ts';

const CHUNK_BYTES = 512 * 1024;

/** Reads a file of any name, or all logs in a folder. */
export class FilesSource implements Source {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  async *list(selection: Selection, signal: AbortSignal): AsyncGenerator<Listed> {
    const found = await stat(this.#root).catch((cause) => {
      throw sourceError(this.#root, cause);
    });
    if (found.isDirectory()) {
      const lister = new FolderLister(this.#root);
      yield* planned(lister, '', selection, { besides: 'all', directDays: 0 }, signal);
      return;
    }
    const object = fileObject(basename(this.#root), this.#root, found);
    if (selector(selection)(object.key)) {
      yield refuseParquet(object);
    }
  }

  async *open(object: SourceObject, fromByte: number, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    const path = object.path ?? join(this.#root, object.key);
    let file: FileHandle;
    try {
      file = await open(path, constants.O_RDONLY);
    } catch (cause) {
      throw objectError(object, cause);
    }
    try {
      await assertUnchanged(object, file);
      for (let at = fromByte; object.size < 0 || at < object.size; ) {
        signal.throwIfAborted();
        const buffer = Buffer.allocUnsafeSlow(object.size < 0 ? CHUNK_BYTES : Math.min(CHUNK_BYTES, object.size - at));
        // A pipe or a device has no position to read from.
        const { bytesRead } = await file.read(buffer, 0, buffer.length, object.size < 0 ? null : at);
        if (bytesRead === 0) {
          break;
        }
        at += bytesRead;
        yield buffer.subarray(0, bytesRead);
      }
      // Not a byte beyond the listed size was read: a file that grows as fast as it is read would never end.
      await assertUnchanged(object, file);
    } catch (error) {
      throw objectError(object, error);
    } finally {
      await file.close();
    }
  }

  async complete(object: SourceObject): Promise<Listed> {
    const path = object.path ?? join(this.#root, object.key);
    try {
      return refuseParquet(fileObject(object.key, path, await stat(path)));
    } catch (error) {
      const { code, message } = objectError({ ...object, path }, error) as FlowbulkError;
      return {
        object,
        code: code === 'E_OBJECT_GONE' || code === 'E_OBJECT_DENIED' ? code : 'E_OBJECT_UNREADABLE',
        reason: message,
      };
    }
  }

  async bucketRegion(): Promise<string | null> {
    return null;
  }

  async close(): Promise<void> {}
}

/** Throws E_OBJECT_CHANGED where size or time are not as listed. */
async function assertUnchanged(object: SourceObject, file: FileHandle): Promise<void> {
  const now = await file.stat();
  if (object.size >= 0 && (now.size !== object.size || now.mtimeMs !== object.lastModifiedMs)) {
    throw new FlowbulkError(
      'E_OBJECT_CHANGED',
      `${describeObject(object)} changed while it was read (${object.size} bytes when listed, ${now.size} now): ` +
        'run again once it is no longer written to',
    );
  }
}

/** What a failure of the file system means for one object; errors of ours and of an abort stay as they are. */
function objectError(object: SourceObject, cause: unknown): unknown {
  const code = (cause as NodeJS.ErrnoException).code;
  const where = describeObject(object);
  if (cause instanceof FlowbulkError || typeof code !== 'string') {
    return cause;
  }
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new FlowbulkError('E_OBJECT_GONE', `${where} is no longer there: run again to read what is`, { cause });
    case 'EACCES':
    case 'EPERM':
      return new FlowbulkError('E_OBJECT_DENIED', `${where} may not be read: give this user the right to read it`, {
        cause,
      });
    default:
      return new FlowbulkError(
        'E_OBJECT_UNREADABLE',
        `${where} cannot be read (${code}): look at the disk it lies on`,
        { cause },
      );
  }
}

/** What a failure means for SOURCE as a whole. */
function sourceError(root: string, cause: NodeJS.ErrnoException): FlowbulkError {
  if (cause.code === 'EACCES' || cause.code === 'EPERM') {
    return new FlowbulkError('E_SOURCE_DENIED', `${root} may not be read: give this user the right to read it`, {
      cause,
    });
  }
  return new FlowbulkError('E_SOURCE_MISSING', `${root} is not there (${cause.code}): look at the path`, { cause });
}

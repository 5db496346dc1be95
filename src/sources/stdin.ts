/** Standard input as a source of one object. It can be read once, from its beginning. */
import { createReadStream, fstatSync } from 'node:fs';
import { Socket } from 'node:net';
import { addAbortSignal, type Readable } from 'node:stream';
import { isatty, ReadStream } from 'node:tty';
import { FlowbulkError } from '../errors.ts';
import type { Listed, Source, SourceObject } from './source.ts';

/** One object, whose key is `--name` or `stdin`. */
export class StdinSource implements Source {
  readonly #object: SourceObject;
  readonly #input: () => Readable;

  /** `input` is opened when the object is: `process.stdin` of a worker thread is not the process's. */
  constructor(name: string | null, input: () => Readable = openDescriptor) {
    const unknown = { bucket: null, path: null, etag: null, size: -1 };
    this.#object = { kind: 'stdin', key: name ?? 'stdin', lastModifiedMs: Date.now(), ...unknown };
    this.#input = input;
  }

  async *list(): AsyncGenerator<Listed> {
    yield this.#object;
  }

  async *open(object: SourceObject, fromByte: number, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    if (fromByte !== 0) {
      throw new FlowbulkError(
        'E_OBJECT_UNREADABLE',
        `${object.key} cannot be read again from byte ${fromByte}: it is a stream`,
      );
    }
    for await (const chunk of addAbortSignal(signal, this.#input())) {
      signal.throwIfAborted();
      yield chunk;
    }
  }

  async complete(object: SourceObject): Promise<Listed> {
    return object;
  }

  async bucketRegion(): Promise<string | null> {
    return null;
  }

  async close(): Promise<void> {}
}

const STDIN_DESCRIPTOR = 0;
const CHUNK_BYTES = 256 * 1024;

/**
 * Standard input of the process, in whichever thread. Pipes and terminals are waited for by the event loop: a blocking
 * read in the thread pool could not be taken back, and would keep a stopped program from ending.
 */
function openDescriptor(): Readable {
  const kind = fstatSync(STDIN_DESCRIPTOR);
  if (kind.isFIFO() || kind.isSocket()) return new Socket({ fd: STDIN_DESCRIPTOR, readable: true, writable: false });
  if (isatty(STDIN_DESCRIPTOR)) return new ReadStream(STDIN_DESCRIPTOR);
  return createReadStream('', { fd: STDIN_DESCRIPTOR, autoClose: false, highWaterMark: CHUNK_BYTES });
}

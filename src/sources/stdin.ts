/** Standard input as a source of one object. It can be read once, from its beginning. */
import { FlowbulkError } from '../errors.ts';
import type { Listed, Source, SourceObject } from './source.ts';

/** One object, whose key is `--name` or `stdin`. */
export class StdinSource implements Source {
  readonly #object: SourceObject;
  readonly #input: AsyncIterable<Uint8Array>;

  constructor(name: string | null, input: AsyncIterable<Uint8Array> = process.stdin) {
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
    for await (const chunk of this.#input) {
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

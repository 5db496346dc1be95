/** A bucket in memory that notes what is asked of it. */
import type { Level, Lister } from '../../src/plan/lister.ts';
import type { Listed, SourceObject } from '../../src/sources/source.ts';

export function memoryObject(key: string, size: number): SourceObject {
  return { kind: 's3', bucket: 'b', key, path: null, etag: 'e', size, lastModifiedMs: 0 };
}

export class MemoryLister implements Lister {
  readonly asked: string[] = [];
  readonly #objects: readonly SourceObject[];
  readonly #pageObjects: number;
  readonly #flatObjects: number;

  constructor(objects: readonly SourceObject[], pageObjects = 1_000, flatObjects = 3_000) {
    this.#objects = [...objects].sort((a, b) => (a.key < b.key ? -1 : 1));
    this.#pageObjects = pageObjects;
    this.#flatObjects = flatObjects;
  }

  async folders(prefix: string): Promise<Level> {
    this.asked.push(`folders ${prefix}`);
    const rests = this.#objects.filter(({ key }) => key.startsWith(prefix)).map(({ key }) => key.slice(prefix.length));
    const folders = [
      ...new Set(
        rests.filter((rest) => rest.includes('/')).map((rest) => prefix + rest.slice(0, rest.indexOf('/') + 1)),
      ),
    ];
    const objects = rests.filter((rest) => !rest.includes('/')).length;
    return { folders, loose: objects > 0, flat: objects >= this.#flatObjects };
  }

  async *objects(prefix: string, deep: boolean): AsyncGenerator<readonly Listed[]> {
    this.asked.push(`${deep ? 'objects' : 'direct'} ${prefix}`);
    const found = this.#objects.filter(
      ({ key }) => key.startsWith(prefix) && (deep || !key.slice(prefix.length).includes('/')),
    );
    for (let at = 0; at < found.length; at += this.#pageObjects) {
      yield found.slice(at, at + this.#pageObjects);
    }
  }
}

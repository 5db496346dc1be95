/** What the planning of a listing needs of a source: S3 and a folder on disk both look like this. */
import type { Listed, SourceObject } from '../sources/source.ts';

/** What lies directly under a prefix. */
export interface Level {
  /** Prefixes that end in `/`, in key order. */
  readonly folders: readonly string[];
  /** True where objects lie beside the folders. */
  readonly loose: boolean;
  /** True where there were so many objects that `folders` may lack some: list it without folders. */
  readonly flat: boolean;
}

/** Lists prefixes. A prefix need not end in `/`: it is the beginning of keys. */
export interface Lister {
  folders(prefix: string, signal: AbortSignal): Promise<Level>;
  /** All objects under a prefix in key order, page by page; with `deep` false those directly under it. */
  objects(prefix: string, deep: boolean, signal: AbortSignal): AsyncIterable<readonly Listed[]>;
}

/** The object of a listed item, refused or not. */
export function objectOf(listed: Listed): SourceObject {
  return 'object' in listed ? listed.object : listed;
}

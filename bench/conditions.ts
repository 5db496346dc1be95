/** What figures depend on, besides the program: printed with them. */

import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';
import type { GeoImage } from '../src/geo/build.ts';
import { describeSources } from '../src/geo/info.ts';
import { inflateEngine } from '../src/inflate/engine.ts';

/** The conditions of a run of benches. */
export interface Conditions {
  readonly node: string;
  readonly v8: string;
  readonly zlib: string;
  readonly cpu: string;
  readonly cores: number;
  readonly platform: string;
  readonly memoryBytes: number;
  /** Mean of runnable processes over the last minute, before anything was measured: near 0 where it is quiet. */
  readonly load: number;
  readonly engine: string;
  readonly geo: string;
  readonly tablesBytes: number;
}

/** Takes down the conditions. */
export function conditions(image: GeoImage): Conditions {
  const { node, v8, zlib } = process.versions;
  return {
    node,
    v8,
    zlib,
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    platform: `${process.platform} ${process.arch}`,
    memoryBytes: totalmem(),
    load: loadavg()[0] ?? 0,
    engine: inflateEngine(),
    geo: describeSources(image.info),
    tablesBytes: image.bytes,
  };
}

/** The conditions as lines. */
export function conditionsAsText(all: Conditions): string {
  const { node, v8, zlib, cpu, cores, platform, memoryBytes, load, engine, geo, tablesBytes } = all;
  return `node     ${node} (V8 ${v8}, zlib ${zlib})
cpu      ${cpu}, ${cores} cores, ${(memoryBytes / 2 ** 30).toFixed(0)} GiB, ${platform}, load ${load.toFixed(2)}
inflate  ${engine}
geo      ${geo === 'none' ? 'geo: none' : `${geo}: tables of ${(tablesBytes / 1e6).toFixed(0)} MB`}
`;
}

/** Runs the benches that are asked for, on each set, and prints what they find. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { geoImage } from '../src/geo/build.ts';
import { findParts, type GeoSources } from '../src/geo/sources.ts';
import { type BenchSet, describeSet, makeSet, type SetOptions } from './bench-set.ts';
import { type Conditions, conditions, conditionsAsText } from './conditions.ts';
import { benchDatabases } from './databases.ts';
import { filtersBench } from './filters-bench.ts';
import { foldBench } from './fold-bench.ts';
import { inflateBench } from './inflate-bench.ts';
import type { BenchInput, BenchResult } from './input.ts';
import { kernelBench } from './kernel-bench.ts';
import { type Measured, targetsApply, type Verdict, verdicts, verdictsAsText } from './measured.ts';
import { openNaiveGeo } from './naive-geo.ts';
import { pipelineBench } from './pipeline-bench.ts';
import { rowAsJson, rowAsText, timeHeading } from './report.ts';
import { sinkBench } from './sink-bench.ts';

const BENCHES = {
  kernel: kernelBench,
  filters: filtersBench,
  inflate: inflateBench,
  fold: foldBench,
  pipeline: pipelineBench,
  sink: sinkBench,
} as const;

/** The name of a bench. */
export type BenchName = keyof typeof BENCHES;

/** All benches, in the order in which they run. */
export const BENCH_NAMES = Object.keys(BENCHES) as readonly BenchName[];

/** What to measure. */
export interface BenchOptions {
  readonly benches: readonly BenchName[];
  readonly set: SetOptions;
  /** Also 29 and 40 fields, and uniformly random addresses. */
  readonly all: boolean;
  readonly databases: GeoSources;
  /** URL of a cluster for the bench `sink`; null for the null server. */
  readonly target: string | null;
}

/** Where results go. */
export interface BenchOutput {
  /** Results as text. */
  print(text: string): void;
  /** What goes on. */
  say(text: string): void;
}

/** Results as data. */
export interface BenchReport {
  readonly conditions: Conditions;
  readonly sections: readonly {
    readonly bench: BenchName;
    readonly set: Omit<BenchSet, 'folder' | 'objects'>;
    readonly rows: readonly Readonly<Record<string, unknown>>[];
  }[];
  /** Of the set that was asked for. */
  readonly targets: readonly Verdict[];
}

/** The sets to run on: the one asked for, and its variants. */
function setsOf({ set, all }: BenchOptions): readonly SetOptions[] {
  if (!all) return [set];
  const variants: readonly Partial<SetOptions>[] = [{ addresses: 'uniform' }, { layout: 'v5' }, { layout: 'v8' }];
  return [set, ...variants.map((variant) => ({ ...set, ...variant }))];
}

/** Runs the benches. Throws `OutputsDiffer` where outputs that were to be equal are not. */
export async function runBenches(
  options: BenchOptions,
  output: BenchOutput,
  signal: AbortSignal,
): Promise<BenchReport> {
  const databases = benchDatabases(options.databases);
  const image = await geoImage(databases, { onCompile: (text) => output.say(text) });
  const openNaive = () => openNaiveGeo(findParts(databases));
  const databaseFlags = [
    ...databases.city.flatMap((one) => ['--city', path.resolve(one)]),
    ...databases.asn.flatMap((one) => ['--asn', path.resolve(one)]),
  ];
  const found = conditions(image);
  output.print(conditionsAsText(found));

  const sections: BenchReport['sections'][number][] = [];
  let measured: Measured = {};
  for (const [i, setOptions] of setsOf(options).entries()) {
    const folder = mkdtempSync(path.join(tmpdir(), 'flowbulk-bench-'));
    try {
      output.say(`making ${setOptions.records} records of ${setOptions.layout}, ${setOptions.addresses}`);
      const set = await makeSet(path.join(folder, 'set'), setOptions, signal);
      output.print(`\nset      ${describeSet(set)}\n`);
      for (const bench of options.benches) {
        // What a server costs does not depend on the fields.
        if (bench === 'sink' && i > 0) continue;
        output.say(`measuring ${bench}`);
        const scratch = mkdtempSync(path.join(folder, `${bench}-`));
        const { target } = options;
        const withProcesses = i === 0;
        const input: BenchInput = { set, image, databaseFlags, openNaive, withProcesses, target, scratch, signal };
        const result: BenchResult = await BENCHES[bench](input);
        output.print(`\n${bench}\n${sectionAsText(result)}`);
        const { folder: _folder, objects: _objects, ...facts } = set;
        sections.push({ bench, set: facts, rows: result.rows.map(rowAsJson) });
        // The targets are about the set that was asked for, which comes first.
        if (i === 0) measured = { ...measured, ...result.measured };
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  const targets = verdicts(measured, targetsApply(options.set, image.info));
  output.print(`\n${verdictsAsText(targets)}`);
  return { conditions: found, sections, targets };
}

function sectionAsText({ rows }: BenchResult): string {
  const lines = rows.map(rowAsText);
  const firstTime = rows.findIndex((row) => row.kind === 'time');
  const heading = timeHeading(rows);
  if (heading !== null) lines.splice(firstTime, 0, heading);
  return `${lines.join('\n')}\n`;
}

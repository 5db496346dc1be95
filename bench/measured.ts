/** What has to be reached, and whether it is. */

import type { GeoInfo } from '../src/geo/info.ts';
import type { SetOptions } from './bench-set.ts';

/** The figures that have targets, as far as they were measured. */
export interface Measured {
  readonly kernelNsPerRecord?: number;
  readonly floorMultiple?: number;
  /** From gzip to NDJSON in a file without a filter against one that keeps 1 %. */
  readonly filterSpeedup?: number;
  /** Records a second of one core, inflate included, with 100,000 connections. */
  readonly foldedPerSecond?: number;
  readonly twoWorkersOverOne?: number;
  readonly recordsPerSecond?: number;
  readonly overNaive?: number;
  readonly maxRssBytes?: number;
  /** Documents a second into the null server. */
  readonly nullPlainPerSecond?: number;
  readonly nullGzipPerSecond?: number;
  /** flowbulk's rate into a cluster against the plain loop's. */
  readonly overPlainLoop?: number;
  /** flowbulk's part of the processor time that it and the cluster used. */
  readonly cpuShare?: number;
  readonly secondsToPlateau?: number;
}

interface Target {
  readonly key: keyof Measured;
  readonly name: string;
  readonly atLeast: number;
  readonly aim: number;
  readonly less: boolean;
  show(value: number): string;
}

const perRecord = (value: number): string => value.toFixed(0);
const times = (value: number): string => `${value.toFixed(2)}×`;
const millions = (value: number): string => `${(value / 1e6).toFixed(2)} M`;
const percent = (value: number): string => `${(value * 100).toFixed(1)} %`;
const seconds = (value: number): string => `${value.toFixed(1)} s`;
const megabytes = (value: number): string => `${(value / 1e6).toFixed(0)} MB`;

// biome-ignore format: a table is read by its columns
const TARGETS: readonly Target[] = [
  { key: 'kernelNsPerRecord', name: 'kernel alone, ns/record', atLeast: 400, aim: 300, less: true, show: perRecord },
  { key: 'floorMultiple', name: 'inflate + kernel, one worker, of the floor', atLeast: 2.2, aim: 1.6, less: true, show: times },
  { key: 'filterSpeedup', name: 'a filter that keeps 1 %, against none', atLeast: 2, aim: 2.5, less: false, show: times },
  { key: 'foldedPerSecond', name: 'inflate + fold, one core, records/s', atLeast: 1e6, aim: 2e6, less: false, show: millions },
  { key: 'twoWorkersOverOne', name: 'two workers against one', atLeast: 1.85, aim: 2, less: false, show: times },
  { key: 'recordsPerSecond', name: 'convert to /dev/null, two workers, records/s', atLeast: 2.5e6, aim: 3.5e6, less: false, show: millions },
  { key: 'overNaive', name: 'against the naive pipeline, one core each', atLeast: 25, aim: 60, less: false, show: times },
  { key: 'maxRssBytes', name: 'RSS, two workers, tables included', atLeast: 600e6, aim: 450e6, less: true, show: megabytes },
  { key: 'nullPlainPerSecond', name: 'into the null server, plain, documents/s', atLeast: 0.8e6, aim: 1.2e6, less: false, show: millions },
  { key: 'nullGzipPerSecond', name: 'into the null server, gzip, documents/s', atLeast: 0.25e6, aim: 0.5e6, less: false, show: millions },
  { key: 'overPlainLoop', name: 'into the cluster, against the plain loop', atLeast: 0.95, aim: 1, less: false, show: times },
  { key: 'cpuShare', name: 'share of the CPU time there', atLeast: 0.15, aim: 0.05, less: true, show: percent },
  { key: 'secondsToPlateau', name: 'time to the best concurrency there', atLeast: 10, aim: 3, less: true, show: seconds },
];

/** A target and what was measured, null where it was not. */
export interface Verdict {
  readonly name: string;
  readonly atLeast: string;
  readonly aim: string;
  readonly measured: string | null;
  /** Null where it was not measured, or under other conditions than the target is about. */
  readonly reached: 'aim' | 'least' | 'short' | null;
}

/** Records from which figures mean something. */
const LEAST_RECORDS = 500_000;

/** Whether the targets are about this: the default format, Zipf addresses, enough records, City and ASN. */
export function targetsApply(set: SetOptions, geo: GeoInfo): boolean {
  const hasBoth = ['city', 'asn'].every((role) => geo.sources.some((source) => source.role === role));
  return hasBoth && set.layout === 'v2' && set.addresses === 'zipf' && set.records >= LEAST_RECORDS;
}

/** Puts what was measured beside the targets, and says whether they are reached where they `apply`. */
export function verdicts(measured: Measured, apply: boolean): readonly Verdict[] {
  return TARGETS.map(({ key, name, atLeast, aim, less, show }) => {
    const value = measured[key];
    const within = (bound: number) => value !== undefined && (less ? value <= bound : value >= bound);
    const reached = within(aim) ? 'aim' : within(atLeast) ? 'least' : 'short';
    return {
      name,
      atLeast: show(atLeast),
      aim: show(aim),
      measured: value === undefined ? null : show(value),
      reached: value === undefined || !apply ? null : reached,
    };
  });
}

const WORDS = { aim: 'aim reached', least: 'reached', short: 'short of it' } as const;

/** The targets as a table, those that were measured. */
export function verdictsAsText(all: readonly Verdict[]): string {
  const rows = all.filter(({ measured }) => measured !== null);
  if (rows.length === 0) return '';
  const line = (name: string, ...cells: readonly string[]) =>
    `  ${name.padEnd(46)}${cells.map((cell) => cell.padStart(11)).join('')}`;
  return [
    line('targets', 'at least', 'aim', 'measured'),
    ...rows.map(
      ({ name, atLeast, aim, measured, reached }) =>
        `${line(name, atLeast, aim, measured ?? '')}${reached === null ? '' : `  ${WORDS[reached]}`}`,
    ),
    ...(rows.some(({ reached }) => reached === null)
      ? ['  (targets are for --records 1M, v2, zipf, City and ASN)']
      : []),
    '',
  ].join('\n');
}

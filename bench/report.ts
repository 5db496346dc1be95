/** What benches measured, as rows, and how rows are printed. */

import { median, type Samples, type Timing } from './rounds.ts';

/** A row of a bench. */
export type Row =
  | {
      readonly kind: 'time';
      readonly name: string;
      readonly timing: Timing;
      /** Bytes a record that go in, and come out; null where nothing comes out. */
      readonly bytesIn: number;
      readonly bytesOut: number | null;
    }
  | { readonly kind: 'ratio'; readonly name: string; readonly samples: Samples }
  | {
      readonly kind: 'process';
      readonly name: string;
      /** Most memory that was resident at a time. */
      readonly maxRssBytes: number;
      /** From the start of the process to its end. */
      readonly wallSeconds: number;
      readonly records: number;
    }
  | { readonly kind: 'note'; readonly text: string };

const NAME_COLUMNS = 52;
const TIME_COLUMNS: readonly (readonly [name: string, width: number])[] = [
  ['ns/record', 10],
  ['best', 9],
  ['CPU', 9],
  ['records/s', 12],
  ['MB/s in', 9],
  ['MB/s out', 10],
];

const grouped = (value: number): string => Math.round(value).toLocaleString('en-US');

/** Three digits that count, or all of a big number. */
function short(value: number): string {
  return value >= 100 ? grouped(value) : value.toPrecision(3);
}

/** The line over rows of times. */
export const TIME_HEADING = `  ${''.padEnd(NAME_COLUMNS)}${TIME_COLUMNS.map(([name, width]) => name.padStart(width)).join('')}`;

/** One row as a line. */
export function rowAsText(row: Row): string {
  if (row.kind === 'note') return `  ${row.text}`;
  const name = `  ${row.name.padEnd(NAME_COLUMNS)}`;
  switch (row.kind) {
    case 'time': {
      const nanoseconds = median(row.timing.wall);
      const megabytes = (bytes: number | null) => (bytes === null ? '' : grouped((bytes / nanoseconds) * 1e3));
      const cells = [
        short(nanoseconds),
        short(Math.min(...row.timing.wall)),
        short(median(row.timing.cpu)),
        grouped(1e9 / nanoseconds),
        megabytes(row.bytesIn),
        megabytes(row.bytesOut),
      ];
      return name + cells.map((cell, i) => cell.padStart(TIME_COLUMNS[i]![1])).join('');
    }
    case 'ratio': {
      const [low, high] = [Math.min(...row.samples), Math.max(...row.samples)];
      return `${name}${`${median(row.samples).toFixed(2)}×`.padStart(10)}   ${low.toFixed(2)} to ${high.toFixed(2)}`;
    }
    case 'process': {
      const rate = grouped(row.records / row.wallSeconds);
      const memory = `${grouped(row.maxRssBytes / 1e6)} MB`;
      const records = `${grouped(row.records)} records in ${row.wallSeconds.toFixed(2)} s, ${rate} records/s`;
      return `${name}${memory.padStart(10)}   ${records}, start-up included`;
    }
  }
}

/** One row as data. */
export function rowAsJson(row: Row): Readonly<Record<string, unknown>> {
  switch (row.kind) {
    case 'time': {
      const { name, timing, bytesIn, bytesOut } = row;
      const nsPerRecord = median(timing.wall);
      const perSecond = { recordsPerSecond: 1e9 / nsPerRecord, bytesInPerSecond: (bytesIn * 1e9) / nsPerRecord };
      const out = bytesOut === null ? {} : { bytesOutPerSecond: (bytesOut * 1e9) / nsPerRecord };
      const best = { bestNsPerRecord: Math.min(...timing.wall), cpuNsPerRecord: median(timing.cpu) };
      return { kind: 'time', name, nsPerRecord, ...best, ...perSecond, ...out, timing };
    }
    case 'ratio':
      return { kind: 'ratio', name: row.name, ratio: median(row.samples), samples: row.samples };
    default:
      return row;
  }
}

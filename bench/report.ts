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
  | { readonly kind: 'figure'; readonly name: string; readonly unit: '%' | 's'; readonly samples: Samples }
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

const SERVER_COLUMN = ['server CPU', 12] as const;

/** The line over rows of times; null where there are none. */
export function timeHeading(rows: readonly Row[]): string | null {
  const times = rows.filter((row) => row.kind === 'time');
  if (times.length === 0) return null;
  const hasServer = times.some(({ timing }) => timing.serverCpu.length > 0);
  const columns = hasServer ? [...TIME_COLUMNS, SERVER_COLUMN] : TIME_COLUMNS;
  return `  ${''.padEnd(NAME_COLUMNS)}${columns.map(([name, width]) => name.padStart(width)).join('')}`;
}

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
      const { serverCpu } = row.timing;
      const server = serverCpu.length === 0 ? '' : short(median(serverCpu)).padStart(SERVER_COLUMN[1]);
      return name + cells.map((cell, i) => cell.padStart(TIME_COLUMNS[i]![1])).join('') + server;
    }
    case 'ratio': {
      const [low, high] = [Math.min(...row.samples), Math.max(...row.samples)];
      return `${name}${`${median(row.samples).toFixed(2)}×`.padStart(10)}   ${low.toFixed(2)} to ${high.toFixed(2)}`;
    }
    case 'figure': {
      const [low, high] = [Math.min(...row.samples), Math.max(...row.samples)];
      const middle = `${median(row.samples).toFixed(1)} ${row.unit}`;
      return `${name}${middle.padStart(10)}   ${low.toFixed(1)} to ${high.toFixed(1)}`;
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
    case 'figure':
      return { ...row, median: median(row.samples) };
    default:
      return row;
  }
}

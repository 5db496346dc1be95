/** The closing block of a run: what came in, what went out, what failed, and what bounded the speed. */

import { formatBytes, formatCount, formatSeconds, formatShare } from './numbers.ts';

const NAMED_OBJECTS = 10;

/** An object that did not go through whole. */
export interface FailedObject {
  /** Its key or path. */
  readonly object: string;
  readonly outcome: 'damaged' | 'refused';
  /** What is wrong, with the object's name. */
  readonly reason: string;
}

/** What a run did. */
export interface RunSummary {
  /** Not everything was read: a limit of objects, bytes, records or time was reached. */
  readonly stoppedAtLimit: boolean;
  readonly objectsDone: number;
  readonly objectsDamaged: number;
  /** Refused objects by reason; codes or short words. */
  readonly objectsRefused: Readonly<Record<string, number>>;
  /** Damaged and refused objects, in the order they came; at least the first ten. */
  readonly failed: readonly FailedObject[];
  readonly records: number;
  readonly documents: number;
  readonly deadLetters: Readonly<Record<string, number>>;
  /** Where dead letters are; null where there are none. */
  readonly deadLetterPath: string | null;
  /** Compressed bytes read. */
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly wallSeconds: number;
  /** Seconds of all workers together that went into each; their sum is what the shares are parts of. */
  readonly workerSeconds: { readonly source: number; readonly cpu: number; readonly sink: number };
}

const sum = (counts: Readonly<Record<string, number>>) => Object.values(counts).reduce((total, one) => total + one, 0);

function byReason(counts: Readonly<Record<string, number>>): string {
  const rows = Object.entries(counts).filter(([, count]) => count > 0);
  return rows
    .sort(([, a], [, b]) => b - a)
    .map(([reason, count]) => `${reason} ${formatCount(count)}`)
    .join(', ');
}

/** What took most of the workers' time. */
export function boundBy({ workerSeconds: { source, cpu, sink } }: RunSummary): 'source' | 'cpu' | 'sink' {
  if (cpu >= source && cpu >= sink) return 'cpu';
  return source >= sink ? 'source' : 'sink';
}

function boundText(summary: RunSummary): string {
  const { source, cpu, sink } = summary.workerSeconds;
  const whole = source + cpu + sink;
  if (whole <= 0) return '';
  const waits = `${formatShare(source, whole)} waiting for the source, ${formatShare(sink, whole)} for the sink`;
  const name = { source: 'the source', cpu: 'CPU', sink: 'the sink' }[boundBy(summary)];
  return `${name}: of the workers' time ${formatShare(cpu, whole)} CPU, ${waits}`;
}

/** The block as text, a newline at its end. */
export function summaryAsText(summary: RunSummary): string {
  const { objectsDone, objectsDamaged, objectsRefused, failed, deadLetters, wallSeconds } = summary;
  const refused = sum(objectsRefused);
  const dead = sum(deadLetters);
  const objects = [`${formatCount(objectsDone)} done`];
  if (objectsDamaged > 0) objects.push(`${formatCount(objectsDamaged)} damaged`);
  if (refused > 0) objects.push(`${formatCount(refused)} refused (${byReason(objectsRefused)})`);
  const where = summary.deadLetterPath === null ? '' : `, in ${summary.deadLetterPath}`;
  const perSecond = wallSeconds > 0 ? summary.records / wallSeconds : 0;
  const bound = boundText(summary);
  const rows: (readonly [string, string])[] = [
    ['objects', objects.join(', ')],
    ['records', formatCount(summary.records)],
    ['documents', formatCount(summary.documents)],
    ['dead letters', dead === 0 ? '0' : `${formatCount(dead)} (${byReason(deadLetters)})${where}`],
    ['bytes', `${formatBytes(summary.bytesIn)} in, ${formatBytes(summary.bytesOut)} out`],
    ['time', `${formatSeconds(wallSeconds)}, ${formatCount(perSecond)} records/s`],
    ...(bound === '' ? [] : [['bound by', bound] as const]),
    ...(summary.stoppedAtLimit ? [['stopped', 'at a limit: not all objects were read'] as const] : []),
    ...failed.slice(0, NAMED_OBJECTS).map((one) => [one.outcome, one.reason] as const),
  ];
  const unnamed = objectsDamaged + refused - Math.min(failed.length, NAMED_OBJECTS);
  if (unnamed > 0) rows.push(['', `and ${formatCount(unnamed)} more`]);
  return rows.map(([name, text]) => `${name.padEnd(13)} ${text}\n`).join('');
}

/** The block as data: everything above, with totals and rates beside it. */
export function summaryAsJson(summary: RunSummary): Readonly<Record<string, unknown>> {
  const { wallSeconds, records } = summary;
  return {
    ...summary,
    objectsRefusedTotal: sum(summary.objectsRefused),
    deadLettersTotal: sum(summary.deadLetters),
    recordsPerSecond: wallSeconds > 0 ? Math.round(records / wallSeconds) : 0,
    boundBy: boundBy(summary),
  };
}

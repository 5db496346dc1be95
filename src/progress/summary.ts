/** The closing block of a run: what came in, what went out, what failed, and what bounded the speed. */

import type { QueueFacts } from '../sources/source.ts';
import { formatBytes, formatCount, formatSeconds, formatShare } from './numbers.ts';
import type { DeliveryFacts } from './snapshot.ts';

const NAMED_OBJECTS = 10;

/** An object that did not go through whole. */
export interface FailedObject {
  /** Its key or path. */
  readonly object: string;
  readonly outcome: 'damaged' | 'refused';
  /** What is wrong, with the object's name. */
  readonly reason: string;
}

/** What became of documents that were sent to a cluster. */
export interface DeliverySummary extends DeliveryFacts {
  readonly created: number;
  /** There already. */
  readonly duplicates: number;
  /** In the cluster's failure store: not where they should be. */
  readonly failureStore: number;
  /** Documents that the cluster refused, by reason; they are dead letters. */
  readonly rejects: Readonly<Record<string, number>>;
  /** Without ids a document that is sent again may be stored twice. */
  readonly hasIds: boolean;
  /** Documents that were sent again though they may have been stored: answers to them were lost. */
  readonly doubtful: number;
  /** What they went to. */
  readonly server: 'cluster' | 'intake';
}

/** What a run did. */
export interface RunSummary {
  /** Not everything was read: a limit of objects, bytes, records or time was reached. */
  readonly stoppedAtLimit: boolean;
  readonly objectsDone: number;
  /** Begun when the run ended early: what is counted of them is only a part. */
  readonly objectsUnfinished: number;
  /** Listed, and done by a run before. */
  readonly objectsSkipped: number;
  readonly objectsDamaged: number;
  /** Refused objects by reason; codes or short words. */
  readonly objectsRefused: Readonly<Record<string, number>>;
  /** Damaged and refused objects, in the order they came; at least the first ten. */
  readonly failed: readonly FailedObject[];
  readonly records: number;
  /** Documents that are written, or that the cluster has. */
  readonly documents: number;
  /** Records that the filter left out. */
  readonly filtered: number;
  readonly deadLetters: Readonly<Record<string, number>>;
  /** Where dead letters are; null where there are none. */
  readonly deadLetterPath: string | null;
  /** Compressed bytes read. */
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly wallSeconds: number;
  /** Seconds of all workers together that went into each; their sum is what the shares are parts of. */
  readonly workerSeconds: { readonly source: number; readonly cpu: number; readonly sink: number };
  /** Where documents went to a cluster. */
  readonly delivery?: DeliverySummary;
  /** Where objects came from a queue. */
  readonly queue?: QueueFacts;
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
  const sinkName = `the ${summary.delivery?.server ?? 'sink'}`;
  const waits = `${formatShare(source, whole)} waiting for the source, ${formatShare(sink, whole)} for ${sinkName}`;
  const name = { source: 'the source', cpu: 'CPU', sink: sinkName }[boundBy(summary)];
  return `${name}: of the workers' time ${formatShare(cpu, whole)} CPU, ${waits}`;
}

const REASONS = 5;

/** What became of documents at the cluster. */
function deliveryRows(delivery: DeliverySummary | undefined): readonly (readonly [string, string])[] {
  if (delivery === undefined) return [];
  const { created, duplicates, failureStore, rejects, requests, pushbacks, resent, mostUnderWay, server } = delivery;
  const rows: [string, string][] = [
    ['created', formatCount(created)],
    ['duplicates', `${formatCount(duplicates)}${duplicates > 0 ? ' (there already)' : ''}`],
  ];
  if (failureStore > 0) rows.push(['failure store', `${formatCount(failureStore)}: not searched with the others`]);
  const reasons = Object.entries(rejects).sort(([, a], [, b]) => b - a);
  for (const [reason, count] of reasons.slice(0, REASONS)) rows.push(['rejected', `${formatCount(count)}: ${reason}`]);
  if (reasons.length > REASONS) rows.push(['', `and ${formatCount(reasons.length - REASONS)} other reasons`]);
  const again = resent > 0 ? `, ${formatCount(resent)} documents sent again` : '';
  const pushed = pushbacks > 0 ? `, ${formatCount(pushbacks)} pushed back${again}` : again;
  rows.push(['requests', `${formatCount(requests)}, at most ${formatCount(mostUnderWay)} at a time${pushed}`]);
  if (server === 'intake' || (!delivery.hasIds && resent > 0)) rows.push(['at least once', onceText(delivery)]);
  return rows;
}

/** What may be there twice, where there are no ids. */
function onceText({ doubtful }: DeliverySummary): string {
  if (doubtful === 0) return 'without ids; no answer was lost in this run, so that it sent nothing twice';
  return `without ids; ${formatCount(doubtful)} may be stored twice: the answers to them were lost`;
}

/** What became of the messages of a queue. */
function queueRows(queue: QueueFacts | undefined): readonly (readonly [string, string])[] {
  if (queue === undefined) return [];
  const { received, deleted, left, unreadable, givenBack, passedOver } = queue;
  const parts = [`${formatCount(received)} received`, `${formatCount(deleted)} deleted`];
  if (left > 0) parts.push(`${formatCount(left)} left, since an object failed`);
  if (unreadable > 0) parts.push(`${formatCount(unreadable)} unreadable and left`);
  if (givenBack > 0) parts.push(`${formatCount(givenBack)} given back`);
  if (passedOver > 0) parts.push(`${formatCount(passedOver)} ${passedOver === 1 ? 'object' : 'objects'} passed over`);
  return [['messages', parts.join(', ')]];
}

/** The block as text, a newline at its end. */
export function summaryAsText(summary: RunSummary): string {
  const { objectsDone, objectsDamaged, objectsRefused, failed, deadLetters, wallSeconds } = summary;
  const refused = sum(objectsRefused);
  const dead = sum(deadLetters);
  const objects = [`${formatCount(objectsDone)} done`];
  if (summary.objectsSkipped > 0) objects.push(`${formatCount(summary.objectsSkipped)} done before`);
  if (summary.objectsUnfinished > 0) objects.push(`${formatCount(summary.objectsUnfinished)} unfinished`);
  if (objectsDamaged > 0) objects.push(`${formatCount(objectsDamaged)} damaged`);
  if (refused > 0) objects.push(`${formatCount(refused)} refused (${byReason(objectsRefused)})`);
  const where = summary.deadLetterPath === null ? '' : `, in ${summary.deadLetterPath}`;
  const perSecond = wallSeconds > 0 ? summary.records / wallSeconds : 0;
  const bound = boundText(summary);
  const rows: (readonly [string, string])[] = [
    ...queueRows(summary.queue),
    ['objects', objects.join(', ')],
    ['records', formatCount(summary.records)],
    ['documents', formatCount(summary.documents)],
    ...(summary.filtered > 0
      ? [['filtered', `${formatCount(summary.filtered)} (left out by the filter)`] as const]
      : []),
    ...deliveryRows(summary.delivery),
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

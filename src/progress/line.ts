/** A reading as one line of text, and as an event for programs. */

import type { Reading } from './meter.ts';
import { formatBytes, formatCount, formatShort } from './numbers.ts';
import type { ProgressSnapshot } from './snapshot.ts';

/** The time left in steps as coarse as the guess is: a display that changes every second looks surer than it is. */
export function formatEta({ etaSeconds, isEtaLeast }: Pick<Reading, 'etaSeconds' | 'isEtaLeast'>): string {
  if (etaSeconds === null) return 'eta …';
  const sign = isEtaLeast ? '> ' : '';
  if (etaSeconds < 60) return `eta ${sign}${Math.max(1, Math.ceil(etaSeconds / 5) * 5)} s`;
  const minutes = Math.ceil(etaSeconds / 60);
  if (minutes < 60) return `eta ${sign}${minutes} min`;
  return `eta ${sign}${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** Whole percent of the listed bytes that are read; null where no size is known, or more comes than is listed yet. */
export function percentOf({ at }: Reading): number | null {
  return at.bytesListed <= 0 || at.queue !== undefined
    ? null
    : Math.min(100, Math.floor((100 * at.bytesDone) / at.bytesListed));
}

/** How delivery goes, where documents go to a cluster. */
function deliveryParts({ delivery }: ProgressSnapshot): readonly string[] {
  if (delivery === undefined) return [];
  const { concurrency, pushbacks, isBlocked } = delivery;
  return [
    ...(isBlocked ? ['the cluster blocks writes: waiting'] : []),
    `${formatCount(concurrency)} at a time`,
    ...(pushbacks > 0 ? [`${formatShort(pushbacks)} pushed back`] : []),
  ];
}

/** How the queue stands, where objects come from one: what was listed says nothing of what is left. */
function queueParts({ queue }: ProgressSnapshot): readonly string[] {
  if (queue === undefined) return [];
  const { waiting, inFlight, unreadable } = queue;
  return [
    ...(waiting === null ? [] : [`${formatShort(waiting)} messages waiting, ${formatShort(inFlight ?? 0)} in flight`]),
    ...(unreadable > 0 ? [`${formatShort(unreadable)} unreadable`] : []),
  ];
}

/** What stands beside the bar, most important first. */
export function shortParts(reading: Reading): readonly string[] {
  const { at, recordsPerSecond, bytesPerSecond, objectsLeft } = reading;
  const more = at.listingDone ? '' : '+';
  return [
    `${formatShort(recordsPerSecond)} rec/s`,
    ...(at.queue === undefined ? [formatEta(reading)] : queueParts(at)),
    ...(at.deadLetters > 0 ? [`${formatShort(at.deadLetters)} dead`] : []),
    ...(at.filtered > 0 ? [`${formatShort(at.filtered)} filtered`] : []),
    ...deliveryParts(at),
    `${formatBytes(bytesPerSecond)}/s`,
    `${formatShort(objectsLeft)}${more} objects`,
  ];
}

function progressParts(reading: Reading): readonly string[] {
  const { at, recordsPerSecond, bytesPerSecond, objectsLeft } = reading;
  const more = at.listingDone ? '' : '+';
  return [
    `${formatCount(recordsPerSecond)} records/s`,
    `${formatBytes(bytesPerSecond)}/s`,
    `${formatCount(objectsLeft)}${more} objects left`,
    ...(at.queue === undefined ? [formatEta(reading)] : queueParts(at)),
    ...(at.deadLetters > 0 ? [`${formatCount(at.deadLetters)} dead letters`] : []),
    ...(at.filtered > 0 ? [`${formatCount(at.filtered)} filtered`] : []),
    ...deliveryParts(at),
  ];
}

/** The line for logs, where there is no bar. */
export function progressLine(reading: Reading): string {
  const { at } = reading;
  const percent = percentOf(reading);
  const read = `${formatBytes(at.bytesDone)}${percent === null ? '' : ` of ${formatBytes(at.bytesListed)} (${percent} %)`}`;
  return [read, `${formatCount(at.records)} records`, ...progressParts(reading)].join(', ');
}

/** The event for programs. */
export function progressEvent(reading: Reading): Readonly<Record<string, unknown>> {
  const { at, elapsedSeconds, recordsPerSecond, bytesPerSecond, etaSeconds } = reading;
  return {
    type: 'progress',
    ...at,
    elapsedSeconds: Math.round(elapsedSeconds * 10) / 10,
    recordsPerSecond: Math.round(recordsPerSecond),
    bytesPerSecond: Math.round(bytesPerSecond),
    etaSeconds: etaSeconds === null ? null : Math.round(etaSeconds),
  };
}

/** Jobs and how they stand, as text. */

import { filterText } from '../formats/filter/filter.ts';
import { formatDay } from '../plan/dates.ts';
import { formatCount } from '../progress/numbers.ts';
import { isReceiver } from '../topology/receiver-name.ts';
import { type JobStatus, nextStep } from './job-status.ts';

function objectsText({ totals: { objects } }: JobStatus): string {
  const parts = [`${formatCount(objects.done)} done`];
  for (const state of ['damaged', 'failed', 'unfinished'] as const) {
    if (objects[state] > 0) parts.push(`${formatCount(objects[state])} ${state}`);
  }
  return parts.join(', ');
}

/** A job as a block of lines. */
export function statusAsText(status: JobStatus): string {
  const { name, identity, totals, days, failures, lastRun } = status;
  const { records, created, duplicates, failureStore, deadLetters, filtered } = totals;
  const documents = [`${formatCount(created)} created`, `${formatCount(duplicates)} there already`];
  if (failureStore > 0) documents.push(`${formatCount(failureStore)} in the failure store`);
  if (deadLetters > 0) documents.push(`${formatCount(deadLetters)} dead letters`);
  if (filtered > 0) documents.push(`${formatCount(filtered)} filtered`);
  const rows: (readonly [string, string])[] = [
    ['from', identity.share === undefined ? identity.source : `${identity.source}, share ${identity.share}`],
    ['to', identity.destination],
    ['objects', objectsText(status)],
    ...(status.filter === null ? [] : [['filter', filterText(status.filter)] as const]),
    // A map has no documents.
    ...(isReceiver(identity.destination)
      ? []
      : [['records', `${formatCount(records)}: ${documents.join(', ')}`] as const]),
    ...(days === null
      ? []
      : [
          [
            'days',
            `${formatDay(days.first)} to ${formatDay(days.last)}, ${formatCount(days.count)} with objects`,
          ] as const,
        ]),
    ...(lastRun === null
      ? []
      : [['last run', `${lastRun.ended}${lastRun.error === null ? '' : `, ${lastRun.error}`}`] as const]),
    ...failures.flatMap(({ state, code, objects, examples }) => [
      [state, `${formatCount(objects)} ${code}, such as`] as const,
      ...examples.map(({ object, reason }) => ['', reason === '' ? object : reason] as const),
    ]),
    ['next', nextStep(status)],
  ];
  return `${name}\n${rows.map(([title, text]) => `  ${title.padEnd(10)} ${text}\n`).join('')}`;
}

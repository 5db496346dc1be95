/** The metrics of a run, from what its progress and its summary are made of. */

import type { DeliveryFacts, ProgressSnapshot } from '../progress/snapshot.ts';
import type { DeliverySummary, RunSummary } from '../progress/summary.ts';
import type { QueueFacts } from '../sources/source.ts';
import type { Metric, Sample } from './exposition.ts';

/** A run as its metrics see it. */
export interface MeasuredRun {
  snapshot(): ProgressSnapshot;
  summary(): RunSummary;
}

/** When a run began and how it ended; times in seconds since the epoch. */
export interface RunTimes {
  readonly start: number;
  /** Null while it goes on. */
  readonly end: { readonly time: number; readonly exitCode: number } | null;
  /** When a run last ended with exit code 0; null where none is known. */
  readonly lastComplete: number | null;
}

/** The metric that outlives runs: the next one reads it from the file. */
export const LAST_COMPLETE = 'flowbulk_run_last_complete_time_seconds';

const sum = (counts: Readonly<Record<string, number>>) => Object.values(counts).reduce((total, one) => total + one, 0);

const metric = (type: Metric['type'], name: string, help: string, samples: readonly Sample[]): Metric => ({
  name,
  type,
  help,
  samples,
});
const counter = (name: string, help: string, value: number) => metric('counter', name, help, [{ value }]);
const gauge = (name: string, help: string, value: number | null) =>
  metric('gauge', name, help, value === null ? [] : [{ value }]);

/** Samples by outcome. */
const outcomes = (counts: Readonly<Record<string, number>>): readonly Sample[] =>
  Object.entries(counts).map(([outcome, value]) => ({ labels: { outcome }, value }));

/** What is known before a run has begun its work, and when it is over. */
export function timeMetrics({ start, end, lastComplete }: RunTimes): readonly Metric[] {
  return [
    gauge('flowbulk_run_start_time_seconds', 'When the run began.', start),
    gauge('flowbulk_run_end_time_seconds', 'When the run ended; absent while it goes on.', end?.time ?? null),
    gauge('flowbulk_run_exit_code', 'Exit code of the run; absent while it goes on.', end?.exitCode ?? null),
    gauge(LAST_COMPLETE, 'When a run last ended with everything in (exit code 0).', lastComplete),
  ];
}

/** Records by what became of them, as far as their objects are finished. */
function documentCounts(summary: RunSummary): Readonly<Record<string, number>> {
  const others = { dead_letter: sum(summary.deadLetters), filtered: summary.filtered };
  const { delivery } = summary;
  if (delivery === undefined) return { written: summary.documents, ...others };
  return {
    created: delivery.created,
    duplicate: delivery.duplicates,
    failure_store: delivery.failureStore,
    ...others,
  };
}

function deliveryMetrics(now: DeliveryFacts | DeliverySummary): readonly Metric[] {
  return [
    counter('flowbulk_bulk_requests_total', 'Requests to _bulk that were sent.', now.requests),
    counter('flowbulk_bulk_pushbacks_total', 'Requests that were answered 429 or 5xx, or not at all.', now.pushbacks),
    counter('flowbulk_bulk_documents_accepted_total', 'Documents that the cluster took, or had.', now.accepted),
    counter('flowbulk_bulk_documents_resent_total', 'Documents that were sent more than once.', now.resent),
    gauge('flowbulk_bulk_concurrency_limit', 'Requests that may be under way at a time.', now.concurrency),
    gauge('flowbulk_bulk_blocked', '1 while the cluster blocks writes and that is waited for.', now.isBlocked ? 1 : 0),
  ];
}

function queueMetrics({ deleted, left, unreadable, givenBack, ...now }: QueueFacts): readonly Metric[] {
  const ended = { deleted, left, unreadable, given_back: givenBack };
  return [
    counter('flowbulk_queue_messages_received_total', 'Messages that came from the queue.', now.received),
    metric('counter', 'flowbulk_queue_messages_total', 'Messages by what became of them.', outcomes(ended)),
    gauge('flowbulk_queue_waiting', 'Messages that wait for whoever asks.', now.waiting),
    gauge('flowbulk_queue_in_flight', 'Messages that somebody has in hand.', now.inFlight),
  ];
}

/** How far a run is. */
export function runMetrics(run: MeasuredRun): readonly Metric[] {
  const now = run.snapshot();
  const summary = run.summary();
  const objects = {
    done: summary.objectsDone,
    skipped: summary.objectsSkipped,
    damaged: summary.objectsDamaged,
    refused: sum(summary.objectsRefused),
  };
  return [
    counter('flowbulk_records_total', 'Records that were read.', now.records),
    metric(
      'counter',
      'flowbulk_documents_total',
      'Records of finished objects by what became of them.',
      outcomes(documentCounts(summary)),
    ),
    metric('counter', 'flowbulk_objects_total', 'Objects by what became of them.', outcomes(objects)),
    gauge(
      'flowbulk_objects_left',
      'Objects that are listed and not finished.',
      Math.max(0, now.objectsListed - now.objectsDone),
    ),
    gauge('flowbulk_listing_done', '1 when all objects are listed.', now.listingDone ? 1 : 0),
    counter('flowbulk_bytes_read_total', 'Compressed bytes that were read.', now.bytesDone),
    counter('flowbulk_bytes_written_total', 'Bytes of documents, before compression.', now.bytesOut),
    ...(now.delivery === undefined ? [] : deliveryMetrics(now.delivery)),
    ...(now.queue === undefined ? [] : queueMetrics(now.queue)),
  ];
}

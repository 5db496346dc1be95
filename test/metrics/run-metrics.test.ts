import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exposition } from '../../src/metrics/exposition.ts';
import { runMetrics, timeMetrics } from '../../src/metrics/run-metrics.ts';
import type { ProgressSnapshot } from '../../src/progress/snapshot.ts';
import { measured } from './measured.ts';
import { readMetrics } from './prometheus.ts';

/** One number of what a run gives out. */
function valueIn(text: string, name: string, labels: Readonly<Record<string, string>> = {}): number | undefined {
  const found = readMetrics(text)
    .get(name)
    ?.samples.find((one) => JSON.stringify(one.labels) === JSON.stringify(labels));
  return found?.value;
}

test('records, documents, objects and requests of a load into a cluster', () => {
  const text = exposition(runMetrics(measured({ isCluster: true })), {});
  assert.equal(valueIn(text, 'flowbulk_records_total'), 1000);
  const documents = (outcome: string) => valueIn(text, 'flowbulk_documents_total', { outcome });
  assert.deepEqual(['created', 'duplicate', 'failure_store', 'dead_letter', 'written'].map(documents), [
    800,
    90,
    5,
    7,
    undefined,
  ]);
  const objects = (outcome: string) => valueIn(text, 'flowbulk_objects_total', { outcome });
  assert.deepEqual(['done', 'skipped', 'damaged', 'refused'].map(objects), [10, 4, 1, 3]);
  assert.equal(valueIn(text, 'flowbulk_objects_left'), 6);
  assert.equal(valueIn(text, 'flowbulk_bytes_read_total'), 4096);
  assert.equal(valueIn(text, 'flowbulk_bytes_written_total'), 65_536);
  assert.equal(valueIn(text, 'flowbulk_bulk_requests_total'), 40);
  assert.equal(valueIn(text, 'flowbulk_bulk_pushbacks_total'), 2);
  assert.equal(valueIn(text, 'flowbulk_bulk_documents_accepted_total'), 895);
  assert.equal(valueIn(text, 'flowbulk_bulk_documents_resent_total'), 11);
  assert.equal(valueIn(text, 'flowbulk_bulk_concurrency_limit'), 8);
  assert.equal(valueIn(text, 'flowbulk_bulk_blocked'), 1);
});

test('into files there are documents written, and no requests', () => {
  const text = exposition(runMetrics(measured({ isCluster: false })), {});
  assert.equal(valueIn(text, 'flowbulk_documents_total', { outcome: 'written' }), 895);
  assert.doesNotMatch(text, /flowbulk_bulk_/);
});

test('messages of a queue by what became of them, and what waits in it as far as it says', () => {
  const run = measured({ isCluster: false });
  const ended = { received: 30, deleted: 20, left: 3, unreadable: 2, givenBack: 1, passedOver: 4 };
  const queue = { ...ended, waiting: 70, inFlight: null, delayed: 0 };
  const snapshot = () => ({ ...run.snapshot(), queue });
  const text = exposition(runMetrics({ ...run, snapshot }), {});
  assert.equal(valueIn(text, 'flowbulk_queue_messages_received_total'), 30);
  const messages = (outcome: string) => valueIn(text, 'flowbulk_queue_messages_total', { outcome });
  assert.deepEqual(['deleted', 'left', 'unreadable', 'given_back'].map(messages), [20, 3, 2, 1]);
  assert.equal(valueIn(text, 'flowbulk_queue_waiting'), 70);
  assert.equal(valueIn(text, 'flowbulk_queue_in_flight'), undefined);
});

test('objects that are left are never fewer than none', () => {
  const run = measured({ isCluster: false });
  const ahead: ProgressSnapshot = { ...run.snapshot(), objectsListed: 3, objectsDone: 5 };
  assert.equal(valueIn(exposition(runMetrics({ ...run, snapshot: () => ahead }), {}), 'flowbulk_objects_left'), 0);
});

test('the end of a run and its exit code are there when it has ended', () => {
  const running = exposition(timeMetrics({ start: 100.5, end: null, lastComplete: null }), {});
  assert.deepEqual([...readMetrics(running).keys()], ['flowbulk_run_start_time_seconds']);
  const ended = exposition(timeMetrics({ start: 100, end: { time: 160, exitCode: 75 }, lastComplete: 90 }), {});
  assert.equal(valueIn(ended, 'flowbulk_run_end_time_seconds'), 160);
  assert.equal(valueIn(ended, 'flowbulk_run_exit_code'), 75);
  assert.equal(valueIn(ended, 'flowbulk_run_last_complete_time_seconds'), 90);
});

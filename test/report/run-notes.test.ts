import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RunNotes } from '../../src/report/run-notes.ts';
import type { SourceObject } from '../../src/sources/source.ts';
import type { ObjectOutcome } from '../../workers/config.ts';

function object(i: number): SourceObject {
  return { kind: 's3', bucket: 'logs', key: `${i}.log.gz`, path: null, etag: null, size: i, lastModifiedMs: 0 };
}

function outcome(i: number, state: ObjectOutcome['outcome'] = 'done'): ObjectOutcome {
  const error = { code: 'E_OBJECT_GONE' as const, message: `s3://logs/${i}.log.gz is gone`, facts: {} };
  return {
    object: object(i),
    outcome: state,
    error: state === 'done' ? null : error,
    records: i,
    created: i,
    duplicates: 0,
    failureStore: 0,
    deadLetters: {},
    filtered: 0,
    rejects: {},
    indices: null,
  };
}

test('the slowest twenty of many are kept, slowest first', () => {
  const notes = new RunNotes();
  // 7919 is prime to 10,000: every duration once, in no order.
  for (let i = 0; i < 10_000; i++) notes.finished([outcome(i)], [(i * 7919) % 10_000]);
  assert.deepEqual(
    notes.slowest.map(({ seconds }) => seconds),
    Array.from({ length: 20 }, (_, i) => (9_999 - i) / 1000),
  );
});

test('failures are grouped by outcome and code, most first, with a few names', () => {
  const notes = new RunNotes();
  for (let i = 0; i < 100; i++) notes.finished([outcome(i, 'failed')], [1]);
  notes.finished([outcome(100, 'unfinished'), outcome(101)], [1, 1]);
  notes.refused({ object: object(102), code: 'E_OBJECT_PARQUET', reason: 'Parquet' });
  const groups = notes.failures.map(({ outcome, code, objects, examples }) => [
    outcome,
    code,
    objects,
    examples.length,
  ]);
  assert.deepEqual(groups, [
    ['failed', 'E_OBJECT_GONE', 100, 5],
    ['failed', 'E_OBJECT_PARQUET', 1, 1],
  ]);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { boundBy, type RunSummary, summaryAsJson, summaryAsText } from '../../src/progress/summary.ts';

const CLEAN: RunSummary = {
  stoppedAtLimit: false,
  objectsDone: 1234,
  objectsUnfinished: 0,
  objectsSkipped: 0,
  objectsDamaged: 0,
  objectsRefused: {},
  failed: [],
  records: 52_000_000,
  documents: 52_000_000,
  deadLetters: {},
  filtered: 0,
  deadLetterPath: null,
  bytesIn: 1200 * 2 ** 20,
  bytesOut: 61_000 * 2 ** 20,
  wallSeconds: 20,
  workerSeconds: { source: 2, cpu: 36, sink: 2 },
};

test('a clean run', () => {
  assert.equal(
    summaryAsText(CLEAN),
    `objects       1,234 done
records       52,000,000
documents     52,000,000
dead letters  0
bytes         1,200 MiB in, 61,000 MiB out
time          20.0 s, 2,600,000 records/s
bound by      CPU: of the workers' time 90 % CPU, 5 % waiting for the source, 5 % for the sink
`,
  );
});

test('of a queue, what became of its messages', () => {
  const queue = { received: 12, deleted: 9, left: 2, unreadable: 1, givenBack: 0, passedOver: 1 };
  const text = summaryAsText({ ...CLEAN, queue: { ...queue, waiting: 0, inFlight: 0, delayed: 0 } });
  const row = '12 received, 9 deleted, 2 left, since an object failed, 1 unreadable and left, 1 object passed over';
  assert.ok(text.startsWith(`messages      ${row}\n`), text);
});

test('what failed is counted by reason and named, the first ten', () => {
  const failed = Array.from({ length: 13 }, (_, i) => ({
    object: `key-${i}`,
    outcome: i < 2 ? ('damaged' as const) : ('refused' as const),
    reason: i < 2 ? 'truncated at byte 100' : 'Parquet',
  }));
  const text = summaryAsText({
    ...CLEAN,
    objectsDamaged: 2,
    objectsRefused: { E_OBJECT_ARCHIVED: 1, E_OBJECT_PARQUET: 10 },
    failed,
    documents: 51_998_999,
    deadLetters: { address: 1, tokens: 1000 },
    deadLetterPath: './flowbulk-dead-letters.ndjson',
  });
  assert.match(text, /^objects {7}1,234 done, 2 damaged, 11 refused \(E_OBJECT_PARQUET 10, E_OBJECT_ARCHIVED 1\)$/m);
  assert.match(text, /^dead letters {2}1,001 \(tokens 1,000, address 1\), in \.\/flowbulk-dead-letters\.ndjson$/m);
  assert.match(text, /^damaged {7}truncated at byte 100$/m);
  assert.match(text, /^refused {7}Parquet\n {14}and 3 more\n$/m);
  assert.doesNotMatch(text, /key-10/);
});

test('what bounded it is what took most of the workers’ time', () => {
  assert.equal(boundBy({ ...CLEAN, workerSeconds: { source: 5, cpu: 3, sink: 1 } }), 'source');
  assert.equal(boundBy({ ...CLEAN, workerSeconds: { source: 1, cpu: 3, sink: 5 } }), 'sink');
  assert.doesNotMatch(summaryAsText({ ...CLEAN, workerSeconds: { source: 0, cpu: 0, sink: 0 } }), /bound by/);
});

test('the JSON form has totals and rates beside the parts', () => {
  const json = summaryAsJson({ ...CLEAN, deadLetters: { tokens: 2, address: 1 } });
  assert.deepEqual(
    [json['recordsPerSecond'], json['deadLettersTotal'], json['boundBy'], json['records']],
    [2_600_000, 3, 'cpu', 52_000_000],
  );
  assert.equal(summaryAsJson({ ...CLEAN, wallSeconds: 0 })['recordsPerSecond'], 0);
});

test('what became of documents at a cluster', () => {
  const delivery = {
    concurrency: 5,
    mostUnderWay: 9,
    requests: 12_000,
    pushbacks: 20,
    accepted: 51_999_000,
    refused: 1_000,
    resent: 70_000,
    isBlocked: false,
    created: 50_000_000,
    duplicates: 1_990_000,
    failureStore: 9_000,
    rejects: { 'document_parsing_exception: failed to parse': 990, other: 10 },
    hasIds: true,
    doubtful: 0,
    server: 'cluster' as const,
  };
  const text = summaryAsText({ ...CLEAN, objectsUnfinished: 2, delivery });
  const lines = text.split('\n');
  assert.equal(lines[0], 'objects       1,234 done, 2 unfinished');
  assert.deepEqual(lines.slice(3, 9), [
    'created       50,000,000',
    'duplicates    1,990,000 (there already)',
    'failure store 9,000: not searched with the others',
    'rejected      990: document_parsing_exception: failed to parse',
    'rejected      10: other',
    'requests      12,000, at most 9 at a time, 20 pushed back, 70,000 documents sent again',
  ]);
  assert.match(text, /5 % for the cluster\n/);
  assert.match(summaryAsText({ ...CLEAN, delivery: { ...delivery, hasIds: false } }), /at least once +without ids/);
});

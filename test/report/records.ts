/** Records of runs as they could be. */

import { noTotals } from '../../src/ledger/totals.ts';
import type { ProgressSnapshot } from '../../src/progress/snapshot.ts';
import type { RunRecord } from '../../src/report/run-record.ts';
import { SampleSeries } from '../../src/report/samples.ts';

/** Where a run stands after so many seconds at 500,000 records a second. */
export function snapshotAt(seconds: number, isCluster = true): ProgressSnapshot {
  const records = Math.round(500_000 * seconds);
  return {
    objectsListed: Math.ceil(records / 10_000),
    listingDone: false,
    objectsDone: Math.floor(records / 10_000),
    bytesListed: records * 20,
    bytesDone: records * 20,
    records,
    documents: records,
    deadLetters: 0,
    filtered: 0,
    bytesOut: records * 1000,
    ...(isCluster && {
      delivery: {
        concurrency: 2 + (Math.floor(seconds) % 20),
        mostUnderWay: 21,
        requests: Math.floor(records / 8000),
        pushbacks: Math.floor(seconds / 10),
        accepted: records,
        refused: 0,
        resent: 0,
        isBlocked: seconds % 1000 > 900,
      },
    }),
  };
}

/** Samples of a run of so many seconds, taken as the sampler does. */
export function samplesOver(seconds: number, isCluster = true): RunRecord['samples'] {
  const series = new SampleSeries();
  let now = 0;
  for (; now < seconds; now += series.stepMs / 1000) series.add(snapshotAt(now, isCluster), now);
  series.add(snapshotAt(seconds, isCluster), seconds);
  return series.columns();
}

/** A record of a run of so many seconds with everything in; `more` makes it another. */
export function recordOf(seconds: number, more: Partial<RunRecord> = {}): RunRecord {
  const began = Date.UTC(2026, 0, 31, 2, 30);
  const last = snapshotAt(seconds);
  return {
    v: 1,
    run: '1f2e3d4c',
    version: '0.1.0',
    job: { name: 'vpcflow-0123456789', source: 's3://logs/prefix/', destination: 'https://cluster:9200/vpcflow' },
    began: new Date(began).toISOString(),
    ended: new Date(began + seconds * 1000).toISOString(),
    end: 'whole',
    error: null,
    command: ['run', 's3://logs/prefix/', 'https://cluster:9200/vpcflow', '--from', '2026-01-01'],
    options: [
      { name: 'from', texts: ['2026-01-01'], isDefault: false },
      { name: 'op', texts: ['create'], isDefault: true },
    ],
    versions: { node: '20.20.2', inflate: 'node:zlib', cluster: 'OpenSearch 3.8.0' },
    host: { platform: 'linux x64', cpu: 'A processor', cores: 8, memoryBytes: 2 ** 35, peakRssBytes: 2 ** 29 },
    summary: {
      stoppedAtLimit: false,
      objectsDone: last.objectsDone,
      objectsUnfinished: 0,
      objectsSkipped: 0,
      objectsDamaged: 0,
      objectsRefused: {},
      failed: [],
      records: last.records,
      documents: last.records,
      deadLetters: {},
      filtered: 0,
      deadLetterPath: null,
      bytesIn: last.bytesDone,
      bytesOut: last.bytesOut,
      wallSeconds: seconds,
      workerSeconds: { source: seconds, cpu: 5 * seconds, sink: 2 * seconds },
      delivery: {
        ...last.delivery!,
        created: last.records,
        duplicates: 0,
        failureStore: 0,
        rejects: {},
        hasIds: true,
        doubtful: 0,
        server: 'cluster',
      },
      recordsPerSecond: 500_000,
      boundBy: 'cpu',
    },
    samples: samplesOver(seconds),
    slowest: [
      { object: 's3://logs/prefix/slow.log.gz', outcome: 'done', seconds: 1.2, records: 10_000, bytes: 200_000 },
    ],
    failures: [],
    coverage: {
      span: { first: '2026-01-01', last: '2026-01-03' },
      days: ['2026-01-01', '2026-01-03'].map((day) => ({
        day,
        objects: { ...noTotals().objects, done: 5 },
        records: 50_000,
        documents: 50_000,
        failureStore: 0,
        deadLetters: 0,
      })),
    },
    ...more,
  };
}

/** A run that stands still, for tests of what metrics make of it. */

import type { MeasuredRun } from '../../src/metrics/run-metrics.ts';
import type { DeliveryFacts } from '../../src/progress/snapshot.ts';

const DELIVERY: DeliveryFacts = {
  concurrency: 8,
  mostUnderWay: 8,
  requests: 40,
  pushbacks: 2,
  accepted: 895,
  refused: 5,
  resent: 11,
  isBlocked: true,
};

/** A run into a cluster, or into files. */
export function measured({ isCluster }: { readonly isCluster: boolean }): MeasuredRun {
  return {
    snapshot: () => ({
      objectsListed: 20,
      listingDone: true,
      objectsDone: 14,
      bytesListed: 8192,
      bytesDone: 4096,
      records: 1000,
      documents: 950,
      deadLetters: 7,
      filtered: 0,
      bytesOut: 65_536,
      ...(isCluster ? { delivery: DELIVERY } : {}),
    }),
    summary: () => ({
      stoppedAtLimit: false,
      objectsDone: 10,
      objectsUnfinished: 0,
      objectsSkipped: 4,
      objectsDamaged: 1,
      objectsRefused: { E_OBJECT_DENIED: 2, E_OBJECT_PARQUET: 1 },
      failed: [],
      records: 902,
      documents: 895,
      deadLetters: { E_FORMAT: 3, E_CLUSTER_REFUSED: 4 },
      filtered: 0,
      deadLetterPath: null,
      bytesIn: 4096,
      bytesOut: 65_536,
      wallSeconds: 1,
      workerSeconds: { source: 1, cpu: 1, sink: 1 },
      ...(isCluster
        ? {
            delivery: {
              ...DELIVERY,
              created: 800,
              duplicates: 90,
              failureStore: 5,
              rejects: {},
              hasIds: true,
              doubtful: 0,
              server: 'cluster',
            },
          }
        : {}),
    }),
  };
}

/** How bodies go to a cluster, as plain data that crosses threads. */

import type { ClusterAccess } from '../cluster/access.ts';
import type { PermitLimits } from './permits.ts';

/** What a worker needs to send bodies. */
export interface BulkSpec {
  readonly hosts: readonly string[];
  readonly access: ClusterAccess;
  /** Path and query of the requests: `/NAME/_bulk?filter_path=…`. */
  readonly path: string;
  /** The target's name, for messages. */
  readonly name: string;
  /** Each action line names an index by its record's time. */
  readonly isTimeNamed: boolean;
  /**
   * The data stream or alias whose ids are looked up where it has rolled over: ids keep documents from being stored
   * twice only within one index. Null where each record has its own index for good, or where nothing may be looked up.
   */
  readonly stream: string | null;
  readonly hasIds: boolean;
  readonly gzip: boolean;
  readonly permits: SharedArrayBuffer;
  readonly limits: PermitLimits;
  /** Requests of one worker at a time, at most. */
  readonly connections: number;
  /** Ends the run when nothing went through for so long. */
  readonly retryForMs: number;
  /** Waits while the cluster blocks writes. */
  readonly waitBlocked: boolean;
  /** Refused documents that end the run when there are more; null: when the first thousand all are. */
  readonly maxRejects: number | null;
  /** Most documents of a request; infinity unless given. */
  readonly bodyRecords?: number;
  /** For the bench: tells the server in a header how many documents a body has. */
  readonly itemCountHeader?: string;
}

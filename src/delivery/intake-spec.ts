/** How events go to an intake of Sekoia, as plain data that crosses threads. */

import type { ClusterAccess } from '../cluster/access.ts';
import type { PermitLimits } from './permits.ts';

/** What a worker needs to send events. */
export interface IntakeSpec {
  /** Origin and base path; `/batch` is added. */
  readonly url: string;
  /** TLS and time limit: the key goes into bodies. */
  readonly access: ClusterAccess;
  /** A secret: never to be printed. */
  readonly intakeKey: string;
  readonly gzip: boolean;
  readonly permits: SharedArrayBuffer;
  readonly limits: PermitLimits;
  /** Requests of one worker at a time, at most. */
  readonly connections: number;
  /** Most events of a request. */
  readonly bodyRecords: number;
  /** Ends the run when nothing went through for so long. */
  readonly retryForMs: number;
  /** Refused events that end the run when there are more; null: when the first thousand all are. */
  readonly maxRejects: number | null;
  /** For the bench: tells the server in a header how many events a body has. */
  readonly itemCountHeader?: string;
}

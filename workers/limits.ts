/** The limits that workers look at. */

import type { WorkerLimits } from './config.ts';
import type { Counters } from './counters.ts';

/** Whether the run has reached a limit, so that no object is begun. */
export function isAtLimit({ maxRecords, deadlineMs }: WorkerLimits, counters: Counters): boolean {
  return counters.total('records') >= maxRecords || Date.now() >= deadlineMs;
}

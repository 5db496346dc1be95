/** How many workers a run has. */

import { availableParallelism } from 'node:os';

/** One worker a core that the process may use. */
export function defaultWorkers(): number {
  return availableParallelism();
}

/** When refused documents end a run. */

import { FlowbulkError } from '../errors.ts';
import type { Permits } from './permits.ts';

/** So many refused documents, and none taken, mean that the target is the wrong one. */
const FIRST_REJECTS = 1000;

/** Refused documents are answered for, so their objects are done; only this sends them again. */
const SEND_AGAIN = '. They are dead letters: flowbulk retry sends them again when that is mended';

/** How many may be refused: null for all but the first thousand, with none taken. */
export interface RejectLimit {
  /** What to call the target. */
  readonly name: string;
  readonly maxRejects: number | null;
}

/** Ends the run where too many documents were refused, `why` for the last. Throws E_CLUSTER_REJECTS. */
export function stopAtRejects(permits: Permits, { name, maxRejects }: RejectLimit, why: string): void {
  const refused = permits.tally('refused');
  if (refused === 0) return;
  if (maxRejects !== null && refused > maxRejects) {
    const text = `${name} refused ${refused} documents, more than --max-rejects ${maxRejects}; the last: ${why}${SEND_AGAIN}`;
    throw new FlowbulkError('E_CLUSTER_REJECTS', text);
  }
  if (maxRejects === null && refused >= FIRST_REJECTS && permits.tally('accepted') === 0) {
    const text = `${name} refused the first ${refused} documents, all of them: ${why}; is it the right target? (--max-rejects N goes on)${SEND_AGAIN}`;
    throw new FlowbulkError('E_CLUSTER_REJECTS', text);
  }
}

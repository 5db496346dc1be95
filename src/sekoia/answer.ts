/** What answers of an intake's `/batch` mean: https://docs.sekoia.io/integration/ingestion_methods/https/ */

import { JsonBytes, MALFORMED } from '../delivery/json-bytes.ts';
import { FlowbulkError } from '../errors.ts';

/**
 * How many events an answer says were taken: the ids in `{"event_ids":["…",…]}`. Null where the bytes are no such answer:
 * cut, no JSON, another form.
 */
export function countEventIds(answer: Uint8Array): number | null {
  const json = new JsonBytes(answer, ['event_ids']);
  let count: number | null = null;
  try {
    json.members((name) => {
      if (name === null) return json.value(1);
      count = 0;
      return json.elements(() => {
        json.string();
        count = (count ?? 0) + 1;
      });
    });
    return json.peek() === -1 ? count : null;
  } catch (error) {
    if (error === MALFORMED) return null;
    throw error;
  }
}

/**
 * What the status of an answer says of a request. `unclear`: an event is at fault, and which is not said; `doubtful`: to
 * be sent again, though it may have been taken.
 */
export type IntakeVerdict = 'answered' | 'again' | 'doubtful' | 'too large' | 'unclear' | 'stop';

/** The verdict on a status. Sekoia's own clients send again what got 429, 500, 502, 503, 504 or no answer. */
export function intakeVerdict(status: number): IntakeVerdict {
  if (status >= 200 && status < 300) return 'answered';
  if (status === 413) return 'too large';
  if (status === 400 || status === 422) return 'unclear';
  if (status === 429) return 'again';
  return status === 408 || status >= 500 ? 'doubtful' : 'stop';
}

/** What to tell where an answer means `stop`: E_SINK_DENIED for the key, E_SINK_REFUSED for all else. */
export function intakeStopError(status: number, reason: string, url: string): FlowbulkError {
  const told = `status ${status}${reason === '' ? '' : `, ${reason}`}`;
  const facts = { status };
  if (status === 401 || status === 403) {
    const advice = "look at --api-key-file (or FLOWBULK_API_KEY), and whether the key is that of this region's intake";
    return new FlowbulkError('E_SINK_DENIED', `${url} does not take the intake key (${told}): ${advice}`, { facts });
  }
  const advice =
    status < 400
      ? 'it points elsewhere: give the address of the intake itself'
      : 'look at the address: in most regions it has a path, sekoia://intake.<region>.sekoia.io/api/v1/intake-http';
  return new FlowbulkError('E_SINK_REFUSED', `${url} takes no events (${told}): ${advice}`, { facts });
}

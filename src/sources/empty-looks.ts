/** When a queue counts as empty. */
import type { QueueDepth } from './queue-client.ts';

/** Looks at a queue without messages before it is believed: SQS's numbers are approximate. */
const LOOKS = 3;

/** Counts looks at a queue that find nothing, one after the other. */
export class EmptyLooks {
  #looks = 0;

  /** Takes a look; true where the queue is empty. */
  see({ waiting, inFlight, delayed }: QueueDepth): boolean {
    this.#looks = waiting + inFlight + delayed === 0 ? this.#looks + 1 : 0;
    return this.#looks >= LOOKS;
  }

  /** There was something: looks begin anew. */
  reset(): void {
    this.#looks = 0;
  }
}

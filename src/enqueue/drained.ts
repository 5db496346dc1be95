/** Waiting until a queue has nothing more to give. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { QueueClient, QueueDepth } from '../sources/queue-client.ts';

/** How often the queue is asked. */
const EVERY_MS = 5_000;

/** Looks at an empty queue before it is believed: SQS's numbers are approximate. */
const EMPTY_LOOKS = 3;

/** Waits until nothing waits and nothing is in flight; `onDepth` hears of each look. Throws the signal's reason. */
export async function untilDrained(
  client: Pick<QueueClient, 'attributes'>,
  onDepth: (depth: QueueDepth) => void,
  signal: AbortSignal,
  everyMs: number = EVERY_MS,
): Promise<void> {
  for (let empty = 0; ; ) {
    const depth = await client.attributes(signal);
    onDepth(depth);
    empty = depth.waiting + depth.inFlight + depth.delayed === 0 ? empty + 1 : 0;
    if (empty === EMPTY_LOOKS) return;
    await sleep(everyMs, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
}

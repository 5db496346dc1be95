/** Waiting until a queue has nothing more to give. */
import { setTimeout as sleep } from 'node:timers/promises';
import { EmptyLooks } from '../sources/empty-looks.ts';
import type { QueueClient, QueueDepth } from '../sources/queue-client.ts';

/** How often the queue is asked. */
const EVERY_MS = 5_000;

/** Waits until nothing waits and nothing is in flight; `onDepth` hears of each look. Throws the signal's reason. */
export async function untilDrained(
  client: Pick<QueueClient, 'attributes'>,
  onDepth: (depth: QueueDepth) => void,
  signal: AbortSignal,
  everyMs: number = EVERY_MS,
): Promise<void> {
  const looks = new EmptyLooks();
  while (true) {
    const depth = await client.attributes(signal);
    onDepth(depth);
    if (looks.see(depth)) return;
    await sleep(everyMs, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
}

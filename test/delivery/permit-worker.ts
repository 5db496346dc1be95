/** A thread that takes permits and gives them back, several at a time, for permits.test.ts. */

import { workerData } from 'node:worker_threads';
import { type PermitLimits, Permits } from '../../src/delivery/permits.ts';

const { limits, permits, seen } = workerData as {
  limits: PermitLimits;
  permits: SharedArrayBuffer;
  /** Under way now, and how often there were too many. */
  seen: Int32Array;
};
const mine = new Permits(limits, permits);

async function takeTurns(): Promise<void> {
  for (let i = 0; i < 100; i++) {
    await mine.acquire(10, 1, new AbortController().signal);
    if (Atomics.add(seen, 0, 1) + 1 > limits.concurrency) Atomics.add(seen, 1, 1);
    await new Promise((resolve) => setImmediate(resolve));
    mine.count('requests', 1);
    Atomics.sub(seen, 0, 1);
    mine.release(10, { how: 'answered', roundTripMs: 1 });
  }
}

// A pending `Atomics.waitAsync` alone does not keep a thread alive; a worker of the pool is kept by its port.
const alive = setInterval(() => {}, 60_000);
await Promise.all([takeTurns(), takeTurns(), takeTurns()]);
clearInterval(alive);

/** The plainest loop that posts `_bulk` bodies: what a cluster takes when nothing else is done. */

import { Pool } from 'undici';
import { FILTER_PATH, scanAnswer } from '../src/delivery/answer.ts';
import { ITEMS_HEADER } from './null-server-process.ts';

/** A `_bulk` body that lies ready. */
export interface PreparedBody {
  readonly bytes: Buffer;
  readonly items: number;
}

/** Where bodies are posted to. */
export interface PlainTarget {
  /** Such as `http://127.0.0.1:9200`. */
  readonly origin: string;
  /** The data stream or index. */
  readonly name: string;
  /** Sent along, such as `authorization` and `content-encoding`. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** What a loop took. */
export interface PlainRun {
  readonly concurrency: number;
  readonly wallMs: number;
}

const CONCURRENCIES = [1, 2, 4, 8];

/** Posts all bodies, so many at a time. Throws where not every document was created. */
export async function plainLoop(
  { origin, name, headers = {} }: PlainTarget,
  bodies: readonly PreparedBody[],
  concurrency: number,
): Promise<PlainRun> {
  const pool = new Pool(origin, { connections: concurrency, pipelining: 1, allowH2: false });
  const path = `/${encodeURIComponent(name)}/_bulk?filter_path=${FILTER_PATH}`;
  let next = 0;
  const post = async () => {
    for (let body = bodies[next++]; body !== undefined; body = bodies[next++]) {
      const answer = await pool.request({
        method: 'POST',
        path,
        headers: { 'content-type': 'application/x-ndjson', [ITEMS_HEADER]: `${body.items}`, ...headers },
        body: body.bytes,
      });
      check(answer.statusCode, await answer.body.bytes(), body.items);
    }
  };
  const began = performance.now();
  try {
    await Promise.all(Array.from({ length: concurrency }, post));
    return { concurrency, wallMs: performance.now() - began };
  } finally {
    await pool.destroy();
  }
}

function check(status: number, bytes: Uint8Array, items: number): void {
  let first: string | null = null;
  const count = scanAnswer(bytes, (index, itemStatus, _failureStore, type, reason) => {
    first ??= `item ${index} has status ${itemStatus}: ${type}, ${reason}`;
  });
  if (status !== 200 || count !== items || first !== null) {
    const said = Buffer.from(bytes).toString('utf8', 0, 300);
    throw new Error(`a body of ${items} documents was answered with ${status}: ${first ?? said}`);
  }
}

/**
 * Runs the loop at 1, 2, 4 and 8 requests at a time and gives the fastest. `target` is asked anew before each, so that
 * it can make an index that is empty.
 */
export async function bestPlainLoop(
  target: (concurrency: number) => Promise<PlainTarget>,
  bodies: readonly PreparedBody[],
): Promise<PlainRun> {
  const runs: PlainRun[] = [];
  for (const concurrency of CONCURRENCIES) runs.push(await plainLoop(await target(concurrency), bodies, concurrency));
  return runs.reduce((best, run) => (run.wallMs < best.wallMs ? run : best));
}

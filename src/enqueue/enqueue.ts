/**
 * Filling a queue with what a listing gives: messages of the form that S3 itself writes, so that `run sqs://…` on any
 * number of machines reads a backfill as it reads what is new.
 */
import type { ObjectOutcome } from '../../workers/config.ts';
import { FlowbulkError } from '../errors.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { mapAhead } from '../plan/ahead.ts';
import { Backoff } from '../sources/backoff.ts';
import { BATCH_MESSAGES } from '../sources/message-batch.ts';
import { notificationOf } from '../sources/notification.ts';
import type { QueueClient } from '../sources/queue-client.ts';
import type { Listed, RefusedObject, SourceObject } from '../sources/source.ts';

/** Requests under way at a time. SQS takes any number; it is the way there that is waited for. */
const WIDTH = 16;

/** How long messages are sent again that SQS did not take, one by one. */
const RETRY_FOR_MS = 60_000;

/** What an enqueuing did. */
export interface Enqueued {
  /** Messages, one for each object. */
  readonly sent: number;
  /** Sent by a call before. */
  readonly skipped: number;
  /** Of no use in a queue: Parquet, archived. */
  readonly refused: number;
  /** Compressed bytes of the objects that were sent. */
  readonly bytes: number;
}

/** What is to be enqueued. */
export interface Enqueuing {
  readonly listed: AsyncIterable<Listed>;
  readonly client: Pick<QueueClient, 'put'>;
  readonly bucketRegion: string;
  /** What was sent before, and where it is noted; null for neither. */
  readonly ledger: Ledger | null;
  onRefused(refused: RefusedObject): void;
  /** Hears after each batch. */
  onProgress(so: Enqueued): void;
}

/** Sends a message for each object. What the ledger notes is in the queue. Throws E_SOURCE_*, E_SINK_* and the signal's reason. */
export async function enqueue(asked: Enqueuing, signal: AbortSignal): Promise<Enqueued> {
  const { listed, client, bucketRegion, ledger, onRefused, onProgress } = asked;
  const so = { sent: 0, skipped: 0, refused: 0, bytes: 0 };
  const batches = batchesOf(listed, ledger, so, onRefused);
  const send = async (objects: readonly SourceObject[]) => {
    await put(
      client,
      objects.map((object) => notificationOf(object, bucketRegion)),
      signal,
    );
    return objects;
  };
  for await (const objects of mapAhead(batches, WIDTH, send)) {
    ledger?.record(objects.map(sent));
    so.sent += objects.length;
    so.bytes += objects.reduce((sum, { size }) => sum + Math.max(0, size), 0);
    onProgress(so);
    signal.throwIfAborted();
  }
  return so;
}

/** An object that is in the queue, as the ledger knows outcomes. */
function sent(object: SourceObject): ObjectOutcome {
  const nothing = { records: 0, created: 0, duplicates: 0, failureStore: 0, filtered: 0, deadLetters: {}, rejects: {} };
  return { object, outcome: 'done', error: null, ...nothing, indices: null };
}

async function* batchesOf(
  listed: AsyncIterable<Listed>,
  ledger: Ledger | null,
  so: { skipped: number; refused: number },
  onRefused: (refused: RefusedObject) => void,
): AsyncGenerator<readonly SourceObject[]> {
  let batch: SourceObject[] = [];
  for await (const item of listed) {
    if ('object' in item) {
      so.refused++;
      onRefused(item);
    } else if (ledger?.isDone(item)) so.skipped++;
    else batch.push(item);
    if (batch.length < BATCH_MESSAGES) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/** Sends until SQS has taken all: it may take some messages of a batch and not others. */
async function put(client: Pick<QueueClient, 'put'>, bodies: readonly string[], signal: AbortSignal): Promise<void> {
  const backoff = new Backoff(RETRY_FOR_MS);
  for (let left = bodies; left.length > 0; ) {
    const places = await client.put(left, signal);
    left = places.map((place) => left[place] ?? '');
    if (left.length > 0 && !(await backoff.wait(signal))) {
      const what = `the queue did not take ${left.length} messages of ${bodies.length} for a minute`;
      throw new FlowbulkError('E_SINK_UNREACHABLE', `${what}: try again, it goes on where it stopped`);
    }
  }
}

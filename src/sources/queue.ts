/** A queue as a source: the objects that its messages name, in whatever buckets they lie. */
import type { ObjectOutcome } from '../../workers/config.ts';
import { FlowbulkError } from '../errors.ts';
import { branchOf } from '../plan/layout.ts';
import { selector } from '../plan/select.ts';
import { EmptyLooks } from './empty-looks.ts';
import { BATCH_MESSAGES } from './message-batch.ts';
import { MessagesInHand } from './messages-in-hand.ts';
import { readNotification } from './notification.ts';
import type { QueueAttributes, QueueClient, ReceivedMessage } from './queue-client.ts';
import { refuseParquet } from './refusals.ts';
import { S3Source } from './s3.ts';
import { isExpired } from './s3-errors.ts';
import type { Listed, QueueFacts, Selection, Source, SourceObject } from './source.ts';
import type { AwsOptions, QueueSpec } from './spec.ts';

/** The longest that SQS waits for a message, and less where the end of the queue is waited for. */
const WAIT_SECONDS = 20;
const WAIT_AT_END_SECONDS = 3;

/**
 * Less still while messages are in hand. A request that is broken off may be waited for by SQS all the same, and would be
 * handed the very messages that are given back: so at a stop it is let come to its end first.
 */
const WAIT_WITH_MESSAGES_SECONDS = 1;

/** Requests for messages under way at a time while each comes back full. */
const MOST_RECEIVERS = 8;

/** How often the queue is asked how it stands, for those who watch. */
const DEPTH_EVERY_MS = 10_000;

/** How long the last requests of a run may take. */
const CLOSING_MS = 10_000;

/** Unreadable messages that are told; all are counted. */
const TOLD = 5;

/** Receives messages and gives their objects. Workers open objects only: they need no queue. */
export class QueueSource implements Source {
  readonly #spec: QueueSpec;
  readonly #warn: (text: string) => void;
  readonly #buckets = new Map<string, S3Source>();
  readonly #receiving = new AbortController();
  readonly #closing = new AbortController();
  #client: QueueClient | null = null;
  #inHand: MessagesInHand | null = null;
  #passedOver = 0;
  #depth: QueueAttributes | null = null;
  #depthTimer: NodeJS.Timeout | null = null;
  /** The request for messages that was made last; never broken. */
  #receipt: Promise<unknown> | null = null;
  #isOver = false;

  constructor(spec: QueueSpec, warn: (text: string) => void) {
    this.#spec = spec;
    this.#warn = warn;
  }

  async *list(selection: Selection, signal: AbortSignal): AsyncGenerator<Listed> {
    const { queue, aws, visibilityTimeoutMs, ends } = this.#spec;
    const onStop = () => this.#stopReceiving();
    signal.addEventListener('abort', onStop, { once: true });
    if (signal.aborted) onStop();
    // The SDK is loaded where a queue is read only.
    const { QueueClient } = await import('./queue-client.ts');
    const client = await QueueClient.open(queue, aws, 'source', signal);
    this.#client = client;
    await this.#look(client, signal);
    const inHand = new MessagesInHand(client, visibilityTimeoutMs, this.#warn, this.#closing.signal);
    this.#inHand = inHand;
    const isTaken = selector(selection);
    const looks = new EmptyLooks();
    for (let receivers = 1; ; ) {
      signal.throwIfAborted();
      if (this.#isOver) return;
      const receipt = this.#receive(client, receivers, inHand, isTaken);
      this.#receipt = receipt.catch(() => {});
      const { messages, objects } = await receipt;
      receivers = messages === receivers * BATCH_MESSAGES ? Math.min(2 * receivers, MOST_RECEIVERS) : 1;
      yield* objects.map(refuseParquet);
      if (ends === 'never' || messages > 0 || !inHand.isEmpty) {
        looks.reset();
        continue;
      }
      if (looks.see(await client.attributes(signal))) return;
    }
  }

  /** Looks at the queue for the first time, and from then on. Throws where its end could never be seen. */
  async #look(client: QueueClient, signal: AbortSignal): Promise<void> {
    const { queue, ends } = this.#spec;
    try {
      this.#depth = await client.attributes(signal);
    } catch (error) {
      signal.throwIfAborted();
      if (ends === 'when empty' || (error as FlowbulkError).code === 'E_SOURCE_MISSING') throw error;
      this.#warn(`how the queue stands cannot be shown: ${(error as Error).message}`);
      return;
    }
    const again = async () => {
      this.#depth = await client.attributes(this.#closing.signal).catch(() => this.#depth);
    };
    this.#depthTimer = setInterval(again, DEPTH_EVERY_MS);
    if (this.#depth.maxReceiveCount !== null) return;
    if (ends === 'when empty') {
      throw new FlowbulkError(
        'E_USAGE',
        `the queue ${queue.name} has no redrive policy: a message that fails would come again for ever, and ` +
          '--until-empty never end. Give it a dead-letter queue, or use --follow',
      );
    }
    this.#warn(`the queue ${queue.name} has no redrive policy: messages that fail come again for ever`);
  }

  /** Receives messages and takes all of them: those not reached when the run ends are to be given back. */
  async #receive(
    client: QueueClient,
    receivers: number,
    inHand: MessagesInHand,
    isTaken: (key: string) => boolean,
  ): Promise<{ readonly messages: number; readonly objects: readonly SourceObject[] }> {
    const { visibilityTimeoutMs, ends } = this.#spec;
    const longest = ends === 'never' ? WAIT_SECONDS : WAIT_AT_END_SECONDS;
    // Of several none waits: what some find is not to be held back by those that find nothing.
    const waitSeconds = receivers > 1 ? 0 : inHand.isEmpty ? longest : WAIT_WITH_MESSAGES_SECONDS;
    const { signal } = this.#receiving;
    const all = await Promise.all(
      Array.from({ length: receivers }, () => client.receive(waitSeconds, visibilityTimeoutMs, signal)),
    );
    const messages = all.flat();
    return { messages: messages.length, objects: messages.flatMap((message) => this.#take(message, inHand, isTaken)) };
  }

  /** Asks for nothing more. A request that is under way ends by itself where there is something to give back. */
  #stopReceiving(): void {
    this.#isOver = true;
    if (this.#inHand?.isEmpty ?? true) this.#receiving.abort(new FlowbulkError('E_STOPPED', 'the run is over'));
  }

  #take(message: ReceivedMessage, inHand: MessagesInHand, isTaken: (key: string) => boolean): readonly SourceObject[] {
    const notification = readNotification(message.body);
    if (notification.kind === 'unreadable') {
      inHand.unreadable();
      const { unreadable } = inHand.counts;
      if (unreadable <= TOLD) {
        const more = unreadable === TOLD ? ' (others are only counted)' : '';
        this.#warn(`message ${message.id} is left, since it cannot be read: ${notification.reason}${more}`);
      }
      return [];
    }
    // Logs of other services come by the same notifications where a bucket holds them, too.
    const objects = notification.objects.filter(({ key }) => isTaken(key) && branchOf(key) !== 'foreign');
    this.#passedOver += notification.objects.length - objects.length;
    return inHand.take(message, objects);
  }

  done(object: SourceObject, outcome: ObjectOutcome['outcome']): void {
    this.#inHand?.answered(object, outcome);
  }

  /** How the queue stands, and what became of its messages. */
  queueFacts(): QueueFacts | null {
    if (this.#inHand === null) return null;
    const { waiting, inFlight, delayed } = this.#depth ?? { waiting: null, inFlight: null, delayed: null };
    return { ...this.#inHand.counts, passedOver: this.#passedOver, waiting, inFlight, delayed };
  }

  #bucket({ bucket, region }: SourceObject): S3Source {
    const name = bucket ?? '';
    let source = this.#buckets.get(name);
    if (source === undefined) {
      const { aws } = this.#spec;
      const itsRegion: Pick<AwsOptions, 'region'> =
        region === undefined || aws.endpointUrl !== undefined ? {} : { region };
      source = new S3Source(name, '', { ...aws, ...itsRegion });
      this.#buckets.set(name, source);
    }
    return source;
  }

  async *open(object: SourceObject, fromByte: number, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    try {
      yield* this.#bucket(object).open(object, fromByte, signal);
    } catch (error) {
      throw ofItsBucket(error);
    }
  }

  complete(object: SourceObject, signal: AbortSignal): Promise<Listed> {
    return this.#bucket(object).complete(object, signal);
  }

  /** Messages name the region of each bucket. */
  async bucketRegion(): Promise<string | null> {
    return null;
  }

  /** Deletes what is to be deleted yet, and has others see at once what is not answered for. */
  async giveBack(): Promise<void> {
    if (this.#depthTimer !== null) clearInterval(this.#depthTimer);
    this.#stopReceiving();
    const late = setTimeout(() => {
      this.#receiving.abort();
      this.#closing.abort();
    }, CLOSING_MS);
    try {
      await this.#receipt;
      await this.#inHand?.close();
    } finally {
      clearTimeout(late);
    }
  }

  async close(): Promise<void> {
    await this.giveBack();
    this.#closing.abort();
    this.#client?.close();
    await Promise.all([...this.#buckets.values()].map((source) => source.close()));
  }
}

/** What would end a run over one bucket is about one object here: a message may name any bucket. */
function ofItsBucket(error: unknown): unknown {
  if (!(error instanceof FlowbulkError) || isExpired(error.cause)) return error;
  const code = { E_SOURCE_MISSING: 'E_OBJECT_GONE', E_SOURCE_DENIED: 'E_OBJECT_DENIED' } as const;
  const its = code[error.code as keyof typeof code];
  return its === undefined ? error : new FlowbulkError(its, error.message, { cause: error.cause, facts: error.facts });
}

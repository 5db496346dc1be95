/**
 * Messages between receipt and answer.
 *
 * ```
 *  received ─▶ in hand, hidden from others ─▶ every object done ─▶ deleted
 *                        │                 └▶ an object failed  ─▶ left: it is seen again after its time, and goes
 *                        │                                         where the queue's redrive policy says
 *                        └─ the run ends ───▶ given back: seen again at once
 * ```
 */
import type { ObjectOutcome } from '../../workers/config.ts';
import { mapAhead } from '../plan/ahead.ts';
import { BATCH_MESSAGES } from './message-batch.ts';
import type { QueueClient, ReceivedMessage } from './queue-client.ts';
import type { SourceObject } from './source.ts';

/** Deletions are sent together when there are ten, or after so long. */
const GROUP_MS = 100;

/** Requests about messages under way at a time. */
const WIDTH = 8;

/** Hidden messages are hidden anew so often within their time: one failed request must not show them. */
const RENEWALS = 3;

/** What became of messages so far. */
export interface MessageCounts {
  readonly received: number;
  readonly deleted: number;
  /** An object of theirs failed or is damaged. */
  readonly left: number;
  /** Those of bodies that say nothing we know are left, too, and counted apart. */
  readonly unreadable: number;
  readonly givenBack: number;
}

interface Held {
  readonly handle: string;
  /** Objects that are not answered for. */
  open: number;
  outcome: ObjectOutcome['outcome'];
}

/** One version of an object. */
const nameOf = ({ bucket, key, etag, size }: SourceObject): string => JSON.stringify([bucket, key, etag, size]);

/** Keeps messages hidden while their objects are worked on, and deletes them when all are done. */
export class MessagesInHand {
  readonly #client: Pick<QueueClient, 'remove' | 'hide'>;
  readonly #visibilityTimeoutMs: number;
  readonly #warn: (text: string) => void;
  readonly #signal: AbortSignal;
  readonly #held = new Set<Held>();
  /** Who waits for an object: a message may come twice, and two messages may name one object. */
  readonly #waiting = new Map<string, Held[]>();
  readonly #counts = { received: 0, deleted: 0, left: 0, unreadable: 0, givenBack: 0 };
  readonly #renewal: NodeJS.Timeout;
  #isRenewing = false;
  #toDelete: string[] = [];
  #deleteTimer: NodeJS.Timeout | null = null;
  readonly #deletions = new Set<Promise<void>>();
  #hasWarned = false;

  /** `signal` ends requests that are under way, for good. */
  constructor(
    client: Pick<QueueClient, 'remove' | 'hide'>,
    visibilityTimeoutMs: number,
    warn: (text: string) => void,
    signal: AbortSignal,
  ) {
    this.#client = client;
    this.#visibilityTimeoutMs = visibilityTimeoutMs;
    this.#warn = warn;
    this.#signal = signal;
    this.#renewal = setInterval(() => void this.#renew(), visibilityTimeoutMs / RENEWALS);
  }

  /** What became of messages so far. */
  get counts(): MessageCounts {
    return this.#counts;
  }

  /** Whether nothing is in hand, and nothing is being deleted. */
  get isEmpty(): boolean {
    return this.#held.size + this.#toDelete.length + this.#deletions.size === 0;
  }

  /** Takes a message that says nothing we know: it stays as it is. */
  unreadable(): void {
    this.#counts.received++;
    this.#counts.unreadable++;
  }

  /** Takes a message and the objects that are to be read for it; gives those that are not being read already. */
  take({ handle }: ReceivedMessage, objects: readonly SourceObject[]): readonly SourceObject[] {
    this.#counts.received++;
    const named = new Map(objects.map((object) => [nameOf(object), object]));
    if (named.size === 0) {
      this.#delete(handle);
      return [];
    }
    const held: Held = { handle, open: named.size, outcome: 'done' };
    this.#held.add(held);
    return [...named].flatMap(([name, object]) => {
      const others = this.#waiting.get(name);
      if (others !== undefined) {
        others.push(held);
        return [];
      }
      this.#waiting.set(name, [held]);
      return [object];
    });
  }

  /** Hears what became of an object. */
  answered(object: SourceObject, outcome: ObjectOutcome['outcome']): void {
    const name = nameOf(object);
    const waiting = this.#waiting.get(name) ?? [];
    this.#waiting.delete(name);
    for (const held of waiting) {
      held.open--;
      // What was stopped counts for more than what failed: the message is to be seen again at once.
      if (held.outcome === 'done' || outcome === 'unfinished') held.outcome = outcome;
      if (held.open > 0 || held.outcome === 'unfinished') continue;
      this.#held.delete(held);
      if (held.outcome === 'done') this.#delete(held.handle);
      else this.#counts.left++;
    }
  }

  #delete(handle: string): void {
    this.#toDelete.push(handle);
    if (this.#toDelete.length >= BATCH_MESSAGES) this.#sendDeletions();
    else this.#deleteTimer ??= setTimeout(() => this.#sendDeletions(), GROUP_MS);
  }

  #sendDeletions(): void {
    if (this.#deleteTimer !== null) clearTimeout(this.#deleteTimer);
    this.#deleteTimer = null;
    const handles = this.#toDelete.splice(0);
    if (handles.length === 0) return;
    const deletion = this.#client
      .remove(handles, this.#signal)
      .then((refused) => {
        this.#counts.deleted += handles.length - refused;
        if (refused > 0) this.#complain(`${refused} messages could not be deleted`);
      })
      // They come again, and the ledger knows their objects.
      .catch((error: Error) => this.#complain(`${handles.length} messages could not be deleted: ${error.message}`))
      .finally(() => this.#deletions.delete(deletion));
    this.#deletions.add(deletion);
  }

  async #renew(): Promise<void> {
    if (this.#isRenewing) return;
    this.#isRenewing = true;
    try {
      const refused = await this.#hide([...this.#held], this.#visibilityTimeoutMs);
      if (refused > 0)
        this.#complain(`${refused} messages could not be kept hidden: others may read their objects, too`);
    } finally {
      this.#isRenewing = false;
    }
  }

  /** Sets how long messages stay hidden; gives how many could not be. */
  async #hide(all: readonly Held[], timeoutMs: number): Promise<number> {
    const batches: string[][] = [];
    for (let at = 0; at < all.length; at += BATCH_MESSAGES) {
      batches.push(all.slice(at, at + BATCH_MESSAGES).map(({ handle }) => handle));
    }
    let refused = 0;
    const hide = (handles: string[]) => this.#client.hide(handles, timeoutMs, this.#signal).catch(() => handles.length);
    for await (const count of mapAhead(batches, WIDTH, hide)) refused += count;
    return refused;
  }

  /** Says it once: where one request fails, many do. */
  #complain(what: string): void {
    if (this.#hasWarned || this.#signal.aborted) return;
    this.#hasWarned = true;
    this.#warn(what);
  }

  /** Deletes what is to be deleted yet, and gives back what is in hand: others see it at once. */
  async close(): Promise<void> {
    clearInterval(this.#renewal);
    this.#sendDeletions();
    const left = [...this.#held];
    this.#held.clear();
    this.#waiting.clear();
    const refused = await this.#hide(left, 0);
    this.#counts.givenBack += left.length - refused;
    await Promise.all(this.#deletions);
  }
}

/** One object from its source into bodies: open, inflate, convert, hand over. */

import { FlowbulkError } from '../src/errors.ts';
import type { DeadLetterFile } from '../src/sinks/dead-letters.ts';
import type { BodyPart } from '../src/sinks/document-account.ts';
import type { Sink } from '../src/sinks/sink.ts';
import type { WorkerConfig } from './config.ts';
import type { Converter, LineCounts } from './converter.ts';
import type { Deliveries } from './deliveries.ts';
import { objectLetter } from './letters.ts';
import { isAboutObject, objectText, type ReadingKit } from './object-text.ts';
import type { OpenObject } from './open-object.ts';

/** A worker's own things, made once. */
export interface WorkerKit extends ReadingKit {
  readonly config: WorkerConfig;
  readonly sink: Sink;
  readonly converter: Converter;
  readonly deliveries: Deliveries;
  readonly deadLetters: DeadLetterFile;
  /** Whether the run has reached a limit, so that no object is begun. */
  isAtLimit(): boolean;
  /** Says which object refused lines belong to. */
  current(open: OpenObject): void;
}

/** The bodies of a shard: which objects the one being filled holds, and those that are given away. */
export class ShardBodies {
  readonly #kit: WorkerKit;
  #parts: BodyPart[] = [];
  /** Given away and not answered for. */
  readonly out = new Set<Promise<void>>();

  constructor(kit: WorkerKit) {
    this.#kit = kit;
  }

  /** Notes the documents that the object has added to the body. */
  note(open: OpenObject): void {
    const { documents } = this.#kit.converter.counts;
    const added = documents - open.documents;
    if (added === 0) return;
    open.documents = documents;
    this.#parts.push({ account: open.account, documents: added });
  }

  /** Gives the body away as far as it is filled. */
  give(): void {
    const { converter, deliveries } = this.#kit;
    const body = converter.giveBody();
    if (body === null) return;
    if (body.bytes === 0) {
      deliveries.putBack(body.place);
      return;
    }
    const parts = this.#parts;
    this.#parts = [];
    const delivery = deliveries.give(body.place, body.bytes, parts).finally(() => this.out.delete(delivery));
    this.out.add(delivery);
  }

  /** Takes the body back unsent: the run ends. */
  drop(): void {
    const body = this.#kit.converter.giveBody();
    if (body !== null) this.#kit.deliveries.putBack(body.place);
    this.#parts = [];
  }
}

/** Lets the converter work off what it has; bodies come and go. */
async function pump(kit: WorkerKit, open: OpenObject, bodies: ShardBodies): Promise<void> {
  while (kit.converter.run() === 'needs body') {
    bodies.note(open);
    bodies.give();
    kit.converter.takeBody(await kit.deliveries.take());
    kit.signal.throwIfAborted();
  }
}

/** Counts what the object's lines became since the last call. */
function lineCounter(kit: WorkerKit): () => void {
  let counted: LineCounts = { documents: 0, refused: 0, filtered: 0 };
  return () => {
    const { documents, refused, filtered } = kit.converter.counts;
    const more = {
      documents: documents - counted.documents,
      refused: refused - counted.refused,
      filtered: filtered - counted.filtered,
    };
    kit.count('documents', more.documents);
    kit.count('deadLetters', more.refused);
    kit.count('filtered', more.filtered);
    kit.count('records', more.documents + more.refused + more.filtered);
    counted = { documents, refused, filtered };
  };
}

/** Reads and converts the object; gives the error that damaged it, or null. Throws any other error. */
async function readObject(
  kit: WorkerKit,
  open: OpenObject,
  first: AsyncIterable<Uint8Array>,
  bodies: ShardBodies,
): Promise<FlowbulkError | null> {
  const { converter } = kit;
  const countLines = lineCounter(kit);
  try {
    for await (const chunk of objectText(kit, open.object, first)) {
      for (let taken = 0; taken < chunk.length; ) {
        taken += converter.fill(chunk, taken);
        await pump(kit, open, bodies);
      }
      countLines();
    }
    converter.end();
    await pump(kit, open, bodies);
    return null;
  } catch (error) {
    if (!(error instanceof FlowbulkError) || error.code !== 'E_OBJECT_DAMAGED') throw error;
    converter.dropLineBegun();
    await pump(kit, open, bodies);
    return error;
  } finally {
    countLines();
  }
}

/**
 * Converts one object into bodies. Its bytes come from `first`; what has to be read again is opened anew. Where bodies
 * hold one object each, all of its own are delivered when it returns. Throws what ends the run.
 */
export async function convertObject(
  kit: WorkerKit,
  open: OpenObject,
  first: AsyncIterable<Uint8Array>,
  bodies: ShardBodies,
): Promise<void> {
  const { converter, deliveries, deadLetters, sink } = kit;
  sink.begin(open.object);
  kit.current(open);
  converter.begin(open.context);
  try {
    open.error = await readObject(kit, open, first, bodies);
    await handOver(kit, open, bodies);
    deadLetters.flush();
    await sink.end(open.error === null ? 'whole' : 'damaged');
    open.outcome = open.error === null ? 'done' : 'damaged';
  } catch (problem) {
    await abandonObject(kit, open, bodies);
    if (!isAboutObject(problem)) throw problem;
    open.error = problem;
    open.outcome = 'failed';
  } finally {
    open.refusedLines = converter.counts.refused;
    open.filteredRecords = converter.counts.filtered;
  }
  deliveries.throwIfFailed();
  if (open.error !== null) {
    deadLetters.add(objectLetter(open.object, open.error, kit.config.run));
    deadLetters.flush();
  }
}

/** The object's documents are all in bodies: those that belong to it alone are delivered. */
async function handOver(kit: WorkerKit, open: OpenObject, bodies: ShardBodies): Promise<void> {
  bodies.note(open);
  if (kit.sink.bodiesSpanObjects) return;
  bodies.give();
  await kit.deliveries.settle(bodies.out);
}

/**
 * The object does not come to its end. Documents that share bodies with others' stay: ids make the next try harmless.
 */
async function abandonObject(kit: WorkerKit, open: OpenObject, bodies: ShardBodies): Promise<void> {
  bodies.note(open);
  if (kit.sink.bodiesSpanObjects) return;
  bodies.drop();
  await Promise.all(bodies.out);
  if (await kit.sink.abandon()) open.account.created = 0;
}

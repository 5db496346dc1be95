/**
 * What every source of flow logs looks like to the rest of the house.
 *
 * An *object* is anything with an identity, a byte stream of lines and (later) a place in the ledger: an S3 object,
 * a file, standard input. Objects are plain data: they cross threads, names only, never bytes.
 */

import type { ObjectOutcome } from '../../workers/config.ts';

/** One object to read. */
export interface SourceObject {
  readonly kind: 's3' | 'file' | 'stdin' | 'cloudwatch';
  /** The S3 bucket, or the log group by name or ARN; null for local files and standard input. */
  readonly bucket: string | null;
  /**
   * The S3 key verbatim; the path relative to SOURCE with `/` (its base name where SOURCE is one file); `--name`; or the
   * window of a log group (log-windows.ts).
   */
  readonly key: string;
  /** The path to open, for files. */
  readonly path: string | null;
  /** ETag as listed, with its quotes taken away; null where there is none. A window's is made of its end and its streams. */
  readonly etag: string | null;
  /** Size in bytes as listed; -1 where it is not known: standard input, pipes, bare lists of keys. */
  readonly size: number;
  /**
   * Last-Modified or mtime in milliseconds of the Unix epoch; the time of the event where a message named the object; where
   * a window begins.
   */
  readonly lastModifiedMs: number;
  /** The region it lies in, where that is the object's own and not that of the whole source. */
  readonly region?: string;
  /** Where a window of a log group ends: that millisecond is not part of it. */
  readonly toMs?: number;
  /** LogFormat of the flow logs that write to the log group, where that is known. */
  readonly logFormats?: readonly string[];
}

/** An object that is listed but cannot be read, with the reason. */
export interface RefusedObject {
  readonly object: SourceObject;
  readonly code: 'E_OBJECT_PARQUET' | 'E_OBJECT_ARCHIVED' | 'E_OBJECT_UNREADABLE' | 'E_OBJECT_GONE' | 'E_OBJECT_DENIED';
  readonly reason: string;
}

/** What a listing gives, in order: days ascending, biggest objects first within a day. */
export type Listed = SourceObject | RefusedObject;

/** What to list. All parts are optional; without any the whole source is listed. */
export interface Selection {
  /** First and last day by the date in the key, UTC, inclusive, as days since the epoch. */
  readonly fromDay?: number;
  readonly toDay?: number;
  readonly accounts?: readonly string[];
  readonly regions?: readonly string[];
  /** Globs over the key; an object must match one of `include` (if given) and none of `exclude`. */
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
}

/** Whether a run has begun an object, as the ledger has it. */
export type IsKnown = (object: SourceObject) => boolean;

/** What became of a queue's messages in this run, and how the queue stands; null where SQS does not say. */
export interface QueueFacts {
  readonly received: number;
  readonly deleted: number;
  /** Left to the redrive policy: an object of theirs failed or is damaged. */
  readonly left: number;
  /** Left as well: their bodies say nothing that is known. */
  readonly unreadable: number;
  /** Given back when the run ended. */
  readonly givenBack: number;
  /** Objects of messages that the selection leaves out, or that are other services' logs. */
  readonly passedOver: number;
  /** Messages for whoever asks, with somebody, and for later. */
  readonly waiting: number | null;
  readonly inFlight: number | null;
  readonly delayed: number | null;
}

/**
 * A source of objects. Made in the main thread to list, and in each worker to open.
 *
 * A source may be endless: its listing then waits for what comes, and ends with its signal. What is listed is not held
 * back for long (plan/shard.ts), however slowly more comes.
 */
export interface Source {
  /**
   * Lists lazily, page by page, with bounded look-ahead. `isKnown` is for sources that cut their objects themselves: they cut
   * them as before. Throws E_SOURCE_* when nothing can be listed at all.
   */
  list(selection: Selection, signal: AbortSignal, isKnown?: IsKnown): AsyncIterable<Listed>;
  /**
   * Opens an object's raw bytes (still compressed) from `fromByte` on. Broken streams are resumed inside; what comes
   * out is the object as listed, whole, or an E_OBJECT_* error is thrown.
   */
  open(object: SourceObject, fromByte: number, signal: AbortSignal): AsyncIterable<Uint8Array>;
  /** Asks for what a bare list of keys does not say (size, ETag, time), or says why the object cannot be read. */
  complete(object: SourceObject, signal: AbortSignal): Promise<Listed>;
  /** The region of the bucket, for `log.file.path`; null where there is no bucket. */
  bucketRegion(signal: AbortSignal): Promise<string | null>;
  /**
   * Hears what became of an object that it listed, once its dead letters are on disk: for sources that have to answer for
   * what they gave, as a queue does. Objects that the ledger has, and those that were refused, are told, too.
   */
  done?(object: SourceObject, outcome: ObjectOutcome['outcome']): void;
  /** The run is over: what was listed and not told as done is given back. */
  giveBack?(): Promise<void>;
  /** How a queue stands; null before it is listed. */
  queueFacts?(): QueueFacts | null;
  /** Gives sockets back. */
  close(): Promise<void>;
}

/** True where an object can be opened again: files and S3 objects, but neither standard input nor pipes. */
export function isReplayable(object: SourceObject): boolean {
  return object.kind === 's3' || (object.kind === 'file' && object.size >= 0);
}

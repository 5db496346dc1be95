/** What became of one object's lines. */

import type { SourceObject } from '../sources/source.ts';

/** Counts by code or reason. */
export type CountsByName = Record<string, number>;

/** Adds to a count by name. */
export function addTo(counts: CountsByName, name: string, value = 1): void {
  counts[name] = (counts[name] ?? 0) + value;
}

/** The account of an object, filled by the converter (lines that are no record) and by its sink (documents). */
export class DocumentAccount {
  readonly object: SourceObject;
  /** `log.file.path` of its documents; the beginning of those of a window of a log group. */
  readonly path: string;
  /** Its documents may be in the target already, where their ids alone would not keep them from coming twice. */
  mayBeStored = false;
  /** The indices behind the target's name when that was looked up; null before. */
  lookedAt: string | null = null;
  /** Documents that were written, or that the cluster took. */
  created = 0;
  /** Documents that were there already. */
  duplicates = 0;
  /** Documents that the cluster put into its failure store. */
  failureStore = 0;
  /** Dead letters by code: lines that are no record, and documents that the cluster refused. */
  readonly deadLetters: CountsByName = {};
  /** Documents that the cluster refused, by reason. */
  readonly rejects: CountsByName = {};

  constructor(object: SourceObject, path: string) {
    this.object = object;
    this.path = path;
  }
}

/** Documents of one object within a body, in the body's order. */
export interface BodyPart {
  readonly account: DocumentAccount;
  documents: number;
}

/** Counts all documents of a body as created: for sinks that write and never refuse. */
export function countWritten(parts: readonly BodyPart[]): void {
  for (const { account, documents } of parts) account.created += documents;
}

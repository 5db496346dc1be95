/** An object under way in a worker: its account, and the bodies that hold documents of it. */

import type { FlowbulkError } from '../src/errors.ts';
import type { ObjectContext } from '../src/formats/document.ts';
import { DocumentAccount } from '../src/sinks/document-account.ts';
import type { SourceObject } from '../src/sources/source.ts';
import type { ObjectOutcome } from './config.ts';

/** One object from its first line to its outcome. */
export class OpenObject {
  readonly object: SourceObject;
  readonly context: ObjectContext;
  readonly account: DocumentAccount;
  /** Documents that stand in bodies, given away or not. */
  documents = 0;
  refusedLines = 0;
  filteredRecords = 0;
  /** Unfinished until all of its lines are converted. */
  outcome: ObjectOutcome['outcome'] = 'unfinished';
  error: FlowbulkError | null = null;
  /** How long it took to read and convert it, waiting for source and bodies included. */
  durationMs = 0;

  constructor(object: SourceObject, context: ObjectContext) {
    this.object = object;
    this.context = context;
    this.account = new DocumentAccount(object, context.path);
  }

  /** What became of it so far. */
  finish(): ObjectOutcome {
    const { created, duplicates, failureStore, deadLetters, rejects } = this.account;
    const refused = Object.values(rejects).reduce((sum, count) => sum + count, 0);
    const answered = created + duplicates + failureStore + refused;
    return {
      object: this.object,
      outcome: this.outcome === 'failed' || answered === this.documents ? this.outcome : 'unfinished',
      error: this.error?.toWire() ?? null,
      records: answered + this.refusedLines + this.filteredRecords,
      created,
      duplicates,
      failureStore,
      filtered: this.filteredRecords,
      deadLetters,
      rejects,
      indices: this.account.lookedAt,
    };
  }
}

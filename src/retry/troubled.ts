/** Objects that are not simply done, to be read again as they are now. */

import { entryKey } from '../ledger/entry.ts';
import type { Ledger, Trouble } from '../ledger/ledger.ts';
import { mapAhead } from '../plan/ahead.ts';
import type { Listed, Source, SourceObject } from '../sources/source.ts';

/** Objects that are asked for at a time. */
const ASKED_AHEAD = 16;

/** Objects that the ledger is told of at a time. */
const BATCH_OBJECTS = 1_000;

/** An object of the ledger, and what is under its name now. */
interface Again {
  readonly trouble: Trouble;
  readonly listed: Listed;
}

/** What becomes of damaged objects that have other versions now. */
export interface AgainOptions {
  /** Documents of the old version stay in the target. */
  readonly keepsDocuments: boolean;
  readonly onReplaced: (trouble: Trouble) => void;
}

/** Looks an object up by its name alone. */
async function lookUp(trouble: Trouble, source: Source, signal: AbortSignal): Promise<Again> {
  const named: SourceObject = { ...trouble.source, etag: null, size: -1, lastModifiedMs: 0 };
  const listed = await source.complete(named, signal);
  // It is the object of the ledger that still cannot be read.
  return { trouble, listed: 'object' in listed ? { ...listed, object: trouble.source } : listed };
}

/** Tells the ledger what is to be read again. */
function tell(batch: readonly Again[], ledger: Ledger, { keepsDocuments, onReplaced }: AgainOptions): void {
  const same: SourceObject[] = [];
  const replaced: SourceObject[] = [];
  for (const { trouble, listed } of batch) {
    if ('object' in listed) continue;
    if (entryKey(listed).equals(entryKey(trouble.source))) same.push(trouble.source);
    else {
      replaced.push(trouble.source);
      if (trouble.state === 'damaged') onReplaced(trouble);
    }
  }
  ledger.reopen(same);
  ledger.replaced(replaced, keepsDocuments);
}

/**
 * Gives the objects of these troubles as they are now; the ledger will have them as unfinished. An object that was
 * replaced is a new one; what the target has of a damaged old one stays there, or not. Throws E_SOURCE_* and E_SINK_*.
 */
export async function* troubledObjects(
  troubles: readonly Trouble[],
  ledger: Ledger,
  source: Source,
  options: AgainOptions,
  signal: AbortSignal,
): AsyncGenerator<Listed> {
  let batch: Again[] = [];
  for await (const again of mapAhead(troubles, ASKED_AHEAD, (trouble) => lookUp(trouble, source, signal))) {
    batch.push(again);
    if (batch.length < BATCH_OBJECTS) continue;
    tell(batch, ledger, options);
    for (const { listed } of batch) yield listed;
    batch = [];
  }
  tell(batch, ledger, options);
  for (const { listed } of batch) yield listed;
}

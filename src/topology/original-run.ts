/** Objects through the original's fold: one after the other, in the order of their keys, as S3 lists them. */

import { tooManyConnections } from '../../workers/connection-fold.ts';
import type { FoldedObject } from '../../workers/fold-config.ts';
import { FlowbulkError } from '../errors.ts';
import type { Columns } from '../formats/header.ts';
import { LineReader } from '../formats/line-reader.ts';
import { isLineProblem, readValues } from '../formats/record-values.ts';
import { inflateEngine } from '../inflate/engine.ts';
import { inflateObject } from '../inflate/inflate.ts';
import { lines } from '../plan/lines.ts';
import { objectOf } from '../plan/lister.ts';
import { DeadLetterFile } from '../sinks/dead-letters.ts';
import { describeObject } from '../sources/refusals.ts';
import { isReplayable, type Listed, type Source, type SourceObject } from '../sources/source.ts';
import type { FoldedCounts } from './contract.ts';
import type { KnownInterfaces } from './known-interfaces.ts';
import { OriginalFold } from './original.ts';
import { NO_RECORDS } from './record-counts.ts';

/** What is to be folded. */
export interface OriginalPlan {
  readonly run: string;
  readonly source: Source;
  readonly listed: readonly Listed[];
  readonly interfaces: KnownInterfaces;
  /** Columns of lines without header; null where they are found out. */
  readonly format: Columns | null;
  readonly deadLetterPath: string;
  readonly maxConnections: number;
}

/** What came of it. */
export interface OriginalResult {
  readonly fold: OriginalFold;
  readonly counts: FoldedCounts;
  readonly objects: readonly FoldedObject[];
}

type Counts = { -readonly [name in keyof FoldedCounts]: number };

/** Reads objects one by one. Throws E_SOURCE_*, E_USAGE for more connections than may be, and the signal's reason. */
export async function foldAsOriginal(plan: OriginalPlan, signal: AbortSignal): Promise<OriginalResult> {
  const fold = new OriginalFold(plan.interfaces);
  const { filtered: _, ...none } = NO_RECORDS;
  const counts: Counts = { ...none };
  const objects: FoldedObject[] = [];
  const letters = new DeadLetterFile(plan.deadLetterPath);
  try {
    for (const item of [...plan.listed].sort((a, b) => (objectOf(a).key < objectOf(b).key ? -1 : 1))) {
      const object = objectOf(item);
      try {
        if ('object' in item) throw new FlowbulkError(item.code, item.reason);
        await readObject(plan, fold, counts, letters, object, signal);
        objects.push({ object, outcome: 'done', error: null });
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof FlowbulkError) || !error.code.startsWith('E_OBJECT_')) throw error;
        const outcome = error.code === 'E_OBJECT_DAMAGED' ? 'damaged' : 'failed';
        objects.push({ object, outcome, error: error.toWire() });
        const name = describeObject(object);
        const letter = { object: name, etag: object.etag, offset: null, code: error.code, reason: error.message };
        letters.add({ v: 1, kind: 'object', ...letter, run: plan.run });
      }
    }
  } finally {
    letters.close();
  }
  return { fold, counts, objects };
}

async function readObject(
  { source, format, maxConnections, run }: OriginalPlan,
  fold: OriginalFold,
  counts: Counts,
  letters: DeadLetterFile,
  object: SourceObject,
  signal: AbortSignal,
): Promise<void> {
  const name = describeObject(object);
  const reader = new LineReader(format, {
    record(columns, line) {
      const values = readValues(columns, line.tokens);
      if (isLineProblem(values)) return values;
      counts.records++;
      const leftOut = fold.add(new Map(values.map(({ field, token }) => [field.name, token])));
      counts[leftOut ?? 'folded']++;
      return null;
    },
    refused(line) {
      counts.records++;
      counts.deadLetters++;
      letters.add({ v: 1, kind: 'line', object: name, etag: object.etag, ...line, run });
    },
  });
  reader.begin();
  const open = (fromByte: number) => source.open(object, fromByte, signal);
  let offset = 0;
  for await (const line of lines(inflateObject(open, inflateEngine(), { name, replayable: isReplayable(object) }))) {
    const bytes = Buffer.from(line);
    reader.read(bytes, offset, offset);
    offset += bytes.length + 1;
    if (fold.size > maxConnections) throw tooManyConnections(maxConnections);
  }
}

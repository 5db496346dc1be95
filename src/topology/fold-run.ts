/** A fold of flow logs: objects in, connections out. */

import type { ObjectOutcome } from '../../workers/config.ts';
import { FlowbulkError } from '../errors.ts';
import type { Filter } from '../formats/filter/filter.ts';
import { keeps } from '../formats/filter/keeps.ts';
import type { Columns } from '../formats/header.ts';
import { LineReader } from '../formats/line-reader.ts';
import { isLineProblem, readValues } from '../formats/record-values.ts';
import { inflateEngine } from '../inflate/engine.ts';
import { inflateObject } from '../inflate/inflate.ts';
import type { ProgressSnapshot } from '../progress/snapshot.ts';
import type { Limits } from '../run/limits.ts';
import { isReplayable, type Listed, type RefusedObject, type SourceObject } from '../sources/source.ts';
import { openSource, type SourceSpec } from '../sources/spec.ts';
import type { FoldedCounts, FoldedRow, FoldInterface } from './contract.ts';
import { FoldTable, foldRecord, Interfaces } from './reference-fold.ts';

/** What is to be folded. */
export interface FoldPlan {
  /** Names the run, in dead letters. */
  readonly run: string;
  readonly source: SourceSpec;
  /** The objects, as they are listed. */
  readonly listed: AsyncIterable<Listed>;
  readonly interfaces: readonly FoldInterface[];
  /** Columns of lines without header; null where they are found out. */
  readonly format: Columns | null;
  /** Which records count; null for all of them. */
  readonly filter: Filter | null;
  readonly workers: number;
  readonly deadLetterPath: string;
  readonly limits: Limits;
  /** Most connections that are kept; more end the fold. */
  readonly maxConnections: number;
  /** Hears of objects that the listing refuses. */
  readonly onRefused?: (refused: RefusedObject) => void;
}

/** What became of an object; only records of those that are done are in the rows and counts. */
export type FoldedObject = Pick<ObjectOutcome, 'object' | 'outcome' | 'error'>;

/** What a fold gives. */
export interface FoldResult {
  /** The connections, in no order, each once; may be gone through more than once. */
  readonly rows: Iterable<FoldedRow>;
  readonly connections: number;
  readonly counts: FoldedCounts;
  /** Records that the filter left out, which are in `counts.records`, too. */
  readonly filtered: number;
  /** Every object that was listed and begun, refused ones as failed. */
  readonly objects: readonly FoldedObject[];
  /** Objects were left out, since a limit of objects, bytes, records or time was reached. */
  readonly isLimited: boolean;
}

/** A fold that goes on. */
export interface Fold {
  /** Where it stands. */
  snapshot(): ProgressSnapshot;
  /** Kept when all is folded; broken by what ended the fold early, after its workers are gone. */
  readonly done: Promise<FoldResult>;
}

type Counts = { -readonly [name in keyof FoldedCounts]: number };

const NONE: FoldedCounts = {
  records: 0,
  folded: 0,
  noData: 0,
  unknownInterface: 0,
  noDirection: 0,
  publicRemote: 0,
  deadLetters: 0,
};

/** Starts a fold. `signal` stops it: `done` is then broken with the signal's reason. */
export function startFold(plan: FoldPlan, signal: AbortSignal): Fold {
  const progress = { objectsListed: 0, listingDone: false, objectsDone: 0, bytesListed: 0, records: 0 };
  return {
    snapshot: () => ({ ...progress, bytesDone: 0, documents: 0, deadLetters: 0, filtered: 0, bytesOut: 0 }),
    done: execute(plan, signal, progress),
  };
}

async function execute(
  plan: FoldPlan,
  signal: AbortSignal,
  progress: { objectsListed: number; objectsDone: number; listingDone: boolean; bytesListed: number; records: number },
): Promise<FoldResult> {
  const interfaces = new Interfaces(plan.interfaces);
  const table = new FoldTable();
  const counts: Counts = { ...NONE };
  let filtered = 0;
  const objects: FoldedObject[] = [];
  const source = openSource(plan.source);
  try {
    for await (const item of plan.listed) {
      progress.objectsListed++;
      if ('object' in item) {
        const { object, code, reason } = item;
        objects.push({ object, outcome: 'failed', error: new FlowbulkError(code, reason).toWire() });
        plan.onRefused?.(item);
        continue;
      }
      progress.bytesListed += Math.max(item.size, 0);
      const own = await foldObject(plan, source.open(item, 0, signal), item, interfaces);
      for (const row of own.table.rows()) table.add(row);
      for (const name of Object.keys(counts) as (keyof Counts)[]) counts[name] += own.counts[name];
      filtered += own.filtered;
      progress.objectsDone++;
      progress.records += own.counts.records;
      objects.push({ object: item, outcome: 'done', error: null });
    }
    progress.listingDone = true;
  } finally {
    await source.close();
  }
  const rows = { [Symbol.iterator]: () => table.rows() };
  return { rows, connections: table.size, counts, filtered, objects, isLimited: false };
}

async function foldObject(
  plan: FoldPlan,
  bytes: AsyncIterable<Uint8Array>,
  object: SourceObject,
  interfaces: Interfaces,
): Promise<{ table: FoldTable; counts: Counts; filtered: number }> {
  const table = new FoldTable();
  const counts: Counts = { ...NONE };
  let filtered = 0;
  const reader = new LineReader(plan.format, {
    record(columns, line) {
      const values = readValues(columns, line.tokens);
      if (isLineProblem(values)) return values;
      const record = new Map(values.map(({ field, token }) => [field.name, token]));
      counts.records++;
      if (plan.filter !== null && !keeps(plan.filter.test, record, line.text)) filtered++;
      else {
        const row = foldRecord(record, interfaces);
        if (typeof row === 'string') counts[row]++;
        else {
          counts.folded++;
          table.add(row);
        }
      }
      return null;
    },
    refused() {
      counts.records++;
      counts.deadLetters++;
    },
  });
  const parts: Uint8Array[] = [];
  for await (const chunk of inflateObject(() => bytes, inflateEngine(), { replayable: isReplayable(object) }))
    parts.push(Uint8Array.from(chunk));
  reader.begin();
  let offset = 0;
  for (const line of Buffer.concat(parts).toString('latin1').split('\n')) {
    reader.read(Buffer.from(line, 'latin1'), offset, offset);
    offset += line.length + 1;
  }
  return { table, counts, filtered };
}

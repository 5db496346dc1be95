/**
 * Which events of objects that are not done were taken: for targets without ids, so that a run that was ended, however it
 * was, is gone on with where it stopped. A file for each object, in a folder of the job; a line for events that were
 * answered for together:
 *
 * ```
 * 4d71…-9a0f3c2e    0 9813\n          number of the first one in the object, and how many
 *                   19811 187\n
 *                   9813 1 refused\n
 * ```
 *
 * A line is written before the next is waited for, and is there when the process is killed; a power cut may lose it. The
 * file goes when the ledger has the object as done.
 */

import { createHash } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { sinkError, writeWhole } from '../sinks/write.ts';
import type { SourceObject } from '../sources/source.ts';
import { entryKey } from './entry.ts';

/** Where notes lie, as plain data that crosses threads. */
export interface UnderWayPlace {
  readonly folder: string;
  /** Stands for all that numbers of events depend on beside the object: other numbers are not to be taken for these. */
  readonly numbering: string;
}

/** What became of events: the target has them, or they are dead letters. */
export type Answered = 'taken' | 'refused';

/** Numbers of events from `from` on, up to but without `to`. */
interface Range {
  readonly from: number;
  readonly to: number;
  readonly how: Answered;
}

/** Numbers of events of one object that were answered for, each in one range at most. */
export class EventNumbers {
  readonly #ranges: readonly Range[];

  constructor(ranges: readonly Range[]) {
    this.#ranges = [...ranges].sort((a, b) => a.from - b.from);
  }

  get isEmpty(): boolean {
    return this.#ranges.length === 0;
  }

  /** What became of an event; null where that is not known. */
  of(number: number): Answered | null {
    let [low, high] = [0, this.#ranges.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#ranges[middle] as Range).from <= number) low = middle + 1;
      else high = middle;
    }
    const range = this.#ranges[low - 1];
    return range !== undefined && number < range.to ? range.how : null;
  }
}

/** What of options and of the program makes the numbers of events what they are. */
export function numberingOf(facts: readonly string[]): string {
  return createHash('sha256').update(facts.join('\0')).digest('hex').slice(0, 8);
}

/** The notes of a job. */
export class UnderWay {
  readonly #place: UnderWayPlace;

  constructor(place: UnderWayPlace) {
    this.#place = place;
  }

  #fileOf(object: SourceObject): string {
    return path.join(this.#place.folder, `${entryKey(object).toString('hex')}-${this.#place.numbering}`);
  }

  /** The events of an object that were answered for. Throws E_SINK_*. */
  answeredOf(object: SourceObject): EventNumbers {
    const file = this.#fileOf(object);
    let text: string;
    try {
      text = readFileSync(file, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return new EventNumbers([]);
      throw sinkError(error, file);
    }
    const ranges = [...text.matchAll(/^(\d+) (\d+)( refused)?\n/gm)].map(([, first, count, refused]) => ({
      from: Number(first),
      to: Number(first) + Number(count),
      how: refused === undefined ? ('taken' as const) : ('refused' as const),
    }));
    return new EventNumbers(ranges);
  }

  /** Notes events that are answered for. Throws E_SINK_*. */
  note(object: SourceObject, first: number, count: number, how: Answered): void {
    const file = this.#fileOf(object);
    try {
      const descriptor = openSync(file, 'a');
      try {
        writeWhole(descriptor, Buffer.from(`${first} ${count}${how === 'refused' ? ' refused' : ''}\n`), file);
      } finally {
        closeSync(descriptor);
      }
    } catch (error) {
      throw sinkError(error, file);
    }
  }

  /** Forgets an object: it is done. */
  forget(object: SourceObject): void {
    rmSync(this.#fileOf(object), { force: true });
  }

  /**
   * Makes the folder, and takes the files away that a killed run left of objects that are done; `isDone` is asked by the
   * keys of entries. Throws E_SINK_*.
   */
  begin(isDone: (key: Buffer) => boolean): void {
    const { folder } = this.#place;
    try {
      mkdirSync(folder, { recursive: true });
      for (const name of readdirSync(folder)) {
        const key = Buffer.from(name.split('-')[0] ?? '', 'hex');
        if (isDone(key)) rmSync(path.join(folder, name), { force: true });
      }
    } catch (error) {
      throw sinkError(error, folder);
    }
  }
}

/** A job's ledger: which objects are done, and what became of their records. */

import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, openSync, renameSync } from 'node:fs';
import path from 'node:path';
import type { ObjectOutcome } from '../../workers/config.ts';
import type { FilterAsked } from '../formats/filter/filter.ts';
import { syncDeadLetters } from '../sinks/dead-letters.ts';
import { sinkError } from '../sinks/write.ts';
import { describeObject } from '../sources/refusals.ts';
import type { RefusedObject, SourceObject } from '../sources/source.ts';
import { dayOfObject, decodeEntry, type Entry, type EntryState, encodeEntry, entryKey, stateOf } from './entry.ts';
import { MAX_LOOSE_FOLDERS, type Place, parsePlace, placeName, placeOf } from './place.ts';
import { openStore, type Store } from './store.ts';
import { addEntry, addTotals, noTotals, readTotals, type Totals } from './totals.ts';

/** Outcomes are written together when there are so many, or when so much time has passed. */
const GROUP_OUTCOMES = 2_000;
const GROUP_MS = 1_000;

/** States in which an object is not read again. */
const FINISHED: ReadonlySet<EntryState> = new Set(['done', 'damaged']);

/** Why an object is not simply done. */
export interface Trouble {
  readonly object: string;
  readonly state: EntryState;
  readonly code: string;
  readonly reason: string;
  /** The object as it was listed. */
  readonly source: SourceObject;
}

/** Sums of one day, account and region. Day 0, account and region `-` stand for what keys do not say. */
export interface DayTotals extends Totals {
  /** Days since the epoch. */
  readonly day: number;
  readonly account: string;
  readonly region: string;
}

/** Sums of the objects of one place and day; day 0 stands for what keys do not say. */
export interface PlaceTotals extends Totals, Place {
  readonly day: number;
}

/** Documents of an object that were dead letters and are none any more, by what became of them. */
export interface Settled {
  readonly object: SourceObject;
  readonly created: number;
  readonly duplicates: number;
  readonly failureStore: number;
}

/** What is written of an object. */
interface Pending {
  readonly object: SourceObject;
  readonly outcome: EntryState;
  readonly counts: Pick<Entry, 'records' | 'created' | 'duplicates' | 'failureStore' | 'deadLetters' | 'filtered'>;
  readonly indices: string;
  readonly code: string;
  readonly reason: string;
}

/** Longer names than this stand for themselves by a hash: LMDB's keys have at most 1,978 bytes. */
const MAX_NAME_BYTES = 1_500;

const NO_COUNTS = { records: 0, created: 0, duplicates: 0, failureStore: 0, deadLetters: 0, filtered: 0 };

/** The ledger of one job, for one writer at a time. */
export class Ledger {
  readonly #store: Store;
  readonly #deadLetterPath: string;
  readonly #names = new Map<string, number>();
  #looseFolders = 0;
  #waiting: Pending[] = [];
  #timer: NodeJS.Timeout | null = null;
  #failure: unknown = null;
  #onDone: ((object: SourceObject) => void) | null = null;

  private constructor(store: Store, deadLetterPath: string) {
    this.#store = store;
    this.#deadLetterPath = deadLetterPath;
    for (const { key, value } of store.names.getRange()) this.#name(key, value);
  }

  /** Opens or makes the ledger in a folder. Throws E_LEDGER_* and E_SINK_*. */
  static async open(folder: string, deadLetterPath: string, readOnly = false): Promise<Ledger> {
    const ledger = new Ledger(await openStore(folder, readOnly), deadLetterPath);
    if (!readOnly) ledger.#endSettling();
    return ledger;
  }

  /** Whether an object, this version of it, need not be read again. */
  isDone(object: SourceObject): boolean {
    const bytes = this.#store.entries.getBinaryFast(entryKey(object));
    return bytes !== undefined && FINISHED.has(stateOf(bytes));
  }

  /** Whether the object of this entry is done, all of it. */
  isWhole(key: Buffer): boolean {
    const bytes = this.#store.entries.getBinary(key);
    return bytes !== undefined && stateOf(bytes) === 'done';
  }

  /** Has `heard` told of each object as soon as it is done on disk. */
  onDone(heard: (object: SourceObject) => void): void {
    this.#onDone = heard;
  }

  /** The entry of an object; null where there is none. */
  entryOf(object: SourceObject): Entry | null {
    const bytes = this.#store.entries.getBinary(entryKey(object));
    return bytes === undefined ? null : decodeEntry(bytes);
  }

  /** The filter that its objects are done with; null for none. */
  get filter(): FilterAsked | null {
    return (this.#store.meta.get('filter') as FilterAsked | undefined) ?? null;
  }

  /** Whether no object was ever begun. */
  get isEmpty(): boolean {
    return this.#store.entries.getKeysCount({ limit: 1 }) === 0;
  }

  /** Notes the filter that objects are done with from now on; for an empty ledger. Throws E_SINK_*. */
  setFilter(filter: FilterAsked | null): void {
    const { meta, write } = this.#store;
    write(() => {
      if (filter === null) meta.removeSync('filter');
      else meta.putSync('filter', filter);
    });
  }

  /** Takes outcomes in; they are on disk a second later, or when `flush` returns. Throws what writing threw before. */
  record(outcomes: readonly ObjectOutcome[]): void {
    for (const { object, outcome, error, indices, ...counts } of outcomes) {
      const { records, created, duplicates, failureStore, filtered } = counts;
      const deadLetters = Object.values(counts.deadLetters).reduce((sum, count) => sum + count, 0);
      this.#add({
        object,
        outcome,
        counts: { records, created, duplicates, failureStore, deadLetters, filtered },
        indices: indices ?? '',
        code: error?.code ?? '',
        reason: error?.message ?? '',
      });
    }
  }

  /** Takes in that the listing refuses an object. */
  refuse({ object, code, reason }: RefusedObject): void {
    this.#add({ object, outcome: 'failed', counts: NO_COUNTS, indices: '', code, reason });
  }

  #add(pending: Pending): void {
    if (this.#failure !== null) throw this.#failure;
    this.#waiting.push(pending);
    if (this.#waiting.length >= GROUP_OUTCOMES) this.flush();
    else this.#timer ??= setTimeout(() => this.#flushLater(), GROUP_MS);
  }

  #flushLater(): void {
    try {
      this.flush();
    } catch (error) {
      // Told by the next outcome, or at the end.
      this.#failure = error;
    }
  }

  /** Writes what was taken in. Throws E_SINK_*. */
  flush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#failure !== null) throw this.#failure;
    const group = this.#waiting;
    if (group.length === 0) return;
    // An object is done only when its dead letters cannot be lost either.
    if (group.some(({ counts }) => counts.deadLetters + counts.failureStore > 0)) syncDeadLetters(this.#deadLetterPath);
    this.#store.write(() => this.#write(group));
    this.#waiting = [];
    for (const { object, outcome } of group) if (outcome === 'done') this.#onDone?.(object);
  }

  #write(group: readonly Pending[]): void {
    const { entries, trouble, totals } = this.#store;
    const changed = new Map<string, Totals>();
    const totalsAt = (key: string): Totals => {
      let sums = changed.get(key);
      if (sums === undefined) {
        const text = totals.get(key);
        sums = text === undefined ? noTotals() : readTotals(text);
        changed.set(key, sums);
      }
      return sums;
    };
    for (const { object, outcome, counts, indices, code, reason } of group) {
      const key = entryKey(object);
      const day = dayOfObject(object);
      const before = entries.getBinary(key);
      const old = before === undefined ? null : decodeEntry(before);
      const entry: Entry = {
        ...counts,
        state: outcome,
        attempts: (old?.attempts ?? 0) + 1,
        group: old?.group ?? this.#numberOf(this.#groupOf(object, day)),
        // The one of the first try: what came before a rollover is what matters.
        indices: old?.indices || (indices === '' ? 0 : this.#numberOf(`indices ${indices}`)),
      };
      entries.putSync(key, encodeEntry(entry));
      if (old !== null) addEntry(totalsAt(`${old.group} ${day}`), old, -1);
      addEntry(totalsAt(`${entry.group} ${day}`), entry, 1);
      if (outcome === 'done') {
        if (old !== null && old.state !== 'done') trouble.removeSync(key);
      } else {
        const why: Trouble = { object: describeObject(object), state: outcome, code, reason, source: object };
        trouble.putSync(key, JSON.stringify(why));
      }
    }
    for (const [key, sums] of changed) totals.putSync(key, JSON.stringify(sums));
  }

  #numberOf(name: string): number {
    const short = Buffer.byteLength(name) <= MAX_NAME_BYTES ? name : `sha256 ${hashOf(name)}`;
    const known = this.#names.get(short);
    if (known !== undefined) return known;
    const number = this.#names.size + 1;
    this.#store.names.putSync(short, number);
    this.#name(short, number);
    return number;
  }

  #name(name: string, number: number): void {
    this.#names.set(name, number);
    if (parsePlace(name)?.form === null) this.#looseFolders++;
  }

  /** The name of an object's group. */
  #groupOf({ key }: SourceObject, day: number): string {
    const place = placeOf(key, day);
    const name = placeName(place);
    if (place.form !== null || this.#names.has(name) || this.#looseFolders < MAX_LOOSE_FOLDERS) return name;
    return placeName({ ...place, folder: '' });
  }

  /** Sums by place and day, in no order. */
  places(): readonly PlaceTotals[] {
    const places = new Map([...this.#names].map(([name, number]) => [number, parsePlace(name)]));
    const all: PlaceTotals[] = [];
    for (const { key, value } of this.#store.totals.getRange()) {
      const [group, day] = key.split(' ').map(Number) as [number, number];
      const place = places.get(group) ?? { account: '-', region: '-', folder: '', form: null };
      all.push({ ...readTotals(value), ...place, day });
    }
    return all;
  }

  /** Sums by day, account and region, days ascending. */
  days(): readonly DayTotals[] {
    const all = new Map<string, DayTotals>();
    for (const { day, account, region, ...totals } of this.places()) {
      const key = `${day} ${account} ${region}`;
      const sums = all.get(key) ?? { ...noTotals(), day, account, region };
      addTotals(sums, totals);
      all.set(key, sums);
    }
    return [...all.values()].sort(
      (a, b) => a.day - b.day || a.account.localeCompare(b.account) || a.region.localeCompare(b.region),
    );
  }

  /** Sums over everything. */
  totals(): Totals {
    const sums = noTotals();
    for (const one of this.days()) addTotals(sums, one);
    return sums;
  }

  /** Objects that are not simply done, in the order of their days. */
  *troubles(): Generator<Trouble> {
    for (const { value } of this.#store.trouble.getRange()) yield JSON.parse(value) as Trouble;
  }

  /** Has objects read again by the next run, whatever their state; until then they count for nothing. Throws E_SINK_*. */
  reopen(objects: readonly SourceObject[]): void {
    this.flush();
    this.#store.write(() => {
      for (const object of objects) {
        const entry = this.entryOf(object);
        if (entry !== null) this.#replace(object, entry, { ...entry, state: 'unfinished' });
        const why: Trouble = {
          object: describeObject(object),
          state: 'unfinished',
          code: '',
          reason: 'to be read again',
          source: object,
        };
        this.#store.trouble.putSync(entryKey(object), JSON.stringify(why));
      }
    });
  }

  /**
   * Objects that are not simply done have other versions now, and cannot be read again. Documents that the target has of
   * damaged ones still count where `keepsDocuments`; all else is forgotten. Throws E_SINK_*.
   */
  replaced(objects: readonly SourceObject[], keepsDocuments: boolean): void {
    this.flush();
    this.#store.write(() => {
      for (const object of objects) {
        const entry = this.entryOf(object);
        const stays = keepsDocuments && entry?.state === 'damaged';
        if (entry !== null) this.#replace(object, entry, stays ? { ...entry, state: 'done' } : null);
        this.#store.trouble.removeSync(entryKey(object));
      }
    });
  }

  /**
   * Books documents that were dead letters and are in the target now, and gives the job the file of the dead letters
   * that are left: both or neither, whenever the process ends. Throws E_SINK_*.
   */
  settle(settled: readonly Settled[], lettersLeft: string): void {
    this.flush();
    this.#store.write(() => {
      for (const { object, created, duplicates, failureStore } of settled) {
        const entry = this.entryOf(object);
        if (entry === null) continue;
        // Not below 0: there are letters of runs without a ledger, too.
        if (entry.deadLetters < created + duplicates + failureStore) continue;
        this.#replace(object, entry, {
          ...entry,
          created: entry.created + created,
          duplicates: entry.duplicates + duplicates,
          failureStore: entry.failureStore + failureStore,
          deadLetters: entry.deadLetters - created - duplicates - failureStore,
        });
      }
      this.#store.meta.putSync('letters', lettersLeft);
    });
    this.#endSettling();
  }

  /** Puts the file in place that `settle` has booked. */
  #endSettling(): void {
    const { meta, write } = this.#store;
    const file = meta.get('letters') as string | undefined;
    if (file === undefined) return;
    try {
      renameSync(file, this.#deadLetterPath);
      syncFolder(path.dirname(this.#deadLetterPath));
    } catch (error) {
      // It is in place, and only that was not noted.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw sinkError(error, this.#deadLetterPath);
    }
    write(() => meta.removeSync('letters'));
  }

  /** Writes an entry in place of another, or none, and sums accordingly. Within a transaction. */
  #replace(object: SourceObject, old: Entry, entry: Entry | null): void {
    const { entries, totals } = this.#store;
    const at = `${old.group} ${dayOfObject(object)}`;
    const text = totals.get(at);
    const sums = text === undefined ? noTotals() : readTotals(text);
    addEntry(sums, old, -1);
    if (entry === null) entries.removeSync(entryKey(object));
    else {
      addEntry(sums, entry, 1);
      entries.putSync(entryKey(object), encodeEntry(entry));
    }
    totals.putSync(at, JSON.stringify(sums));
  }

  /** Writes what is left and closes. Throws E_SINK_*. */
  async close(): Promise<void> {
    try {
      this.flush();
    } finally {
      await this.#store.close();
    }
  }
}

/** Makes a rename outlast a power cut. */
function syncFolder(folder: string): void {
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');

/** What a listing adds up to: sums only, however many objects there are. */

import { type KeyFacts, parseKey } from '../plan/keys.ts';
import type { Listed, RefusedObject, SourceObject } from '../sources/source.ts';

/** Objects, and their bytes as far as their size is known. */
export interface Amount {
  objects: number;
  bytes: number;
}

/** One day: what is to be read, and how many objects besides cannot be read or are done already. */
export interface DayAmount extends Amount {
  refused: number;
  done: number;
}

/** How folders are named: AWS's plain or Hive's form, a folder for each day or each hour, or neither. */
export type FolderKind = 'days' | 'hours' | 'Hive days' | 'Hive hours' | 'other';

/** Names beyond so many are added up as one: keys of a foreign layout could make each its own. */
const MOST_NAMES = 10_000;
const MORE_NAMES = 'others';

/** What stands for an account or a region that the key does not say. */
const UNKNOWN = 'unknown';

/** Sums over a listing. `day` of a key that says none is null. */
export class Tally {
  readonly total: Amount = { objects: 0, bytes: 0 };
  readonly done: Amount = { objects: 0, bytes: 0 };
  readonly byDay = new Map<number | null, DayAmount>();
  readonly byAccount = new Map<string, Amount>();
  readonly byRegion = new Map<string, Amount>();
  readonly byFolders = new Map<FolderKind, Amount>();
  readonly byRefusal = new Map<RefusedObject['code'], Amount>();
  /** Objects to read whose size the listing does not say. */
  unknownSizes = 0;

  /** Adds what was listed; `facts` are those of its key. */
  add(listed: Listed, facts: KeyFacts, isDone: boolean): void {
    const day = this.#day(facts.day);
    if ('object' in listed) {
      day.refused++;
      addTo(this.byRefusal, listed.code, listed.object);
    } else if (isDone) {
      day.done++;
      count(this.done, listed);
    } else {
      if (listed.size < 0) this.unknownSizes++;
      count(this.total, listed);
      count(day, listed);
      addTo(this.byAccount, this.#name(this.byAccount, facts.account), listed);
      addTo(this.byRegion, this.#name(this.byRegion, facts.region), listed);
      addTo(this.byFolders, folderKindOf(listed.key, facts), listed);
    }
  }

  #day(day: number | null): DayAmount {
    let amount = this.byDay.get(day);
    if (amount === undefined) {
      amount = { objects: 0, bytes: 0, refused: 0, done: 0 };
      this.byDay.set(day, amount);
    }
    return amount;
  }

  #name(names: ReadonlyMap<string, Amount>, name: string | null): string {
    if (name === null) return UNKNOWN;
    return names.has(name) || names.size < MOST_NAMES ? name : MORE_NAMES;
  }
}

function count(amount: Amount, object: SourceObject): void {
  amount.objects++;
  amount.bytes += Math.max(0, object.size);
}

function addTo<Name>(amounts: Map<Name, Amount>, name: Name, object: SourceObject): void {
  let amount = amounts.get(name);
  if (amount === undefined) {
    amount = { objects: 0, bytes: 0 };
    amounts.set(name, amount);
  }
  count(amount, object);
}

const SERVICE = 'vpcflowlogs/';

/** Slashes behind `vpcflowlogs/`: region, year, month, day, and the hour where there is one. */
const SLASHES_OF_DAYS = 4;

/** How the folders of a key are named. `facts` are those of `parseKey`. */
export function folderKindOf(key: string, facts: KeyFacts = parseKey(key)): FolderKind {
  const at = key.lastIndexOf(SERVICE);
  if (at < 0 || facts.day === null) return 'other';
  let slashes = 0;
  for (let next = key.indexOf('/', at + SERVICE.length); next >= 0; next = key.indexOf('/', next + 1)) slashes++;
  if (slashes !== SLASHES_OF_DAYS && slashes !== SLASHES_OF_DAYS + 1) return 'other';
  const unit = slashes === SLASHES_OF_DAYS ? 'days' : 'hours';
  return facts.hive ? `Hive ${unit}` : unit;
}

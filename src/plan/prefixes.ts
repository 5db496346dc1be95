/**
 * Planning of a listing: from a prefix and a selection to objects, days ascending over all accounts and regions,
 * biggest first within a day.
 *
 * Where AWS's layout is found, only what is selected is listed: accounts and regions by their folders, then days. A
 * bucket of years begins to give objects after a handful of requests, and a day is all that memory holds.
 *
 *   find AWSLogs/ ─▶ accounts ─▶ services ─▶ regions ─▶ years ─▶ months ─▶ days ─▶ objects of the day, sorted
 *   └─ all at once, WIDTH requests at a time ─┘        └─ in order, one year, month, day at a time ────┘
 *
 * Where it is not found, the prefix is walked in key order and sorted in chunks.
 */
import type { Listed, Selection } from '../sources/source.ts';
import { mapAhead, readAhead } from './ahead.ts';
import { folderValue, isDigits, isFlowLogName, isServiceFolder } from './keys.ts';
import { type Branch, branchOf, dayPrefix, daysOf, lastFolder, ROOT_FOLDER, step } from './layout.ts';
import { type Lister, objectOf } from './lister.ts';
import { biggestFirst, sortByDay } from './order.ts';
import { type KeyTest, selector } from './select.ts';

/** What differs from source to source. */
export interface PlanOptions {
  /** Objects outside the layout where there is one: take all, or those named like flow logs. */
  readonly besides: 'all' | 'flow-log-names';
  /** Up to so many days are named without looking which of them there are: saves requests where looking is one. */
  readonly directDays: number;
}

/** Requests under way at a time. */
const WIDTH = 8;

/** So many objects of a day are sorted at once: 50,000 of them are about 25 MB. */
const DAY_CHUNK = 50_000;

/** The same for a walk outside the layout, where a chunk is a delay before the first object. */
const WALK_CHUNK = 5_000;

/** How far to look for `AWSLogs/`: folders to look into, and levels. What is left over is walked. */
const SEARCH_FOLDERS = 64;
const SEARCH_LEVELS = 5;

/** A prefix to list once the days are done. */
interface Rest {
  readonly prefix: string;
  readonly deep: boolean;
  readonly take: KeyTest;
}

/** Lists what `selection` takes under `prefix`; see the head of this file for the order. Errors of the lister pass through. */
export async function* planned(
  lister: Lister,
  prefix: string,
  selection: Selection,
  options: PlanOptions,
  signal: AbortSignal,
): AsyncGenerator<Listed> {
  for await (const batch of readAhead(new Planner(lister, selection, options, signal).batches(prefix))) {
    yield* batch;
  }
}

class Planner {
  readonly #lister: Lister;
  readonly #selection: Selection;
  readonly #selected: KeyTest;
  readonly #outside: KeyTest;
  readonly #directDays: number;
  readonly #signal: AbortSignal;
  readonly #rests: Rest[] = [];

  constructor(lister: Lister, selection: Selection, options: PlanOptions, signal: AbortSignal) {
    this.#lister = lister;
    this.#selection = selection;
    this.#selected = selector(selection);
    this.#outside = options.besides === 'all' ? () => true : isFlowLogKey;
    this.#directDays = options.directDays;
    this.#signal = signal;
  }

  async *batches(prefix: string): AsyncGenerator<Listed[]> {
    const start = branchOf(prefix);
    const branches = start === 'outside' ? await this.#search(prefix) : start === 'foreign' ? [] : [start];
    if (branches.length === 0) {
      yield* this.#walk({ prefix, deep: true, take: () => true });
      return;
    }
    for await (const day of this.#ascend(await this.#regions(branches), 0)) {
      yield* this.#day(day);
    }
    for (const rest of this.#rests) {
      yield* this.#walk(rest);
    }
  }

  /** Looks for `AWSLogs/` under a prefix, level by level. What is beside it becomes a rest, where it is found at all. */
  async #search(prefix: string): Promise<Branch[]> {
    const found: Branch[] = [];
    let prefixes = [prefix];
    let budget = SEARCH_FOLDERS;
    for (let level = 0; prefixes.length > 0; level++) {
      const below: string[] = [];
      const [looked, left] =
        level < SEARCH_LEVELS ? [prefixes.slice(0, budget), prefixes.slice(budget)] : [[], prefixes];
      budget -= looked.length;
      for await (const { at, folders, loose, flat } of mapAhead(looked, WIDTH, (at) => this.#level(at))) {
        if (flat) {
          left.push(at);
          continue;
        }
        if (loose) {
          this.#rests.push({ prefix: at, deep: false, take: this.#outside });
        }
        for (const folder of folders) {
          const name = lastFolder(folder);
          if (name === ROOT_FOLDER) {
            found.push({ prefix: folder, stage: 'account', date: [] });
          } else if (isDigits(folderValue('year', name) ?? '')) {
            left.push(folder);
          } else {
            below.push(folder);
          }
        }
      }
      this.#rests.push(...left.map((rest) => ({ prefix: rest, deep: true, take: this.#outside })));
      prefixes = below;
    }
    return found;
  }

  /** Goes down to the regions, all branches at a time, leaving out accounts and regions that are not selected. */
  async #regions(branches: readonly Branch[]): Promise<Branch[]> {
    const regions: Branch[] = [];
    let level = [...branches];
    while (level.length > 0) {
      const below: Branch[] = [];
      for await (const children of mapAhead(level, WIDTH, (branch) => this.#children(branch))) {
        for (const child of children) {
          (child.stage === 'date' ? regions : below).push(child);
        }
      }
      level = below;
    }
    return regions;
  }

  /** The branches under one; itself where it has arrived at dates. */
  async #children(branch: Branch): Promise<Branch[]> {
    if (branch.stage === 'date') {
      return [branch];
    }
    const children: Branch[] = [];
    for (const { folder, prefix } of await this.#foldersOf(branch)) {
      const child = step(branch, folder, prefix);
      if (child === null) {
        // Beside `vpcflowlogs` lie CloudTrail and others: not flow logs, whatever the source.
        if (branch.stage === 'account') {
          this.#rests.push({ prefix, deep: true, take: this.#outside });
        }
      } else if (this.#wanted(branch, folder)) {
        children.push(child);
      }
    }
    return children;
  }

  #wanted(branch: Branch, folder: string): boolean {
    const { accounts, regions } = this.#selection;
    if (branch.stage === 'account' && !folder.startsWith('o-')) {
      return accounts?.includes(folderValue('aws-account-id', folder) ?? '') ?? true;
    }
    return branch.stage !== 'region' || (regions?.includes(folderValue('aws-region', folder) ?? '') ?? true);
  }

  /** Yields the prefixes of each day, days ascending: groups the branches by year, then each year by month, and so on. */
  async *#ascend(branches: readonly Branch[], depth: number): AsyncGenerator<string[]> {
    const groups = new Map<number, Branch[]>();
    for await (const children of mapAhead(branches, WIDTH, (branch) => this.#dated(branch, depth))) {
      for (const child of children) {
        const part = child.date[depth]!;
        groups.set(part, [...(groups.get(part) ?? []), child]);
      }
    }
    for (const [, group] of [...groups].sort(([a], [b]) => a - b)) {
      if (depth === 2) {
        yield group.map((branch) => branch.prefix);
      } else {
        yield* this.#ascend(group, depth + 1);
      }
    }
  }

  /** The branches under one that have a date of more than `depth` parts and days that are selected. */
  async #dated(branch: Branch, depth: number): Promise<Branch[]> {
    if (branch.date.length > depth) {
      return this.#inRange(branch) ? [branch] : [];
    }
    const { fromDay, toDay } = this.#selection;
    const bounded = fromDay !== undefined && toDay !== undefined && toDay - fromDay < this.#directDays;
    if (depth === 0 && bounded && branch.prefix.endsWith('/')) {
      return Array.from({ length: toDay - fromDay + 1 }, (_, at) => dayPrefix(branch.prefix, fromDay + at));
    }
    const children: Branch[] = [];
    for (const { folder, prefix } of await this.#foldersOf(branch)) {
      const child = step(branch, folder, prefix);
      if (child === null) {
        this.#rests.push({ prefix, deep: true, take: () => true });
      } else if (this.#inRange(child)) {
        children.push(child);
      }
    }
    return children;
  }

  #inRange(branch: Branch): boolean {
    const days = daysOf(branch.date);
    const { fromDay = Number.NEGATIVE_INFINITY, toDay = Number.POSITIVE_INFINITY } = this.#selection;
    return days !== null && days.last >= fromDay && days.first <= toDay;
  }

  /** The folders directly under a branch. Objects beside them, and all where they are too many, are left for later. */
  async #foldersOf(branch: Branch): Promise<{ folder: string; prefix: string }[]> {
    const { folders, loose, flat } = await this.#level(branch.prefix);
    if (flat || loose) {
      const take = branch.stage === 'date' || branch.stage === 'region' ? () => true : this.#outside;
      this.#rests.push({ prefix: branch.prefix, deep: flat, take });
    }
    return flat ? [] : folders.map((prefix) => ({ folder: lastFolder(prefix), prefix }));
  }

  async #level(at: string) {
    return { at, ...(await this.#lister.folders(at, this.#signal)) };
  }

  /** The objects of one day, biggest first. */
  async *#day(prefixes: readonly string[]): AsyncGenerator<Listed[]> {
    let batch: Listed[] = [];
    for await (const objects of mapAhead(prefixes, WIDTH, (prefix) => this.#dayObjects(prefix))) {
      for await (const page of objects) {
        batch.push(...page);
        if (batch.length >= DAY_CHUNK) {
          yield batch.sort(biggestFirst);
          batch = [];
        }
      }
    }
    yield batch.sort(biggestFirst);
  }

  /** Pages of one day prefix. The first is fetched here, so that several prefixes are asked at a time. */
  async #dayObjects(prefix: string): Promise<AsyncIterable<Listed[]>> {
    return eager(this.#pages({ prefix, deep: true, take: () => true }));
  }

  async *#walk(rest: Rest): AsyncGenerator<Listed[]> {
    let batch: Listed[] = [];
    for await (const page of this.#pages(rest)) {
      batch.push(...page);
      if (batch.length >= WALK_CHUNK) {
        yield sortByDay(batch);
        batch = [];
      }
    }
    yield sortByDay(batch);
  }

  async *#pages({ prefix, deep, take }: Rest): AsyncGenerator<Listed[]> {
    for await (const page of this.#lister.objects(prefix, deep, this.#signal)) {
      yield page.filter((listed) => {
        const { key } = objectOf(listed);
        // A key that ends in a slash is a folder made by a console, without bytes.
        return !key.endsWith('/') && take(key) && this.#selected(key);
      });
    }
  }
}

/** Fetches the first value at once; the rest when it is read. */
async function eager<T>(values: AsyncGenerator<T>): Promise<AsyncGenerator<T>> {
  const first = await values.next();
  return (async function* () {
    if (first.done !== true) {
      yield first.value;
      yield* values;
    }
  })();
}

function isFlowLogKey(key: string): boolean {
  const segments = key.split('/');
  return isFlowLogName(segments.at(-1)!) || segments.some(isServiceFolder);
}

/** How many requests a run over a bucket makes, and what they cost. */

import { formatDay } from '../plan/dates.ts';
import type { KeyFacts } from '../plan/keys.ts';
import type { PriceFacts, RequestPrices } from './prices.ts';

/** Keys that one LIST gives. */
const PAGE_KEYS = 1_000;

/** Folders kept apart within a day; beyond, a listing by folders makes no sense. */
const MOST_FOLDERS = 100_000;

/** Requests by price: LIST, and GET with HEAD. */
export interface Requests {
  readonly list: number;
  readonly get: number;
}

/** Requests with their price in US dollars. */
export interface PricedRequests extends Requests {
  readonly price: number;
  readonly prices: PriceFacts;
}

/**
 * Counts LIST requests as the planning of listings makes them (src/plan/prefixes.ts): pages for each day of each account
 * and region, and the folders on the way there. A few more or fewer: folders that are empty, keys beside the layout.
 */
export class ListRequests {
  readonly #branches = new Set<string>();
  readonly #accounts = new Set<string>();
  readonly #months = new Set<string>();
  #keysOfDay = new Map<string, number>();
  #day: number | null = null;
  #pages = 0;

  add({ account, region, day }: KeyFacts): void {
    if (day !== this.#day) {
      this.#endDay();
      this.#day = day;
      if (day !== null) this.#months.add(formatDay(day).slice(0, 7));
    }
    const branch = `${account}/${region}`;
    const keys = this.#keysOfDay.get(branch);
    if (keys !== undefined) {
      this.#keysOfDay.set(branch, keys + 1);
      return;
    }
    if (this.#keysOfDay.size < MOST_FOLDERS) this.#keysOfDay.set(branch, 1);
    if (account === null || region === null || this.#branches.size >= MOST_FOLDERS) return;
    this.#accounts.add(account);
    this.#branches.add(branch);
  }

  #endDay(): void {
    for (const keys of this.#keysOfDay.values()) this.#pages += Math.ceil(keys / PAGE_KEYS);
    this.#keysOfDay = new Map();
  }

  /** The sum; `directDays` where days are named without looking which of them there are. */
  total(directDays: boolean): number {
    this.#endDay();
    const years = new Set([...this.#months].map((month) => month.slice(0, 4)));
    const levels = 1 + years.size + this.#months.size;
    const onTheWay = 1 + 2 * this.#accounts.size + (directDays ? 0 : this.#branches.size * levels);
    return this.#branches.size === 0 ? Math.max(1, this.#pages) : this.#pages + onTheWay;
  }
}

/** Requests with their price. */
export function priced({ list, get }: Requests, prices: PriceFacts): PricedRequests {
  return { list, get, price: costOf({ list, get }, prices), prices };
}

function costOf({ list, get }: Requests, prices: RequestPrices): number {
  return (list * prices.list + get * prices.get) / 1_000;
}

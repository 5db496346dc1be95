/** What goes wrong on a bad day, drawn from a seed: for a request as a whole, and for single items of it. */

import { createHash } from 'node:crypto';
import { Prng } from '../../src/generate/prng.ts';
import { type AnswerItem, type ClusterError, itemError, type Operation } from './bulk-store.ts';

/** Faults of a whole request. Those before `answer lost` leave nothing stored. */
export const REQUEST_FAULTS = [
  '401',
  '403',
  'whole block',
  '429',
  '500',
  '502',
  '503',
  '504',
  'reset before reading',
  'reset before storing',
  'answer lost',
  'answer cut',
  'answer slow',
  'answer trickled',
  'wrong JSON',
  'fewer items',
  'empty body',
] as const;
export type RequestFault = (typeof REQUEST_FAULTS)[number];

/** Faults of single items inside 200. Those of PERMANENT meet the same documents at every try. */
const ITEM_FAULTS = [
  'item 429',
  'item 500',
  'item 503',
  'item block',
  'disk full',
  'mapping',
  'failure store',
] as const;
const PERMANENT: ReadonlySet<ItemFault> = new Set(['mapping', 'failure store']);
export type ItemFault = (typeof ITEM_FAULTS)[number];

export type FaultName = RequestFault | ItemFault;

/** Probabilities, each a request or an item. */
export type Faults = Partial<Record<FaultName, number>>;

const ITEM_ERRORS: Readonly<Record<Exclude<ItemFault, 'failure store'>, ClusterError>> = {
  'item 429': {
    status: 429,
    type: 'es_rejected_execution_exception',
    reason: 'rejected execution of TimedRunnable{original=x@1f2e3d} on EsThreadPoolExecutor[name = n/write]',
  },
  'item 500': { status: 500, type: 'exception', reason: 'something broke' },
  'item 503': { status: 503, type: 'unavailable_shards_exception', reason: 'primary shard is not active' },
  'item block': {
    status: 403,
    type: 'cluster_block_exception',
    reason: 'index [x] blocked by: [FORBIDDEN/8/index write (api)];',
  },
  'disk full': {
    status: 429,
    type: 'cluster_block_exception',
    reason:
      'index [x] blocked by: [TOO_MANY_REQUESTS/12/disk usage exceeded flood-stage watermark, index has ' +
      'read-only-allow-delete block];',
  },
  mapping: {
    status: 400,
    type: 'document_parsing_exception',
    reason: `[1:46] failed to parse field [n] of type [long] in document with id 'x'. Preview of field's value: 'nine'`,
  },
};

/** Draws faults. Never so many in a row that a run could not end. */
export class FaultDice {
  /** Requests to come that have their fault already, the next first; null: none. */
  readonly script: (RequestFault | null)[] = [];
  /** How often each fault came. */
  readonly counts = new Map<FaultName, number>();
  readonly random: Prng;
  readonly faults: Faults;
  readonly #seed: number;
  readonly #maxInARow: number;
  #requestsInARow = 0;
  readonly #itemsInARow = new Map<string, number>();

  constructor(seed: number, faults: Faults, maxInARow: number) {
    this.random = new Prng(seed, 1);
    this.#seed = seed;
    this.faults = { ...faults };
    this.#maxInARow = maxInARow;
  }

  forRequest(): RequestFault | null {
    if (this.script.length > 0) return this.#counted(this.script.shift() ?? null);
    const fault = this.#requestsInARow < this.#maxInARow ? this.#draw() : null;
    this.#requestsInARow = fault === null ? 0 : this.#requestsInARow + 1;
    return this.#counted(fault);
  }

  #draw(): RequestFault | null {
    let at = this.random.uniform();
    for (const fault of REQUEST_FAULTS) {
      at -= this.faults[fault] ?? 0;
      if (at < 0) return fault;
    }
    return null;
  }

  #counted<T extends FaultName | null>(fault: T): T {
    if (fault !== null) this.counts.set(fault, (this.counts.get(fault) ?? 0) + 1);
    return fault;
  }

  /** The fault of one item, or null. */
  forItem({ id, document }: Operation): ItemFault | null {
    const key = id ?? document;
    for (const fault of ITEM_FAULTS) {
      const share = this.faults[fault] ?? 0;
      if (share === 0) continue;
      if (PERMANENT.has(fault)) {
        if (this.#share(fault, key) < share) return this.#counted(fault);
      } else if (this.random.uniform() < share) {
        const inARow = this.#itemsInARow.get(key) ?? 0;
        if (inARow >= this.#maxInARow) continue;
        this.#itemsInARow.set(key, inARow + 1);
        return this.#counted(fault);
      }
    }
    this.#itemsInARow.delete(key);
    return null;
  }

  /** A number from 0 up to 1 that is a document's own. */
  #share(fault: ItemFault, key: string): number {
    return createHash('sha256').update(`${this.#seed} ${fault} ${key}`).digest().readUInt32LE() / 2 ** 32;
  }
}

/** The item that a fault makes of an operation. */
export function faultyItem(fault: ItemFault, op: string): AnswerItem {
  if (fault === 'failure store') {
    return { [op]: { _index: '.fs-x-000001', _id: 'made', status: 201, failure_store: 'used' } };
  }
  return itemError(op, ITEM_ERRORS[fault]);
}

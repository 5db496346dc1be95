/** A listing without end: each object once, whatever is under way, done, failed or changed meanwhile. */

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { FlowbulkError } from '../../src/errors.ts';
import type { EntryState } from '../../src/ledger/entry.ts';
import { Follower } from '../../src/plan/follow.ts';
import type { Listed, SourceObject } from '../../src/sources/source.ts';

/** The waits between looks keep no process alive. */
const alive = setInterval(() => {}, 1_000);
after(() => clearInterval(alive));

const object = (key: string, etag = 'e'): SourceObject => ({
  kind: 's3',
  bucket: 'b',
  key,
  path: null,
  etag,
  size: 1,
  lastModifiedMs: 0,
});

/** A source that is looked at by hand: each look has what `there` has then. */
class Looked {
  there: Listed[] = [];
  looks = 0;
  failure: Error | null = null;
  readonly warnings: string[] = [];
  /** Written by `flush`, as the ledger does. */
  readonly #entries = new Map<string, EntryState>();
  readonly #pending = new Map<string, EntryState>();
  readonly follower: Follower;
  readonly #values: AsyncGenerator<Listed>;

  constructor(signal: AbortSignal = new AbortController().signal) {
    const nameOf = ({ key, etag }: SourceObject) => `${key} ${etag}`;
    const ledger = {
      flush: () => {
        for (const [name, state] of this.#pending) this.#entries.set(name, state);
        this.#pending.clear();
      },
      entryOf: (one: SourceObject) => {
        const state = this.#entries.get(nameOf(one));
        return state === undefined ? null : ({ state } as never);
      },
    };
    const warn = (text: string) => this.warnings.push(text);
    this.follower = new Follower({ look: () => this.#look(), intervalMs: 1, ledger, warn });
    this.#values = this.follower.list(signal);
    this.end = (one, state) => {
      this.#pending.set(nameOf(one), state);
      this.follower.finished([one]);
    };
  }

  readonly end: (one: SourceObject, state: EntryState) => void;

  async *#look(): AsyncGenerator<Listed> {
    this.looks++;
    yield* this.there;
    if (this.failure !== null) throw this.failure;
  }

  /** The next that is given; null where so many looks go by without any. */
  async next(looks = 3): Promise<string | null> {
    const until = this.looks + looks;
    const value = this.#values.next();
    // What nobody answers is there for the next call.
    const settled = value.then(({ value: listed }) => listed as Listed | undefined);
    for (;;) {
      const some = await Promise.race([settled, new Promise<null>((resolve) => setTimeout(resolve, 1, null))]);
      if (some !== null) return some === undefined ? 'end' : 'object' in some ? some.object.key : some.key;
      if (this.looks >= until) {
        this.#left = settled;
        return null;
      }
    }
  }

  /** Waits for so many looks. */
  async looksMore(count: number): Promise<void> {
    const until = this.looks + count;
    while (this.looks < until) await new Promise((resolve) => setTimeout(resolve, 1));
  }

  #left: Promise<Listed | undefined> | null = null;

  /** What was waited for when `next` gave null. */
  async late(): Promise<string> {
    const some = await this.#left;
    return (some as SourceObject).key;
  }
}

test('what is under way is not given twice, nor what is done, and what is new is', async () => {
  const looked = new Looked();
  looked.there = [object('a'), object('b')];
  assert.deepEqual([await looked.next(), await looked.next()], ['a', 'b']);
  assert.equal(await looked.next(), null, 'both are under way');
  looked.end(object('a'), 'done');
  await looked.looksMore(3);
  looked.there = [object('a'), object('b'), object('c')];
  assert.equal(await looked.late(), 'c');
});

test('what failed is left to retry; what changed is new', async () => {
  const looked = new Looked();
  looked.there = [object('a')];
  assert.equal(await looked.next(), 'a');
  looked.end(object('a'), 'failed');
  assert.equal(await looked.next(), null);
  looked.there = [object('a', 'other')];
  assert.equal(await looked.late(), 'a');
});

test('the first look gives all there is, so that it is counted; what failed before is tried once more', async () => {
  const looked = new Looked();
  looked.end(object('a'), 'done');
  looked.end(object('b'), 'failed');
  looked.end(object('c'), 'unfinished');
  looked.there = [object('a'), object('b'), object('c')];
  assert.deepEqual([await looked.next(), await looked.next(), await looked.next()], ['a', 'b', 'c']);
  assert.equal(await looked.next(), null);
});

test('a refused object is told once', async () => {
  const looked = new Looked();
  const refused: Listed = { object: object('p.parquet'), code: 'E_OBJECT_PARQUET', reason: 'Parquet' };
  looked.there = [refused];
  assert.equal(await looked.next(), 'p.parquet');
  looked.end(object('p.parquet'), 'failed');
  assert.equal(await looked.next(), null);
});

test('a source that is away is looked at again, but not at first; a refusal ends it', async () => {
  const looked = new Looked();
  looked.there = [object('a')];
  assert.equal(await looked.next(), 'a');
  assert.equal(await looked.next(), null);
  looked.failure = new FlowbulkError('E_SOURCE_UNREACHABLE', 'b cannot be reached');
  await looked.looksMore(3);
  assert.match(looked.warnings[0] as string, /cannot be reached; the next look/);
  looked.failure = new FlowbulkError('E_SOURCE_DENIED', 'no');
  await assert.rejects(looked.late(), { code: 'E_SOURCE_DENIED' });
  const away = new Looked();
  away.failure = new FlowbulkError('E_SOURCE_UNREACHABLE', 'b cannot be reached');
  await assert.rejects(away.next(), { code: 'E_SOURCE_UNREACHABLE' });
});

test('what is finished is not kept in mind until the next look, which may be far away', () => {
  let flushes = 0;
  const look = async function* (): AsyncGenerator<Listed> {};
  const ledger = { flush: () => void flushes++, entryOf: () => null };
  const follower = new Follower({ look, intervalMs: 3_600_000, ledger, warn: () => {} });
  for (let i = 0; i < 45_000; i += 50) {
    follower.finished(Array.from({ length: 50 }, (_, n) => object(`${i + n}`)));
  }
  assert.equal(flushes, 4);
});

test('a stop ends the wait between looks', async () => {
  const stop = new AbortController();
  const look = async function* (): AsyncGenerator<Listed> {};
  const ledger = { flush() {}, entryOf: () => null };
  const follower = new Follower({ look, intervalMs: 3_600_000, ledger, warn: () => {} });
  const next = follower.list(stop.signal).next();
  setImmediate(() => stop.abort(new FlowbulkError('E_TERMINATED', 'stopped')));
  await assert.rejects(next, { code: 'E_TERMINATED' });
});

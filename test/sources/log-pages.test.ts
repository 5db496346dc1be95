import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LogEvent } from '../../src/formats/log-event.ts';
import { type AskPage, pagesOf } from '../../src/sources/log-pages.ts';
import type { TimeRange } from '../../src/sources/log-windows.ts';

const RANGE: TimeRange = { fromMs: 0, toMs: 3_600_000 };

const event = (timestampMs: number, i: number): LogEvent => ({
  id: `${i}`,
  stream: 's',
  timestampMs,
  ingestionMs: null,
  message: 'm',
});

/** Pages of `size` over events in the order of their times, each second one empty; tells what was asked for. */
function pager(events: readonly LogEvent[], size: number) {
  const asked: (readonly [TimeRange, string | null])[] = [];
  let underWay = 0;
  const most = { underWay: 0 };
  const ask: AskPage = async (range, token) => {
    asked.push([range, token]);
    most.underWay = Math.max(most.underWay, ++underWay);
    await new Promise((resolve) => setImmediate(resolve));
    underWay--;
    const inside = events.filter(({ timestampMs }) => timestampMs >= range.fromMs && timestampMs < range.toMs);
    const [from = 0, isEmpty = 0] = (token ?? '0 0').split(' ').map(Number);
    if (isEmpty === 1) return { events: [], token: `${from} 0` };
    const next = from + size;
    return { events: inside.slice(from, next), token: next < inside.length ? `${next} 1` : null };
  };
  return { ask, asked, most };
}

async function idsOf(width: number, ask: AskPage): Promise<string[]> {
  const ids: string[] = [];
  for await (const events of pagesOf(RANGE, width, ask)) ids.push(...events.map(({ id }) => id));
  return ids;
}

const spread = (count: number) =>
  Array.from({ length: count }, (_, i) => event(Math.floor((i * RANGE.toMs) / count), i));

test('nothing, one page, and a few pages are one chain; empty pages are passed over', async () => {
  for (const [events, calls] of [
    [0, 1],
    [10, 1],
    [25, 5],
  ] as const) {
    const { ask, asked } = pager(spread(events), 10);
    assert.deepEqual(
      await idsOf(5, ask),
      spread(events).map(({ id }) => id),
    );
    assert.equal(asked.length, calls);
  }
});

test('a dense window is read in parts at once, each event once', async () => {
  const events = spread(1_000);
  const { ask, asked, most } = pager(events, 10);
  const ids = await idsOf(5, ask);
  assert.equal(ids.length, events.length);
  assert.equal(new Set(ids).size, events.length);
  assert.ok(most.underWay > 1 && most.underWay <= 5, `${most.underWay}`);
  // The first page of the whole, and then the slices.
  assert.deepEqual(new Set(asked.map(([{ fromMs }]) => fromMs)).size, 5);
  assert.equal(asked.filter(([{ toMs }]) => toMs === RANGE.toMs).length > 1, true);
});

test('one at a time is never cut', async () => {
  const { ask, most } = pager(spread(500), 10);
  assert.equal((await idsOf(1, ask)).length, 500);
  assert.equal(most.underWay, 1);
});

test('events of one millisecond that fill pages are all read', async () => {
  const events = Array.from({ length: 400 }, (_, i) => event(720_000, i));
  const { ask } = pager(events, 10);
  assert.equal(new Set(await idsOf(5, ask)).size, events.length);
});

test('a failure of one part ends them all', async () => {
  const { ask } = pager(spread(1_000), 10);
  let calls = 0;
  const failing: AskPage = (range, token) => (++calls > 20 ? Promise.reject(new Error('broken')) : ask(range, token));
  await assert.rejects(idsOf(5, failing), { message: 'broken' });
});

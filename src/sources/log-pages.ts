/** The events of a window, page by page: one chain of tokens where there are few, several at once where there are many. */
import type { LogEvent } from '../formats/log-event.ts';
import { merged, readAhead } from '../plan/ahead.ts';
import type { EventPage } from './log-client.ts';
import { slicesOf, type TimeRange } from './log-windows.ts';

/** Asks for a page of a range; without a token for its first one. */
export type AskPage = (range: TimeRange, token: string | null) => Promise<EventPage>;

/** A window is cut where each part has so many pages or more: its first page is then read twice. */
const PAGES_A_SLICE = 2;

/** Pages of one range, from a page of it on. An empty page with a token is not the last. */
async function* chain(range: TimeRange, ask: AskPage, first?: EventPage): AsyncGenerator<readonly LogEvent[]> {
  let page = first ?? (await ask(range, null));
  while (true) {
    if (page.events.length > 0) yield page.events;
    if (page.token === null) return;
    page = await ask(range, page.token);
  }
}

/**
 * The part of a range that its first page covers, 0 to 1: events come in the order of their times. It is a guess, by which
 * nothing but the number of requests is decided.
 */
function covered({ fromMs, toMs }: TimeRange, { events }: EventPage): number {
  const lastMs = events.reduce((last, { timestampMs }) => Math.max(last, timestampMs), fromMs);
  return (lastMs + 1 - fromMs) / (toMs - fromMs);
}

/** All events of a range, each once, in no order; `width` chains of pages at once where that pays. */
export async function* pagesOf(range: TimeRange, width: number, ask: AskPage): AsyncGenerator<readonly LogEvent[]> {
  const first = await ask(range, null);
  const isDense = first.token !== null && first.events.length > 0;
  if (!isDense || width < 2 || covered(range, first) * width * PAGES_A_SLICE > 1) {
    yield* readAhead(chain(range, ask, first));
    return;
  }
  yield* merged(slicesOf(range, width).map((slice) => chain(slice, ask)));
}

/** Days with and without objects, a sheet for each month. */

import { dayOf, formatDay } from '../plan/dates.ts';
import { formatCount } from '../progress/numbers.ts';
import type { Coverage, DayCoverage } from './coverage.ts';
import { html, type Markup } from './markup.ts';

const CELL = 24;
const HEAD = 18;
const WEEKDAYS = ['M', 'T', 'W', 'T', 'F', 'S', 'S'];

/** Shades by records, from a little to the most. */
const SHADES = 4;

/** Months without any object that are still drawn: more in a row are only told. */
const MOST_EMPTY_MONTHS = 3;

const monthName = new Intl.DateTimeFormat('en', { month: 'long', year: 'numeric', timeZone: 'UTC' });

/** One month with the days of it that are within the span. */
interface Month {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly days: readonly { readonly date: string; readonly covered: DayCoverage | null }[];
}

const isTrouble = ({ objects }: DayCoverage) => objects.damaged + objects.failed + objects.unfinished > 0;

const nameOf = ({ year, month }: Month) => monthName.format(Date.UTC(year, month - 1, 1));

function dayNumber(date: string): number {
  const [year, month, day] = date.split('-').map(Number) as [number, number, number];
  return dayOf(year, month, day)!;
}

/** All months of the span. */
function monthsOf({ days, span }: Coverage): readonly Month[] {
  if (span === null) return [];
  const byDate = new Map(days.map((one) => [one.day, one]));
  const months = new Map<string, Month & { days: Month['days'][number][] }>();
  for (let day = dayNumber(span.first); day <= dayNumber(span.last); day++) {
    const date = formatDay(day);
    const key = date.slice(0, 7);
    const month = months.get(key) ?? { year: Number(date.slice(0, 4)), month: Number(date.slice(5, 7)), days: [] };
    month.days.push({ date, covered: byDate.get(date) ?? null });
    months.set(key, month);
  }
  return [...months.values()];
}

/** How many objects a day has, by what became of them. */
export function objectsText({ objects }: DayCoverage): string {
  const { done, ...others } = objects;
  const rest = Object.entries(others).filter(([, count]) => count > 0);
  return [`${formatCount(done)} done`, ...rest.map(([state, count]) => `${formatCount(count)} ${state}`)].join(', ');
}

function cell({ date, covered }: Month['days'][number], x: number, y: number, most: number): Markup {
  const text = html`<text x="${x + CELL / 2}" y="${y + CELL / 2 + 4}">${Number(date.slice(8))}</text>`;
  const box = html`<rect x="${x + 1.5}" y="${y + 1.5}" width="${CELL - 3}" height="${CELL - 3}" rx="3"/>`;
  if (covered === null) {
    return html`<g class="day gap"><title>${date}: no objects</title>${box}${text}</g>`;
  }
  // By the root: a day with a tenth of the records is still seen to have some.
  const shade = most === 0 ? 1 : Math.max(1, Math.ceil(Math.sqrt(covered.records / most) * SHADES));
  const mark = isTrouble(covered) && html`<path class="mark" d="M${x + CELL - 11} ${y + 1.5}h9.5v9.5z"/>`;
  const title = `${date}: objects ${objectsText(covered)}; ${formatCount(covered.records)} records`;
  return html`<g class="day shade${shade}"><title>${title}</title>${box}${mark}${text}</g>`;
}

function sheet(month: Month, most: number): Markup {
  const { days } = month;
  // 1970-01-01, day 0, was a Thursday; weeks begin on Monday.
  const weekday = (dayNumber(`${days[0]!.date.slice(0, 8)}01`) + 3) % 7;
  const cells = days.map((one) => {
    const at = weekday + Number(one.date.slice(8)) - 1;
    return cell(one, (at % 7) * CELL, HEAD + Math.floor(at / 7) * CELL, most);
  });
  const rows = Math.ceil((weekday + Number(days.at(-1)!.date.slice(8))) / 7);
  const missing = days.filter(({ covered }) => covered === null).map(({ date }) => Number(date.slice(8)));
  const troubled = days.filter(({ covered }) => covered !== null && isTrouble(covered));
  const facts = [
    `${days.length - missing.length} of ${days.length} days with objects`,
    ...(missing.length > 0 ? [`none on ${missing.join(', ')}`] : []),
    ...(troubled.length > 0 ? [`not whole on ${troubled.map(({ date }) => Number(date.slice(8))).join(', ')}`] : []),
  ];
  const [width, height] = [7 * CELL, HEAD + rows * CELL];
  const heads = WEEKDAYS.map(
    (letter, i) => html`<text class="weekday" x="${i * CELL + CELL / 2}" y="12">${letter}</text>`,
  );
  return html`<figure class="month"><figcaption>${nameOf(month)}</figcaption>
<svg width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${nameOf(month)}: ${facts.join('; ')}">${heads}${cells}</svg>
</figure>`;
}

/** A row of months without any object, told in words. */
function emptyText(months: readonly Month[]): Markup {
  return html`<p class="empty">${nameOf(months[0]!)} to ${nameOf(months.at(-1)!)}: no objects</p>`;
}

/** The calendar, from the first day that was to be read or that has objects to the last. */
export function calendarMarkup(coverage: Coverage): Markup {
  const most = Math.max(0, ...coverage.days.map(({ records }) => records));
  const sheets: Markup[] = [];
  let empty: Month[] = [];
  const flush = () => {
    if (empty.length > MOST_EMPTY_MONTHS) sheets.push(emptyText(empty));
    else sheets.push(...empty.map((month) => sheet(month, most)));
    empty = [];
  };
  for (const month of monthsOf(coverage)) {
    if (month.days.every(({ covered }) => covered === null)) {
      empty.push(month);
      continue;
    }
    flush();
    sheets.push(sheet(month, most));
  }
  flush();
  return html`<div class="months">${sheets}</div>
<ul class="keys">
<li><span class="key shade1"></span><span class="key shade2"></span><span class="key shade3"></span><span class="key shade4"></span>few to most records</li>
<li><span class="key gap"></span>no objects</li>
<li><span class="key mark"></span>objects damaged, failed or unfinished</li>
</ul>`;
}

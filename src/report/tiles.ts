/** The totals of a run, as tiles. */

import { formatBytes, formatCount, formatSeconds, formatShare } from '../progress/numbers.ts';
import { boundBy } from '../progress/summary.ts';
import { html, type Markup } from './markup.ts';
import type { RunRecord } from './run-record.ts';

/** Characters of a value that is still set large. */
const LONG_VALUE = 10;

interface Tile {
  readonly name: string;
  readonly value: string;
  readonly more: string;
}

const sum = (counts: Readonly<Record<string, number>>) => Object.values(counts).reduce((total, one) => total + one, 0);

/** Parts with a count of their own, those of zero left out. */
function counted(parts: readonly (readonly [number, string])[]): string {
  return parts
    .filter(([count]) => count > 0)
    .map(([count, name]) => `${formatCount(count)} ${name}`)
    .join(', ');
}

function tilesOf({ summary, host }: RunRecord): readonly Tile[] {
  const { delivery, wallSeconds, bytesIn, bytesOut } = summary;
  const refused = sum(summary.objectsRefused);
  const objects = counted([
    [summary.objectsSkipped, 'done before'],
    [summary.objectsUnfinished, 'unfinished'],
    [summary.objectsDamaged, 'damaged'],
    [refused, 'failed'],
  ]);
  const documents =
    delivery === undefined
      ? ''
      : counted([
          [delivery.created, 'created'],
          [delivery.duplicates, 'there already'],
          [delivery.failureStore, 'in the failure store'],
        ]);
  const perSecond = (amount: number) => (wallSeconds > 0 ? amount / wallSeconds : 0);
  return [
    {
      name: 'Records',
      value: formatCount(summary.records),
      more: `${formatCount(perSecond(summary.records))} a second`,
    },
    { name: 'Documents', value: formatCount(summary.documents), more: documents },
    ...(summary.filtered > 0
      ? [{ name: 'Filtered', value: formatCount(summary.filtered), more: 'left out by the filter' }]
      : []),
    { name: 'Objects done', value: formatCount(summary.objectsDone), more: objects },
    {
      name: 'Dead letters',
      value: formatCount(sum(summary.deadLetters)),
      more: counted(Object.entries(summary.deadLetters).map(([code, count]) => [count, code] as const)),
    },
    { name: 'Read', value: formatBytes(bytesIn), more: `compressed, ${formatBytes(perSecond(bytesIn))} a second` },
    {
      name: delivery === undefined ? 'Written' : 'Sent',
      value: formatBytes(bytesOut),
      more: `${formatBytes(perSecond(bytesOut))} a second`,
    },
    { name: 'Time', value: formatSeconds(wallSeconds), more: '' },
    ...(delivery === undefined
      ? []
      : [
          {
            name: 'Requests',
            value: formatCount(delivery.requests),
            more: [
              `at most ${formatCount(delivery.mostUnderWay)} at a time`,
              ...(delivery.pushbacks > 0 ? [`${formatCount(delivery.pushbacks)} pushed back`] : []),
            ].join(', '),
          },
        ]),
    { name: 'Memory at most', value: formatBytes(host.peakRssBytes), more: `of ${formatBytes(host.memoryBytes)}` },
  ];
}

/** The tiles. */
export function tilesMarkup(record: RunRecord): Markup {
  const tiles = tilesOf(record).map(
    ({ name, value, more }) =>
      html`<li><span class="name">${name}</span> <span class="value ${value.length > LONG_VALUE ? 'long' : ''}">${value}</span> <span class="more">${more}</span></li>\n`,
  );
  return html`<ul class="tiles" aria-label="Totals">${tiles}</ul>`;
}

/** What the workers' time went into. */
export function workersMarkup({ summary }: RunRecord): Markup | null {
  const { source, cpu, sink } = summary.workerSeconds;
  const whole = source + cpu + sink;
  if (whole <= 0) return null;
  const target = summary.delivery === undefined ? 'destination' : 'cluster';
  const parts = [
    { key: 'source', name: 'waiting for the source', seconds: source },
    { key: 'cpu', name: 'at work', seconds: cpu },
    { key: 'sink', name: `waiting for the ${target}`, seconds: sink },
  ];
  const verdict = { source: 'The source', cpu: 'The processor', sink: `The ${target}` }[boundBy(summary)];
  const bars = parts.map(
    ({ key, seconds }) => html`<span class="${key}" style="flex:${Math.round((1000 * seconds) / whole)}"></span>`,
  );
  return html`<section><h2>What bounded the speed</h2>
<p>${verdict} did. Of the workers’ time:</p>
<div class="share" aria-hidden="true">${bars}</div>
<ul class="keys">${parts.map(({ key, name, seconds }) => html`<li><span class="key ${key}"></span>${formatShare(seconds, whole)} ${name}</li>`)}</ul>
</section>`;
}

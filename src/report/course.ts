/** How a run went over time: charts, and the same as a table. */

import { formatBytes, formatCount, formatShort } from '../progress/numbers.ts';
import { chartMarkup } from './chart.ts';
import { html, type Markup } from './markup.ts';
import { levelsOf, ratesOf, type Spans, spansOf } from './rates.ts';
import type { RunRecord } from './run-record.ts';
import { wideTable } from './tables.ts';
import { timeLabel } from './ticks.ts';

/** Rows of the table. */
const MOST_ROWS = 24;

/** A few values: 0.4, 3, 1.23k. */
const few = (value: number) => (value > 0 && value < 10 ? String(Number(value.toPrecision(2))) : formatShort(value));

function courseTable({ samples, summary }: RunRecord): Markup {
  const { seconds, delivery } = samples;
  const all = spansOf(seconds);
  const spans: Spans = { ...all, count: Math.min(MOST_ROWS, all.count) };
  const columns = [
    { name: 'records/s', values: ratesOf(seconds, samples.records, spans), format: formatCount },
    { name: 'read/s', values: ratesOf(seconds, samples.bytesIn, spans), format: formatBytes },
    { name: 'out/s', values: ratesOf(seconds, samples.bytesOut, spans), format: formatBytes },
    { name: 'objects', values: levelsOf(seconds, samples.objects, spans), format: formatCount },
    ...(delivery === null
      ? []
      : [
          { name: 'answered/s', values: ratesOf(seconds, delivery.accepted, spans), format: formatCount },
          { name: 'at a time', values: levelsOf(seconds, delivery.concurrency, spans), format: formatCount },
          { name: 'pushed back', values: levelsOf(seconds, delivery.pushbacks, spans), format: formatCount },
        ]),
  ];
  const rows = Array.from({ length: spans.count }, (_, i) => [
    timeLabel(((i + 1) * spans.seconds) / spans.count),
    ...columns.map(({ values, format }) => format(values[i]!)),
  ]);
  const heads = [{ name: 'until' }, ...columns.map(({ name }) => ({ name, isNumber: true }))];
  const caption = `Rates of each span, counts at its end; ${formatCount(summary.records)} records in all`;
  return html`<details><summary>As a table</summary>${wideTable(caption, heads, rows)}</details>`;
}

/** Rates over time and, where documents went to a cluster, what it was asked and how it pushed back. */
export function courseMarkup(record: RunRecord): Markup {
  const { samples } = record;
  const { seconds, delivery } = samples;
  const spans = spansOf(seconds);
  const rates = (counter: readonly number[]) => ratesOf(seconds, counter, spans);
  const blocked = delivery === null ? [] : levelsOf(seconds, delivery.blocked, spans).map((one) => one > 0);
  const marked = { name: 'the cluster blocked writes', spans: blocked };
  const charts = [
    chartMarkup({
      title: 'Records a second',
      spans,
      format: few,
      series: [
        { name: 'records read', kind: 'area', color: 'first', values: rates(samples.records) },
        ...(delivery === null
          ? []
          : [
              {
                name: 'documents that the cluster answered for',
                kind: 'line' as const,
                color: 'second' as const,
                values: rates(delivery.accepted),
              },
            ]),
      ],
      ...(delivery === null ? {} : { marked }),
    }),
    spans.count > 0 &&
      chartMarkup({
        title: 'Compressed bytes read a second',
        spans,
        // In MiB, so that marks are at whole numbers of them.
        format: (value) => `${few(value)} MiB`,
        series: [
          {
            name: 'read',
            kind: 'area',
            color: 'first',
            values: rates(samples.bytesIn).map((bytes) => bytes / 2 ** 20),
          },
        ],
      }),
    spans.count > 0 &&
      delivery !== null && [
        chartMarkup({
          title: 'Requests at a time',
          spans,
          format: few,
          isWhole: true,
          series: [
            {
              name: 'may be under way',
              kind: 'steps',
              color: 'first',
              values: levelsOf(seconds, delivery.concurrency, spans),
            },
          ],
          marked,
        }),
        chartMarkup({
          title: 'Requests pushed back a second',
          spans,
          format: few,
          series: [{ name: '429, 5xx or no answer', kind: 'bars', color: 'second', values: rates(delivery.pushbacks) }],
        }),
      ],
  ];
  return html`<section><h2>Over time</h2>${charts}${spans.count > 0 && courseTable(record)}</section>`;
}

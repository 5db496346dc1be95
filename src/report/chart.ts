/**
 * A chart over time as inline SVG. The drawing is stretched to the width there is; what is to be read stands around it
 * as text of the page, so that it keeps its size.
 */

import { html, type Markup } from './markup.ts';
import type { Spans } from './rates.ts';
import { timeLabel, timeTicks, valueTicks } from './ticks.ts';

/** Units of the drawing. */
const WIDTH = 1000;
const HEIGHT = 200;

/** A line, or bars, with a value for each span. */
export interface Series {
  readonly name: string;
  readonly kind: 'area' | 'line' | 'steps' | 'bars';
  /** Which of the two colours. */
  readonly color: 'first' | 'second';
  readonly values: readonly number[];
}

/** What a chart shows. */
export interface Chart {
  readonly title: string;
  readonly spans: Spans;
  readonly series: readonly Series[];
  /** Only whole numbers make sense as marks of the axis. */
  readonly isWhole?: boolean;
  readonly format: (value: number) => string;
  /** Spans that are marked, with what they are. */
  readonly marked?: { readonly name: string; readonly spans: readonly boolean[] };
}

const round = (value: number) => Math.round(value * 10) / 10;

/** One series as SVG. */
function drawing({ kind, color, values }: Series, top: number): Markup {
  const width = WIDTH / values.length;
  const y = (value: number) => round(HEIGHT - (HEIGHT * value) / top);
  if (kind === 'bars') {
    const bars = values.map((value, i) =>
      value <= 0 ? '' : `M${round(i * width)} ${HEIGHT}V${y(value)}H${round((i + 1) * width)}V${HEIGHT}Z`,
    );
    return html`<path class="bars ${color}" d="${bars.join('')}"/>`;
  }
  if (kind === 'steps') {
    const steps = values.map((value, i) => `${i === 0 ? 'M0 ' : 'V'}${y(value)}H${round((i + 1) * width)}`);
    return html`<path class="line ${color}" d="${steps.join('')}"/>`;
  }
  // Through the middles of the spans, and level from the edges to the first and the last of them.
  const middles = values.map((value, i) => `${round((i + 0.5) * width)} ${y(value)}`);
  const line = `M0 ${y(values[0]!)}L${middles.join('L')}L${WIDTH} ${y(values.at(-1)!)}`;
  return html`${kind === 'area' && html`<path class="area ${color}" d="${line}V${HEIGHT}H0Z"/>`}
<path class="line ${color}" d="${line}"/>`;
}

/** Which spans are marked, as a path. */
function marks(spans: readonly boolean[]): Markup {
  const width = WIDTH / spans.length;
  const all = spans.map((is, i) =>
    is ? `M${round(i * width)} 0H${round((i + 1) * width)}V${HEIGHT}H${round(i * width)}Z` : '',
  );
  return html`<path class="marked" d="${all.join('')}"/>`;
}

/** What a pointer that rests on a span is told. */
function hints({ spans, series, format, marked }: Chart): readonly Markup[] {
  const width = WIDTH / spans.count;
  return Array.from({ length: spans.count }, (_, i) => {
    const from = timeLabel((i * spans.seconds) / spans.count);
    const values = series.map(({ name, values }) => `${name} ${format(values[i]!)}`);
    const mark = marked?.spans[i] === true ? [marked.name] : [];
    const text = `from ${from}: ${[...values, ...mark].join(', ')}`;
    return html`<rect class="hint" x="${round(i * width)}" y="0" width="${round(width)}" height="${HEIGHT}"><title>${text}</title></rect>`;
  });
}

/** What somebody who does not see the chart is told of it. */
function described({ title, series, spans, format }: Chart): string {
  const told = series.map(({ name, values }) => {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return `${name}: ${format(mean)} on the average, ${format(Math.max(...values))} at most`;
  });
  return `${title} over ${timeLabel(spans.seconds)}. ${told.join('; ')}.`;
}

/** The chart; a sentence instead where there was no time to be drawn. */
export function chartMarkup(chart: Chart): Markup {
  const { title, spans, series, marked, format, isWhole = false } = chart;
  if (spans.count === 0) {
    return html`<figure class="chart"><figcaption>${title}</figcaption><p class="none">The run ended before there was anything to draw.</p></figure>`;
  }
  const ticks = valueTicks(Math.max(...series.flatMap(({ values }) => values)), isWhole);
  const top = ticks.at(-1)!;
  const isMarked = marked?.spans.some((one) => one) === true;
  const keys = [
    ...series.map(({ name, color, kind }) => html`<li><span class="key ${color} ${kind}"></span>${name}</li>`),
    isMarked && html`<li><span class="key marked"></span>${marked!.name}</li>`,
  ];
  const grid = ticks.map(
    (value) => html`<path class="grid" d="M0 ${round(HEIGHT - (HEIGHT * value) / top)}H${WIDTH}"/>`,
  );
  return html`<figure class="chart">
<figcaption>${title}</figcaption>
<ul class="keys">${keys}</ul>
<div class="plot">
<div class="values" aria-hidden="true">${ticks.map((value) => html`<span style="bottom:${round((100 * value) / top)}%">${format(value)}</span>`)}</div>
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="${described(chart)}">
${grid}${isMarked && marks(marked!.spans)}${series.map((one) => drawing(one, top))}
${hints(chart)}
</svg>
<div class="times" aria-hidden="true">${timeTicks(spans.seconds).map((at) => html`<span style="left:${round((100 * at) / spans.seconds)}%">${timeLabel(at)}</span>`)}</div>
</div>
</figure>`;
}

/** The record of a run as one page of HTML that needs nothing else: no network, no script. */

import { formatBytes, formatCount, formatSeconds } from '../progress/numbers.ts';
import { calendarMarkup, objectsText } from './calendar.ts';
import { courseMarkup } from './course.ts';
import { html, jsonElement, type Markup } from './markup.ts';
import { commandText, ENDS } from './record-text.ts';
import type { RunEnd, RunRecord } from './run-record.ts';
import { STYLE } from './style.ts';
import { factsTable, wideTable } from './tables.ts';
import { tilesMarkup, workersMarkup } from './tiles.ts';

const END_CLASSES: Readonly<Record<RunEnd, string>> = {
  whole: 'good',
  incomplete: 'warn',
  limit: 'warn',
  stopped: 'warn',
  failed: 'bad',
};

/** Nothing may be loaded, and nothing be run. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'";

/** `2025-01-31 02:30:05 UTC`. */
function timeText(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`;
}

function header({ run, job, end, began, ended, summary }: RunRecord): Markup {
  return html`<header>
<h1>Run <span class="mono">${run}</span> <span class="badge ${END_CLASSES[end]}">${ENDS[end]}</span></h1>
<dl class="way">
<dt>from</dt><dd>${job.source}</dd>
<dt>to</dt><dd>${job.destination}</dd>
<dt>job</dt><dd>${job.name}</dd>
<dt>when</dt><dd>${timeText(began)} to ${timeText(ended)}, ${formatSeconds(summary.wallSeconds)}</dd>
</dl>
</header>`;
}

function errorMarkup({ error, end }: RunRecord): Markup | null {
  if (error === null && end !== 'limit') return null;
  const what =
    error === null
      ? html`<p>A limit was reached: not all objects were read.</p>`
      : html`<p>${error.message} <span class="quiet mono">${error.code}</span></p>`;
  return html`<section class="error"><h2>Why it ended early</h2>${what}
<p>The same command goes on where this run stopped.</p></section>`;
}

function coverageMarkup({ coverage }: RunRecord): Markup {
  const heading = html`<h2>Days</h2>`;
  if (coverage === null) {
    return html`<section>${heading}<p class="none">The run had no ledger (--no-ledger): which days are there is not known.</p></section>`;
  }
  const { days, span } = coverage;
  const undated = days.find(({ day }) => day === null);
  const without =
    undated !== undefined && html`<p class="quiet">Objects whose keys say no day: ${objectsText(undated)}.</p>`;
  if (span === null) {
    const none = days.length === 0 && html`<p class="none">No objects yet.</p>`;
    return html`<section>${heading}${none}${without}</section>`;
  }
  const dated = days.filter(({ day }) => day !== null);
  const columns = [
    { name: 'day' },
    { name: 'objects', isNumber: true },
    { name: 'records', isNumber: true },
    { name: 'documents', isNumber: true },
    { name: 'dead letters', isNumber: true },
  ];
  const rows = dated.map((one) => [
    one.day,
    objectsText(one),
    formatCount(one.records),
    formatCount(one.documents),
    formatCount(one.deadLetters),
  ]);
  return html`<section>${heading}
<p class="quiet">All runs of this job up to this one, by the day in the key, ${span.first === span.last ? span.first : `${span.first} to ${span.last}`}.</p>
${calendarMarkup(coverage)}${without}
${dated.length > 0 && html`<details><summary>As a table</summary>${wideTable('Days with objects', columns, rows)}</details>`}
</section>`;
}

function slowestMarkup({ slowest }: RunRecord): Markup {
  const columns = [
    { name: 'object' },
    { name: 'time', isNumber: true },
    { name: 'records', isNumber: true },
    { name: 'size', isNumber: true },
    { name: 'outcome' },
  ];
  const rows = slowest.map(({ object, seconds, records, bytes, outcome }) => [
    html`<span class="mono">${object}</span>`,
    formatSeconds(seconds),
    formatCount(records),
    bytes === null ? '–' : formatBytes(bytes),
    outcome,
  ]);
  return html`<section><h2>Slowest objects</h2>
${rows.length === 0 ? html`<p class="none">No object was read.</p>` : wideTable('Time that a worker was at an object, waiting included', columns, rows)}
</section>`;
}

function failuresMarkup({ failures, summary }: RunRecord): Markup {
  const groups = failures.map(
    ({
      outcome,
      code,
      objects,
      examples,
    }) => html`<div class="group"><h3>${formatCount(objects)} ${objects === 1 ? 'object' : 'objects'} ${outcome}: ${code}</h3>
<ul>${examples.map(({ object, reason }) => html`<li>${reason.includes(object) ? reason : `${object}: ${reason}`}</li>`)}</ul>
${objects > examples.length && html`<p class="quiet">and ${formatCount(objects - examples.length)} more</p>`}</div>`,
  );
  const counts = (caption: string, name: string, all: Readonly<Record<string, number>>) => {
    const rows = Object.entries(all).sort(([, a], [, b]) => b - a);
    const columns = [{ name }, { name: 'count', isNumber: true }];
    return (
      rows.length > 0 &&
      wideTable(
        caption,
        columns,
        rows.map(([reason, count]) => [reason, formatCount(count)]),
      )
    );
  };
  const { deadLetters, deadLetterPath, delivery } = summary;
  const letters = counts('Dead letters: lines and documents', 'code', deadLetters);
  const rejects = counts('Documents that the cluster refused', 'reason', delivery?.rejects ?? {});
  const where =
    deadLetterPath !== null && html`<p class="quiet">Each is told in <span class="mono">${deadLetterPath}</span></p>`;
  const isNone = failures.length === 0 && letters === false && rejects === false;
  return html`<section><h2>Failures</h2>
${isNone ? html`<p class="none">None.</p>` : html`${groups}${letters}${rejects}${where}`}
</section>`;
}

function settingsMarkup({ options, versions, version, host }: RunRecord): Markup {
  const facts = factsTable('Versions and machine', [
    ['flowbulk', version],
    ['Node', versions.node],
    ['inflate', versions.inflate],
    ...(versions.cluster === null ? [] : [['cluster', versions.cluster] as const]),
    ['processor', `${host.cpu}, ${formatCount(host.cores)} ${host.cores === 1 ? 'core' : 'cores'}`],
    ['memory', formatBytes(host.memoryBytes)],
    ['platform', host.platform],
  ]);
  const shown = (isDefault: boolean) =>
    options
      .filter((one) => one.isDefault === isDefault)
      .map(({ name, texts }) => [`--${name}`, texts.length === 0 ? 'yes' : texts.join(', ')] as const);
  const given = shown(false);
  const usual = shown(true);
  return html`<section><h2>Settings and versions</h2>
${facts}
${given.length > 0 && html`<h3>Options that were given</h3>${factsTable('By flag, variable or config file', given)}`}
${usual.length > 0 && html`<details><summary>Options as usual</summary>${factsTable('Defaults', usual)}</details>`}
</section>`;
}

/** The page. All texts of the record are escaped: keys and reasons come from outside. */
export function reportPage(record: RunRecord): string {
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="color-scheme" content="light dark">
<title>flowbulk run ${record.run}: ${ENDS[record.end]}</title>
<style>${{ markup: STYLE }}</style>
</head>
<body>
${header(record)}
<main>
${errorMarkup(record)}
${tilesMarkup(record)}
${workersMarkup(record)}
${courseMarkup(record)}
${coverageMarkup(record)}
${failuresMarkup(record)}
${slowestMarkup(record)}
${settingsMarkup(record)}
<section><h2>To repeat it</h2><pre><code>${commandText(record)}</code></pre></section>
</main>
<footer><p>flowbulk ${record.version} · what is drawn here is in the page as JSON, too (element “record”)</p></footer>
${jsonElement('record', record)}
</body>
</html>
`;
  return page.markup;
}

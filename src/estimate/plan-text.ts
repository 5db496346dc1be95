/** A plan as text for people, at most 100 columns wide. */

import { formatBytes, formatCount, formatSeconds, formatShare, formatShort } from '../progress/numbers.ts';
import type { Estimate } from './extrapolate.ts';
import type { Days, Estimates, Named, Plan } from './plan.ts';
import { type Row, tableText } from './table.ts';

/** With more days than this, months are shown. */
const MOST_DAYS = 62;

/** More names or gaps than this are not shown; `--json` has all. */
const MOST_ROWS = 20;
const MOST_GAPS = 6;
const MOST_FAILED = 3;

const GIB = 2 ** 30;
const TIB = 2 ** 40;

const REFUSALS: Readonly<Record<string, string>> = {
  E_OBJECT_PARQUET: 'Parquet',
  E_OBJECT_ARCHIVED: 'archived (Glacier)',
  E_OBJECT_UNREADABLE: 'unreadable',
  E_OBJECT_GONE: 'gone',
  E_OBJECT_DENIED: 'denied',
};

/** MiB as everywhere, GiB and TiB where there would be many. */
function size(bytes: number): string {
  if (bytes < 10 * GIB) return formatBytes(bytes);
  const [value, unit] = bytes < 10 * TIB ? [bytes / GIB, 'GiB'] : [bytes / TIB, 'TiB'];
  return `${value < 100 ? value.toFixed(1) : formatCount(value)} ${unit}`;
}

/** The plan, its heading first. */
export function planAsText(plan: Plan, heading: string): string {
  const blocks = [`${heading}\n`];
  if (plan.objects + plan.done.objects + refusedOf(plan) === 0) return `${blocks[0]}\nNothing to read.\n`;
  blocks.push(daysText(plan));
  if (plan.accounts.length > 1) blocks.push(namesText('account', plan.accounts, plan));
  if (plan.regions.length > 1) blocks.push(namesText('region', plan.regions, plan));
  if (plan.folders.length > 1) blocks.push(namesText('folders', plan.folders, plan));
  blocks.push(factsText([...listingFacts(plan), ...estimateFacts(plan)]));
  return blocks.join('\n');
}

function refusedOf({ refused }: Plan): number {
  return Object.values(refused).reduce((sum, { objects }) => sum + objects, 0);
}

/** Records of a part of the bytes; records follow bytes closely enough for a table. */
function recordsOf({ bytes, estimates }: Plan, part: number): string {
  if (estimates === null) return '';
  return bytes === 0 ? '0' : `~${formatShort((estimates.records.expected * part) / bytes)}`;
}

function amountRow(plan: Plan, name: string, { objects, bytes }: { objects: number; bytes: number }): string[] {
  return [name, formatCount(objects), size(bytes), recordsOf(plan, bytes)];
}

function daysText(plan: Plan): string {
  const dated = plan.days.filter(({ day }) => day !== null);
  const undated = plan.days.find(({ day }) => day === null);
  const rows: [at: string, row: Row][] =
    dated.length > MOST_DAYS || (plan.span?.days ?? 0) > MOST_DAYS ? monthRows(plan) : dayRows(plan);
  const all = rows.map(([, row]) => row);
  if (undated !== undefined) all.push([...amountRow(plan, 'no day', undated), remarkOf(undated)]);
  const hasRemarks = all.some((row) => row.length > 4 && row[4] !== '');
  const heads = ['day', 'objects', 'bytes', 'records', ...(hasRemarks ? ['besides'] : [])];
  return tableText(
    heads,
    all.map((row) => (row.length < 4 ? row : row.slice(0, heads.length))),
  );
}

function remarkOf({ refused, done }: { readonly refused: number; readonly done: number }): string {
  return [
    ...(refused > 0 ? [`${formatCount(refused)} not readable`] : []),
    ...(done > 0 ? [`${formatCount(done)} done`] : []),
  ].join(', ');
}

function dayRows(plan: Plan): [string, Row][] {
  const rows = plan.days
    .filter(({ day }) => day !== null)
    .map((one): [string, Row] => [one.day!, [...amountRow(plan, one.day!, one), remarkOf(one)]]);
  for (const gap of plan.gaps) {
    for (let at = 0; at < gap.days; at++) {
      const day = new Date(Date.parse(gap.from) + at * 86_400_000).toISOString().slice(0, 10);
      rows.push([day, [day, '-- nothing --']]);
    }
  }
  return rows.sort(([one], [other]) => (one < other ? -1 : 1));
}

function monthRows(plan: Plan): [string, Row][] {
  const months = new Map<string, { objects: number; bytes: number; refused: number; done: number; days: number }>();
  for (const { day, objects, bytes, refused, done } of plan.days) {
    if (day === null) continue;
    const name = day.slice(0, 7);
    const month = months.get(name) ?? { objects: 0, bytes: 0, refused: 0, done: 0, days: 0 };
    month.objects += objects;
    month.bytes += bytes;
    month.refused += refused;
    month.done += done;
    month.days++;
    months.set(name, month);
  }
  const empty = emptyDays(plan.gaps);
  return [...new Set([...months.keys(), ...empty.keys()])].sort().map((name): [string, Row] => {
    const month = months.get(name);
    const nothing = empty.get(name) ?? 0;
    if (month === undefined) return [name, [name, '-- nothing --']];
    const gap = nothing === 0 ? '' : `-- nothing on ${nothing} of ${month.days + nothing} days --`;
    const remarks = [remarkOf(month), gap].filter((remark) => remark !== '').join(', ');
    return [name, [...amountRow(plan, name, month), remarks]];
  });
}

/** Days of gaps by month. */
function emptyDays(gaps: readonly Days[]): Map<string, number> {
  const empty = new Map<string, number>();
  for (const { from, days } of gaps) {
    for (let at = 0; at < days; at++) {
      const month = new Date(Date.parse(from) + at * 86_400_000).toISOString().slice(0, 7);
      empty.set(month, (empty.get(month) ?? 0) + 1);
    }
  }
  return empty;
}

function namesText(kind: string, names: Named, plan: Plan): string {
  const rows: Row[] = names.slice(0, MOST_ROWS).map((one) => amountRow(plan, one.name, one));
  const rest = names.slice(MOST_ROWS);
  if (rest.length > 0) {
    const sum = { objects: 0, bytes: 0 };
    for (const { objects, bytes } of rest) {
      sum.objects += objects;
      sum.bytes += bytes;
    }
    rows.push(amountRow(plan, `${rest.length} more`, sum));
  }
  return tableText([kind, 'objects', 'bytes', 'records'], rows);
}

type Fact = readonly [name: string, ...lines: string[]];

function factsText(facts: readonly Fact[]): string {
  return facts
    .map(([name, ...lines]) => lines.map((line, at) => `${(at === 0 ? name : '').padEnd(13)}${line}\n`).join(''))
    .join('');
}

function listingFacts(plan: Plan): Fact[] {
  const { objects, bytes, unknownSizes, done, refused, gaps } = plan;
  const facts: Fact[] = [];
  if (!plan.isComplete) facts.push(['Stopped', 'the listing was stopped: this is what was listed until then']);
  const unknown = unknownSizes === 0 ? '' : `, and ${formatCount(unknownSizes)} of them of unknown size`;
  facts.push(['Objects', `${formatCount(objects)}, ${size(bytes)}${unknown}`]);
  if (done.objects > 0) facts.push(['Left out', `${formatCount(done.objects)} objects already done, ${size(done.bytes)}`]);
  if (refusedOf(plan) > 0) {
    const parts = Object.entries(refused).map(
      ([code, amount]) => `${formatCount(amount.objects)} ${REFUSALS[code] ?? code} (${size(amount.bytes)})`,
    );
    facts.push(['Not readable', parts.join(', ')]);
  }
  if (gaps.length > 0) facts.push(gapsFact(gaps));
  return facts;
}

function gapsFact(gaps: readonly Days[]): Fact {
  const shown = gaps.slice(0, MOST_GAPS).map(({ from, to, days }) => (days === 1 ? from : `${from} to ${to}`));
  const more = gaps.length > MOST_GAPS ? [`and ${gaps.length - MOST_GAPS} times more`] : [];
  const days = gaps.reduce((sum, gap) => sum + gap.days, 0);
  const parts = [...shown, ...more];
  const lines = [`${formatCount(days)} ${days === 1 ? 'day' : 'days'} with nothing: ${parts.slice(0, 2).join(', ')}`];
  for (let at = 2; at < parts.length; at += 3) {
    lines[lines.length - 1] += ',';
    lines.push(parts.slice(at, at + 3).join(', '));
  }
  return ['Gaps', ...lines];
}

function about({ expected, low, high }: Estimate, format: (value: number) => string): string {
  if (low === null || high === null) return `about ${format(expected)} (one object was sampled: no range)`;
  return low === expected && high === expected
    ? format(expected)
    : `about ${format(expected)} (${format(low)} to ${format(high)})`;
}

function estimateFacts(plan: Plan): Fact[] {
  const { estimates, requests, samples, failedSamples } = plan;
  const facts: Fact[] = [];
  if (samples.length + failedSamples.length > 0) facts.push(sampleFact(plan));
  if (estimates !== null) {
    facts.push(...contentFacts(plan, estimates));
    facts.push(indexFact(estimates));
  }
  if (requests !== null) {
    const { list, get, price, prices } = requests;
    facts.push([
      'Requests',
      `about ${formatCount(list)} LIST, ${formatCount(get)} GET: $${price.toFixed(price < 0.1 ? 4 : 2)}`,
      `at $${prices.list} and $${prices.get} for 1,000 (${prices.basis})`,
      'without KMS, and without transfer, which is free within the region and charged out of it',
    ]);
  }
  if (estimates !== null) facts.push(timeFact(estimates));
  return facts;
}

function sampleFact({ samples, failedSamples }: Plan): Fact {
  const bytes = samples.reduce((sum, one) => sum + one.readBytes, 0);
  const records = samples.reduce((sum, one) => sum + one.records, 0);
  const failed = failedSamples
    .slice(0, MOST_FAILED)
    .map(({ object, code }) => `${code}: ${object.length > 60 ? `…${object.slice(-59)}` : object}`);
  return [
    'Sample',
    `${formatCount(samples.length)} objects read, ${size(bytes)}, ${formatCount(records)} records`,
    ...(failedSamples.length > 0 ? [`${failedSamples.length} could not be read:`, ...failed] : []),
  ];
}

function contentFacts({ bytes, hasGeo }: Plan, estimates: Estimates): Fact[] {
  const { records, documents, documentBytes, plainBytes, recordBytes, compressedRecordBytes, layouts } = estimates;
  const shares = Object.entries(layouts).sort(([, one], [, other]) => other - one);
  const dead = Object.entries(estimates.deadLines).map(([code, lines]) => `${formatCount(lines)} ${code}`);
  const each = documents.expected === 0 ? 0 : documentBytes.expected / documents.expected;
  const ratio = bytes === 0 ? 0 : plainBytes.expected / bytes;
  return [
    ['Layout', shares.map(([name, share]) => `${name} ${formatShare(share, 1)}`).join(', ')],
    [
      'Text',
      `${size(plainBytes.expected)}, ${ratio.toFixed(1)} times the compressed`,
      `${recordBytes.toFixed(0)} bytes a record, ${compressedRecordBytes.toFixed(1)} compressed`,
    ],
    ['Records', about(records, formatCount)],
    ...(dead.length === 0
      ? []
      : [['Dead lines', `${(100 * estimates.deadShare).toFixed(2)} % (of the sample: ${dead.join(', ')})`] as const]),
    [
      'Documents',
      about(documents, formatCount),
      `${size(documentBytes.expected)} as NDJSON, ${formatCount(each)} bytes each${hasGeo ? '' : ', without geo'}`,
      ...(hasGeo ? [] : ['with geo they are larger: give --city and --asn as for the run']),
    ],
  ];
}

function indexFact({ index: { standardBytes, leanBytes, byTarget } }: Estimates): Fact {
  const measured = `${size(standardBytes)} with the template of flowbulk setup, ${size(leanBytes)} with --lean`;
  const basis = 'estimates, in proportion to what was measured (docs/setup.md); without replicas';
  if (byTarget === null) return ['Index', measured, basis];
  const { facts, primaryBytes, totalBytes } = byTarget;
  const each = `${formatCount(facts.primaryBytesEach)} bytes each`;
  return [
    'Index',
    `${size(primaryBytes)}, with replicas ${size(totalBytes)}: as the ${formatCount(facts.documents)} documents there, ${each}`,
  ];
}

function timeFact({ times, timesAre }: Estimates): Fact {
  return [
    'Time',
    ...times.map(({ ratePerSecond, seconds }) => {
      return `${formatSeconds(seconds)} at ${formatCount(ratePerSecond)} ${timesAre}/s`;
    }),
  ];
}

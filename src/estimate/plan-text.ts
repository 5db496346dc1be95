/** A plan as text for people, at most 100 columns wide. */

import { formatDay, parseDay } from '../plan/dates.ts';
import { formatBytes, formatCount, formatSeconds, formatShare, formatShort } from '../progress/numbers.ts';
import type { Estimate } from './extrapolate.ts';
import type { IndexSize } from './index-size.ts';
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

/** Heads of all tables; records are told where something was sampled. */
function headsOf(name: string, { estimates }: Plan): string[] {
  return [name, 'objects', 'bytes', ...(estimates === null ? [] : ['records'])];
}

function cellsOf(plan: Plan, name: string, { objects, bytes }: { objects: number; bytes: number }): string[] {
  const { estimates } = plan;
  const cells = [name, formatCount(objects), size(bytes)];
  if (estimates === null) return cells;
  // Records follow bytes closely enough for a table.
  const share = plan.bytes === 0 ? 0 : bytes / plan.bytes;
  return [...cells, share === 0 ? '0' : `~${formatShort(estimates.records.expected * share)}`];
}

const STOPPED = {
  listing: 'the listing was stopped: this is what was listed until then',
  sampling: 'the sample was stopped: estimates are by what was read until then',
} as const;

const NOTHING = '-- nothing --';

function daysText(plan: Plan): string {
  const isLong = (plan.span?.days ?? 0) > MOST_DAYS || plan.days.length > MOST_DAYS + 1;
  const rows = isLong ? monthRows(plan) : dayRows(plan);
  const undated = plan.days.find(({ day }) => day === null);
  if (undated !== undefined) rows.push({ cells: cellsOf(plan, 'no day', undated), remark: remarkOf(undated) });
  return tableText(headsOf(isLong ? 'month' : 'day', plan), rows);
}

function remarkOf({ refused, done }: { readonly refused: number; readonly done: number }): string {
  return [
    ...(refused > 0 ? [`${formatCount(refused)} not readable`] : []),
    ...(done > 0 ? [`${formatCount(done)} done`] : []),
  ].join(', ');
}

function dayRows(plan: Plan): Row[] {
  const rows: Row[] = plan.days
    .filter(({ day }) => day !== null)
    .map((one) => ({ cells: cellsOf(plan, one.day!, one), remark: remarkOf(one) }));
  for (const day of daysIn(plan.gaps)) rows.push({ cells: [day], remark: NOTHING });
  return rows.sort(({ cells: [one] }, { cells: [other] }) => (one! < other! ? -1 : 1));
}

/** The days of gaps, one by one. */
function* daysIn(gaps: readonly Days[]): Generator<string> {
  for (const { from, days } of gaps) {
    const first = parseDay(from, 'gap');
    for (let at = 0; at < days; at++) yield formatDay(first + at);
  }
}

function monthRows(plan: Plan): Row[] {
  const months = new Map<string, { objects: number; bytes: number; refused: number; done: number; days: number }>();
  for (const { day, ...amount } of plan.days) {
    if (day === null) continue;
    const name = day.slice(0, 7);
    const month = months.get(name) ?? { objects: 0, bytes: 0, refused: 0, done: 0, days: 0 };
    month.objects += amount.objects;
    month.bytes += amount.bytes;
    month.refused += amount.refused;
    month.done += amount.done;
    month.days++;
    months.set(name, month);
  }
  const empty = new Map<string, number>();
  for (const day of daysIn(plan.gaps)) empty.set(day.slice(0, 7), (empty.get(day.slice(0, 7)) ?? 0) + 1);
  return [...new Set([...months.keys(), ...empty.keys()])].sort().map((name): Row => {
    const month = months.get(name);
    if (month === undefined) return { cells: [name], remark: NOTHING };
    const nothing = empty.get(name) ?? 0;
    const gap = nothing === 0 ? '' : `-- nothing on ${nothing} of ${month.days + nothing} days --`;
    return { cells: cellsOf(plan, name, month), remark: [gap, remarkOf(month)].filter((one) => one !== '').join(' ') };
  });
}

function namesText(kind: string, names: Named, plan: Plan): string {
  const rows = names.slice(0, MOST_ROWS).map((one): Row => ({ cells: cellsOf(plan, one.name, one) }));
  const rest = names.slice(MOST_ROWS);
  if (rest.length > 0) {
    const objects = rest.reduce((sum, one) => sum + one.objects, 0);
    const bytes = rest.reduce((sum, one) => sum + one.bytes, 0);
    rows.push({ cells: cellsOf(plan, `${formatCount(rest.length)} more`, { objects, bytes }) });
  }
  return tableText(headsOf(kind, plan), rows);
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
  if (plan.stoppedAt !== null) facts.push(['Stopped', STOPPED[plan.stoppedAt]]);
  const unknown = unknownSizes === 0 ? '' : `, and ${formatCount(unknownSizes)} of them of unknown size`;
  facts.push(['Objects', `${formatCount(objects)}, ${size(bytes)}${unknown}`]);
  if (done.objects > 0)
    facts.push(['Left out', `${formatCount(done.objects)} objects already done, ${size(done.bytes)}`]);
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
  const { estimates, requests, calls, samples, failedSamples } = plan;
  const facts: Fact[] = [];
  if (samples.length + failedSamples.length > 0) facts.push(sampleFact(plan));
  if (estimates !== null) {
    facts.push(...contentFacts(plan, estimates));
    if (estimates.index !== null) facts.push(indexFact(estimates.index));
  }
  if (calls !== null) {
    const { least, perSecond } = calls;
    const atLeast = `at least ${formatCount(least)} for events: ${formatSeconds(least / perSecond)} at ${perSecond} a second`;
    facts.push(['Requests', atLeast, 'more where windows have more events than fit into one answer, 10,000 or 1 MB']);
  }
  if (requests !== null) {
    const { list, get, price, prices } = requests;
    facts.push([
      'Requests',
      `about ${formatCount(list)} LIST, ${formatCount(get)} GET: ${price < 0.005 ? 'less than $0.01' : `$${price.toFixed(2)}`}`,
      `at $${prices.list} and $${prices.get} for 1,000 (${prices.basis})`,
      'besides: KMS, and transfer, which is free within the region and charged out of it',
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
  const { records, documents, filtered, documentBytes, plainBytes, recordBytes, compressedRecordBytes, layouts } =
    estimates;
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
    ...(filtered.expected === 0 ? [] : [['Filtered', about(filtered, formatCount)] as const]),
    [
      'Documents',
      about(documents, formatCount),
      `${size(documentBytes.expected)} as NDJSON, ${formatCount(each)} bytes each${hasGeo ? '' : ', without geo'}`,
      ...(hasGeo ? [] : ['with geo they are larger: give --city and --asn as for the run']),
    ],
  ];
}

function indexFact({ standardBytes, leanBytes, byTarget }: IndexSize): Fact {
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

function timeFact({ times, timesAre, isRateGiven }: Estimates): Fact {
  return [
    'Time',
    ...times.map(({ ratePerSecond, seconds }) => {
      return `${formatSeconds(seconds)} at ${formatCount(ratePerSecond)} ${timesAre}/s`;
    }),
    ...(isRateGiven || timesAre === 'documents' ? [] : ['a million a core, where source and disk keep up']),
  ];
}

/** What verifying found, as text and as JSON. */

import { type Row, tableText } from '../estimate/table.ts';
import { formatDay } from '../plan/dates.ts';
import { formatCount } from '../progress/numbers.ts';
import { doubts, type Verification, type VerifiedRow } from './verification.ts';

/** So many rows are shown one by one also where all agree. */
const FEW_ROWS = 20;

/** Ids and outputs that are named. */
const NAMED = 10;

const COUNTS = ['objects', 'expected', 'found', 'difference'];

/** What rows are of, in the order of their cells. */
const headsOf = (rows: readonly VerifiedRow[]): readonly string[] => [
  'day',
  ...(rows[0]?.group === undefined ? ['account', 'region'] : ['log group']),
  ...COUNTS,
];

function dayText({ days }: VerifiedRow): string {
  if (days === null) return '-';
  const [first, last] = days;
  return first === last ? formatDay(first) : `${formatDay(first)} to ${formatDay(last)}`;
}

function signed(difference: number): string {
  const sign = difference > 0 ? '+' : difference < 0 ? '-' : '';
  return `${sign}${formatCount(Math.abs(difference))}`;
}

function rowOf(row: VerifiedRow): Row {
  const { account, region, group, objects, expected, found } = row;
  const states = (['damaged', 'failed', 'unfinished'] as const).filter((state) => objects[state] > 0);
  return {
    cells: [
      dayText(row),
      ...(group === undefined ? [account, region] : [group]),
      formatCount(objects.done + objects.damaged),
      formatCount(expected),
      formatCount(found),
      signed(found - expected),
    ],
    remark: states.map((state) => `${formatCount(objects[state])} ${state}`).join(', '),
  };
}

function rowsText(rows: readonly VerifiedRow[]): string {
  const isPlain = ({ objects, expected, found }: VerifiedRow) =>
    expected === found && objects.failed + objects.unfinished === 0;
  const plain = rows.filter(isPlain);
  if (rows.length <= FEW_ROWS) return tableText(headsOf(rows), rows.map(rowOf));
  const documents = formatCount(plain.reduce((sum, { found }) => sum + found, 0));
  const agree = plain.length === 0 ? '' : `${formatCount(plain.length)} rows agree: ${documents} documents\n`;
  const others = rows.filter((row) => !isPlain(row));
  return others.length === 0 ? agree : `${tableText(headsOf(rows), others.map(rowOf))}${agree}`;
}

function deepText({ deep }: Verification): string {
  if (deep === null) return '';
  const ids = deep.objects.reduce((sum, one) => sum + one.ids, 0);
  const lines = [
    `deep: ${formatCount(deep.objects.length)} objects read again (seed ${deep.seed}), ${formatCount(ids)} ids looked up`,
  ];
  for (const { object, ids: own, missing, twice, missingIds, error } of deep.objects) {
    if (error !== null) lines.push(`  ${object}: ${error.reason}`);
    if (twice > 0) lines.push(`  ${object}: ${formatCount(twice)} of ${formatCount(own)} ids are there twice`);
    if (missing === 0) continue;
    lines.push(`  ${object}: ${formatCount(missing)} of ${formatCount(own)} ids are missing`);
    for (const { id, offset } of missingIds.slice(0, NAMED)) {
      lines.push(offset === null ? `    event ${id}` : `    offset ${offset}  ${id}`);
    }
    if (missing > NAMED) lines.push(`    … and ${formatCount(missing - NAMED)} more (--json names them)`);
  }
  return `${lines.join('\n')}\n`;
}

function outputsText({ wrongOutputs }: Verification): string {
  const lines = wrongOutputs
    .slice(0, NAMED)
    .map(({ file, expected, found, problem }) =>
      problem === null
        ? `  ${file}: ${formatCount(found)} lines, ${formatCount(expected)} were written\n`
        : `  ${file}: ${problem}\n`,
    );
  const more = wrongOutputs.length - NAMED;
  return more > 0 ? `${lines.join('')}  … and ${formatCount(more)} more (--json names them)\n` : lines.join('');
}

/** The table, what is apart, and the verdict. */
export function verificationAsText(verification: Verification): string {
  const { source, destination, rows, totals, obstacle } = verification;
  const { objects, failureStore, deadLetters, filtered } = totals;
  const apart = [
    ...(failureStore > 0 ? [`${formatCount(failureStore)} documents in the failure store`] : []),
    ...(deadLetters > 0 ? [`${formatCount(deadLetters)} dead letters`] : []),
    ...(filtered > 0 ? [`${formatCount(filtered)} records filtered`] : []),
    ...(objects.damaged > 0 ? [`${formatCount(objects.damaged)} objects damaged, taken up to the damage`] : []),
  ];
  const why = doubts(verification);
  const documents = formatCount(rows.reduce((sum, { found }) => sum + found, 0));
  const verdict =
    why.length === 0
      ? `proven: ${documents} documents of ${formatCount(objects.done + objects.damaged)} objects are there, no more and no less\n`
      : `NOT proven: ${why.join('; ')}\n`;
  return [
    `${source} in ${destination}\n`,
    rows.length === 0 || obstacle !== null ? '' : rowsText(rows),
    apart.length === 0 ? '' : `apart: ${apart.join(', ')}\n`,
    outputsText(verification),
    deepText(verification),
    verdict,
  ].join('');
}

/** The same as one JSON value, every row and id of it. */
export function verificationAsJson(verification: Verification): object {
  const { rows, totals, deep, ...facts } = verification;
  const why = doubts(verification);
  return {
    v: 1,
    proven: why.length === 0,
    doubts: why,
    ...facts,
    totals,
    rows: rows.map(({ days, ...row }) => ({
      from: days === null ? null : formatDay(days[0]),
      to: days === null ? null : formatDay(days[1]),
      ...row,
      difference: row.found - row.expected,
    })),
    deep:
      deep === null ? null : { seed: deep.seed, objects: deep.objects.map(({ source: _, ...compared }) => compared) },
  };
}

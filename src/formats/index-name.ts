/**
 * The name of a data stream or index, or a pattern with the record's time in it: `vpcflow-{yyyy.MM}`.
 *
 * Old records then lie in indices of their own age, where a data stream puts all into the index of today.
 */

import { FlowbulkError } from '../errors.ts';

/** A part of a time in UTC: four digits of the year, two of the month, two of the day. */
export type DatePart = 'yyyy' | 'MM' | 'dd';

/** A name as its parts: literal text, or a part of the record's time in UTC. */
export type IndexName = readonly (string | { readonly date: DatePart })[];

/** In the order in which a name has them: a day without its month names no period. */
const DATE_PARTS: readonly DatePart[] = ['yyyy', 'MM', 'dd'];

/** Where each part lies in an ISO time. */
const ISO_PLACES: Readonly<Record<DatePart, readonly [from: number, to: number]>> = {
  yyyy: [0, 4],
  MM: [5, 7],
  dd: [8, 10],
};

/** https://www.elastic.co/docs/api/doc/elasticsearch/operation/operation-indices-create, OpenSearch has the same. */
const MAX_NAME_BYTES = 255;
const REFUSED_CHARACTERS = /[\\/*?"<>| ,#:{}]/;
const REFUSED_STARTS = ['-', '_', '+'];

function refused(text: string, why: string): FlowbulkError {
  return new FlowbulkError(
    'E_USAGE',
    `${JSON.stringify(text)} is no name of a data stream or index: ${why}. Such are logs-aws.vpcflow-default and vpcflow-{yyyy.MM}`,
  );
}

/** The parts of what stands between braces. */
function parseDate(text: string, inBraces: string): IndexName {
  return (inBraces.match(/yyyy|MM|dd|[._-]+|./gsu) ?? []).map((part) => {
    if (/^[._-]/.test(part)) return part;
    if (!DATE_PARTS.includes(part as DatePart)) {
      throw refused(text, `{${inBraces}} holds ${JSON.stringify(part)}, and can hold yyyy, MM, dd and . _ - only`);
    }
    return { date: part as DatePart };
  });
}

/** Joins literals that stand side by side. */
function joined(parts: IndexName): IndexName {
  const name: (string | { readonly date: DatePart })[] = [];
  for (const part of parts) {
    const last = name.at(-1);
    if (typeof part === 'string' && typeof last === 'string') name[name.length - 1] = last + part;
    else if (part !== '') name.push(part);
  }
  return name;
}

const datesOf = (name: IndexName): readonly DatePart[] =>
  name.flatMap((part) => (typeof part === 'string' ? [] : [part.date]));

/**
 * Reads a name. Dates stand in braces, `{yyyy}`, `{yyyy.MM}` or `{yyyy.MM.dd}`, in UTC. Throws E_USAGE for a name that
 * no server takes, for other letters in braces, and for dates that do not come as year, month, day.
 */
export function parseIndexName(text: string): IndexName {
  // Odd places are what stood between braces; a brace that has no partner stays in the text beside them.
  const name = joined(
    text.split(/\{([^{}]*)\}/).flatMap((part, i) => {
      if (i % 2 === 0) return [part];
      if (part === '') throw refused(text, 'there is nothing between its braces');
      return parseDate(text, part);
    }),
  );
  const first = name[0];
  if (first === undefined) throw refused(text, 'it is empty');
  // Settings and templates are for all indices of a pattern, which must not be all there are.
  if (typeof first !== 'string')
    throw refused(text, 'it begins with its date, so it could be any index; put a word first');
  for (const part of name) {
    if (typeof part !== 'string') continue;
    const [character] = REFUSED_CHARACTERS.exec(part) ?? [];
    if (character === '{' || character === '}') throw refused(text, `a ${character} in it has no partner`);
    if (character !== undefined) throw refused(text, `it holds ${JSON.stringify(character)}`);
    if (part !== part.toLowerCase()) throw refused(text, 'names are in lower case');
  }
  if (REFUSED_STARTS.some((start) => first.startsWith(start))) throw refused(text, `it begins with ${first[0]}`);
  if (text === '.' || text === '..') throw refused(text, 'it is a path');
  if (datesOf(name).some((date, i) => date !== DATE_PARTS[i])) {
    throw refused(text, 'its date is to be yyyy, or yyyy MM, or yyyy MM dd, in this order and each once');
  }
  // A date takes as many bytes as the letters that stand for it.
  const bytes = Buffer.byteLength(name.map((part) => (typeof part === 'string' ? part : part.date)).join(''));
  if (bytes > MAX_NAME_BYTES) throw refused(text, `it has ${bytes} bytes, at most ${MAX_NAME_BYTES} can be`);
  return name;
}

/** Whether the index depends on the record's time. */
export function isTimeNamed(name: IndexName): boolean {
  return datesOf(name).length > 0;
}

/** The index of a record with this time. */
export function indexAt(name: IndexName, timeMs: number): string {
  const iso = new Date(timeMs).toISOString();
  return name.map((part) => (typeof part === 'string' ? part : iso.slice(...ISO_PLACES[part.date]))).join('');
}

/** What matches every index of the name: `vpcflow-*`; the name itself where it holds no date. */
export function wildcardOf(name: IndexName): string {
  const isDate = (part: IndexName[number]): boolean => typeof part !== 'string';
  const first = name.findIndex(isDate);
  if (first === -1) return name.join('');
  const last = name.findLastIndex(isDate);
  return `${name.slice(0, first).join('')}*${name.slice(last + 1).join('')}`;
}

/** How long the period of one index is. Throws TypeError for a name without a date. */
export function unitOf(name: IndexName): 'year' | 'month' | 'day' {
  const finest = datesOf(name).at(-1);
  if (finest === undefined) throw new TypeError(`${name.join('')} holds no date`);
  return finest === 'dd' ? 'day' : finest === 'MM' ? 'month' : 'year';
}

/** First and last millisecond (UTC) of the period that the index with this time is for. */
export function periodOf(name: IndexName, timeMs: number): { readonly fromMs: number; readonly toMs: number } {
  const unit = unitOf(name);
  const from = new Date(timeMs);
  from.setUTCHours(0, 0, 0, 0);
  if (unit !== 'day') from.setUTCDate(1);
  if (unit === 'year') from.setUTCMonth(0);
  const next = new Date(from);
  if (unit === 'year') next.setUTCFullYear(next.getUTCFullYear() + 1);
  else if (unit === 'month') next.setUTCMonth(next.getUTCMonth() + 1);
  else next.setUTCDate(next.getUTCDate() + 1);
  return { fromMs: from.getTime(), toMs: next.getTime() - 1 };
}

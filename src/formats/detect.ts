/**
 * Finding the columns of lines that come without a header: by the number of tokens, as Elastic's pipeline does,
 * and checked by the shape of the values, since different layouts share a count.
 */

import { FlowbulkError } from '../errors.ts';
import { parseAddress } from '../geo/address.ts';
import { type Field, findField } from './fields.ts';
import { type Columns, columnsOf, isProblem, namedColumns } from './header.ts';
import { LAYOUTS, type LayoutName } from './layouts.ts';

const layoutColumns = (name: LayoutName): Columns =>
  columnsOf(LAYOUTS[name].map((column) => findField(column) ?? null));

/** Layouts that a line without header can have, more usual ones first. */
const CANDIDATES: readonly Columns[] = (
  ['v2', 'v3', 'flags21', 'v4', 'v5', 'tgw', 'v7', 'v8', 'v9', 'v10', 'v11', 'nat', 'nat17'] as const
).map(layoutColumns);

/** What a value of a field looks like; fields that are not here can be anything. */
const SHAPES: ReadonlyMap<string, RegExp> = new Map([
  ['version', /^\d{1,2}$/],
  ['account-id', /^(\d{12}|unknown)$/],
  ['interface-id', /^eni-/],
  ['vpc-id', /^vpc-/],
  ['subnet-id', /^subnet-/],
  ['instance-id', /^i-/],
  ['action', /^[A-Z]+$/],
  ['log-status', /^(OK|NODATA|SKIPDATA|INCOMPLETEDATA)$/],
  ['type', /^(IPv4|IPv6|EFA)$/],
  ['resource-type', /^TransitGateway/],
  ['tgw-id', /^tgw-/],
]);

const DIGITS = /^\d+$/;

function fits(field: Field | null, token: string): boolean {
  if (field === null || token === '-') return true;
  if (field.kind === 'address' || field.kind === 'ip') return parseAddress(token) !== null;
  if (field.kind === 'text' || field.kind === 'action') return SHAPES.get(field.name)?.test(token) ?? true;
  return DIGITS.test(token);
}

/** Whether every token could be a value of its column; `-` always can. */
function fitsColumns(columns: Columns, tokens: readonly string[]): boolean {
  return columns.fields.length === tokens.length && tokens.every((token, i) => fits(columns.fields[i] ?? null, token));
}

/** An ISO time before the record, as exports of CloudWatch Logs have it. */
const EXPORT_TIME = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/;

/**
 * Columns for a record without header: the given format where there is one, else the first of `likely` or the layout with as
 * many tokens whose columns the values fit. A leading time (CloudWatch export to S3) is read over. Null where nothing fits.
 */
export function detectColumns(
  tokens: readonly string[],
  format: Columns | null,
  likely: readonly Columns[] = [],
): Columns | null {
  const first = tokens[0];
  if (first !== undefined && EXPORT_TIME.test(first)) {
    const inner = detectColumns(tokens.slice(1), format, likely);
    return inner === null ? null : columnsOf([null, ...inner.fields]);
  }
  if (format !== null) return format;
  const isLike = (columns: Columns) => fitsColumns(columns, tokens);
  return likely.find(isLike) ?? CANDIDATES.find(isLike) ?? null;
}

/** Columns of a flow log's LogFormat, `${version} ${account-id} …`; null for one that cannot be used. */
export function columnsOfLogFormat(text: string): Columns | null {
  const columns = namedColumns([...text.matchAll(/\$\{([^}]*)\}/g)].map(([, name = '']) => name));
  return isProblem(columns) || columns.fields.length === 0 ? null : columns;
}

/** Columns for `--format`: a layout's name, or field names (`${name}` as AWS writes them, too). Throws E_USAGE. */
export function parseFormat(text: string): Columns {
  if (Object.hasOwn(LAYOUTS, text)) return layoutColumns(text as LayoutName);
  const names = text
    .trim()
    .split(/[\s,]+/)
    .map((name) => name.replace(/^\$\{(.*)\}$/, '$1'));
  const columns = namedColumns(names);
  const known = names.filter((name) => findField(name) !== undefined).length;
  if (isProblem(columns)) throw new FlowbulkError('E_USAGE', `--format ${JSON.stringify(text)}: ${columns.problem}`);
  if (known * 2 < names.length) {
    throw new FlowbulkError(
      'E_USAGE',
      `--format ${JSON.stringify(text)} is neither a layout (${Object.keys(LAYOUTS).join(', ')}) nor a list of flow-log fields; see flowbulk fields`,
    );
  }
  return columns;
}

/** Headers: telling them from records, and making columns of them. */

import { type Field, findField, unknownField } from './fields.ts';

/** More columns than this are refused; AWS's longest format has 54. */
export const MAX_COLUMNS = 128;

/** A number, an IPv4 address, `-`, or anything with a colon (IPv6, ARN, time): a value, so the line is no header. */
const VALUE = /^[0-9.]+$|^-$|:/;
const COLUMN_NAME = /^[a-z0-9_-]{1,64}$/;

/**
 * Names an unknown column cannot have, since documents keep something else at its place:
 * an object of the sublocation fields, and the array made of `tcp-flags`.
 */
const TAKEN = new Set(['sublocation', 'tcp-flags-array']);

/** The columns of an object, in order; `null` is a column that is read over. */
export interface Columns {
  readonly fields: readonly (Field | null)[];
  /** Stable text of the columns, by which compiled programs are kept. */
  readonly key: string;
}

/** A header that cannot be used, with the reason for the dead letter. */
export interface HeaderProblem {
  readonly problem: string;
}

/** Makes columns of fields in order. */
export function columnsOf(fields: readonly (Field | null)[]): Columns {
  return { fields, key: fields.map((field) => field?.name ?? '').join(' ') };
}

/**
 * Reads a line's tokens as header: columns when it is one, a problem when it is one that cannot be used, and null
 * when it is no header. A header has known names for at least half of its tokens, and no token that is a value. The
 * kernel counts on it: a line whose numbers and addresses are right is no header.
 */
export function readHeader(tokens: readonly string[]): Columns | HeaderProblem | null {
  let known = 0;
  for (const token of tokens) {
    if (VALUE.test(token)) return null;
    if (findField(token) !== undefined) known++;
  }
  if (known === 0 || known * 2 < tokens.length) return null;
  return namedColumns(tokens);
}

/** Columns for a list of names, from a header or from `--format`; a problem where a name cannot be used. */
export function namedColumns(names: readonly string[]): Columns | HeaderProblem {
  if (names.length > MAX_COLUMNS) return { problem: `${names.length} columns, at most ${MAX_COLUMNS} are read` };
  const seen = new Set<string>();
  const fields: Field[] = [];
  for (const name of names) {
    if (!COLUMN_NAME.test(name)) return { problem: `column name ${JSON.stringify(name)} is not of a-z, 0-9, _ and -` };
    const dashed = name.replaceAll('_', '-');
    if (TAKEN.has(dashed)) return { problem: `column name ${name} is taken by a part of the document` };
    const field = findField(name) ?? unknownField(dashed);
    if (seen.has(field.name)) return { problem: `column ${field.name} comes twice` };
    seen.add(field.name);
    fields.push(field);
  }
  return columnsOf(fields);
}

/** Whether `readHeader` or `namedColumns` found a problem. */
export function isProblem(header: Columns | HeaderProblem): header is HeaderProblem {
  return 'problem' in header;
}

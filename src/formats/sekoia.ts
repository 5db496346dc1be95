/**
 * Events for Sekoia's intake "AWS VPC Flow logs": JSON strings, one for each record.
 *
 * Its parser (https://github.com/SEKOIA-IO/intake-formats, aws-vpc-flow-logs) takes lines of text whose fields stand in
 * one order only, and JSON objects as its Parquet collector makes them.
 */

import { type Field, findField } from './fields.ts';
import type { Columns } from './header.ts';
import { LAYOUTS } from './layouts.ts';
import { parseDecimal } from './values.ts';

/** Forms of events: the line as text, the same as a JSON object in the text, and the document that the parser makes. */
export const SEKOIA_FORMS = ['sekoia', 'sekoia-json', 'sekoia-ecs'] as const;

/** Those that its intake takes. */
export const INTAKE_FORMS = ['sekoia', 'sekoia-json'] as const satisfies readonly (typeof SEKOIA_FORMS)[number][];

/** The name of a form. */
export type SekoiaForm = (typeof SEKOIA_FORMS)[number];

/** Whether documents of this form are Sekoia's. */
export function isSekoiaForm(form: string): form is SekoiaForm {
  return (SEKOIA_FORMS as readonly string[]).includes(form);
}

/** A place in the text of an event: the column of the record that stands there, -1 for none, and what stands for no value. */
export interface TextPlace {
  readonly column: number;
  readonly absent: string;
}

/** AWS's default format; the parser asks for it in this order. */
const DEFAULT_FIELDS: readonly string[] = LAYOUTS.v2;
/** Those, and the 15 that may follow: all of them or none. */
const ALL_FIELDS: readonly string[] = LAYOUTS.v5;

/**
 * The places of an event's text, for records of these columns: the 14 fields of the default format, then, where there are
 * others, the 15 of versions 3 to 5, and at the end those that the parser reads over. A record that says no version
 * would not be parsed at all, so it gets that of its fields.
 */
export function textPlaces({ fields }: Columns): readonly TextPlace[] {
  const columns = new Map(fields.flatMap((field, i) => (field === null ? [] : [[field.name, i] as const])));
  const isDefault = [...columns.keys()].every((name) => DEFAULT_FIELDS.includes(name));
  const others = [...columns.keys()].filter((name) => !ALL_FIELDS.includes(name));
  const names = isDefault ? DEFAULT_FIELDS : [...ALL_FIELDS, ...others];
  const version = isDefault ? '2' : '5';
  return names.map((name) => ({ column: columns.get(name) ?? -1, absent: name === 'version' ? version : '-' }));
}

/** The text of an event: tokens in the parser's order. */
export function eventText(columns: Columns, tokens: readonly string[]): string {
  const texts = textPlaces(columns).map(({ column, absent }) => {
    const token = tokens[column] ?? '-';
    return token === '-' ? absent : token;
  });
  return texts.join(' ');
}

/** Numbers in AWS's Parquet files besides those that are counts, ports, times and the like. */
const PARQUET_NUMBERS: ReadonlySet<Field | undefined> = new Set(['version', 'traffic-path'].map(findField));
const NUMBER_KINDS: ReadonlySet<Field['kind']> = new Set(['port', 'protocol', 'count', 'loss', 'epoch', 'flags']);

/**
 * Whether a field is a number in AWS's Parquet files
 * (https://docs.aws.amazon.com/vpc/latest/userguide/flow-log-records.html).
 */
export function isParquetNumber(field: Field): boolean {
  return NUMBER_KINDS.has(field.kind) || PARQUET_NUMBERS.has(field);
}

/** The name of a field as a column of AWS's Parquet files. */
export function parquetName({ name }: Field): string {
  return name.replaceAll('-', '_');
}

/** The text of an event as compact JSON, members in the order of the columns; without those that have no value. */
export function eventJson({ fields }: Columns, tokens: readonly string[]): string {
  const members = fields.flatMap((field, i) => {
    const token = tokens[i] as string;
    if (field === null || token === '-') return [];
    const isNumber = isParquetNumber(field) && parseDecimal(token) !== null;
    return [`"${parquetName(field)}":${isNumber ? token : JSON.stringify(token)}`];
  });
  return `{${members.join(',')}}`;
}

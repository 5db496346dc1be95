/** What a record's tokens are: values of the fields in its columns, checked. */

import { parseAddress } from '../geo/address.ts';
import type { Field } from './fields.ts';
import type { Columns } from './header.ts';
import type { Json } from './json.ts';
import type { LogEvent } from './log-event.ts';
import { MAX_EPOCH_SECONDS, MAX_LONG, parseDecimal } from './values.ts';

/** A record as it lies in its object. */
export interface RecordLine {
  /** The line without its line end. */
  readonly text: string;
  /** Its tokens, as many as there are columns. */
  readonly tokens: readonly string[];
  /** Bytes of the decompressed stream before it. */
  readonly offset: number;
  /** The offset its id is made of. */
  readonly idOffset: number;
  /** The event of CloudWatch Logs that it came in, which brings its id and has no offset; null for lines of objects. */
  readonly event: LogEvent | null;
}

/** Why a line cannot be a document; goes to dead letters. */
export interface LineProblem {
  readonly code: 'bad_number' | 'bad_address' | 'bad_time' | 'token_count';
  readonly reason: string;
}

/** A value that is wrong for its column. Only `readValues` catches it. */
class BadValue extends Error {
  readonly problem: LineProblem;
  constructor(code: LineProblem['code'], field: Field, token: string, wanted: string) {
    super(code);
    this.problem = { code, reason: `${field.name} ${JSON.stringify(token.slice(0, 100))} is not ${wanted}` };
  }
}

function decimal(field: Field, token: string, largest: bigint): bigint {
  const value = parseDecimal(token, largest);
  if (value === null) throw new BadValue('bad_number', field, token, `a number from 0 to ${largest}`);
  return value;
}

function isoTime(field: Field, token: string): string {
  const value = parseDecimal(token, BigInt(MAX_EPOCH_SECONDS));
  if (value === null) throw new BadValue('bad_time', field, token, 'Unix seconds up to the year 9999');
  return new Date(Number(value) * 1000).toISOString();
}

function checkedAddress(field: Field, token: string): string {
  if (parseAddress(token) === null) throw new BadValue('bad_address', field, token, 'an IP address');
  return token;
}

/** The JSON value of a token that is not `-`; undefined where the field is left out. Throws BadValue. */
function fieldValue(field: Field, token: string): Json | undefined {
  switch (field.kind) {
    case 'text':
    case 'action':
    case 'flags':
      return token;
    case 'address':
    case 'ip':
      return checkedAddress(field, token);
    case 'port':
      return decimal(field, token, 65_535n);
    case 'protocol':
      return decimal(field, token, 255n).toString();
    case 'count':
      return decimal(field, token, MAX_LONG);
    case 'loss':
      return parseDecimal(token) ?? undefined;
    case 'epoch':
      return isoTime(field, token);
  }
}

/** A field's value: the token, and what it is in JSON. */
export interface FieldValue {
  readonly field: Field;
  readonly token: string;
  readonly value: Json;
}

/** Whether a line's problem came out instead of what was to be made of it. */
export function isLineProblem<T>(result: T | LineProblem): result is LineProblem {
  return typeof result === 'object' && result !== null && 'code' in result && 'reason' in result;
}

/** The values of a record's tokens in order, without those that are left out; a problem where one is wrong. */
export function readValues(columns: Columns, tokens: readonly string[]): readonly FieldValue[] | LineProblem {
  if (tokens.length !== columns.fields.length) {
    const reason = `${tokens.length} tokens for ${columns.fields.length} columns`;
    return { code: 'token_count', reason };
  }
  const values: FieldValue[] = [];
  try {
    for (const [i, field] of columns.fields.entries()) {
      const token = tokens[i] as string;
      if (field === null || token === '-') continue;
      const value = fieldValue(field, token);
      if (value !== undefined) values.push({ field, token, value });
    }
  } catch (error) {
    if (error instanceof BadValue) return error.problem;
    throw error;
  }
  return values;
}

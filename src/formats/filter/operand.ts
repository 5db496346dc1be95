/** Values of an expression, by the kind of the field that they are compared with. */

import type { Field, FieldKind } from '../fields.ts';
import { MAX_LONG, TRANSPORTS } from '../values.ts';
import type { Test } from './filter.ts';
import { mergeRanges, type Range, readNetwork } from './ranges.ts';

/** A comparison; `in` stands for `=` with several values. */
export type Operator = '=' | '!=' | '<' | '<=' | '>' | '>=' | 'in';

/** Why a value cannot be compared with a field, to be put behind the value. */
export class OperandProblem extends Error {}

/** What fields are compared as. */
const COMPARED: Readonly<Record<FieldKind, 'text' | 'address' | 'number'>> = {
  text: 'text',
  action: 'text',
  address: 'address',
  ip: 'address',
  port: 'number',
  protocol: 'number',
  count: 'number',
  loss: 'number',
  epoch: 'number',
  flags: 'number',
};

const PROTOCOLS: ReadonlyMap<string, bigint> = new Map([
  ...[...TRANSPORTS].map(([number, name]) => [name, BigInt(number)] as const),
  ['icmpv6', 58n],
]);

const NUMBER_UNITS: Readonly<Record<string, bigint>> = { '': 1n, k: 1000n, m: 1_000_000n, g: 1_000_000_000n };

/** A date, or a date with a time of day, in UTC with or without its Z. */
const TIME = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d)?Z?)?$/;

/** Unix seconds of a time such as 2025-01-31 or 2025-01-31T10:15; null where it is none. */
function secondsOf(text: string): bigint | null {
  if (!TIME.test(text)) return null;
  const ms = Date.parse(text.includes('T') && !text.endsWith('Z') ? `${text}Z` : text);
  // Date.parse takes February 30 for a day in March.
  if (Number.isNaN(ms) || new Date(ms).toISOString().slice(0, 10) !== text.slice(0, 10)) return null;
  return BigInt(ms) / 1000n;
}

function numberOf({ name, kind }: Field, text: string): bigint {
  const [, digits, unit = ''] = /^(\d[\d_]*)([kmg]?)$/i.exec(text) ?? [];
  const plain = digits === undefined ? null : BigInt(digits.replaceAll('_', '')) * NUMBER_UNITS[unit.toLowerCase()]!;
  const value =
    plain ??
    (kind === 'protocol' ? PROTOCOLS.get(text.toLowerCase()) : kind === 'epoch' ? secondsOf(text) : null) ??
    null;
  if (value !== null && value <= MAX_LONG) return value;
  if (kind === 'protocol') {
    throw new OperandProblem(`is no protocol: ${name} is a number, or one of ${[...PROTOCOLS.keys()].join(', ')}`);
  }
  if (kind === 'epoch') {
    throw new OperandProblem(`is no time: ${name} is 2025-01-31, 2025-01-31T10:15 or Unix seconds, all UTC`);
  }
  throw new OperandProblem(`is no number: ${name} is compared with numbers such as 443, 65_535 or 10M`);
}

function numberRange(operator: Operator, value: bigint): Range {
  switch (operator) {
    case '<':
      return { low: 0n, high: value - 1n };
    case '<=':
      return { low: 0n, high: value };
    case '>':
      return { low: value + 1n, high: MAX_LONG };
    case '>=':
      return { low: value, high: MAX_LONG };
    default:
      return { low: value, high: value };
  }
}

function addressTest(field: Field, operator: Operator, values: readonly string[]): Test {
  const ranges: Readonly<Record<4 | 6, Range[]>> = { 4: [], 6: [] };
  for (const text of values) {
    const read = readNetwork(text);
    if ('problem' in read) throw new OperandProblem(read.problem);
    if (text.includes('/') && operator !== 'in') {
      const instead = operator === '=' ? 'in' : 'not in';
      throw new OperandProblem(`is a network: say ${field.name} ${instead} ${text}`);
    }
    ranges[read.family].push(read.range);
  }
  return { kind: 'address', field: field.name, v4: mergeRanges(ranges[4]), v6: mergeRanges(ranges[6]) };
}

function textTest(field: Field, values: readonly string[]): Test {
  for (const text of values) {
    const upper = text.toUpperCase();
    if (field.kind === 'action' && text !== upper && ['ACCEPT', 'REJECT'].includes(upper)) {
      throw new OperandProblem(`is never written so: texts are compared letter by letter (did you mean ${upper}?)`);
    }
  }
  return { kind: 'text', field: field.name, words: [...new Set(values)] };
}

/** Why a field cannot be compared so; null where it can. */
export function operatorProblem({ kind, name }: Field, operator: Operator): string | null {
  const compared = COMPARED[kind];
  if (!/^[<>]/.test(operator) || compared === 'number') return null;
  const what = compared === 'text' ? 'a text' : 'an address';
  return `${name} is ${what}: = != in and not in are for it, not ${operator}`;
}

/**
 * Whether a field's value is one of `values`, or is less or more than the only one; `!=` is read as `=`. Reads all
 * values, so that the first bad one is told. Throws OperandProblem.
 */
export function comparison(field: Field, operator: Operator, values: readonly string[]): Test {
  switch (COMPARED[field.kind]) {
    case 'address':
      return addressTest(field, operator, values);
    case 'text':
      return textTest(field, values);
    case 'number': {
      const ranges = values.map((text) => numberRange(operator, numberOf(field, text)));
      return { kind: 'number', field: field.name, ranges: mergeRanges(ranges) };
    }
  }
}

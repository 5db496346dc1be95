/** The options of a run as they counted, and the command that does the same again from anywhere. */

import path from 'node:path';
import { keyOf, OPTIONS, type OptionName, type OptionSpec, TALK_OPTIONS } from '../cli/options.ts';
import { readValue } from '../cli/values.ts';

/** Values of options by their keys, as a command gets them. */
export type GivenValues = Readonly<Record<string, unknown>>;

/** How a run talks, and where its options are read from. */
const TALK: ReadonlySet<OptionName> = new Set([...TALK_OPTIONS, 'json', 'job', 'origin']);

/** Largest first: a value is told in the largest unit that it is a whole number of. */
const DURATION_UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
  ['ms', 1],
] as const;

const BYTE_UNITS = [
  ['GiB', 2 ** 30],
  ['MiB', 2 ** 20],
  ['KiB', 2 ** 10],
  ['', 1],
] as const;

/** A number in the largest unit that it is a whole number of. */
function inUnits(value: number, units: readonly (readonly [string, number])[]): string {
  const [unit, factor] = units.find(([, one]) => value % one === 0) ?? ['', 1];
  return `${value / factor}${unit}`;
}

/** A URL without a user's name and password. */
function withoutUser(text: string): string {
  const url = new URL(text);
  if (url.username === '' && url.password === '') return text;
  url.username = '';
  url.password = '';
  return url.href;
}

/** Paths as they are known from everywhere; URLs stay. */
function absolute(text: string): string {
  return text === '-' || /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : path.resolve(text);
}

/** The texts of an option's value; none for a flag. */
function textsOf({ kind }: OptionSpec, value: unknown): readonly string[] {
  switch (kind) {
    case 'flag':
      return [];
    case 'texts':
      return value as readonly string[];
    case 'list':
      return [(value as readonly string[]).join(',')];
    case 'paths':
      return (value as readonly string[]).map(absolute);
    case 'path':
      return [absolute(value as string)];
    case 'url':
      return [withoutUser(value as string)];
    case 'duration':
      return [inUnits(value as number, DURATION_UNITS)];
    case 'bytes':
      return [inUnits(value as number, BYTE_UNITS)];
    default:
      return [String(value)];
  }
}

/** An option that counted. */
export interface OptionInEffect {
  readonly name: OptionName;
  /** Its value as on the command line; empty for a flag. Repeated ones have several. */
  readonly texts: readonly string[];
  readonly isDefault: boolean;
}

/**
 * The options that have a value, from wherever it came, in the order of the table. How a run talks is left out. No
 * option holds a secret, but for a URL with a password in it, which is taken out.
 */
export function optionsInEffect(values: GivenValues): readonly OptionInEffect[] {
  const all: OptionInEffect[] = [];
  for (const [name, spec] of Object.entries(OPTIONS) as [OptionName, OptionSpec][]) {
    const value = values[keyOf(name)];
    const isNone = value === undefined || value === null || value === false;
    if (TALK.has(name) || isNone || (Array.isArray(value) && value.length === 0)) continue;
    const usual = spec.default === undefined ? undefined : readValue(spec, name, [spec.default]);
    all.push({ name, texts: textsOf(spec, value), isDefault: JSON.stringify(value) === JSON.stringify(usual) });
  }
  return all;
}

/** The words of the command, without the program's name. */
export function commandWords(
  command: string,
  args: readonly string[],
  options: readonly OptionInEffect[],
): readonly string[] {
  const words: string[] = [];
  for (const { name, texts, isDefault } of options) {
    if (isDefault) continue;
    if (OPTIONS[name].kind === 'flag') words.push(`--${name}`);
    // A value that begins with a dash would be taken for an option.
    for (const text of texts) words.push(...(text.startsWith('-') ? [`--${name}=${text}`] : [`--${name}`, text]));
  }
  return [command, ...args, ...words];
}

/** Reads the text of option values, by kind: from flags, from FLOWBULK_* variables and from defaults alike. */

import { FlowbulkError } from '../errors.ts';
import { parseDay, parseSince } from '../plan/dates.ts';
import { didYouMean } from '../suggest.ts';
import type { OptionSpec } from './options.ts';

const BYTE_UNITS: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
  tib: 2 ** 40,
};

const DURATION_UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1e3, m: 60e3, h: 3_600e3, d: 86_400e3 };

const COUNT_UNITS: Readonly<Record<string, number>> = { '': 1, k: 1e3, m: 1e6, g: 1e9 };

function refuse(origin: string, expected: string, text: string, suggestion = ''): never {
  throw new FlowbulkError('E_USAGE', `${origin} takes ${expected}, not '${text}'${suggestion}`);
}

/** A number with a unit, as a whole number of the base unit; null where it is not one. */
function withUnit(text: string, units: Readonly<Record<string, number>>): number | null {
  const match = /^(\d[\d_]*(?:\.\d+)?)\s*([a-z]*)$/i.exec(text);
  if (match === null) return null;
  const factor = units[match[2]!.toLowerCase()];
  if (factor === undefined) return null;
  const value = Number(match[1]!.replaceAll('_', '')) * factor;
  const whole = Math.round(value);
  return Math.abs(whole - value) < 1e-6 && Number.isSafeInteger(whole) ? whole : null;
}

function checked(spec: OptionSpec, origin: string, text: string): string {
  if (spec.pattern !== undefined && !spec.pattern.is.test(text)) refuse(origin, spec.pattern.means, text);
  return text;
}

/**
 * Reads the value of an option from its texts (more than one only for the kinds that may be repeated; the last counts
 * for the others). `origin` is what the message calls it: the flag or the variable. Throws E_USAGE.
 */
export function readValue(spec: OptionSpec, origin: string, texts: readonly string[]): unknown {
  const text = texts.at(-1) ?? '';
  switch (spec.kind) {
    case 'flag': {
      const word = text.toLowerCase();
      if (['1', 'true', 'yes', 'on'].includes(word)) return true;
      if (['', '0', 'false', 'no', 'off'].includes(word)) return false;
      return refuse(origin, 'true or false', text);
    }
    case 'text':
      if (text === '') refuse(origin, 'a text', text);
      return checked(spec, origin, text);
    case 'path':
      return text === '' ? refuse(origin, 'a path', text) : text;
    case 'texts':
      return texts.map((one) => (one === '' ? refuse(origin, 'a text', one) : checked(spec, origin, one)));
    case 'list':
    case 'paths':
      return texts
        .flatMap((one) => one.split(','))
        .map((one) => one.trim())
        .filter((one) => one !== '')
        .map((one) => checked(spec, origin, one));
    case 'url':
      if (!/^https?:\/\/./.test(text) || !URL.canParse(text))
        refuse(origin, 'a URL such as http://localhost:9000', text);
      return text;
    case 'choice': {
      const choices = spec.choices ?? [];
      if (choices.includes(text)) return text;
      return refuse(origin, `one of ${choices.join(', ')}`, text, didYouMean(text, choices));
    }
    case 'date':
      parseDay(text, origin);
      return text;
    case 'age':
      parseSince(text, 0);
      return text;
    case 'bytes': {
      const bytes = withUnit(text, BYTE_UNITS);
      return bytes === null || bytes < 1 ? refuse(origin, 'a size such as 8MiB', text) : bytes;
    }
    case 'duration': {
      const durationMs = withUnit(text, DURATION_UNITS);
      return durationMs === null || durationMs < 1 ? refuse(origin, 'a time such as 90s, 15m or 8h', text) : durationMs;
    }
    case 'count': {
      const count = withUnit(text, COUNT_UNITS);
      const least = spec.min ?? 0;
      return count === null || count < least ? refuse(origin, `a whole number from ${least}`, text) : count;
    }
  }
}

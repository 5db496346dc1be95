/** Reads flowbulk.config.json. Not by JSON.parse: that knows no places, and takes 12-digit accounts for numbers. */

import { type ConfigNode, configError, MAX_DEPTH, type MapNode, placeOf } from './node.ts';

const BLANK = /[ \t\r\n]*/y;
const STRING = /"(?:[^"\\\r\n]|\\.)*"/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORD = /true|false|null/y;

/** Reads JSON (RFC 8259) whose top is an object. Throws E_USAGE with the place of what is wrong. */
export function readJson(source: string, file: string): MapNode {
  // A byte order mark shifts the first line by one otherwise.
  const text = source.replace(/^\uFEFF/, '');
  let at = 0;

  const match = (pattern: RegExp): string | null => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0] ?? null;
    at += found?.length ?? 0;
    return found;
  };
  const here = () => placeOf(text, at);
  const refuse = (expected: string): never => {
    const found = text[at] === undefined ? 'the end of the file' : `'${text[at]}'`;
    throw configError(file, here(), `no JSON: expected ${expected}, found ${found}`);
  };
  const take = (character: string): boolean => {
    match(BLANK);
    if (text[at] !== character) return false;
    at++;
    return true;
  };
  const string = (): string | null => {
    const place = here();
    const token = match(STRING);
    if (token === null) return null;
    try {
      return JSON.parse(token) as string;
    } catch {
      throw configError(file, place, 'no JSON: a wrong escape, or a tab in a text');
    }
  };

  function mapAfterBrace(depth: number, place: MapNode['place']): MapNode {
    const entries: MapNode['entries'][number][] = [];
    while (!(entries.length === 0 && take('}'))) {
      match(BLANK);
      const keyPlace = here();
      const key = string() ?? refuse('a key in double quotes');
      if (entries.some((entry) => entry.key === key)) throw configError(file, keyPlace, `'${key}' is there twice`);
      if (!take(':')) refuse("':'");
      entries.push({ key, place: keyPlace, value: value(depth + 1) });
      if (take('}')) break;
      if (!take(',')) refuse("',' or '}'");
    }
    return { kind: 'map', entries, place };
  }

  function value(depth: number): ConfigNode {
    match(BLANK);
    const place = here();
    if (depth > MAX_DEPTH) throw configError(file, place, 'nested too deep');
    if (take('{')) return mapAfterBrace(depth, place);
    if (take('[')) {
      const items: ConfigNode[] = [];
      while (!(items.length === 0 && take(']'))) {
        items.push(value(depth + 1));
        if (take(']')) break;
        if (!take(',')) refuse("',' or ']'");
      }
      return { kind: 'list', items, place };
    }
    const word = string() ?? match(NUMBER) ?? match(WORD) ?? refuse('a value');
    if (word === 'null' && text[at - 1] !== '"') return { kind: 'none', place };
    if (/\d/.test(text[at] ?? '')) throw configError(file, place, 'a number does not begin with 0: put it in quotes');
    return { kind: 'text', text: word, place };
  }

  if (!take('{')) refuse("'{'");
  const map = mapAfterBrace(0, placeOf(text, at - 1));
  match(BLANK);
  if (at < text.length) refuse('the end of the file');
  return map;
}

/** Reads flowbulk.config.yaml. */

import { createRequire } from 'node:module';
import type * as Yaml from 'yaml';
import { type ConfigNode, configError, MAX_DEPTH, type MapNode, type Place } from './node.ts';

const require = createRequire(import.meta.url);

/** Words that mean nothing at all where they are not in quotes: https://yaml.org/spec/1.2.2/#10211-null */
const NOTHING = new Set(['', '~', 'null', 'Null', 'NULL']);

/**
 * Reads one YAML document whose top is a mapping; an empty one is a mapping without keys. Scalars stay texts (schema
 * "failsafe"): dates, numbers with leading zeros, `on` and `off` are for the options to understand. Aliases are
 * followed; tags are refused. Throws E_USAGE with the place of what is wrong.
 */
export function readYaml(source: string, file: string): MapNode {
  // Loaded here, so that nobody waits for it who has no YAML file.
  const { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument } = require('yaml') as typeof Yaml;
  const lines = new LineCounter();
  const placeOf = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  // Pretty errors quote the line, and a secret may stand in it.
  const document = parseDocument(source, { schema: 'failsafe', lineCounter: lines, prettyErrors: false });
  const problem = document.errors[0] ?? document.warnings[0];
  if (problem !== undefined) {
    // What follows a colon may be a piece of the file, too.
    throw configError(file, placeOf(problem.pos[0]), `no YAML: ${problem.message.split(/: |\n/)[0]}`);
  }

  function nodeOf(node: Yaml.Node | null, near: Place, depth: number): ConfigNode {
    if (node === null) return { kind: 'none', place: near };
    const place = node.range == null ? near : placeOf(node.range[0]);
    if (depth > MAX_DEPTH) throw configError(file, place, 'nested too deep');
    if (isAlias(node)) {
      const named = node.resolve(document);
      if (named === undefined) throw configError(file, place, 'no YAML: the alias has no anchor before it');
      return nodeOf(named, place, depth + 1);
    }
    if (isScalar(node)) {
      const text = String(node.value ?? '');
      const isNothing = (node.type === undefined || node.type === 'PLAIN') && NOTHING.has(text);
      return isNothing ? { kind: 'none', place } : { kind: 'text', text, place };
    }
    if (isSeq<Yaml.Node | null>(node)) {
      return { kind: 'list', items: node.items.map((item) => nodeOf(item, place, depth + 1)), place };
    }
    if (!isMap<Yaml.Node | null, Yaml.Node | null>(node)) throw configError(file, place, 'no text, list or mapping');
    const entries = node.items.map(({ key, value }) => {
      if (!isScalar(key)) throw configError(file, place, 'a key must be a text');
      const keyPlace = key.range == null ? place : placeOf(key.range[0]);
      return { key: String(key.value), place: keyPlace, value: nodeOf(value, keyPlace, depth + 1) };
    });
    return { kind: 'map', entries, place };
  }

  const top = nodeOf(document.contents, { line: 1, column: 1 }, 0);
  if (top.kind === 'none') return { kind: 'map', entries: [], place: top.place };
  if (top.kind !== 'map') throw configError(file, top.place, 'expected keys and values, such as retry-for: 30m');
  return top;
}

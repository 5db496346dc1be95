/** What a config file says, as a tree of texts, lists and maps, each with its place: the same for JSON and YAML. */

import { FlowbulkError } from '../errors.ts';

/** Where something stands in a file, both from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** A scalar as it is written: numbers keep their digits, dates and account numbers stay texts. */
export interface TextNode {
  readonly kind: 'text';
  readonly text: string;
  readonly place: Place;
}

/** A sequence. */
export interface ListNode {
  readonly kind: 'list';
  readonly items: readonly ConfigNode[];
  readonly place: Place;
}

/** A mapping, in the order of the file. No key is there twice. */
export interface MapNode {
  readonly kind: 'map';
  readonly entries: readonly { readonly key: string; readonly place: Place; readonly value: ConfigNode }[];
  readonly place: Place;
}

/** Where a value is missing: `null`, or nothing after the colon. */
export interface NoneNode {
  readonly kind: 'none';
  readonly place: Place;
}

/** Any of them. */
export type ConfigNode = TextNode | ListNode | MapNode | NoneNode;

/** Nothing in a config file lies deeper than a list in a job in `jobs`; readers stop below, also at aliases in a ring. */
export const MAX_DEPTH = 6;

/** The error for what is wrong at a place of a file. The message must hold no value that could be a secret. */
export function configError(file: string, { line, column }: Place, message: string): FlowbulkError {
  return new FlowbulkError('E_USAGE', `${file}:${line}:${column}: ${message}`, { facts: { file, line, column } });
}

/** The place of an offset in a text. */
export function placeOf(text: string, offset: number): Place {
  const before = text.slice(0, offset);
  const lineStart = before.lastIndexOf('\n') + 1;
  return { line: before.split('\n').length, column: offset - lineStart + 1 };
}

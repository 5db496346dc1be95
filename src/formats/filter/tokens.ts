/** The text of an expression as tokens, and errors that point into it. */

import { FlowbulkError } from '../../errors.ts';

/** A token; `at` is where it begins in the text, counted from 0. */
export interface Token {
  /** A `word` without quotes can be a keyword, a field or a value; a `text` was quoted and is a value. */
  readonly kind: 'word' | 'text' | 'operator' | '(' | ')' | ',' | 'end';
  /** Without quotes. */
  readonly text: string;
  readonly at: number;
}

/** Characters of the expression that are shown around the place that is pointed at. */
const SHOWN_BEFORE = 60;
const SHOWN_AFTER = 40;

/** Longer expressions are refused: the kernel keeps all values of one in its heap. */
export const MAX_EXPRESSION_CHARACTERS = 65_536;

/** An error that points at a place of the expression by its column, counted from 1. */
export function pointAt(expression: string, at: number, problem: string): FlowbulkError {
  const from = Math.max(0, at - SHOWN_BEFORE);
  const to = Math.min(expression.length, at + SHOWN_AFTER);
  const shown = expression.slice(from, to).replaceAll(/\s/g, ' ');
  const [before, after] = [from > 0 ? '…' : '', to < expression.length ? '…' : ''];
  const arrow = `${' '.repeat(before.length + at - from)}^`;
  return new FlowbulkError('E_USAGE', `--where, column ${at + 1}: ${problem}\n  ${before}${shown}${after}\n  ${arrow}`);
}

// One alternative a kind, in the order of the groups; a word ends where something else can begin.
const TOKEN = /\s*(?:(<=|>=|!=|=|<|>)|([(),])|'([^']*)'|"([^"]*)"|([^\s(),'"=<>!]+))/y;

/** The tokens of an expression, ended by an `end`. Throws E_USAGE, with the column of what is none. */
export function tokensOf(expression: string): readonly Token[] {
  if (expression.length > MAX_EXPRESSION_CHARACTERS) {
    const length = expression.length.toLocaleString('en-US');
    throw new FlowbulkError(
      'E_USAGE',
      `--where has ${length} characters, at most ${MAX_EXPRESSION_CHARACTERS} are read: write fewer values, or wider networks`,
    );
  }
  const tokens: Token[] = [];
  const end = expression.trimEnd().length;
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < end) {
    const from = TOKEN.lastIndex;
    const match = TOKEN.exec(expression);
    if (match === null) {
      const at = from + (/^\s*/.exec(expression.slice(from))?.[0].length ?? 0);
      const char = expression[at] as string;
      if (char === '!') throw pointAt(expression, at, "there is != and not, but no '!'");
      throw pointAt(expression, at, `the quote ${char} is not closed`);
    }
    const [, operator, mark, single, double, word] = match;
    const text = operator ?? mark ?? single ?? double ?? word ?? '';
    const quotes = single !== undefined || double !== undefined ? 2 : 0;
    const kind =
      operator !== undefined ? 'operator' : mark !== undefined ? (mark as '(') : quotes === 2 ? 'text' : 'word';
    tokens.push({ kind, text, at: TOKEN.lastIndex - text.length - quotes });
  }
  tokens.push({ kind: 'end', text: '', at: end });
  return tokens;
}

/** The tokens as text, blanks where they are usual: the same for expressions that differ in blanks alone. */
export function normalText(tokens: readonly Token[]): string {
  let text = '';
  for (const token of tokens) {
    const quote = token.text.includes("'") ? '"' : "'";
    const word = token.kind === 'text' ? quote + token.text + quote : token.text;
    const isApart = text !== '' && !text.endsWith('(') && ![')', ',', 'end'].includes(token.kind);
    text += (isApart ? ' ' : '') + word;
  }
  return text;
}

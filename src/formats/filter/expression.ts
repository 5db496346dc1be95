/**
 * Expressions of `--where`:
 *
 * ```
 * any        = all { "or" all }
 * all        = one { "and" one }
 * one        = "not" one | "(" any ")" | comparison
 * comparison = field ( "=" | "!=" | "<" | "<=" | ">" | ">=" ) value
 *            | field [ "not" ] "in" ( value | "(" value { "," value } ")" )
 * ```
 *
 * Keywords are in any case. `-` as value of `=` and `!=` stands for no value, as in the logs.
 */

import { didYouMean } from '../../suggest.ts';
import { FIELDS, type Field, findField } from '../fields.ts';
import type { Test } from './filter.ts';
import { comparison, OperandProblem, type Operator, operatorProblem } from './operand.ts';
import { normalText, pointAt, type Token, tokensOf } from './tokens.ts';

/** Parentheses and `not` within each other: more could not be meant, and each takes of the stack. */
const MOST_DEPTH = 100;

const KEYWORDS: ReadonlySet<string> = new Set(['and', 'or', 'not', 'in']);

const FIELD_NAMES: readonly string[] = FIELDS.flatMap(({ name, aliases }) => [name, ...aliases]);

/** Joins tests, of which there is at least one. */
function joined(kind: 'all' | 'any', tests: readonly Test[]): Test {
  return tests.length === 1 ? (tests[0] as Test) : { kind, of: tests };
}

const not = (of: Test): Test => ({ kind: 'not', of });

class Parser {
  readonly #expression: string;
  readonly #tokens: readonly Token[];
  #next = 0;
  #depth = 0;

  constructor(expression: string, tokens: readonly Token[]) {
    this.#expression = expression;
    this.#tokens = tokens;
  }

  /** The whole expression. */
  read(): Test {
    const test = this.#any();
    const { kind, text, at } = this.#peek();
    if (kind === 'end') return test;
    if (kind === ')') throw this.#error(at, 'no ( is open for this )');
    throw this.#error(at, `and or or is wanted before ${JSON.stringify(text)}`);
  }

  #peek(): Token {
    return this.#tokens[this.#next] as Token;
  }

  #take(): Token {
    const token = this.#peek();
    if (token.kind !== 'end') this.#next++;
    return token;
  }

  #error(at: number, problem: string) {
    return pointAt(this.#expression, at, problem);
  }

  #isKeyword(word: string, { kind, text }: Token = this.#peek()): boolean {
    return kind === 'word' && text.toLowerCase() === word;
  }

  #takeIf(isWanted: boolean): boolean {
    if (isWanted) this.#next++;
    return isWanted;
  }

  #any(): Test {
    const tests = [this.#all()];
    while (this.#takeIf(this.#isKeyword('or'))) tests.push(this.#all());
    return joined('any', tests);
  }

  #all(): Test {
    const tests = [this.#one()];
    while (this.#takeIf(this.#isKeyword('and'))) tests.push(this.#one());
    return joined('all', tests);
  }

  #one(): Test {
    const { at } = this.#peek();
    if (++this.#depth > MOST_DEPTH) throw this.#error(at, `more than ${MOST_DEPTH} ( and not within each other`);
    const test = this.#oneInside();
    this.#depth--;
    return test;
  }

  #oneInside(): Test {
    if (this.#takeIf(this.#isKeyword('not'))) return not(this.#one());
    const { kind, at } = this.#peek();
    if (!this.#takeIf(kind === '(')) return this.#comparison();
    const test = this.#any();
    const end = this.#take();
    if (end.kind === ')') return test;
    if (end.kind === 'end') throw this.#error(at, 'this ( is not closed');
    throw this.#error(end.at, `and, or or ) is wanted before ${JSON.stringify(end.text)}`);
  }

  #comparison(): Test {
    const field = this.#field();
    const isNot = this.#takeIf(this.#isKeyword('not'));
    const { kind, text, at } = this.#take();
    const isIn = kind === 'word' && text.toLowerCase() === 'in';
    if (!isIn && (isNot || kind !== 'operator')) {
      const wanted = isNot ? 'in is wanted after not' : `${field.name} wants one of = != < <= > >= in after it`;
      throw this.#error(at, wanted);
    }
    const operator: Operator = isIn ? 'in' : (text as Operator);
    const problem = operatorProblem(field, operator);
    if (problem !== null) throw this.#error(at, problem);
    const missing: Test = { kind: 'missing', field: field.name };
    const values = isIn && this.#takeIf(this.#peek().kind === '(') ? this.#list() : [this.#value()];
    const [first] = values;
    if ((operator === '=' || operator === '!=') && first?.kind === 'word' && first.text === '-') {
      return operator === '=' ? missing : not(missing);
    }
    const test = this.#compare(field, operator, values);
    return isNot || operator === '!=' ? { kind: 'all', of: [not(missing), not(test)] } : test;
  }

  #field(): Field {
    const { kind, text, at } = this.#take();
    if (kind === 'end') throw this.#error(at, 'a field is wanted, such as dstport');
    if (kind !== 'word' || KEYWORDS.has(text.toLowerCase())) {
      throw this.#error(at, `a field is wanted, such as dstport, not ${JSON.stringify(text)}`);
    }
    const field = findField(text.toLowerCase());
    if (field !== undefined) return field;
    const near = didYouMean(text.replaceAll('_', '-'), FIELD_NAMES) || ' (flowbulk fields has them all)';
    throw this.#error(at, `there is no field ${text}${near}`);
  }

  #list(): readonly Token[] {
    const values = [this.#value()];
    while (true) {
      const { kind, text, at } = this.#take();
      if (kind === ')') return values;
      if (kind !== ',')
        throw this.#error(at, `, or ) is wanted${kind === 'end' ? '' : ` before ${JSON.stringify(text)}`}`);
      values.push(this.#value());
    }
  }

  #value(): Token {
    const token = this.#take();
    const { kind, text, at } = token;
    if (kind === 'text') return token;
    if (kind === 'end') throw this.#error(at, 'a value is wanted');
    if (kind !== 'word') throw this.#error(at, `a value is wanted, not ${JSON.stringify(text)}`);
    if (KEYWORDS.has(text.toLowerCase())) throw this.#error(at, `a value is wanted; quote it if it is '${text}'`);
    return token;
  }

  #compare(field: Field, operator: Operator, values: readonly Token[]): Test {
    const read = (some: readonly Token[]) =>
      comparison(
        field,
        operator,
        some.map(({ text }) => text),
      );
    try {
      return read(values);
    } catch (error) {
      if (!(error instanceof OperandProblem)) throw error;
      for (const token of values) this.#checkValue(token, () => read([token]));
      throw error;
    }
  }

  /** Points at a value that cannot be read. */
  #checkValue({ kind, text, at }: Token, read: () => unknown): void {
    try {
      read();
    } catch (error) {
      if (!(error instanceof OperandProblem)) throw error;
      const problem =
        kind === 'word' && text === '-' ? 'means no value, which goes with = and != alone' : error.message;
      throw this.#error(at, `${JSON.stringify(text)} ${problem}`);
    }
  }
}

/** The test that an expression stands for, and its text with blanks as usual. Throws E_USAGE, with the column. */
export function parseExpression(expression: string): { readonly test: Test; readonly text: string } {
  const tokens = tokensOf(expression);
  return { test: new Parser(expression, tokens).read(), text: normalText(tokens) };
}

/** Draws filters as their options are written: expressions over all fields, with values that records have. */

import { FIELDS, type Field } from '../../src/formats/fields.ts';
import { type FilterAsked, filterOf } from '../../src/formats/filter/filter.ts';
import { randomWords } from '../geo/random.ts';
import { generatedObject } from './generated.ts';

const POOL_LINES = 300;
const ODD_ADDRESSES = ['0.0.0.0', '255.255.255.255', '::', '::1', '::ffff:10.0.0.1', '2001:db8::1', '1:2:3:4:5:6:7:8'];
const ODD_NUMBERS = ['0', '1', '6', '65535', '65536', '4294967296', '9999999999999999', '9223372036854775807'];
const ODD_WORDS = ['ACCEPT', 'NODATA', '-x', 'é', 'a very long text that is longer than two blocks of sixteen bytes'];
const NETWORKS = [
  '10.0.0.0/8',
  '0.0.0.0/0',
  '172.16.0.0/12',
  '::/0',
  '2000::/3',
  'fc00::/7',
  '::ffff:0:0/96',
  '128.0.0.0/1',
];

type Shape = 'number' | 'address' | 'text';

function shapeOf({ kind }: Field): Shape {
  if (kind === 'text' || kind === 'action') return 'text';
  return kind === 'address' || kind === 'ip' ? 'address' : 'number';
}

/** Draws filters; the same seed gives the same. */
export class Expressions {
  readonly #random: () => number;
  readonly #pools: readonly (readonly string[])[];

  constructor(seed: number) {
    this.#random = randomWords(seed);
    const names = FIELDS.map(({ name }) => name);
    const lines = generatedObject(names, POOL_LINES, seed).toString('latin1').split('\n').slice(1, -1);
    this.#pools = names.map((_, i) => lines.map((line) => line.split(' ')[i]!).filter((token) => token !== '-'));
  }

  #below(count: number): number {
    return this.#random() % count;
  }

  #pick<T>(from: readonly T[]): T {
    return from[this.#below(from.length)]!;
  }

  /** What options ask for: mostly an expression, now and then with the others or a sample alone. */
  asked(): FilterAsked {
    const kind = this.#below(8);
    return {
      where: kind === 0 ? undefined : this.#any(3),
      sample: kind < 2 ? this.#pick(['1/2', '1/3', '99/100', '1/1']) : undefined,
      dropNodata: this.#below(6) === 0,
      dropPrivate: this.#below(6) === 0,
    };
  }

  /** The filter of what is drawn. */
  filter() {
    const asked = this.asked();
    return { asked, filter: filterOf(asked) };
  }

  #any(depth: number): string {
    const parts = Array.from({ length: 1 + this.#below(3) }, () => this.#one(depth));
    return parts.reduce((text, part) => `${text} ${this.#pick(['and', 'or', 'OR', 'And'])} ${part}`);
  }

  #one(depth: number): string {
    const kind = this.#below(6);
    if (depth > 0 && kind === 0) return `not ${this.#one(depth - 1)}`;
    if (depth > 0 && kind === 1) return `(${this.#any(depth - 1)})`;
    return this.#comparison();
  }

  #comparison(): string {
    // Fields that most layouts have come more often: others are missing, which is soon decided.
    const at = this.#below(this.#below(3) === 0 ? FIELDS.length : 14);
    const field = FIELDS[at]!;
    const name = this.#pick([field.name, field.name, field.name.replaceAll('-', '_'), ...field.aliases]);
    const shape = shapeOf(field);
    const value = () => this.#value(shape, this.#pools[at]!);
    const kind = this.#below(10);
    if (kind === 0) return `${name} ${this.#pick(['=', '!='])} -`;
    if (kind < 4) {
      const values = Array.from({ length: 1 + this.#below(5) }, () =>
        shape === 'address' && this.#below(2) === 0 ? this.#network(value()) : value(),
      );
      return `${name}${this.#pick(['', ' not'])} in (${values.join(', ')})`;
    }
    if (kind === 4 && shape === 'address') return `${name} not in ${this.#network(value())}`;
    if (kind < 7 && shape === 'number') return `${name}${this.#pick(['<', '<=', '>', '>='])}${value()}`;
    return `${name} ${this.#pick(['=', '!='])} ${value()}`;
  }

  #value(shape: Shape, pool: readonly string[]): string {
    const odd = { number: ODD_NUMBERS, address: ODD_ADDRESSES, text: ODD_WORDS }[shape];
    const value = this.#below(8) === 0 || pool.length === 0 ? this.#pick(odd) : this.#pick(pool);
    return shape === 'text' ? `'${value.replaceAll("'", '')}'` : value;
  }

  #network(address: string): string {
    if (this.#below(3) === 0) return this.#pick(NETWORKS);
    if (address.includes('::ffff:')) return address;
    if (address.includes(':')) return `${address.split(':')[0] || '0'}::/16`;
    const parts = address.split('.');
    const kept = this.#below(4);
    return `${parts.map((part, i) => (i < kept ? part : '0')).join('.')}/${kept * 8}`;
  }
}

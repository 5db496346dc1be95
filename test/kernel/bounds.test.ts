/** Nothing is written outside of an arena's own places, whatever comes in. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseIndexName } from '../../src/formats/index-name.ts';
import { LAYOUTS } from '../../src/formats/layouts.ts';
import { type ArenaSizes, arenaBytes } from '../../workers/arena.ts';
import { HEAP, SLACK } from '../../workers/kernel/layout.ts';
import { createRunMemory, type RunMemory } from '../../workers/memory.ts';
import { randomGeo } from './addressed.ts';
import { Both, IN_S3, LOCAL } from './both.ts';
import { generatedObject } from './generated.ts';
import { Mutator } from './mutate.ts';
import { SEED } from './seed.ts';

const GUARD = 0xa5;
const GEO = randomGeo(SEED);
const OPTIONS = { as: 'bulk', keepOriginal: true, index: parseIndexName('vpcflow-{yyyy.MM.dd}') } as const;

/** A memory with three arenas of which the middle one is used; all places that are not its own hold the guard. */
class Guarded {
  readonly run: RunMemory;
  readonly both: Both;
  readonly #bytes: Buffer;
  readonly #places: readonly (readonly [from: number, to: number])[];

  constructor(sizes: Partial<ArenaSizes> = {}) {
    const { memory, ...run } = createRunMemory(GEO.length, 3);
    const own = { ...run.sizes, ...sizes };
    const stride = arenaBytes(own);
    const first = run.arenaAddresses[0]!;
    const arenaAddresses = [0, 1, 2].map((i) => first + i * stride);
    this.run = { ...run, memory, sizes: own, arenaAddresses };
    this.#bytes = Buffer.from(memory.buffer);
    const end = arenaAddresses[1]! + stride;
    this.#bytes.fill(GUARD, 0, this.#bytes.length);
    // An arena begins as zeros.
    this.#bytes.fill(0, arenaAddresses[1], end);
    this.both = new Both({ memory: this.run, worker: 1, geo: GEO, options: OPTIONS });
    const { arena } = this.both.kernel;
    const places: [number, number][] = [
      [0, run.tablesAddress],
      [run.tablesAddress + GEO.length, arenaAddresses[1]!],
      [arena.inputEnd + SLACK, arena.bodies[0]!.address],
      [end, this.#bytes.length],
    ];
    for (const [i, { address, view }] of arena.bodies.entries()) {
      places.push([address + view.length + SLACK, arena.bodies[i + 1]?.address ?? end]);
    }
    for (const [from, to] of places) this.#bytes.fill(GUARD, from, to);
    this.#places = places;
  }

  /** What may be read past the input must not matter: digits and blanks are worse than zeros. */
  spoilSlack(): void {
    const { input, inputEnd } = this.both.kernel.arena;
    this.#bytes.fill('1 -', input, inputEnd + SLACK);
  }

  check(): void {
    const guard = Buffer.alloc(1 << 20, GUARD);
    for (const [from, to] of this.#places) {
      for (let at = from; at < to; at += guard.length) {
        const part = this.#bytes.subarray(at, Math.min(at + guard.length, to));
        const intact = part.equals(guard.subarray(0, part.length));
        assert.ok(intact, `a byte from ${at} to ${at + part.length} was written over`);
      }
    }
    const tables = this.#bytes.subarray(this.run.tablesAddress, this.run.tablesAddress + GEO.length);
    assert.ok(tables.equals(GEO), 'the geo tables were written over');
  }
}

test('hostile lines write nothing outside of their arena', (context) => {
  context.diagnostic(`seed ${SEED}`);
  const guarded = new Guarded({ bodyBytes: 400_000, bodies: 2 });
  const mutator = new Mutator(SEED);
  for (let round = 0; round < 8; round++) {
    guarded.spoilSlack();
    guarded.both.convert(mutator.object(500), round % 2 === 0 ? IN_S3 : LOCAL, [65_536, 333]);
    guarded.check();
  }
});

test('bodies from the shortest that hold a document on: nothing goes past their slack', () => {
  const object = Buffer.concat(
    [LAYOUTS.v2, LAYOUTS.v11, LAYOUTS.tgw].map((columns) => generatedObject(columns, 60, SEED)),
  );
  const { documents } = new Both({ geo: GEO, options: OPTIONS }).convert(object);
  let longest = 0;
  const lines = documents.toString('latin1').split('\n');
  for (let i = 0; i + 1 < lines.length; i += 2)
    longest = Math.max(longest, lines[i]!.length + lines[i + 1]!.length + 2);
  for (let more = 0; more < 3000; more += more < 20 ? 1 : 231) {
    // Heap enough, and the rest of the body's last page is guarded from its slack on.
    const guarded = new Guarded({ bodyBytes: longest + more });
    guarded.both.convert(object, IN_S3, [65_536]);
    guarded.check();
  }
});

test('bodies that end with their page', () => {
  const guarded = new Guarded({ bodyBytes: 65_536 - SLACK });
  guarded.both.convert(generatedObject(LAYOUTS.v11, 2000, SEED), IN_S3, [65_536]);
  guarded.check();
});

test('an input window that is full to its last byte', () => {
  const guarded = new Guarded();
  const { input, inputEnd } = guarded.both.kernel.arena;
  const room = inputEnd - input;
  const generated = generatedObject(LAYOUTS.v2, 100, SEED);
  const header = generated.subarray(0, generated.indexOf('\n') + 1);
  const lines = generated.subarray(header.length);
  // The last line has its newline, or one of its last bytes, at the very end; blanks fill what is before the lines.
  for (const beyond of [0, 1, 2, 16, 30, 64]) {
    guarded.spoilSlack();
    const blanks = Buffer.alloc(room + beyond - generated.length, ' ');
    blanks.fill('\n', 3_000_000, 3_000_001).fill('\n', blanks.length - 1);
    const object = Buffer.concat([header, blanks, lines, lines]);
    guarded.both.convert(object, IN_S3, [room, 1 << 24]);
    guarded.check();
  }
});

test('a heap that programs fill again and again', () => {
  const guarded = new Guarded({ heapBytes: 200_000 });
  const [header, ...lines] = generatedObject(LAYOUTS.v8, 600, SEED).toString().trim().split('\n');
  const dashed = lines.map((line, i) =>
    line
      .split(' ')
      .map((token, column) => (((i * 7) >> (column % 9)) & 1 ? '-' : token))
      .join(' '),
  );
  guarded.both.convert(`${header}\n${dashed.join('\n')}\n`, IN_S3, [65_536]);
  guarded.check();
  assert.ok(guarded.both.kernel.arena.input - guarded.both.kernel.arena.address > HEAP + 200_000);
});

test('arenas over 2 GiB', () => {
  const run = createRunMemory(GEO.length, 1);
  const high = { ...run, memory: new WebAssembly.Memory({ initial: 40_000, maximum: 65_536, shared: true }) };
  const address = 0x9000_0000;
  const both = new Both({ memory: { ...high, arenaAddresses: [address] }, geo: GEO, options: { as: 'bulk' } });
  both.convert(new Mutator(SEED).object(500), IN_S3, [65_536]);
  assert.ok(both.kernel.arena.input > 2 ** 31);
  // Also across the border.
  const across = new Both({ memory: { ...high, arenaAddresses: [0x8000_0000 - 65_536 * 4] }, geo: GEO });
  across.convert(new Mutator(SEED + 1).object(500), IN_S3, [65_536]);
});

test('a memory keeps its last pages free', () => {
  assert.throws(() => createRunMemory(0, 400), /workers need \d+ pages/);
});

/** Whole folds with their workers: the same rows as the reference fold, whatever the order, the workers, and the damage. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { LAYOUTS } from '../../src/formats/layouts.ts';
import type { Listed, Selection } from '../../src/sources/source.ts';
import { openSource } from '../../src/sources/spec.ts';
import type { FoldedRow } from '../../src/topology/contract.ts';
import { type FoldPlan, startFold } from '../../src/topology/fold-run.ts';
import { generatedObject } from '../kernel/generated.ts';
import { Mutator } from '../kernel/mutate.ts';
import { SEED } from '../kernel/seed.ts';
import { tempFolder } from '../sources/temp-folder.ts';
import { FoldBoth, interfacesOf, sorted } from './fold-both.ts';

const NAMES = [LAYOUTS.v2, LAYOUTS.v5, LAYOUTS.v8];
/** Whole objects, some of them spoilt; then two that end too early. */
const TEXTS = [
  ...Array.from({ length: 9 }, (_, i) => generatedObject(NAMES[i % NAMES.length]!, 2000, SEED + i)),
  new Mutator(SEED).object(300),
];
const CUT = [9000, 40].map((bytes, i) => gzipSync(TEXTS[i]!).subarray(0, -bytes));
const OBJECTS = TEXTS.map((bytes) => ({ bytes }));
const INTERFACES = interfacesOf(OBJECTS, SEED);
const EXPECTED = new FoldBoth({ interfaces: INTERFACES }).byReference(OBJECTS);

/** A folder with the objects, gzipped but for one. */
function objectFolder(t: TestContext, cut: readonly Uint8Array[] = []): string {
  const whole = TEXTS.map((text, i) => [i === 3 ? `in/${i}.log` : `in/${i}.log.gz`, i === 3 ? text : gzipSync(text)]);
  const damaged = cut.map((bytes, i) => [`in/damaged-${i}.log.gz`, bytes]);
  return tempFolder(t, Object.fromEntries([...whole, ...damaged]));
}

async function* reversed(listed: AsyncIterable<Listed>): AsyncGenerator<Listed> {
  const all: Listed[] = [];
  for await (const item of listed) all.push(item);
  yield* all.reverse();
}

const NEVER = new AbortController().signal;

/** Folds a folder; `changed` takes the place of parts of the plan. */
function foldFolder(root: string, changed: Partial<FoldPlan> = {}, selection: Selection = {}, signal = NEVER) {
  const source = { kind: 'files', root: path.join(root, 'in') } as const;
  const plan: FoldPlan = {
    run: 'a-run',
    source,
    listed: openSource(source).list(selection, signal),
    interfaces: INTERFACES,
    format: null,
    filter: null,
    workers: 2,
    deadLetterPath: path.join(root, 'dead-letters.ndjson'),
    limits: {},
    maxConnections: 100_000,
    ...changed,
  };
  return startFold(plan, signal);
}

function assertRows(rows: Iterable<FoldedRow>): void {
  assert.deepEqual(sorted(rows), EXPECTED.rows);
}

test('the rows of the reference fold, with one, two and three workers, in any order', async (t) => {
  const root = objectFolder(t);
  const list = () => openSource({ kind: 'files', root: path.join(root, 'in') }).list({}, NEVER);
  for (const changed of [{ workers: 1 }, { workers: 2 }, { workers: 3 }, { workers: 2, listed: reversed(list()) }]) {
    const fold = foldFolder(root, changed);
    const { rows, connections, counts, filtered, objects, isLimited } = await fold.done;
    assertRows(rows);
    // A second time, too.
    assertRows(rows);
    assert.equal(connections, EXPECTED.rows.length);
    assert.deepEqual({ ...counts, filtered }, EXPECTED.counts);
    assert.equal(isLimited, false);
    assert.deepEqual([...new Set(objects.map(({ outcome }) => outcome))], ['done']);
    assert.equal(objects.length, TEXTS.length);
    const { objectsListed, objectsDone, listingDone, records, deadLetters } = fold.snapshot();
    assert.deepEqual([objectsListed, objectsDone, listingDone], [TEXTS.length, TEXTS.length, true]);
    assert.deepEqual([records, deadLetters], [counts.records, counts.deadLetters]);
  }
});

test('damaged and refused objects leave nothing behind but letters', async (t) => {
  const root = objectFolder(t, CUT);
  const gone = {
    kind: 'file',
    bucket: null,
    key: 'gone',
    path: path.join(root, 'gone'),
    etag: null,
    size: 5,
    lastModifiedMs: 0,
  } as const;
  const refused = { object: { ...gone, key: 'x.parquet' }, code: 'E_OBJECT_PARQUET', reason: 'is Parquet' } as const;
  async function* listed(): AsyncGenerator<Listed> {
    yield* [gone, refused];
    yield* openSource({ kind: 'files', root: path.join(root, 'in') }).list({}, NEVER);
  }
  const heard: string[] = [];
  const changed = { listed: listed(), onRefused: ({ code }: { code: string }) => heard.push(code) };
  const { rows, counts, filtered, objects } = await foldFolder(root, changed).done;
  assertRows(rows);
  assert.deepEqual({ ...counts, filtered }, EXPECTED.counts);
  const not = objects.filter(({ outcome }) => outcome !== 'done');
  const told = not.map(({ object, outcome, error }) => `${object.key} ${outcome} ${error?.code}`).sort();
  assert.deepEqual(told, [
    'damaged-0.log.gz damaged E_OBJECT_DAMAGED',
    'damaged-1.log.gz damaged E_OBJECT_DAMAGED',
    'gone failed E_OBJECT_GONE',
    'x.parquet failed E_OBJECT_PARQUET',
  ]);
  assert.deepEqual(heard, ['E_OBJECT_PARQUET']);
  const letters = readFileSync(path.join(root, 'dead-letters.ndjson'), 'utf8').trim().split('\n');
  const kinds = letters.map((line) => (JSON.parse(line) as { kind: string }).kind);
  assert.equal(kinds.filter((kind) => kind === 'object').length, 4);
  assert.ok(kinds.filter((kind) => kind === 'line').length >= EXPECTED.counts.deadLetters);
});

test('more connections than are kept end the fold, in a worker and when tables are merged', async (t) => {
  const root = objectFolder(t);
  const most = EXPECTED.rows.length;
  const { rows } = await foldFolder(root, { maxConnections: most }).done;
  assertRows(rows);
  for (const maxConnections of [10, most - 1]) {
    await assert.rejects(foldFolder(root, { maxConnections }).done, {
      code: 'E_TOO_MANY_CONNECTIONS',
      message: new RegExp(`more than ${maxConnections.toLocaleString('en-US')} connections: give --max-connections`),
    });
  }
});

test('more connections than can have numbers are a mistake of usage', async (t) => {
  const root = tempFolder(t, { 'in/0.log': '' });
  await assert.rejects(foldFolder(root, { maxConnections: 2 ** 24 }).done, {
    code: 'E_USAGE',
    message: /at most 16,777,214/,
  });
});

test('limits leave whole objects out', async (t) => {
  const root = objectFolder(t);
  const { objects, isLimited, counts } = await foldFolder(root, { limits: { maxObjects: 4 } }).done;
  assert.deepEqual([objects.length, isLimited], [4, true]);
  const few = await foldFolder(root, { limits: { maxRecords: 3000 }, workers: 1 }).done;
  assert.deepEqual([few.objects.length, few.isLimited], [2, true]);
  assert.ok(counts.records > few.counts.records);
});

test('a stop breaks the fold with its reason', async (t) => {
  const stop = new AbortController();
  const root = objectFolder(t);
  async function* endless(): AsyncGenerator<Listed> {
    yield* openSource({ kind: 'files', root: path.join(root, 'in') }).list({}, NEVER);
    stop.abort(new RangeError('enough'));
    await new Promise(() => {});
  }
  await assert.rejects(foldFolder(root, { listed: endless() }, {}, stop.signal).done, /enough/);
});

test('nothing listed, and no interfaces', async (t) => {
  const root = objectFolder(t);
  async function* none(): AsyncGenerator<Listed> {}
  const empty = await foldFolder(root, { listed: none() }).done;
  assert.deepEqual([[...empty.rows], empty.counts.records, empty.objects], [[], 0, []]);
  const unknown = await foldFolder(root, { interfaces: [] }).done;
  assert.deepEqual([...unknown.rows], []);
  assert.equal(
    unknown.counts.unknownInterface,
    unknown.counts.records - unknown.counts.noData - unknown.counts.deadLetters,
  );
});

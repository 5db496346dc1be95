import assert from 'node:assert/strict';
import { appendFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { entryKey } from '../../src/ledger/entry.ts';
import { numberingOf, UnderWay } from '../../src/ledger/under-way.ts';
import type { SourceObject } from '../../src/sources/source.ts';
import { temporaryFolder } from '../run/program.ts';

const object = (key: string): SourceObject => ({
  kind: 's3',
  bucket: 'b',
  key,
  path: null,
  etag: 'e',
  size: 1,
  lastModifiedMs: 0,
});

function begun(numbering = 'n'): { readonly folder: string; readonly underWay: UnderWay } {
  const folder = path.join(temporaryFolder(), 'under-way');
  const underWay = new UnderWay({ folder, numbering });
  underWay.begin(() => false);
  return { folder, underWay };
}

const numbers = (underWay: UnderWay, one: SourceObject, upTo: number) => {
  const answered = underWay.answeredOf(one);
  return Array.from({ length: upTo }, (_, i) => i).filter((i) => answered.of(i) === 'taken');
};

test('what was noted is known to whoever looks next, in any order', () => {
  const { folder, underWay } = begun();
  underWay.note(object('a'), 5, 2, 'taken');
  underWay.note(object('a'), 0, 1, 'taken');
  underWay.note(object('b'), 3, 1, 'taken');
  const other = new UnderWay({ folder, numbering: 'n' });
  assert.deepEqual(numbers(other, object('a'), 10), [0, 5, 6]);
  assert.deepEqual(numbers(other, object('b'), 10), [3]);
  assert.ok(other.answeredOf(object('c')).isEmpty);
});

test('what was refused is told from what was taken, over any number of notes', () => {
  const { underWay } = begun();
  const one = object('a');
  const how = (i: number) => (i % 7 === 3 ? 'refused' : 'taken');
  for (let i = 0; i < 500; i += 2) underWay.note(one, (i * 186) % 500, 1, how((i * 186) % 500));
  const noted = new Set(Array.from({ length: 250 }, (_, i) => (i * 2 * 186) % 500));
  const answered = underWay.answeredOf(one);
  for (let i = -1; i < 502; i++) assert.equal(answered.of(i), noted.has(i) ? how(i) : null, `${i}`);
});

test('a line that was begun counts for nothing', () => {
  const { folder, underWay } = begun();
  underWay.note(object('a'), 0, 1, 'taken');
  const [file] = readdirSync(folder);
  appendFileSync(path.join(folder, file as string), '1 10');
  assert.deepEqual(numbers(underWay, object('a'), 10), [0]);
});

test('another numbering knows nothing of it, and so does another version of the object', () => {
  const { folder, underWay } = begun(numberingOf(['1', 'v2']));
  underWay.note(object('a'), 0, 5, 'taken');
  assert.ok(new UnderWay({ folder, numbering: numberingOf(['1', 'v3']) }).answeredOf(object('a')).isEmpty);
  assert.ok(underWay.answeredOf({ ...object('a'), etag: 'f' }).isEmpty);
});

test('done objects are forgotten, at once or at the next beginning', () => {
  const { folder, underWay } = begun();
  for (const key of ['a', 'b', 'c']) underWay.note(object(key), 0, 1, 'taken');
  underWay.forget(object('a'));
  underWay.forget(object('never'));
  const done = entryKey(object('b'));
  underWay.begin((key) => key.equals(done));
  assert.equal(readdirSync(folder).length, 1);
  assert.deepEqual(numbers(underWay, object('c'), 2), [0]);
});

test('a folder that cannot be written ends the run with a code', () => {
  const underWay = new UnderWay({ folder: '/dev/null/under-way', numbering: 'n' });
  assert.throws(() => underWay.begin(() => false), { code: 'E_SINK_UNWRITABLE' });
  assert.throws(() => underWay.note(object('a'), 0, 1, 'taken'), { code: 'E_SINK_UNWRITABLE' });
});

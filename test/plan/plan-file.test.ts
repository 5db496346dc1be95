import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { PlanWriter, readPlan } from '../../src/plan/plan-file.ts';
import { windowAt, windowObject } from '../../src/sources/log-windows.ts';
import type { Listed } from '../../src/sources/source.ts';
import { parseSource, type SourceSpec } from '../../src/sources/spec.ts';
import { tempFolder } from '../sources/temp-folder.ts';
import { memoryObject } from './memory-lister.ts';

const SPEC: SourceSpec = { kind: 's3', bucket: 'logs', prefix: 'a/', aws: { profile: 'me', region: 'eu-west-1' } };
const ABOUT = { selection: { from: '2025-01-01' }, flowbulk: '1.2.3' };

const LISTED: readonly Listed[] = [
  { ...memoryObject('a/ü "1".log.gz', 100), lastModifiedMs: 1735689600123.5 },
  { ...memoryObject('a/2.log.gz', 7), etag: null },
  { object: memoryObject('a/3.parquet', 5), code: 'E_OBJECT_PARQUET', reason: 'it is Parquet' },
];

function write(file: string, listed: Iterable<Listed> = LISTED, spec: SourceSpec = SPEC): void {
  const writer = new PlanWriter(file, spec, ABOUT);
  for (const one of listed) writer.add(one);
  writer.commit();
}

async function read(file: string, spec: SourceSpec = SPEC): Promise<Listed[]> {
  const all: Listed[] = [];
  for await (const one of readPlan(file, spec)) all.push(one);
  return all;
}

test('what is written is read again, whoever reads the source', async (t) => {
  const file = path.join(tempFolder(t), 'plan.ndjson');
  write(file);
  assert.deepEqual(await read(file), LISTED);
  assert.deepEqual(await read(file, { ...SPEC, aws: { profile: 'another' } } as SourceSpec), LISTED);
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  assert.deepEqual(
    { ...JSON.parse(lines[0]!), made: '' },
    {
      v: 1,
      kind: 'plan',
      source: { kind: 's3', bucket: 'logs', prefix: 'a/', endpoint: null },
      made: '',
      ...ABOUT,
    },
  );
  assert.deepEqual(JSON.parse(lines.at(-1)!), { kind: 'end', objects: 3, bytes: 112 });
});

test('windows of log groups keep their ends, regions and formats; a plan is of one source', async (t) => {
  const file = path.join(tempFolder(t), 'plan.ndjson');
  const found = { nameOrArn: '/vpc', name: '/vpc', keyPrefix: '', region: 'eu-west-1', logFormats: ['one', 'two'] };
  const hour = windowAt(Date.UTC(2025, 0, 31, 10));
  const windows = [windowObject(found, hour, {}), windowObject({ ...found, logFormats: [] }, hour, { prefix: 'eni-' })];
  const spec = parseSource('cloudwatch:///vpc?region=eu-west-1');
  write(file, windows, spec);
  assert.deepEqual(await read(file, spec), windows);
  await assert.rejects(read(file, parseSource('cloudwatch:///vpc*?region=eu-west-1')), {
    code: 'E_USAGE',
    message: /is of cloudwatch:\/\/\/vpc\?region=eu-west-1, not of cloudwatch:\/\/\/vpc\*/,
  });
});

test('a plan without objects is whole', async (t) => {
  const file = path.join(tempFolder(t), 'plan.ndjson');
  write(file, []);
  assert.deepEqual(await read(file), []);
});

test('paths are absolute, so that a plan holds in any folder', async (t) => {
  const file = path.join(tempFolder(t), 'plan.ndjson');
  const object = { ...memoryObject('x.log', 1), kind: 'file', bucket: null, path: 'in/x.log', etag: null } as const;
  write(file, [object], { kind: 'files', root: 'in' });
  assert.deepEqual(await read(file, { kind: 'files', root: path.resolve('in') }), [
    { ...object, path: path.resolve('in/x.log') },
  ]);
});

test('a file is there when it is whole, and nothing is left of one that is taken back', (t) => {
  const folder = tempFolder(t);
  const writer = new PlanWriter(path.join(folder, 'plan.ndjson'), SPEC, ABOUT);
  writer.add(LISTED[0]!);
  assert.ok(!readdirSync(folder).includes('plan.ndjson'));
  writer.rollBack();
  assert.deepEqual(readdirSync(folder), []);
  for (const none of [folder, '-']) {
    assert.throws(() => new PlanWriter(none, SPEC, ABOUT), { code: 'E_USAGE', message: /is none: give a name/ });
  }
  const taken = new PlanWriter(path.join(folder, 'taken'), SPEC, ABOUT);
  mkdirSync(path.join(folder, 'taken'));
  assert.throws(() => taken.commit(), { code: 'E_SINK_UNWRITABLE' });
  taken.rollBack();
  assert.deepEqual(readdirSync(folder), ['taken']);
  const nowhere = path.join(folder, 'missing', 'plan.ndjson');
  assert.throws(() => new PlanWriter(nowhere, SPEC, ABOUT), { code: 'E_SINK_UNWRITABLE' });
});

test('a plan of another source, or of standard input, is refused', async (t) => {
  const file = path.join(tempFolder(t), 'plan.ndjson');
  write(file);
  for (const spec of [
    { ...SPEC, bucket: 'other' },
    { ...SPEC, prefix: '' },
    { ...SPEC, aws: { endpointUrl: 'http://localhost:1' } },
    { kind: 'files', root: '/logs' },
  ] as SourceSpec[]) {
    await assert.rejects(read(file, spec), { code: 'E_USAGE', message: /is of s3:\/\/logs\/a\/, not of / });
  }
  assert.throws(() => new PlanWriter(file, { kind: 'stdin', name: null }, ABOUT), { code: 'E_USAGE' });
});

test('a plan that is cut anywhere is refused before its first object', async (t) => {
  const file = path.join(tempFolder(t), 'plan.ndjson');
  write(file);
  const whole = readFileSync(file);
  for (let bytes = 0; bytes < whole.length; bytes++) {
    writeFileSync(file, whole.subarray(0, bytes));
    await assert.rejects(readPlan(file, SPEC).next(), { code: 'E_FORMAT' }, `${bytes} of ${whole.length} bytes`);
  }
});

test('lines that are broken, missing or too many are noticed', async (t) => {
  const file = path.join(tempFolder(t), 'plan.ndjson');
  write(file);
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  const withLines = (changed: readonly string[]) => writeFileSync(file, `${changed.join('\n')}\n`);
  withLines(lines.toSpliced(2, 1));
  await assert.rejects(read(file), { code: 'E_FORMAT', message: /holds 2 objects, and its last line says 3/ });
  withLines(lines.toSpliced(2, 0, lines[1]!));
  await assert.rejects(read(file), { code: 'E_FORMAT', message: /holds 4 objects/ });
  for (const bad of ['{"kind":"s3"', 'null', '{"kind":"s3","key":1}', lines[2]!.replace('"size":7', '"size":"7"')]) {
    withLines(lines.with(2, bad));
    await assert.rejects(read(file), { code: 'E_FORMAT', message: /is broken at line 3/ });
  }
});

test('what is no plan, of a newer version, or not there is told apart', async (t) => {
  const file = path.join(tempFolder(t), 'plan.ndjson');
  write(file);
  const text = readFileSync(file, 'utf8');
  writeFileSync(file, text.replace('"v":1', '"v":2'));
  await assert.rejects(read(file), { code: 'E_FORMAT', message: /is of version 2, this flowbulk reads 1/ });
  for (const other of ['', 'some keys\n', '{"kind":"line"}\n', '[]\n', '{"kind":"plan","v":1}\n']) {
    writeFileSync(file, other);
    await assert.rejects(read(file), { code: 'E_FORMAT', message: /is no plan|is empty/ }, other);
  }
  await assert.rejects(read(path.join(path.dirname(file), 'none')), { code: 'E_USAGE', message: /ENOENT/ });
});

/** Every bench runs on a tiny set, proves its outputs equal and prints its rows. Nothing is said about how fast. */

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { loadZlibSync } from '../../src/inflate/engine.ts';
import { run } from '../cli/run.ts';

const FOLDER = mkdtempSync(path.join(tmpdir(), 'flowbulk-test-bench-'));
// Compiled tables go there, in this process and in those that the benches start.
process.env['XDG_CACHE_HOME'] = FOLDER;
after(() => rmSync(FOLDER, { recursive: true, force: true }));

const COUNTRIES = path.join(
  path.dirname(fileURLToPath(import.meta.resolve('@ip-location-db/geo-whois-asn-country-mmdb/package.json'))),
  'geo-whois-asn-country.mmdb',
);
const SYSTEMS = path.join(FOLDER, 'systems.csv');
writeFileSync(
  SYSTEMS,
  '1.0.0.0,126.255.255.255,64500,"Low, Inc."\n128.0.0.0,191.255.255.255,64501,High\n2000::,3fff::,64502,Six\n',
);
const DATABASES = ['--city', COUNTRIES, '--asn', SYSTEMS];

const hasTwoCores = availableParallelism() >= 2;
const engines = loadZlibSync() === null ? ['node:zlib'] : ['node:zlib', 'zlib-sync'];

async function bench(...args: readonly string[]) {
  const ran = await run(['bench', ...args, ...DATABASES]);
  assert.equal(ran.code, 0, ran.stderr);
  return ran.stdout;
}

function assertRows(output: string, names: readonly string[]): void {
  for (const name of names) {
    assert.ok(
      output.split('\n').some((line) => line.startsWith(`  ${name}`)),
      `${name} is missing in\n${output}`,
    );
  }
}

test('kernel: equal to the reference encoder and to the naive transform, which it is compared with', async () => {
  const output = await bench('kernel', '--records', '1000', '--layout', 'v8', '--addresses', 'uniform');
  assert.match(output, /^node {5}\d+\./);
  assert.match(output, /^set {6}v8, 40 fields, 1,000 records .*uniformly random/m);
  assert.match(output, /equal to the reference encoder, byte for byte: 1,000 documents/);
  assert.match(output, /equal to the naive transform, deeply: 1,000 documents/);
  assertRows(output, ['kernel, one thread', 'naive transform: split', 'naive transform : kernel']);
  assertRows(output, ['targets', 'kernel alone, ns/record']);
});

test('filters: equal to the reference encoder, and by the documents themselves', async () => {
  const output = await bench('filters', '--records', '1000');
  assert.match(output, /equal to the reference encoder, byte for byte, with each filter: [1-9]\d* documents/);
  assertRows(output, ["kernel, --where 'bytes > ", 'kernel, --sample 1/100', 'gzip to a file, no filter']);
  assertRows(output, ['gzip to a file, no filter : one that keeps 1 %', 'a filter that keeps 1 %, against none']);
  assertRows(await bench('filters', '--records', '100', '--layout', 'nat'), [
    'not measured: these columns have no bytes',
  ]);
});

test('fold: equal to the reference fold, over the set and with a thousand connections', async () => {
  const output = await bench('fold', '--records', '2000');
  assert.match(output, /equal to the reference fold: rows of 4,000 records/);
  assertRows(output, ['fold, the bench set', 'inflate + fold, the bench set', 'fold, 1,000 connections']);
  assertRows(output, ['reference fold : fold']);
});

test('inflate: every engine, alone and with the kernel, and the floor', async () => {
  const output = await bench('inflate', '--records', '1000');
  const rows = ['gunzipSync', 'floor: gunzipSync', 'the same, into memory', 'inflate + kernel, one worker'];
  const byEngine = engines.flatMap((engine) => [`inflate, ${engine}`, `inflate + kernel, ${engine} : floor`]);
  assertRows(output, [...rows, ...byEngine]);
});

test('pipeline: runs, the naive pipeline, and whole processes, as JSON', async () => {
  const report = JSON.parse(await bench('pipeline', '--records', '400', '--json')) as {
    conditions: { node: string; tablesBytes: number };
    sections: { bench: string; rows: { kind: string; name?: string; maxRssBytes?: number; nsPerRecord?: number }[] }[];
    targets: { name: string; measured: string | null }[];
  };
  assert.equal(report.conditions.node, process.versions.node);
  assert.ok(report.conditions.tablesBytes > 0);
  const [section] = report.sections;
  const names = section!.rows.map(({ name }) => name ?? '');
  const wanted = [
    'convert to /dev/null, one worker',
    'naive pipeline, one core',
    'convert, one big object, two workers',
  ];
  if (hasTwoCores) wanted.push('convert to /dev/null, two workers', 'one worker : two workers');
  for (const name of wanted) assert.ok(names.includes(name), `${name} is missing in ${names.join('; ')}`);
  for (const row of section!.rows.filter(({ kind }) => kind === 'time')) assert.ok(row.nsPerRecord! > 0, row.name);
  for (const row of section!.rows.filter(({ kind }) => kind === 'process')) assert.ok(row.maxRssBytes! > 1e6, row.name);
  assert.notEqual(report.targets.find(({ name }) => name.startsWith('RSS'))?.measured, null);
});

test('a bench that does not exist is a mistake of usage', async () => {
  const { code, stderr } = await run(['bench', 'kernle']);
  assert.equal(code, 2);
  assert.match(stderr, /kernle/);
});

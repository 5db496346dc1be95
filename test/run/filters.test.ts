/** Filters as a whole: what is left out is counted everywhere, and a job keeps the filter that it began with. */

import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { run } from '../cli/run.ts';
import { withServer } from '../delivery/fault-server.ts';
import { flowbulk, readNdjson, temporaryFolder } from './program.ts';
import { header, logText, record } from './records.ts';

const folder = temporaryFolder();
const at = (name: string): string => path.join(folder, name);
const OBJECTS = 4;
const RECORDS = 100;

/** Bytes of record `i` are 1000 + i, so this keeps a quarter of each object. */
const WHERE = 'bytes >= 1075 and dstaddr not in 10.0.0.0/8';
const KEPT = OBJECTS * 25;
const LEFT = OBJECTS * RECORDS - KEPT;
const NODATA = '2 123456789012 eni-0a1b2c3d4e5f60718 - - - - - - - 1735689600 1735689660 - NODATA';

before(() => {
  mkdirSync(at('in'));
  for (let i = 0; i < OBJECTS; i++) writeFileSync(at(`in/${i}.log`), logText(RECORDS));
});

interface Summary {
  readonly records: number;
  readonly documents: number;
  readonly filtered: number;
  readonly deadLettersTotal: number;
}

interface Verified {
  readonly proven: boolean;
  readonly doubts: readonly string[];
  readonly totals: Readonly<
    Record<'records' | 'created' | 'duplicates' | 'failureStore' | 'deadLetters' | 'filtered', number>
  >;
  readonly deep: { readonly objects: readonly { readonly ids: number; readonly missing: number }[] } | null;
}

const lastJson = <T>(text: string): T => JSON.parse(text.trim().split('\n').at(-1) as string) as T;

test('convert: the documents are those that pass, bad lines are dead letters, all are counted', async () => {
  const lines = [header, ...Array.from({ length: 6 }, (_, i) => record(i)), NODATA, record(7).replace(' 443 ', ' x ')];
  const input = Buffer.from(`${lines.join('\n')}\n`);
  const args = ['--where', 'bytes > 1003', '--drop-nodata', '--json', '--metrics-file', 'filters.prom'];
  const ran = await flowbulk(folder, ['convert', '-', 'few.ndjson', ...args], input);
  assert.equal(ran.code, 3, ran.stderr);
  const { records, documents, filtered, deadLettersTotal } = lastJson<Summary>(ran.stdout);
  assert.deepEqual([records, documents, filtered, deadLettersTotal], [8, 2, 5, 1]);
  const bytes = readNdjson<{ network: { bytes: number } }>(at('few.ndjson')).map((one) => one.network.bytes);
  assert.deepEqual(bytes, [1004, 1005]);
  assert.match(ran.stderr, /^filtered +5 \(left out by the filter\)$/m);
  const metrics = readFileSync(at('filters.prom'), 'utf8');
  assert.match(metrics, /flowbulk_documents_total\{.*outcome="filtered".*\} 5/);
});

test('convert: a field that the header lacks fits no comparison; a sample is the same each time', async () => {
  const documents = async (...filter: string[]) => {
    const { code, stderr } = await run(['convert', at('in/0.log'), at('converted.ndjson'), '--quiet', ...filter]);
    assert.equal(code, 0, stderr);
    return readFileSync(at('converted.ndjson'), 'utf8').split('\n').slice(0, -1);
  };
  assert.deepEqual(await documents('--where', 'tcp-flags != 2'), []);
  assert.equal((await documents('--where', 'not tcp-flags = 2')).length, RECORDS);
  const sample = await documents('--sample', '1/5');
  assert.ok(sample.length > 5 && sample.length < 40, `${sample.length} of ${RECORDS}`);
  assert.deepEqual(await documents('--sample', '1/5'), sample);
});

test('what is wrong with a filter is told before anything is done', async () => {
  const { code, stderr } = await run(['convert', at('in'), at('nowhere/'), '--where', 'dstprt = 22']);
  assert.equal(code, 2);
  assert.match(
    stderr,
    /--where, column 1: there is no field dstprt \(did you mean dstport\?\)\n {2}dstprt = 22\n {2}\^/,
  );
  assert.match((await run(['convert', at('in'), at('nowhere/'), '--sample', '5'])).stderr, /a share such as 1\/100/);
  assert.ok(!readdirSync(folder).includes('nowhere'));
});

test('run, verify, plan and status of a job with a filter', async () => {
  await withServer({ seed: 1 }, async (server) => {
    const call = (command: string, more: readonly string[]) =>
      run([command, at('in'), `${server.url}/vpcflow`, '--state', at('state'), '--workers', '1', ...more]);
    const verify = async (...more: string[]) => {
      const { code, stdout, stderr } = await call('verify', ['--quiet', '--json', ...more]);
      return { code, stderr, found: code === 2 ? null : lastJson<Verified>(stdout) };
    };
    const filter = ['--where', WHERE];

    const planned = await call('plan', [...filter, '--json', '--quiet']);
    const { estimates } = lastJson<{ estimates: Record<'records' | 'documents' | 'filtered', { expected: number }> }>(
      planned.stdout,
    );
    assert.deepEqual(
      [estimates.records.expected, estimates.documents.expected, estimates.filtered.expected],
      [OBJECTS * RECORDS, KEPT, LEFT],
    );

    const ran = await call('run', [...filter, '--json', '--quiet']);
    assert.equal(ran.code, 0, ran.stderr);
    const { records, documents, filtered } = lastJson<Summary>(ran.stdout);
    assert.deepEqual([records, documents, filtered, server.stored.size], [OBJECTS * RECORDS, KEPT, LEFT, KEPT]);

    // Without the filter on its command line, too: the ledger knows it.
    for (const more of [[], filter]) {
      const { code, found, stderr } = await verify('--deep', '10', ...more);
      assert.deepEqual([code, found?.proven, found?.doubts], [0, true, []], stderr);
      const { totals, deep } = found as Verified;
      assert.equal(
        totals.records,
        totals.created + totals.duplicates + totals.failureStore + totals.deadLetters + totals.filtered,
      );
      assert.deepEqual([totals.records, totals.filtered], [OBJECTS * RECORDS, LEFT]);
      assert.deepEqual(
        deep?.objects.map(({ ids, missing }) => [ids, missing]),
        Array.from({ length: OBJECTS }, () => [KEPT / OBJECTS, 0]),
      );
    }
    assert.match((await call('verify', [])).stdout, /^apart: 300 records filtered$/m);
    const status = await run(['status', '--state', at('state')]);
    assert.match(status.stdout, /^ {2}filter +--where "bytes >= 1075 and dstaddr not in 10.0.0.0\/8"$/m);
    assert.match(status.stdout, /^ {2}records +400: 100 created, 0 there already, 300 filtered$/m);
    const report = await run(['report', '--state', at('state'), '--html', at('report.html')]);
    assert.match(report.stdout, /^filtered +300 \(left out by the filter\)$/m);
    assert.match(report.stdout, /^again .*--where 'bytes >= 1075 and dstaddr not in 10.0.0.0\/8'/m);
    assert.match(readFileSync(at('report.html'), 'utf8'), />Filtered</);

    // Another filter, or none, cannot go on with what was done by this one.
    for (const more of [['--where', 'bytes > 1'], [], [...filter, '--drop-nodata']]) {
      for (const command of ['run', 'plan']) {
        const refused = await call(command, more);
        assert.equal(refused.code, 2, `${command} ${more.join(' ')}`);
        assert.match(
          refused.stderr,
          /were done with --where "bytes >= 1075 .*", this run has .*: give the same filter/,
        );
      }
    }
    assert.equal((await verify('--where', 'bytes > 1')).code, 2);
    const same = await call('run', ['--where', `  ${WHERE.replaceAll(' ', '  ')}`, '--json', '--quiet']);
    assert.deepEqual([same.code, lastJson<Summary>(same.stdout).records], [0, 0]);

    // What is lost comes back, and nothing that the filter left out.
    const ids = [...server.stored.keys()];
    for (const id of ids.slice(0, 3)) server.remove(id);
    const repaired = await verify('--deep', '10', '--repair');
    assert.deepEqual([repaired.code, repaired.found?.proven], [0, true], repaired.stderr);
    assert.deepEqual(new Set(server.stored.keys()), new Set(ids));
    const again = repaired.found!.totals;
    assert.deepEqual([again.records, again.filtered], [OBJECTS * RECORDS, LEFT]);

    // A job of its own reads everything anew, and what is there is not stored twice.
    const wider = await call('run', ['--state', at('wider'), '--json', '--quiet']);
    assert.deepEqual([wider.code, server.stored.size], [0, OBJECTS * RECORDS], wider.stderr);
    const once = await call('run', ['--no-ledger', '--json', '--quiet']);
    assert.deepEqual([once.code, lastJson<Summary>(once.stdout).records], [0, OBJECTS * RECORDS], once.stderr);
  });
});

test('retry and verify --repair of a folder keep to the filter of the ledger', async () => {
  mkdirSync(at('mended'));
  const bytes = gzipSync(logText(RECORDS));
  writeFileSync(at('mended/a.log.gz'), bytes.subarray(0, bytes.length >> 1));
  writeFileSync(at('mended/b.log.gz'), bytes);
  const call = (command: string, ...more: string[]) =>
    run([command, at('mended'), at('mended-out/'), '--state', at('mended-state'), '--quiet', ...more]);
  assert.equal((await call('run', '--where', WHERE)).code, 3);
  writeFileSync(at('mended/a.log.gz'), bytes);
  assert.equal((await call('retry', '--where', 'bytes > 1')).code, 2);
  const retried = await call('retry');
  assert.equal(retried.code, 0, retried.stderr);
  const outputs = ['a', 'b'].map((name) => at(`mended-out/${name}.log.gz.ndjson`));
  const lines = () => outputs.map((file) => readNdjson(file).length);
  assert.deepEqual(lines(), [25, 25]);
  writeFileSync(outputs[1]!, '');
  const repaired = await call('verify', '--repair');
  assert.match(repaired.stdout, /^proven: 50 documents of 2 objects/m, repaired.stderr);
  assert.deepEqual([repaired.code, lines()], [0, [25, 25]]);
});

test('a folder as destination is verified by the lines that the filter let through', async () => {
  const call = (command: string, ...more: string[]) =>
    run([command, at('in'), at('out/'), '--state', at('folder-state'), '--quiet', ...more]);
  assert.equal((await call('run', '--sample', '1/3', '--drop-private')).code, 0);
  const { code, stdout } = await call('verify', '--json');
  const { totals, proven } = lastJson<Verified>(stdout);
  assert.deepEqual([code, proven], [0, true], stdout);
  assert.equal(totals.records, totals.created + totals.filtered);
  assert.ok(totals.created > 0 && totals.filtered > 0);
});

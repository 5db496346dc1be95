/** `flowbulk report`: each run leaves its record, however it ended, and the record is found and told. */

import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { RunRecord } from '../../src/report/run-record.ts';
import { withServer } from '../delivery/fault-server.ts';
import { ended, flowbulk, start, temporaryFolder } from '../run/program.ts';
import { logText } from '../run/records.ts';

const folder = temporaryFolder();

/** The key of an object of a day in January 2025. */
const keyOf = (day: string) =>
  `AWSLogs/123456789012/vpcflowlogs/eu-west-1/2025/01/${day}/123456789012_vpcflowlogs_eu-west-1_fl-1_202501${day}T0005Z_ab.log.gz`;

function put(key: string, bytes: Uint8Array | string): void {
  const file = path.join(folder, 'in', key);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, bytes);
}

before(() => {
  for (const day of ['01', '02', '04']) put(keyOf(day), gzipSync(logText(300)));
  put(keyOf('05'), gzipSync(logText(5_000)).subarray(0, 4_000));
  put(keyOf('02').replace('.log.gz', '.log.parquet'), 'PAR1');
});

const run = (state: string, to: string, ...more: string[]) =>
  flowbulk(folder, ['run', 'in', to, '--state', state, '--quiet', '--workers', '2', ...more]);
const report = (state: string, ...more: string[]) => flowbulk(folder, ['report', '--state', state, ...more]);

async function recordIn(state: string, ...more: string[]): Promise<RunRecord> {
  const { code, stdout, stderr } = await report(state, '--json', ...more);
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout) as RunRecord;
}

test('no run, a wrong name, a file that is no record', async () => {
  const none = await report('nowhere');
  assert.deepEqual([none.code, none.stdout], [2, '']);
  assert.match(none.stderr, /no record of a run in .*nowhere/);
  assert.match((await report('nowhere', '1f2e3d4c')).stderr, /no run 1f2e3d4c/);
  writeFileSync(path.join(folder, 'other.json'), '{"v":1}');
  assert.match((await report('nowhere', 'other.json')).stderr, /other\.json is no record of a run/);
  writeFileSync(path.join(folder, 'cut.json'), '{"v":1');
  assert.match((await report('nowhere', 'cut.json')).stderr, /cut\.json cannot be read as the record/);
});

test('a run with failures: what the record holds', async () => {
  await withServer({ seed: 1, faults: { mapping: 0.01 } }, async (server) => {
    const { code, stderr } = await run('whole', `${server.url}/vpcflow`, '--to', '2025-01-06');
    assert.equal(code, 3, stderr);
    const record = await recordIn('whole');
    assert.deepEqual([record.end, record.error, record.v], ['incomplete', null, 1]);
    assert.equal(record.summary.objectsDone, 3);
    assert.match(record.versions.cluster ?? '', /^Elasticsearch \d/);
    assert.equal(record.versions.node, process.versions.node);
    assert.ok(record.host.cores > 0 && record.host.peakRssBytes > 2 ** 24 && record.host.memoryBytes > 2 ** 24);
    const { seconds, records, delivery } = record.samples;
    assert.ok(seconds.length >= 2 && seconds.at(-1)! > 0);
    assert.equal(records.at(-1), record.summary.records);
    const refused = Object.values(record.summary.delivery?.rejects ?? {}).reduce((sum, count) => sum + count, 0);
    assert.ok(refused > 0);
    assert.equal(delivery?.accepted.at(-1), record.summary.delivery!.created);
    assert.deepEqual(record.slowest.map(({ outcome }) => outcome).sort(), ['damaged', 'done', 'done', 'done']);
    assert.ok(record.slowest.every(({ seconds, records, bytes }) => seconds >= 0 && records > 0 && bytes! > 0));
    const failures = record.failures.map(({ outcome, code, objects }) => `${outcome} ${code} ${objects}`).sort();
    assert.deepEqual(failures, ['damaged E_OBJECT_DAMAGED 1', 'failed E_OBJECT_PARQUET 1']);
    const days = record.coverage?.days.map(({ day, records }) => [day, records > 0]);
    const dated = ['2025-01-01', '2025-01-02', '2025-01-04', '2025-01-05'].map((day) => [day, true]);
    assert.deepEqual(days, dated);
    assert.deepEqual(record.coverage?.span, { first: '2025-01-01', last: '2025-01-06' });
    // No record's content.
    assert.doesNotMatch(JSON.stringify(record), /198\.51\.100\.7|eni-0a1b2c3d4e5f60718/);
  });
});

test('found by name and by path; the latest without; as text and as a page', async () => {
  const first = await recordIn('whole');
  await withServer({ seed: 1 }, async (server) => {
    assert.equal((await run('whole', `${server.url}/other`, '--no-ledger', '--tags', 'a,b')).code, 3);
  });
  const latest = await recordIn('whole');
  assert.notEqual(latest.run, first.run);
  assert.equal(latest.coverage, null);
  assert.equal(latest.slowest.length, 4);
  assert.equal((await recordIn('whole', first.run)).began, first.began);
  const runs = path.join(folder, 'whole', 'jobs', first.job.name, 'runs');
  const [file] = readdirSync(runs);
  assert.match(file!, new RegExp(`^\\d{8}T\\d{6}Z-${first.run}\\.json$`));
  assert.equal((await recordIn('whole', path.join(runs, file!))).run, first.run);

  const text = await report('whole', '--html', 'run.html');
  assert.match(
    text.stdout,
    new RegExp(`^run ${latest.run} of ${latest.job.name}\nfrom  .*\n(.*\n)*again +flowbulk run .*--tags a,b`),
  );
  assert.match(text.stdout, /documents +\d/);
  assert.match(text.stderr, new RegExp(`report of run ${latest.run} in run\\.html`));
  const page = readFileSync(path.join(folder, 'run.html'), 'utf8');
  assert.match(page, /^<!doctype html>/);
  assert.ok(page.includes(latest.run) && page.includes('E_OBJECT_PARQUET') && page.includes('--no-ledger'));
  assert.equal((await report('whole', '--html', 'no/such/folder/run.html')).code, 5);
});

test('the command of a record does the same again from another folder', async () => {
  await withServer({ seed: 1 }, async (server) => {
    assert.equal((await run('again', `${server.url}/vpcflow`, '--max-objects', '2')).code, 7);
    const limited = await recordIn('again');
    assert.deepEqual([limited.end, limited.summary.objectsDone], ['limit', 2]);
    mkdirSync(path.join(folder, 'elsewhere'));
    const again = await flowbulk(path.join(folder, 'elsewhere'), [...limited.command, '--max-objects', '100']);
    assert.equal(again.code, 3, again.stderr);
    const rest = await recordIn('again');
    assert.deepEqual([rest.job.name, rest.summary.objectsSkipped], [limited.job.name, 2]);
  });
});

test('a run that was refused leaves a record, without the secret', async () => {
  writeFileSync(path.join(folder, 'key'), 'c2VjcmV0LWtleQ==\n');
  await withServer({ seed: 1, requireAuthorization: 'ApiKey other' }, async (server) => {
    const { code } = await run('denied', `${server.url}/vpcflow`, '--api-key-file', 'key');
    assert.equal(code, 5);
    const record = await recordIn('denied');
    assert.deepEqual([record.end, record.error?.code, record.summary.records], ['failed', 'E_CLUSTER_DENIED', 0]);
    assert.ok(record.command.includes(path.join(folder, 'key')));
    assert.doesNotMatch(JSON.stringify(record), /c2VjcmV0/);
    assert.match((await report('denied')).stdout, /^error .*\[E_CLUSTER_DENIED\]$/m);
  });
});

test('a run that was stopped, and one with nothing to read', async () => {
  await withServer({ seed: 1, faults: { 'answer slow': 1 }, slowMs: 60_000 }, async (server) => {
    const args = ['run', 'in', `${server.url}/x`, '--state', 'stopped', '--drain-timeout', '1ms'];
    const child = start(folder, args);
    const end = ended(child);
    for (const began = Date.now(); server.requests < 1; ) {
      assert.ok(Date.now() - began < 30_000, 'no request came');
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    child.kill('SIGINT');
    assert.equal((await end).code, 130);
    const record = await recordIn('stopped');
    assert.deepEqual([record.end, record.error?.code], ['stopped', 'E_STOPPED']);
    assert.ok(record.samples.seconds.at(-1)! > 0);
  });
  await withServer({ seed: 1 }, async (server) => {
    const none = await run('none', `${server.url}/x`, '--from', '2030-01-01', '--exclude', '*');
    assert.equal(none.code, 0, none.stderr);
    const record = await recordIn('none', '--html', 'none.html');
    assert.deepEqual([record.end, record.summary.records, record.slowest], ['whole', 0, []]);
    assert.doesNotMatch(readFileSync(path.join(folder, 'none.html'), 'utf8').split('<script')[0]!, /NaN|undefined/);
  });
});

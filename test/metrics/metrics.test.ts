import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { mock, test } from 'node:test';
import { FlowbulkError } from '../../src/errors.ts';
import { startMetrics, withMetrics } from '../../src/metrics/metrics.ts';
import { temporaryFolder } from '../run/program.ts';
import { measured } from './measured.ts';
import { readMetrics } from './prometheus.ts';

const folder = temporaryFolder();
const neverWarn = (text: string) => assert.fail(text);

const usage = (says: RegExp) => (error: unknown) => {
  assert.ok(error instanceof FlowbulkError && error.code === 'E_USAGE', String(error));
  assert.match(error.message, says);
  return true;
};

const valueIn = (file: string, name: string) => readMetrics(readFileSync(file, 'utf8')).get(name)?.samples[0]?.value;

test('the file is there from the start, is renewed every ten seconds, and tells the end', async () => {
  const place = path.join(folder, 'course');
  mkdirSync(place);
  const file = path.join(place, 'nightly.prom');
  mock.timers.enable({ apis: ['setInterval'] });
  try {
    const metrics = await startMetrics({ file }, neverWarn);
    assert.equal(metrics.port, null);
    assert.equal(statSync(file).mode & 0o777, 0o644);
    assert.deepEqual([...readMetrics(readFileSync(file, 'utf8')).keys()], ['flowbulk_run_start_time_seconds']);
    metrics.watch(measured({ isCluster: true }));
    mock.timers.tick(9_999);
    assert.equal(valueIn(file, 'flowbulk_records_total'), undefined);
    mock.timers.tick(1);
    assert.equal(valueIn(file, 'flowbulk_records_total'), 1000);
    await metrics.stop(3);
    assert.equal(valueIn(file, 'flowbulk_run_exit_code'), 3);
    const text = readFileSync(file, 'utf8');
    for (const [, { samples }] of readMetrics(text)) {
      for (const { labels } of samples) assert.equal(labels['flowbulk_job'], 'nightly');
    }
    mock.timers.tick(60_000);
    assert.equal(readFileSync(file, 'utf8'), text, 'nothing is written after the end');
    assert.deepEqual(readdirSync(place), ['nightly.prom'], 'no temporary file is left');
  } finally {
    mock.timers.reset();
  }
});

test('the time of the last complete run outlives runs that fail', async () => {
  const file = path.join(folder, 'last.prom');
  const name = 'flowbulk_run_last_complete_time_seconds';
  const once = async (exitCode: number) => (await startMetrics({ file, job: 'j "1"' }, neverWarn)).stop(exitCode);
  await once(75);
  assert.equal(valueIn(file, name), undefined);
  await once(0);
  const complete = valueIn(file, name);
  assert.ok(complete !== undefined && Math.abs(complete - Date.now() / 1000) < 60);
  const running = await startMetrics({ file }, neverWarn);
  assert.equal(valueIn(file, name), complete, 'while the next run goes on');
  await running.stop(1);
  await once(7);
  assert.equal(valueIn(file, name), complete);
  writeFileSync(file, 'rubbish\n');
  await once(1);
  assert.equal(valueIn(file, name), undefined);
});

test('the umask does not hide the file from node_exporter', async () => {
  const file = path.join(folder, 'umask.prom');
  const before = process.umask(0o077);
  try {
    await (await startMetrics({ file }, neverWarn)).stop(0);
  } finally {
    process.umask(before);
  }
  assert.equal(statSync(file).mode & 0o777, 0o644);
});

test('what cannot be is told at once', async () => {
  await assert.rejects(startMetrics({ file: path.join(folder, 'x.txt') }, neverWarn), usage(/ends in \.prom/));
  await assert.rejects(
    startMetrics({ file: path.join(folder, 'no/x.prom') }, neverWarn),
    usage(/--metrics-file cannot/),
  );
  await assert.rejects(startMetrics({ port: 70_000 }, neverWarn), usage(/up to 65535, not 70000/));
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, resolve));
  const { port } = other.address() as AddressInfo;
  try {
    await assert.rejects(startMetrics({ port }, neverWarn), usage(new RegExp(`port ${port} is in use`)));
    const file = path.join(folder, 'unused.prom');
    await assert.rejects(startMetrics({ port, file }, neverWarn), usage(/in use/));
    assert.ok(!readdirSync(folder).includes('unused.prom'));
  } finally {
    await new Promise((resolve) => other.close(resolve));
  }
});

test('a file that cannot be written later is warned of once, and ends nothing', async () => {
  const place = path.join(folder, 'gone');
  mkdirSync(place);
  const warned: string[] = [];
  mock.timers.enable({ apis: ['setInterval'] });
  try {
    const metrics = await startMetrics({ file: path.join(place, 'x.prom') }, (text) => warned.push(text));
    rmSync(place, { recursive: true });
    mock.timers.tick(30_000);
    assert.equal(warned.length, 1);
    assert.match(warned[0]!, /metrics are not written to .*x\.prom: ENOENT/);
    mkdirSync(place);
    mock.timers.tick(10_000);
    assert.ok(valueIn(path.join(place, 'x.prom'), 'flowbulk_run_start_time_seconds'));
    await metrics.stop(0);
    assert.equal(warned.length, 1);
  } finally {
    mock.timers.reset();
  }
});

test('the server answers GET /metrics, nothing else, and is gone after the end', async () => {
  const metrics = await startMetrics({ port: 0, job: 'nightly' }, neverWarn);
  const url = `http://127.0.0.1:${metrics.port}`;
  const before = await fetch(`${url}/metrics`);
  assert.equal(before.status, 200);
  assert.equal(before.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8');
  assert.deepEqual([...readMetrics(await before.text()).keys()], ['flowbulk_run_start_time_seconds']);
  metrics.watch(measured({ isCluster: true }));
  const during = readMetrics(await (await fetch(`${url}/metrics?x=1`)).text());
  assert.deepEqual(during.get('flowbulk_records_total')?.samples, [
    { labels: { flowbulk_job: 'nightly' }, value: 1000 },
  ]);
  assert.equal((await fetch(`${url}/`)).status, 404);
  assert.equal((await fetch(`${url}/metrics`, { method: 'POST', body: 'x' })).status, 405);
  await metrics.stop(0);
  await assert.rejects(fetch(`${url}/metrics`));
});

test('the exit code is that of the work, of what it threw, or of the stop', async () => {
  const file = path.join(folder, 'code.prom');
  const never = new AbortController().signal;
  const exitCode = async (signal: AbortSignal, work: () => Promise<number>) => {
    const ended = await withMetrics({ file }, signal, neverWarn, work).catch((error: Error) => error.message);
    return [ended, valueIn(file, 'flowbulk_run_exit_code')];
  };
  assert.deepEqual(await exitCode(never, async () => 3), [3, 3]);
  const unreachable = new FlowbulkError('E_CLUSTER_UNREACHABLE', 'gone');
  assert.deepEqual(await exitCode(never, () => Promise.reject(unreachable)), ['gone', 75]);
  assert.deepEqual(await exitCode(never, () => Promise.reject(new TypeError('bug'))), ['bug', 1]);
  const stopped = AbortSignal.abort(new FlowbulkError('E_STOPPED', 'stopped'));
  assert.deepEqual(await exitCode(stopped, () => Promise.reject(new TypeError('torn'))), ['torn', 130]);
  const terminated = AbortSignal.abort(new FlowbulkError('E_TERMINATED', 'stopped'));
  assert.deepEqual(await exitCode(terminated, () => Promise.reject(new TypeError('torn'))), ['torn', 143]);
});

test('neither file nor server keeps the process alive', () => {
  const module = new URL('../../src/metrics/metrics.js', import.meta.url).href;
  const file = path.join(folder, 'alive.prom');
  const script = `import { startMetrics } from ${JSON.stringify(module)};
    await startMetrics({ port: 0, file: ${JSON.stringify(file)} }, () => {}); process.stdout.write('started');`;
  const { stdout, status, signal } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
    timeout: 20_000,
  });
  assert.deepEqual([stdout, status, signal], ['started', 0, null]);
});

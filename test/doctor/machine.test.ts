import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runChecks } from '../../src/doctor/check.ts';
import { type MachineReadings, type MemoryNeeds, machineGroup } from '../../src/doctor/machine.ts';
import { FlowbulkError } from '../../src/errors.ts';

const MIB = 2 ** 20;

const READINGS: MachineReadings = {
  node: '22.1.0',
  zlib: '1.3',
  platform: 'linux',
  arch: 'x64',
  cores: 8,
  memoryBytes: 16_384 * MIB,
  limits: { cpus: null, memoryBytes: null },
};

const NEEDS: MemoryNeeds = { workers: 8, bodyBytes: 144 * MIB, geoBytes: 176 * MIB };

async function look(readings: Partial<MachineReadings>, needs: Partial<MemoryNeeds> = {}, env = {}) {
  const group = machineGroup({ ...READINGS, ...readings }, () => ({ ...NEEDS, ...needs }), env, []);
  const results = await runChecks([group], () => {}, new AbortController().signal);
  return new Map(results.map((result) => [result.check, result]));
}

test('versions of Node are compared as numbers', async () => {
  const status = async (node: string) => (await look({ node })).get('Node')?.status;
  assert.equal(await status('20.18.1'), 'ok');
  assert.equal(await status('20.18.0'), 'fail');
  assert.equal(await status('20.9.9'), 'fail');
  assert.equal(await status('18.20.4'), 'fail');
  assert.equal(await status('100.0.0'), 'ok');
  assert.match((await look({ node: '18.0.0' })).get('Node')?.fix ?? '', /20\.18\.1/);
});

test('more workers than the container has processors are too many', async () => {
  assert.equal((await look({})).get('cores')?.status, 'ok');
  const limited = (await look({ limits: { cpus: 1.5, memoryBytes: null } })).get('cores');
  assert.equal(limited?.status, 'warn');
  assert.match(limited?.found ?? '', /8 cores, the container may use 1\.5, 8 workers/);
  assert.match(limited?.fix ?? '', /^--workers 2:/);
  const fits = await look({ limits: { cpus: 1.5, memoryBytes: null } }, { workers: 2 });
  assert.equal(fits.get('cores')?.status, 'ok');
  const tiny = await look({ limits: { cpus: 0.25, memoryBytes: null } });
  assert.match(tiny.get('cores')?.fix ?? '', /^--workers 1:/);
});

test('the limit of the container counts, and what a run takes', async () => {
  const within = async (mib: number) => (await look({ limits: { cpus: null, memoryBytes: mib * MIB } })).get('memory');
  // 160 + 8 workers of 7 + 144 of bodies + 176 of tables.
  assert.equal((await within(535))?.status, 'fail');
  assert.equal((await within(600))?.status, 'warn');
  assert.equal((await within(700))?.status, 'ok');
  assert.match((await within(535))?.found ?? '', /535 MiB, the limit of the container; .* 536 MiB/);
  assert.match((await within(535))?.fix ?? '', /the container 670 MiB.*--inflight-bytes/);
  // A limit above what there is limits nothing.
  assert.doesNotMatch((await within(20_000))?.found ?? '', /container/);
  assert.equal((await look({ memoryBytes: 500 * MIB })).get('memory')?.status, 'fail');
  assert.equal((await look({ memoryBytes: 500 * MIB }, { bodyBytes: 0, geoBytes: 0 })).get('memory')?.status, 'ok');
});

test('sizes that cannot be are told by the check, and an engine that is none', async () => {
  const none = () => {
    throw new FlowbulkError('E_USAGE', 'bodies of 0.5 MiB are too small: --body-bytes takes 1MiB or more');
  };
  const group = machineGroup(READINGS, none, { FLOWBULK_INFLATE: 'zip' }, []);
  const results = await runChecks([group], () => {}, new AbortController().signal);
  const failed = results.filter(({ status }) => status === 'fail');
  assert.deepEqual(
    failed.map(({ check, exitCode }) => [check, exitCode]),
    [
      ['cores', 2],
      ['memory', 2],
      ['inflate', 2],
    ],
  );
  assert.equal(failed[1]?.fix, '--body-bytes takes 1MiB or more');
});

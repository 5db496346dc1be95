import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { writeJournal } from '../../src/cluster/settings-journal.ts';
import { type Check, runChecks } from '../../src/doctor/check.ts';
import { folderCheck, ledgerCheck } from '../../src/doctor/folders.ts';
import { geoBytes, geoChecks } from '../../src/doctor/geo-files.ts';
import { leftOverCheck } from '../../src/doctor/left-over.ts';
import { openJob } from '../../src/job/job.ts';
import { writeMmdb } from '../geo/mmdb-writer.ts';
import { temporaryFolder } from '../run/program.ts';

async function look(...checks: Check[]) {
  const group = { title: 't', exitCode: 2, checks };
  return runChecks([group], () => {}, new AbortController().signal);
}

const asked = (folder: string, enoughBytes = 1) =>
  folderCheck({ name: 'state folder', folder, enoughBytes, fix: 'give another', exitCode: 5 });

test('a folder is written to, and left as it was; one that is missing is not made', async () => {
  const root = temporaryFolder();
  const [there] = await look(asked(root));
  assert.equal(there?.status, 'ok');
  assert.match(there?.found ?? '', /MiB free$/);
  const missing = path.join(root, 'a', 'b');
  const [made] = await look(asked(missing));
  assert.match(made?.found ?? '', /b \(will be made\), /);
  assert.ok(!existsSync(missing));
  assert.deepEqual(readdirSync(root), []);
});

test('a place that cannot be written to, and one with little room', async () => {
  const root = temporaryFolder();
  writeFileSync(path.join(root, 'file'), '');
  const [barred] = await look(asked(path.join(root, 'file', 'state')));
  assert.deepEqual([barred?.status, barred?.fix, barred?.exitCode], ['fail', 'give another', 5]);
  assert.match(barred?.found ?? '', /cannot be written to \(ENOTDIR\)/);
  const [narrow] = await look(asked(root, Number.MAX_SAFE_INTEGER));
  assert.equal(narrow?.status, 'warn');
});

test('a ledger is made and taken away; not where the folder cannot be written to', async () => {
  const root = temporaryFolder();
  const state = path.join(root, 'state');
  const results = await look(asked(state), ledgerCheck(state, 'state folder'));
  assert.equal(results[1]?.status, 'ok', results[1]?.found);
  assert.deepEqual(readdirSync(root), []);
  writeFileSync(path.join(root, 'file'), '');
  const barred = path.join(root, 'file', 'state');
  assert.equal((await look(asked(barred), ledgerCheck(barred, 'state folder')))[1]?.status, 'skipped');
});

test('databases: their date by what they say themselves, and old ones', async () => {
  const root = temporaryFolder();
  const city = path.join(root, 'city.mmdb');
  writeFileSync(city, writeMmdb({ ipVersion: 4, recordSizeBits: 24, rows: [['81.2.69.0/24', { city: 'x' }]] }));
  // The build epoch that the writer gives: 2025-06-15.
  const madeMs = 1_750_000_000_000;
  const after = (days: number) => geoChecks({ city: [city], asn: [] }, madeMs + days * 86_400_000);
  const [fresh] = await look(...after(60));
  assert.deepEqual([fresh?.check, fresh?.status, fresh?.found], ['city database', 'ok', 'city.mmdb of 2025-06-15']);
  const [old] = await look(...after(61));
  assert.equal(old?.status, 'warn');
  assert.match(old?.found ?? '', /61 days old/);
  assert.ok(geoBytes({ city: [city], asn: [] }) > 0);
  assert.deepEqual(geoChecks({ city: [], asn: [] }, madeMs), []);
  writeFileSync(city, 'no database');
  const [broken] = await look(...after(0));
  assert.equal(broken?.status, 'fail');
  const [gone] = await look(...geoChecks({ city: [], asn: [path.join(root, 'none.csv')] }, madeMs));
  assert.match(gone?.found ?? '', /none\.csv/);
});

test('settings that a run has left are those of jobs with this target', async () => {
  const state = temporaryFolder();
  const identity = { ids: 'default', namespace: 'default', tags: [], keepOriginal: false } as const;
  const target = { hosts: ['http://a:9200'], name: 'flow-{yyyy.MM}' };
  const none = await look(leftOverCheck(path.join(state, 'nowhere'), target));
  assert.equal(none[0]?.status, 'ok');
  const other = openJob(state, { ...identity, source: 's', destination: 'http://a:9200/other' });
  const job = openJob(state, { ...identity, source: 's', destination: 'http://a:9200/flow-{yyyy.MM}' });
  const old = { refresh_interval: '30s', number_of_replicas: '1' };
  writeJournal(other.bulkSettingsPath, new Map([['other', old]]));
  assert.equal((await look(leftOverCheck(state, target)))[0]?.status, 'ok');
  writeJournal(job.bulkSettingsPath, new Map([['flow-2025.01', old]]));
  mkdirSync(path.join(state, 'jobs', 'no job'));
  const [left] = await look(leftOverCheck(state, target));
  assert.equal(left?.status, 'warn');
  assert.match(left?.found ?? '', /^flow-2025\.01: no refresh and no replicas/);
});

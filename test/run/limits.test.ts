/** Limits: what was begun is finished, and the exit code tells that there is more. */

import assert from 'node:assert/strict';
import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { flowbulkHere } from './here.ts';
import { temporaryFolder } from './program.ts';
import { logText } from './records.ts';

const folder = temporaryFolder();
const OBJECTS = 12;
const RECORDS = 500;

before(() => {
  mkdirSync(path.join(folder, 'in'));
  for (let i = 0; i < OBJECTS; i++) writeFileSync(path.join(folder, 'in', `${i}.log.gz`), gzipSync(logText(RECORDS)));
});

async function summaryWith(
  ...limits: string[]
): Promise<{ code: number | null; objectsDone: number; records: number }> {
  const args = ['convert', 'in', `out-${limits.join('')}/`, '--quiet', '--json', '--workers', '2', ...limits];
  const { code, stdout, stderr } = await flowbulkHere(folder, args);
  assert.equal(stderr, '');
  return { code, ...(JSON.parse(stdout) as { objectsDone: number; records: number }) };
}

test('--max-objects and --max-bytes are kept exactly', async () => {
  const { size } = statSync(path.join(folder, 'in', '0.log.gz'));
  for (const limit of [
    ['--max-objects', '5'],
    ['--max-bytes', `${size * 5 + 10}`],
  ]) {
    const { code, objectsDone, records } = await summaryWith(...limit);
    assert.deepEqual([code, objectsDone, records], [7, 5, 5 * RECORDS], limit.join(' '));
  }
});

test('--max-records begins no object after that many', async () => {
  const { code, objectsDone, records } = await summaryWith('--max-records', '900');
  assert.equal(code, 7);
  assert.equal(records, objectsDone * RECORDS);
  // Two workers may each have begun one more.
  assert.ok(objectsDone >= 2 && objectsDone <= 4, `${objectsDone}`);
});

test('--max-duration that is over before anything begins reads nothing', async () => {
  const { code, objectsDone } = await summaryWith('--max-duration', '1ms');
  assert.deepEqual([code, objectsDone], [7, 0]);
});

test('limits that are not reached change nothing', async () => {
  const { code, objectsDone } = await summaryWith(
    '--max-objects',
    '12',
    '--max-duration',
    '1h',
    '--max-records',
    '10M',
  );
  assert.deepEqual([code, objectsDone], [0, OBJECTS]);
});

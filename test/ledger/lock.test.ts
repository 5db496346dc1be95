import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { FlowbulkError } from '../../src/errors.ts';
import { JobLock } from '../../src/ledger/lock.ts';
import { startTimeOf, thisProcess } from '../../src/ledger/process-identity.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'flowbulk-lock-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const file = path.join(folder, 'lock.json');

function isLocked(error: unknown): boolean {
  return error instanceof FlowbulkError && error.code === 'E_LOCKED' && error.exitCode === 8;
}

test('a second run is refused, and told who has it', () => {
  const lock = JobLock.take(file, 'one');
  assert.equal(JobLock.holderOf(file), 'one');
  assert.throws(
    () => JobLock.take(file, 'two'),
    (error: Error) => {
      assert.match(error.message, new RegExp(`run one .*process ${process.pid} `));
      return isLocked(error);
    },
  );
  lock.release();
  assert.equal(JobLock.holderOf(file), null);
  JobLock.take(file, 'two').release();
  assert.deepEqual(readdirSync(folder), []);
});

test('a process of this host that is gone loses it, also where its number is used again', async () => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  const identity = { ...thisProcess(), pid: child.pid as number, startTime: startTimeOf(child.pid as number) };
  writeFileSync(file, JSON.stringify({ ...identity, run: 'child', heartbeatMs: Date.now() }));
  assert.throws(() => JobLock.take(file, 'mine'), isLocked);
  child.kill('SIGKILL');
  await once(child, 'exit');
  JobLock.take(file, 'mine').release();
  writeFileSync(file, JSON.stringify({ ...thisProcess(), startTime: '1', run: 'old', heartbeatMs: Date.now() }));
  JobLock.take(file, 'mine').release();
});

test('another host keeps it while its heart beats', () => {
  const other = { ...thisProcess(), host: 'elsewhere', bootId: 'other', run: 'far' };
  writeFileSync(file, JSON.stringify({ ...other, heartbeatMs: Date.now() - 59_000 }));
  assert.throws(() => JobLock.take(file, 'mine'), isLocked);
  writeFileSync(file, JSON.stringify({ ...other, heartbeatMs: Date.now() - 61_000 }));
  JobLock.take(file, 'mine').release();
});

test('this host before its last boot has no processes any more', () => {
  writeFileSync(file, JSON.stringify({ ...thisProcess(), bootId: 'before', run: 'old', heartbeatMs: Date.now() }));
  JobLock.take(file, 'mine').release();
});

test('half a lock, left by a machine that went down, is none', () => {
  writeFileSync(file, '{"pid":12');
  JobLock.take(file, 'mine').release();
});

test('what somebody else has in the meantime is not given back', () => {
  const lock = JobLock.take(file, 'mine');
  writeFileSync(file, JSON.stringify({ ...thisProcess(), run: 'other', heartbeatMs: Date.now() }));
  lock.release();
  assert.ok(existsSync(file));
  assert.match(readFileSync(file, 'utf8'), /other/);
});

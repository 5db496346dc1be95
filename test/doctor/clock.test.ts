import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runChecks } from '../../src/doctor/check.ts';
import { clockGroup, type Tick, tickOf } from '../../src/doctor/clock.ts';

const NOW_MS = Date.UTC(2026, 0, 1, 12, 0, 0);
const at = (ms: number) => new Date(ms).toUTCString();

async function look(...ticks: (Tick | null)[]) {
  const group = clockGroup(ticks.filter((tick) => tick !== null));
  const [result] = await runChecks([group], () => {}, new AbortController().signal);
  return result;
}

test('half a minute is odd, more than five minutes void signatures, either way', async () => {
  const off = (seconds: number) => look(tickOf('S3', at(NOW_MS - seconds * 1000), NOW_MS, NOW_MS + 1000));
  assert.equal((await off(0))?.status, 'ok');
  assert.equal((await off(30))?.status, 'ok');
  assert.equal((await off(31))?.status, 'warn');
  assert.equal((await off(-31))?.status, 'warn');
  assert.equal((await off(300))?.status, 'warn');
  assert.equal((await off(301))?.status, 'fail');
  assert.equal((await off(-301))?.status, 'fail');
  assert.match((await off(301))?.found ?? '', /^5 min 1 s ahead of S3$/);
  assert.match((await off(-301))?.found ?? '', /^5 min 1 s behind S3$/);
});

test('the server that is furthest off counts, and without any it is skipped', async () => {
  const s3 = tickOf('S3', at(NOW_MS), NOW_MS, NOW_MS);
  const cluster = tickOf('the cluster', at(NOW_MS + 60_000), NOW_MS, NOW_MS);
  assert.match((await look(s3, cluster))?.found ?? '', /behind the cluster/);
  assert.equal(tickOf('x', undefined, NOW_MS, NOW_MS), null);
  assert.equal(tickOf('x', 'yesterday', NOW_MS, NOW_MS), null);
  assert.equal((await look())?.status, 'skipped');
});

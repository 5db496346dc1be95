/** Runs that are killed, stopped and begun again: every event once, and the state that they leave. */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { ended, readNdjson } from '../../run/program.ts';
import { until } from '../queue/setup.ts';
import { readFolder } from './outputs.ts';
import { logSetup, recordAt } from './setup.ts';

const MS_PER_MINUTE = 60_000;
const MS_PER_HOUR = 60 * MS_PER_MINUTE;

const setup = await logSetup();
const day = (ms: number) => new Date(ms).toISOString().slice(0, 10);

test('a run that was killed goes on: each document once', { skip: setup === null }, async () => {
  assert.ok(setup);
  const beginsMs = Math.floor(Date.now() / MS_PER_HOUR - 30) * MS_PER_HOUR;
  const events = Array.from({ length: 12_000 }, (_, i) => recordAt(beginsMs + i * 3_000, i));
  await setup.put('/vpc/killed', 'eni-1-all', events);
  const cluster = await setup.cluster({ faults: { '503': 0.05, 'item 429': 0.01, 'answer slow': 0.3 } });
  Object.assign(setup.proxy.faults, { throttled: 0.02, empty: 0.1, pageEvents: 500 });
  const args = ['run', 'cloudwatch:///vpc/killed', `${cluster.url}/vpcflow`, '--from', day(beginsMs), '--json'];
  const child = setup.start('killed', args);
  const end = ended(child);
  await until('documents', () => cluster.stored.size > 7_000);
  child.kill('SIGKILL');
  await end;
  assert.ok(cluster.stored.size < events.length, `${cluster.stored.size} at the kill`);
  const { code, stdout, stderr } = await setup.run('killed', args);
  assert.equal(code, 0, stderr);
  assert.equal(cluster.stored.size, events.length);
  assert.ok([...cluster.stored.values()].every(({ times }) => times === 1));
  const { objectsSkipped, delivery } = JSON.parse(stdout);
  assert.ok(objectsSkipped > 0);
  process.stderr.write(`after the kill: ${objectsSkipped} windows done before, ${delivery.duplicates} duplicates\n`);
  Object.assign(setup.proxy.faults, { throttled: 0, empty: 0, pageEvents: 10_000 });
  const again = await setup.run('killed', args);
  assert.equal(JSON.parse(again.stdout).records, 0, again.stderr);
});

test('--follow remembers where it was: stopped, killed, and in a folder, too', { skip: setup === null }, async () => {
  assert.ok(setup);
  const nowMs = Math.floor(Date.now() / MS_PER_MINUTE) * MS_PER_MINUTE;
  const events = Array.from({ length: 120 }, (_, i) =>
    recordAt(nowMs - 240 * MS_PER_MINUTE + i * 2 * MS_PER_MINUTE, i),
  );
  await setup.put('/vpc/follow', 'eni-1-all', events);
  const upTo = (minutes: number) => events.filter(({ timestampMs }) => timestampMs < nowMs - minutes * MS_PER_MINUTE);
  const from = day(nowMs - 240 * MS_PER_MINUTE);
  const { proxy } = setup;
  proxy.calls.length = 0;
  const lines = (folder: string): number => {
    const ids: string[] = [];
    readFolder(`${setup.folder}/${folder}`, ({ event }) => ids.push(event.id));
    assert.equal(new Set(ids).size, ids.length, 'an event twice');
    return ids.length;
  };
  const cluster = await setup.cluster();
  const targets: readonly (readonly [string, string, () => number])[] = [
    ['cluster', `${cluster.url}/vpcflow`, () => cluster.stored.size],
    ['folder', 'followed/', () => lines('followed')],
  ];
  for (const [name, target, stored] of targets) {
    const args = ['run', 'cloudwatch:///vpc/follow', target, '--from', from, '--follow', '--interval', '1s'];
    for (const [minutes, signal] of [
      [150, 'SIGTERM'],
      [90, 'SIGKILL'],
      [61, 'SIGTERM'],
      [35, 'SIGKILL'],
    ] as const) {
      const child = setup.start(`follow-${name}`, [...args, '--latency', `${minutes}m`]);
      const end = ended(child);
      // Its clock may be in the next minute by then.
      await until(`${minutes} minutes ago`, () => existingOr(stored) >= upTo(minutes).length);
      child.kill(signal);
      const { code, stderr } = await end;
      if (signal === 'SIGTERM') assert.equal(code, 143, stderr);
    }
    const rest = await setup.run(`follow-${name}`, [...args.filter((arg) => arg !== '--follow'), '--latency', '1m']);
    assert.equal(rest.code, 0, rest.stderr);
    assert.equal(stored(), events.length);
  }
  assert.ok([...cluster.stored.values()].every(({ times }) => times === 1));
});

/** Counts outputs that may not be there yet. */
function existingOr(count: () => number): number {
  try {
    return count();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0;
    throw error;
  }
}

test('plan, a run of it, status, verify and retry', { skip: setup === null }, async () => {
  assert.ok(setup);
  const beginsMs = Math.floor(Date.now() / MS_PER_HOUR - 30) * MS_PER_HOUR;
  const events = Array.from({ length: 300 }, (_, i) => recordAt(beginsMs + i * MS_PER_MINUTE, i));
  await setup.put('/vpc/state', 'eni-1-all', [...events, { timestampMs: events.at(-1)!.timestampMs, message: 'odd' }]);
  const source = 'cloudwatch:///vpc/state';
  const range = ['--from', day(beginsMs)];
  const planned = await setup.run('state', ['plan', source, ...range, '--out', 'plan.ndjson', '--json']);
  assert.equal(planned.code, 0, planned.stderr);
  const { objects, days, calls } = JSON.parse(planned.stdout);
  const hours = (Date.now() - 20 * MS_PER_MINUTE - Date.parse(day(beginsMs))) / MS_PER_HOUR;
  assert.ok(objects === Math.ceil(hours), `${objects} windows of ${hours} hours`);
  assert.ok(days.length >= 2);
  assert.deepEqual(calls, { least: objects, perSecond: 100 });
  const shown = await setup.run('state', ['plan', source, ...range, '--max-calls', '5']);
  assert.match(shown.stdout, /Requests +at least \d\d for events: [\d.]+ s at 5 a second/);
  const ran = await setup.run('state', [
    'run',
    source,
    'state-out/',
    '--plan',
    `${setup.folder}/plan.ndjson`,
    '--json',
  ]);
  assert.equal(ran.code, 3, ran.stderr);
  assert.equal(JSON.parse(ran.stdout).documents, events.length);

  const status = await setup.run('state', ['status', '--json']);
  assert.equal(status.code, 0, status.stderr);
  assert.match(status.stdout, /cloudwatch:\/\/\/vpc\/state/);
  const proven = await setup.run('state', ['verify', source, 'state-out/', ...range]);
  assert.equal(proven.code, 0, proven.stderr + proven.stdout);
  assert.match(proven.stdout, /proven: 300 documents/);
  const again = await setup.run('state', ['retry', source, 'state-out/', '--json']);
  assert.equal(again.code, 0, again.stderr);

  const prefix = ['--stream-prefix', 'eni-1'];
  const part = await setup.run('part', ['run', 'cloudwatch:///vpc/sta*', 'part-out/', ...range, ...prefix, '--json']);
  assert.equal(JSON.parse(part.stdout).documents, events.length, part.stderr);
  const next = JSON.parse((await setup.run('part', ['status', '--json'])).stdout).next;
  assert.match(next, /verify 'cloudwatch:\/\/\/vpc\/sta\*' \S+ --stream-prefix eni-1$/);

  // Streams are part of the job: another one has a ledger of its own.
  const other = await setup.run('state', ['verify', source, 'state-out/', '--streams', 'eni-1-all', ...range]);
  assert.equal(other.code, 2, other.stdout);
});

test('a window that failed is read again by retry', { skip: setup === null }, async () => {
  assert.ok(setup);
  const beginsMs = Math.floor(Date.now() / MS_PER_HOUR - 26) * MS_PER_HOUR;
  await setup.put('/vpc/denied', 'eni-1-all', [recordAt(beginsMs, 1)]);
  setup.proxy.denied.add('FilterLogEvents');
  const args = ['cloudwatch:///vpc/deni*', 'denied-out/', '--from', day(beginsMs)];
  const failed = await setup.run('denied', ['run', ...args]);
  setup.proxy.denied.clear();
  assert.equal(failed.code, 4, failed.stderr);
  const jobs = `${setup.folder}/denied/jobs`;
  const letters = readNdjson(`${jobs}/${readdirSync(jobs)[0]}/dead-letters.ndjson`);
  assert.equal(letters[0]?.['code'], 'E_OBJECT_DENIED');
  const { code, stderr } = await setup.run('denied', ['retry', ...args]);
  assert.equal(code, 0, stderr);
  assert.equal(
    readFolder(`${setup.folder}/denied-out`, () => {}),
    1,
  );
});

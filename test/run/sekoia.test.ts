/** The program against an intake of Sekoia that misbehaves: each record gets there, and what it says of them is true. */

import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { DeadLetter } from '../../src/sinks/dead-letters.ts';
import { INTAKE_KEY, type IntakeServer, needlessDoubles, timesTaken, withIntake } from '../sekoia/intake-server.ts';
import { flowbulkHere } from './here.ts';
import { ended, readNdjson, start, temporaryFolder, until } from './program.ts';
import { header, record } from './records.ts';

const folder = temporaryFolder();
const OBJECTS = 6;
const RECORDS = 900;
const SEED = 21;
const ALL = OBJECTS * RECORDS;
/** Each once, over all objects. */
const LINES = Array.from({ length: ALL }, (_, i) => record(i));

before(() => {
  mkdirSync(path.join(folder, 'in'));
  writeFileSync(path.join(folder, 'key'), `${INTAKE_KEY}\n`);
  for (let i = 0; i < OBJECTS; i++) {
    const lines = LINES.slice(i * RECORDS, (i + 1) * RECORDS);
    writeFileSync(path.join(folder, 'in', `${i}.log.gz`), gzipSync(`${header}\n${lines.join('\n')}\n\nno record\n`));
  }
});

interface Summary {
  readonly objectsDone: number;
  readonly objectsSkipped: number;
  readonly records: number;
  readonly documents: number;
  readonly deadLetters: Record<string, number>;
  readonly deadLetterPath: string;
  readonly delivery: {
    readonly created: number;
    readonly duplicates: number;
    readonly requests: number;
    readonly doubtful: number;
    readonly rejects: Record<string, number>;
  };
}

let states = 0;

/** Runs into a server with a state of its own, or that of a run before. */
async function load(server: Pick<IntakeServer, 'url'>, state: string, ...more: string[]) {
  const args = [
    'run',
    'in',
    server.url,
    '--json',
    '--api-key-file',
    'key',
    '--state',
    state,
    '--workers',
    '2',
    ...more,
  ];
  const { code, stdout, stderr } = await flowbulkHere(folder, args);
  assert.doesNotMatch(stdout + stderr, /secretKey/);
  return { code, stderr, summary: stdout === '' ? null : (JSON.parse(stdout) as Summary) };
}

const newState = () => `state-${states++}`;
const isSpoilt = ({ answeredMs }: { answeredMs: number | null }) => answeredMs === null;

/** Asserts that each record came, none more often than answers were lost, and nothing else. */
function assertAllCame(server: IntakeServer): void {
  assert.deepEqual([...timesTaken(server.taken).keys()].sort(), [...LINES].sort());
  assert.deepEqual(needlessDoubles(server.taken, isSpoilt), []);
  assert.deepEqual(server.violations, []);
}

test('a load: each line once, as it stands in its object; the same again sends nothing', async () => {
  await withIntake({ seed: 1, base: '/api/v1/intake-http' }, async (server) => {
    const state = newState();
    const first = await load(server, state);
    assert.equal(first.code, 3, first.stderr);
    assert.equal(first.summary?.delivery.created, ALL);
    assert.deepEqual(first.summary?.deadLetters, { token_count: OBJECTS });
    assertAllCame(server);
    assert.match(first.stderr, /to Sekoia's intake at http:\/\/127\.0\.0\.1:\d+\/api\/v1\/intake-http/);
    assert.match(first.stderr, /at least once +without ids; no answer was lost/);
    const { requests } = server;
    const again = await load(server, state);
    assert.deepEqual([again.code, again.summary?.objectsSkipped, server.requests], [0, OBJECTS, requests]);
  });
});

test('no request has more events than --body-records, and it can be gzip; options without meaning are named', async () => {
  await withIntake({ seed: 1 }, async (server) => {
    const idle = ['--tags', 'a,b', '--op', 'index'];
    const args = ['--body-records', '250', '--compress', 'gzip', ...idle];
    const { code, stderr } = await load(server, newState(), ...args);
    assert.equal(code, 3);
    assert.match(stderr, /--tags, --op: nothing to sekoia\+http:/);
    assertAllCame(server);
    const sizes = server.taken.map(({ events }) => events.length);
    assert.equal(Math.max(...sizes), 250);
    assert.ok(server.taken.every(({ isGzip }) => isGzip));
  });
});

test('as JSON: what a Parquet file has of each record', async () => {
  await withIntake({ seed: 1 }, async (server) => {
    const state = newState();
    const { code } = await load(server, state, '--as', 'sekoia-json');
    assert.equal(code, 3);
    const lines = server.taken.flatMap(({ events }) => events).map((event) => JSON.parse(event));
    assert.deepEqual(lines.map((values) => Object.values(values).join(' ')).sort(), [...LINES].sort());
    assert.deepEqual(server.violations, []);
    const { code: again, summary } = await load(server, state);
    assert.deepEqual([again, summary?.objectsSkipped], [3, 0], 'another form is another job');
  });
});

test(`on a bad day every line gets there, and doubles are counted (seed ${SEED})`, async () => {
  const faults = {
    '429': 0.1,
    '500': 0.05,
    '503': 0.05,
    'reset before reading': 0.05,
    'reset before storing': 0.05,
    'answer lost': 0.1,
    'answer cut': 0.05,
    'wrong JSON': 0.05,
    'fewer items': 0.1,
    'answer slow': 0.05,
  };
  await withIntake({ seed: SEED, faults, maxInARow: 3, maxPayloadBytes: 40_000 }, async (server) => {
    const { code, summary, stderr } = await load(server, newState(), '--body-records', '500');
    assert.equal(code, 3, stderr);
    assertAllCame(server);
    assert.equal(summary?.delivery.created, ALL);
    const doubles = [...timesTaken(server.taken).values()].reduce((sum, times) => sum + times - 1, 0);
    assert.ok(doubles > 0 && doubles <= (summary?.delivery.doubtful ?? 0), `${doubles} doubles: ${stderr}`);
    assert.match(stderr, /at least once +without ids; [\d,]+ may be stored twice/);
  });
});

test('an event that the intake does not like is found and becomes a dead letter; retry sends it again', async () => {
  const bad = new Set([LINES[17], LINES[2000], LINES[2001]]);
  let isMended = false;
  const isPoison = (event: string) => !isMended && bad.has(event);
  await withIntake({ seed: 1, isPoison }, async (server) => {
    const state = newState();
    const { code, summary } = await load(server, state);
    assert.equal(code, 3);
    assert.equal(summary?.delivery.created, ALL - bad.size);
    assert.deepEqual(summary?.deadLetters, { token_count: OBJECTS, status_400: bad.size });
    assert.equal(summary?.records, ALL + OBJECTS);
    assert.deepEqual(needlessDoubles(server.taken, isSpoilt), []);
    const letters = readNdjson<DeadLetter>(summary?.deadLetterPath as string).filter(({ kind }) => kind === 'document');
    assert.deepEqual(letters.map(({ document }) => document).sort(), [...bad].sort());
    isMended = true;
    const args = ['retry', 'in', server.url, '--api-key-file', 'key', '--state', state];
    const again = await flowbulkHere(folder, args);
    assert.match(again.stdout, /documents sent again: 3: 3 created/);
    assertAllCame(server);
  });
});

test('an event of which the intake says nothing becomes a dead letter in the end', async () => {
  const isLost = (event: string) => event === LINES[100];
  await withIntake({ seed: 1, isLost }, async (server) => {
    const { code, summary, stderr } = await load(server, newState(), '--body-records', '200');
    assert.equal(code, 3, stderr);
    assert.deepEqual(summary?.deadLetters, { token_count: OBJECTS, no_event_id: 1 });
    assert.equal(summary?.delivery.created, ALL - 1);
    assert.deepEqual(needlessDoubles(server.taken, isSpoilt), []);
  });
});

test('what stops a run is told with its exit code, and never with the key', async () => {
  await withIntake({ seed: 1, faults: { '401': 1 }, maxInARow: 1e9 }, async (server) => {
    const { code, stderr } = await load(server, newState());
    assert.equal(code, 5);
    assert.match(
      stderr,
      /does not take the intake key \(status 401, the intake key … is not known\): look at --api-key/,
    );
    assert.match(stderr, /objects {7}0 done/);
  });
  await withIntake({ seed: 1, base: '/api/v1/intake-http' }, async (server) => {
    const { code, stderr } = await load({ url: server.url.replace('/api/v1/intake-http', '') }, newState());
    assert.equal(code, 5);
    assert.match(stderr, /takes no events \(status 404.*look at the address/);
  });
  await withIntake({ seed: 1, isPoison: () => true }, async (server) => {
    const { code, stderr } = await load(server, newState(), '--max-rejects', '5');
    assert.equal(code, 5);
    assert.match(stderr, /refused 6 documents, more than --max-rejects 5/);
  });
  await withIntake({ seed: 1, faults: { '503': 1 }, maxInARow: 1e9 }, async (server) => {
    const { code, stderr } = await load(server, newState(), '--retry-for', '1s');
    assert.equal(code, 75);
    assert.match(stderr, /--retry-for/);
  });
});

test('what runs leave holds no key', async () => {
  await withIntake({ seed: 1 }, async (server) => {
    const state = path.join(folder, newState());
    const { code } = await load(server, state, '--debug', '--log-format', 'json');
    assert.equal(code, 3);
    assert.match((await flowbulkHere(folder, ['status', '--state', state])).stdout, /next +nothing\n/);
    const all = readdirSync(path.join(state, 'jobs'), { recursive: true, withFileTypes: true });
    const files = all.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
    for (const file of files) assert.doesNotMatch(readFileSync(file, 'latin1'), /secretKey/, file);
    assert.deepEqual(
      files.filter((file) => file.includes('under-way')),
      [],
      'nothing is under way any more',
    );
  });
});

test('a run that is stopped is gone on with: nothing is sent again of which an answer came', async () => {
  await withIntake({ seed: 1, slowMs: 60_000 }, async (server) => {
    server.script.push(null, null, null, ...Array<'answer slow'>(50).fill('answer slow'));
    const state = newState();
    const args = ['run', 'in', server.url, '--api-key-file', 'key', '--state', state, '--workers', '1'];
    const child = start(folder, [...args, '--body-records', '100', '--drain-timeout', '100ms']);
    const end = ended(child);
    await until('four requests', () => server.requests >= 4, end);
    child.kill('SIGTERM');
    assert.equal((await end).code, 143);
    const answered = server.taken.filter((request) => !isSpoilt(request)).flatMap(({ events }) => events);
    server.script.length = 0;
    const { code, summary, stderr } = await load(server, state);
    assert.equal(code, 3, stderr);
    assertAllCame(server);
    assert.ok(answered.length > 0);
    assert.equal(summary?.delivery.duplicates, answered.length, stderr);
  });
});

test('a killed run is not gone on with by another filter’s numbers', async () => {
  await withIntake({ seed: 1, slowMs: 60_000 }, async (server) => {
    server.script.push(null, null, ...Array<'answer slow'>(50).fill('answer slow'));
    const state = newState();
    const args = ['run', 'in', server.url, '--api-key-file', 'key', '--state', state, '--workers', '1'];
    const child = start(folder, [...args, '--body-records', '100']);
    const end = ended(child);
    await until('three requests', () => server.requests >= 3, end);
    child.kill('SIGKILL');
    await end;
    server.script.length = 0;
    // Half of the lines: those that are left have other places in their objects.
    const isKept = (line: string) => Number(line.split(' ')[5]) % 2 === 0;
    const kept = LINES.filter(isKept);
    const ports = kept.map((line) => line.split(' ')[5]).join(', ');
    const { code, stderr } = await load(server, state, '--where', `srcport in (${ports})`);
    assert.equal(code, 3, stderr);
    const came = timesTaken(server.taken);
    assert.deepEqual(
      kept.filter((line) => !came.has(line)),
      [],
    );
  });
});

test('an event that was refused before a stop is no event that is there', async () => {
  const bad = LINES[3];
  await withIntake({ seed: 1, isPoison: (event) => event === bad, slowMs: 60_000 }, async (server) => {
    const state = newState();
    const args = ['run', 'in', server.url, '--api-key-file', 'key', '--state', state, '--workers', '1'];
    const child = start(folder, [...args, '--body-records', '1', '--max-objects', '1', '--concurrency', '1']);
    const end = ended(child);
    await until('twenty answers', () => server.taken.length >= 20, end);
    child.kill('SIGKILL');
    await end;
    const { summary, stderr } = await load(server, state);
    const { created, duplicates } = (summary as Summary).delivery;
    const dead = summary?.deadLetters ?? {};
    assert.equal((dead['refused_before'] ?? 0) + (dead['status_400'] ?? 0), 1, stderr);
    assert.deepEqual([created + duplicates, summary?.records], [ALL - 1, ALL + OBJECTS]);
    assert.ok(duplicates >= 19);
  });
});

test('a damaged object is sent up to its damage, and not again when it is read again', async () => {
  await withIntake({ seed: 1 }, async (server) => {
    const broken = path.join(folder, 'broken');
    mkdirSync(broken);
    const whole = gzipSync(`${header}\n${LINES.slice(0, 3000).join('\n')}\n`);
    writeFileSync(path.join(broken, 'a.log.gz'), whole.subarray(0, whole.length >> 1));
    const args = ['broken', server.url, '--api-key-file', 'key', '--state', newState()];
    const first = await flowbulkHere(folder, ['run', ...args]);
    assert.equal(first.code, 3, first.stderr);
    assert.match(first.stderr, /1 damaged/);
    const sent = timesTaken(server.taken).size;
    assert.ok(sent > 100 && sent < 3000, `${sent} events`);
    const again = await flowbulkHere(folder, ['retry', ...args]);
    assert.match(again.stdout, /objects read again: 1: 0 done, 1 left/, again.stderr);
    assert.match(again.stderr, new RegExp(`created +0\nduplicates +${sent.toLocaleString('en-US')} `));
    assert.ok([...timesTaken(server.taken).values()].every((times) => times === 1));
  });
});

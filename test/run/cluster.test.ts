/** The program against a cluster that misbehaves: what it says of documents is true, whatever happens. */

import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { DeadLetter } from '../../src/sinks/dead-letters.ts';
import { type FaultServer, withServer } from '../delivery/fault-server.ts';
import { flowbulkHere } from './here.ts';
import { ended, readNdjson, start, temporaryFolder, until } from './program.ts';
import { logText } from './records.ts';

const folder = temporaryFolder();
const OBJECTS = 9;
const RECORDS = 700;
const ALL = OBJECTS * RECORDS;
/** Lines that are no record: one in each object. */
const BAD_LINE = 'this is no record\n';

/** The documents by id, as `convert` makes them. */
const expected = new Map<string, string>();

before(async () => {
  mkdirSync(path.join(folder, 'in'));
  for (let i = 0; i < OBJECTS; i++) {
    writeFileSync(path.join(folder, 'in', `${i}.log.gz`), gzipSync(logText(RECORDS) + BAD_LINE));
  }
  const { code } = await flowbulkHere(folder, ['convert', 'in', 'all.ndjson', '--as', 'bulk', '--quiet']);
  assert.equal(code, 3);
  const lines = readFileSync(path.join(folder, 'all.ndjson'), 'utf8').split('\n');
  for (let i = 0; i + 1 < lines.length; i += 2) {
    expected.set(JSON.parse(lines[i] as string).create._id, lines[i + 1] as string);
  }
  assert.equal(expected.size, ALL);
});

interface Summary {
  readonly objectsDone: number;
  readonly records: number;
  readonly documents: number;
  readonly deadLetters: Record<string, number>;
  readonly deadLetterPath: string;
  readonly delivery: { created: number; duplicates: number; failureStore: number; rejects: Record<string, number> };
}

async function load(server: FaultServer, target: string, ...more: string[]) {
  const args = ['run', 'in', `${server.url}/${target}`, '--json', '--body-bytes', '1MiB', '--workers', '2', ...more];
  const { code, stdout, stderr } = await flowbulkHere(folder, args);
  return { code, stderr, summary: stdout === '' ? null : (JSON.parse(stdout) as Summary) };
}

const sum = (counts: Record<string, number>) => Object.values(counts).reduce((total, count) => total + count, 0);

test('a load, and the same again: created, then there already', async () => {
  await withServer({ seed: 1 }, async (server) => {
    const first = await load(server, 'vpcflow');
    assert.equal(first.code, 3, first.stderr);
    assert.deepEqual([first.summary?.objectsDone, first.summary?.records], [OBJECTS, ALL + OBJECTS]);
    assert.equal(first.summary?.delivery.created, ALL);
    assert.deepEqual(first.summary?.deadLetters, { token_count: OBJECTS });
    assert.equal(server.stored.size, ALL);
    for (const [id, { document }] of server.stored) assert.equal(document, expected.get(id));
    assert.match(first.stderr, /to Elasticsearch .* at http:\/\/127\.0\.0\.1:\d+: .*vpcflow/);
    const again = await load(server, 'vpcflow', '--no-ledger');
    assert.deepEqual([again.summary?.delivery.created, again.summary?.delivery.duplicates], [0, ALL]);
    assert.equal(server.stored.size, ALL);
  });
});

test('--op index writes what is there again', async () => {
  await withServer({ seed: 1 }, async (server) => {
    await load(server, 'vpcflow');
    const { summary } = await load(server, 'vpcflow', '--op', 'index', '--no-ledger');
    assert.deepEqual([summary?.delivery.created, summary?.delivery.duplicates], [0, ALL]);
    assert.ok([...server.stored.values()].every(({ times }) => times === 2));
  });
});

test('bodies hold documents of several objects', async () => {
  await withServer({ seed: 1 }, async (server) => {
    await load(server, 'vpcflow');
    // 700 records are 0.7 MB: a body of 1 MiB holds one and a half objects, and a shard is one body or a few.
    assert.ok(server.requests < OBJECTS + 2, `${server.requests} requests`);
  });
});

test('on a bad day the sum still holds', async () => {
  const faults = {
    '429': 0.1,
    '503': 0.1,
    'answer lost': 0.1,
    'answer cut': 0.1,
    'wrong JSON': 0.05,
    'item 429': 0.02,
    'item 503': 0.01,
    mapping: 0.01,
    'failure store': 0.01,
  };
  await withServer({ seed: 12, faults, maxInARow: 3, maxContentBytes: 300_000 }, async (server) => {
    const { code, summary, stderr } = await load(server, 'vpcflow');
    assert.equal(code, 3, stderr);
    const { created, duplicates, failureStore, rejects } = (summary as Summary).delivery;
    const letters = readNdjson<DeadLetter>((summary as Summary).deadLetterPath);
    assert.equal(created + duplicates + failureStore + sum(rejects), ALL);
    assert.equal(summary?.records, created + duplicates + failureStore + sum(summary?.deadLetters ?? {}));
    assert.equal(server.stored.size, created + duplicates);
    assert.deepEqual(
      [...server.stored].filter(([, { times }]) => times !== 1),
      [],
    );
    for (const [id, { document }] of server.stored) assert.equal(document, expected.get(id));
    const documents = letters.filter(({ kind, run }) => kind !== 'line' && run === letters.at(-1)?.run);
    assert.equal(documents.length, failureStore + sum(rejects));
    for (const { id, document } of documents) assert.equal(JSON.stringify(document), expected.get(id as string));
    assert.match(stderr, /rejected {6}\d+: document_parsing_exception/);
  });
});

test('records lie in indices by their own time', async () => {
  await withServer({ seed: 1 }, async (server) => {
    const { code } = await load(server, 'vpcflow-{yyyy.MM.dd}');
    assert.equal(code, 3);
    assert.deepEqual([...new Set([...server.stored.values()].map(({ index }) => index))], ['vpcflow-2025.01.01']);
  });
});

test('without ids documents go all the same', async () => {
  await withServer({ seed: 1, flavour: 'aoss' }, async (server) => {
    const refused = await load(server, 'vpcflow', '--flavour', 'opensearch');
    assert.equal(refused.code, 5);
    assert.match(refused.stderr, /--ids none/);
    const { summary } = await load(server, 'vpcflow', '--flavour', 'opensearch', '--ids', 'none');
    assert.equal(summary?.delivery.created, ALL);
    assert.equal(server.stored.size, ALL);
  });
});

test('gzip, a fixed concurrency and a rate are kept', async () => {
  await withServer({ seed: 1, faults: { 'answer slow': 1 } }, async (server) => {
    const began = Date.now();
    const args = ['--compress', 'gzip', '--concurrency', '1', '--max-rate', '20k'];
    const { summary } = await load(server, 'vpcflow', ...args);
    assert.equal(summary?.delivery.created, ALL);
    assert.equal(server.mostInFlight, 1);
    // All but the last body have to be waited for.
    assert.ok(Date.now() - began > (ALL / 20_000) * 1000 * 0.7);
  });
});

test('what stops a run is told with its exit code, and nothing is called done', async () => {
  await withServer({ seed: 1, requireAuthorization: 'ApiKey aWQ6a2V5' }, async (server) => {
    const denied = await load(server, 'vpcflow');
    assert.equal(denied.code, 5);
    assert.match(denied.stderr, /401|credentials/);
    const args = ['run', 'in', `${server.url}/vpcflow`, '--quiet', '--json'];
    const { code, stdout, stderr } = await flowbulkHere(folder, args, { FLOWBULK_API_KEY: 'id:key' });
    assert.equal(code, 3, stderr);
    assert.equal((JSON.parse(stdout) as Summary).delivery.created, ALL);
  });
  await withServer({ seed: 1, faults: { 'item block': 1 } }, async (server) => {
    const blocked = await load(server, 'vpcflow');
    assert.equal(blocked.code, 5);
    assert.match(blocked.stderr, /index\.blocks\.write/);
    assert.match(blocked.stderr, /objects {7}0 done/);
  });
  await withServer({ seed: 1, faults: { '503': 1 }, maxInARow: 1e9 }, async (server) => {
    const away = await load(server, 'vpcflow', '--retry-for', '1s');
    assert.equal(away.code, 75);
    assert.match(away.stderr, /--retry-for/);
  });
});

test('Ctrl-C ends a run in the time of the drain while the cluster does not answer', async () => {
  await withServer({ seed: 1, faults: { 'answer slow': 1 }, slowMs: 60_000 }, async (server) => {
    const child = start(folder, [
      'run',
      'in',
      `${server.url}/vpcflow`,
      '--body-bytes',
      '1MiB',
      '--drain-timeout',
      '1s',
      '--state',
      'not-answered',
    ]);
    const end = ended(child);
    await until('a request', () => server.requests > 0, end);
    const began = Date.now();
    child.kill('SIGINT');
    const { code, stderr } = await end;
    assert.equal(code, 130);
    assert.ok(Date.now() - began < 5_000);
    assert.match(stderr, /stopped by Ctrl-C/);
  });
});

test('what runs leave lies in the job’s folder, and no secret does', async () => {
  await withServer({ seed: 1, requireAuthorization: 'ApiKey aWQ6c2VjcmV0' }, async (server) => {
    const state = path.join(folder, 'own-state');
    const args = ['run', 'in', `${server.url}/vpcflow`, '--state', state, '--debug', '--log-format', 'json'];
    const { code, stderr } = await flowbulkHere(folder, args, { FLOWBULK_API_KEY: 'id:secret' });
    assert.equal(code, 3);
    const [job] = readdirSync(path.join(state, 'jobs'));
    const files = readdirSync(path.join(state, 'jobs', job as string));
    assert.deepEqual(files.sort(), ['dead-letters.ndjson', 'job.json', 'ledger', 'runs']);
    const all = readdirSync(path.join(state, 'jobs', job as string), { recursive: true, withFileTypes: true });
    const whole = all.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
    const texts = [stderr, ...whole.map((file) => readFileSync(file, 'latin1'))];
    for (const text of texts) assert.doesNotMatch(text, /secret|aWQ6/);
  });
});

test('where documents can go is checked before anything is read', async () => {
  const wrong: readonly (readonly [string[], RegExp])[] = [
    [['run', 'in', '-'], /flowbulk convert/],
    [['run', 'in', 'http://localhost:9200'], /NAME/],
    [['run', 'in', 'http://u:geheim@localhost:9200/x'], /--user/],
    [['run', 'in', 'http://localhost:9200/x-{yy}'], /yyyy/],
    [['run', 'in', 'http://localhost:9200/x', '--bulk-settings'], /\{yyyy\.MM\}/],
    [['run', 'in', 'http://localhost:9200/x', '--inflight-bytes', '1MiB', '--workers', '4'], /--inflight-bytes/],
    [['run', 'in', 'http://localhost:9200/x', '--inflight-bytes', '16GiB'], /less --inflight-bytes/],
  ];
  for (const [args, says] of wrong) {
    const { code, stderr } = await flowbulkHere(folder, args);
    assert.equal(code, 2, `${args.join(' ')}: ${stderr}`);
    assert.match(stderr, says);
    assert.doesNotMatch(stderr, /geheim/);
  }
  const { code } = await flowbulkHere(folder, ['run', 'in', 'http://127.0.0.1:9/x']);
  assert.equal(code, 75);
});

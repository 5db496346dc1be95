/** `verify` and `retry` as a whole: what the ledger says against what is there, and what failed once more. */

import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import type { DeadLetter } from '../../src/sinks/dead-letters.ts';
import { withServer } from '../delivery/fault-server.ts';
import { flowbulkHere } from './here.ts';
import { ended, readNdjson, start, temporaryFolder } from './program.ts';
import { logText } from './records.ts';

const folder = temporaryFolder();
const RECORDS = 50;

const day = (account: string, region: string, date: string) =>
  `AWSLogs/${account}/vpcflowlogs/${region}/${date}/${account}_vpcflowlogs_${region}_fl-1_${date.replaceAll('/', '')}T0005Z_a.log.gz`;

/** Keys of all layouts, some inside of others. */
const KEYS = [
  day('111111111111', 'eu-west-1', '2025/01/01'),
  day('111111111111', 'eu-west-1', '2025/01/02'),
  day('111111111111', 'us-east-1', '2025/01/01'),
  day('222222222222', 'eu-west-1', '2025/01/03'),
  'AWSLogs/aws-account-id=333333333333/aws-service=vpcflowlogs/aws-region=eu-west-1/year=2025/month=01/day=02/hour=07/x.log.gz',
  'AWSLogs/loose.log',
  'AWSLogs/more/loose.log',
  'flat.log',
];
const ALL = KEYS.length * RECORDS;

/** When all files were written. */
const TIME = new Date('2025-02-01T00:00:00Z');

function write(root: string, key: string, bytes: string | Buffer): void {
  const file = path.join(folder, root, key);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, bytes);
  // Ids depend on it, and on ids what the fault server refuses.
  utimesSync(file, TIME, TIME);
}

const textOf = (key: string, text: string) => (key.endsWith('.gz') ? gzipSync(text) : text);

before(() => {
  for (const key of KEYS) write('in', key, textOf(key, logText(RECORDS)));
});

interface Verified {
  readonly proven: boolean;
  readonly doubts: readonly string[];
  readonly totals: { readonly created: number; readonly duplicates: number; readonly deadLetters: number };
  readonly rows: readonly {
    readonly from: string | null;
    readonly account: string;
    readonly region: string;
    readonly expected: number;
    readonly found: number;
    readonly difference: number;
  }[];
  readonly wrongOutputs: readonly { readonly file: string; readonly found: number }[];
  readonly deep: {
    readonly seed: number;
    readonly objects: readonly {
      readonly object: string;
      readonly ids: number;
      readonly missing: number;
      readonly twice: number;
      readonly missingIds: readonly { readonly id: string; readonly offset: number }[];
    }[];
  } | null;
}

/** A state folder of its own for each test. */
function calls(source: string, destination: string, state: string) {
  const call = (command: string, more: readonly string[]) =>
    flowbulkHere(folder, [command, source, destination, '--state', state, '--quiet', '--workers', '1', ...more]);
  return {
    run: (...more: string[]) => call('run', more),
    retry: (...more: string[]) => call('retry', more),
    verifyText: (...more: string[]) => call('verify', more),
    async verify(...more: string[]) {
      const { code, stdout, stderr } = await call('verify', [...more, '--json']);
      const values = stdout
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Verified);
      return { code, stderr, values, found: values.at(-1) as Verified };
    },
  };
}

const differences = ({ rows }: Verified) =>
  rows.filter(({ difference }) => difference !== 0).map(({ from, account, difference }) => [from, account, difference]);

const letterFile = (state: string): string => {
  const jobs = path.join(folder, state, 'jobs');
  return path.join(jobs, readdirSync(jobs)[0] as string, 'dead-letters.ndjson');
};

test('all that was read is there: proven, by day, account and region', async () => {
  await withServer({ seed: 1 }, async (server) => {
    const { run, verify, verifyText } = calls('in', `${server.url}/vpcflow`, 'all');
    assert.equal((await run()).code, 0);
    const { code, found, stderr } = await verify();
    assert.deepEqual([code, found.proven, found.doubts], [0, true, []], stderr);
    assert.deepEqual(
      found.rows.map(({ from, account, region, expected, found: there }) => [from, account, region, expected, there]),
      [
        [null, '-', '-', RECORDS, RECORDS],
        [null, '-', '-', RECORDS, RECORDS],
        [null, '-', '-', RECORDS, RECORDS],
        ['2025-01-01', '111111111111', 'eu-west-1', RECORDS, RECORDS],
        ['2025-01-01', '111111111111', 'us-east-1', RECORDS, RECORDS],
        ['2025-01-02', '111111111111', 'eu-west-1', RECORDS, RECORDS],
        ['2025-01-02', '333333333333', 'eu-west-1', RECORDS, RECORDS],
        ['2025-01-03', '222222222222', 'eu-west-1', RECORDS, RECORDS],
      ],
    );
    const some = await verify('--from', '2025-01-02', '--accounts', '111111111111');
    assert.deepEqual([some.code, some.found.rows.length], [0, 1]);
    const { stdout } = await verifyText();
    assert.match(stdout, /^2025-01-03 +222222222222 +eu-west-1 +1 +50 +50 +0$/m);
    assert.match(stdout, /^proven: 400 documents of 8 objects are there, no more and no less$/m);
    const none = await verify('--from', '2030-01-01');
    assert.equal(none.code, 3);
    assert.match(none.found.doubts.join(), /no objects of these days/);
  });
});

test('what is lost, stored twice, failed or never begun is told, each where it is', async () => {
  await withServer({ seed: 1, dataStreams: true }, async (server) => {
    const source = 'changing';
    cpSync(path.join(folder, 'in'), path.join(folder, source), { recursive: true, preserveTimestamps: true });
    const { run, verify, verifyText } = calls(source, `${server.url}/vpcflow`, 'told');
    assert.equal((await run()).code, 0);
    const ofDay = (date: string) =>
      [...server.stored].filter(([, { document }]) => document.includes(`/${date}/`)).map(([id]) => id);
    const [lost, alsoLost] = ofDay('2025/01/02') as [string, string];
    const [twice] = ofDay('2025/01/03') as [string];
    const { document } = server.stored.get(twice)!;
    server.remove(lost);
    server.remove(alsoLost);
    server.rollover('vpcflow');
    const body = `${JSON.stringify({ create: { _id: twice } })}\n${document}\n`;
    const headers = { 'content-type': 'application/x-ndjson' };
    assert.equal((await fetch(`${server.url}/vpcflow/_bulk`, { method: 'POST', headers, body })).status, 200);

    const { code, found } = await verify();
    assert.equal(code, 3);
    assert.deepEqual(differences(found), [
      ['2025-01-02', '111111111111', -2],
      ['2025-01-03', '222222222222', 1],
    ]);
    const deep = await verify('--deep', '100');
    assert.equal(deep.code, 3);
    const objects = deep.found.deep?.objects ?? [];
    assert.deepEqual([objects.length, objects.reduce((sum, { ids }) => sum + ids, 0)], [KEYS.length, ALL]);
    const missing = objects.flatMap(({ missingIds }) => missingIds);
    assert.deepEqual(missing.map(({ id }) => id).sort(), [lost, alsoLost].sort());
    for (const { id, offset } of missing) assert.ok(id.endsWith(`-${`${offset}`.padStart(12, '0')}`));
    assert.deepEqual(
      objects.filter((one) => one.twice > 0).map((one) => [path.basename(path.dirname(one.object)), one.twice]),
      [['03', 1]],
    );

    write(source, 'AWSLogs/new.log', logText(1));
    const { code: textCode, stdout } = await verifyText();
    assert.equal(textCode, 3);
    assert.match(stdout, /^2025-01-02 +111111111111 +eu-west-1 +1 +50 +48 +-2$/m);
    assert.match(stdout, /^2025-01-03 +222222222222 +eu-west-1 +1 +50 +51 +\+1$/m);
    assert.match(
      stdout,
      /^NOT proven: 2 documents fewer than the ledger says; 1 document more .*; 1 object of SOURCE never begun, such as .*new\.log$/m,
    );
  });
});

test('--deep picks over the days, the same each time; --repair sends what it finds lacking', async () => {
  await withServer({ seed: 1 }, async (server) => {
    const { run, verify } = calls('in', `${server.url}/vpcflow`, 'deep');
    assert.equal((await run()).code, 0);
    const some = await verify('--deep', '3');
    assert.deepEqual([some.code, some.found.deep?.seed, some.found.deep?.objects.length], [0, 1, 3]);
    const again = await verify('--deep', '3');
    assert.deepEqual(again.found.deep, some.found.deep);

    const lost = [...server.stored.keys()].filter((_, i) => i % 90 === 7);
    for (const id of lost) server.remove(id);
    assert.equal((await verify()).code, 3);
    const { code, values, stderr } = await verify('--deep', '100', '--repair');
    assert.deepEqual([code, values.length], [0, 2], stderr);
    assert.match(values[0]?.doubts.join('; ') ?? '', new RegExp(`${lost.length} ids missing`));
    assert.equal(server.stored.size, ALL);
    assert.ok([...server.stored.values()].every(({ times }) => times === 1));
    const after = await verify('--deep', '100');
    assert.deepEqual([after.code, after.found.totals.created + after.found.totals.duplicates], [0, ALL]);
  });
});

test('a cluster that may not be read says so, and what verify needs is checked first', async () => {
  await withServer({ seed: 1, createDocOnly: true }, async (server) => {
    const { run, verifyText } = calls('in', `${server.url}/vpcflow`, 'denied');
    assert.equal((await run()).code, 0);
    const { code, stderr } = await verifyText();
    assert.equal(code, 5);
    assert.match(stderr, /the right "read"/);
    const usage: readonly (readonly [string[], RegExp])[] = [
      [['--ids', 'key'], /no ledger of .*--ids, --namespace/],
      [['--repair'], /--deep N/],
      [['--ids', 'none', '--deep', '1'], /--ids none/],
    ];
    for (const [args, says] of usage) {
      const refused = await verifyText(...args);
      assert.equal(refused.code, 2, args.join(' '));
      assert.match(refused.stderr, says);
    }
  });
});

test('a job whose run goes on is left alone', async () => {
  await withServer({ seed: 1, faults: { 'answer slow': 1 }, slowMs: 60_000 }, async (server) => {
    const target = `${server.url}/vpcflow`;
    const { verifyText, retry } = calls('in', target, 'going-on');
    const child = start(folder, ['run', 'in', target, '--state', 'going-on', '--quiet', '--drain-timeout', '1ms']);
    const end = ended(child);
    for (const began = Date.now(); server.requests === 0; await sleep(20)) assert.ok(Date.now() - began < 30_000);
    for (const { code, stderr } of [await verifyText(), await retry()]) {
      assert.equal(code, 8);
      assert.match(stderr, /of this job is going on/);
    }
    child.kill('SIGINT');
    await end;
    // Nothing of it is noted: that is no proof, and nothing to try again.
    const { code, stdout } = await verifyText();
    assert.equal(code, 3);
    assert.match(stdout, /NOT proven: .*(never begun|unfinished)/);
  });
});

test('lines of a folder are counted by object, and repaired', async () => {
  const { run, verify, verifyText } = calls('in', 'out/', 'lines');
  assert.equal((await run('--compress', 'gzip')).code, 0);
  assert.deepEqual([(await verify()).code, (await verify()).found.rows.length], [0, 6]);
  const [first, second, third] = KEYS.map((key) => path.join(folder, 'out', `${key}.ndjson.gz`)) as [
    string,
    string,
    string,
  ];
  rmSync(first);
  writeFileSync(second, gzipSync('{}\n'.repeat(7)));
  writeFileSync(third, readFileSync(third).subarray(0, 100));
  const { code, found } = await verify();
  assert.equal(code, 3);
  assert.deepEqual(found.wrongOutputs.map(({ found: lines }) => lines).sort(), [0, 0, 7]);
  assert.match((await verifyText()).stdout, /01\/02\/.*gz: 7 lines, 50 were written/);
  const repaired = await verify('--repair', '--compress', 'gzip');
  assert.deepEqual([repaired.code, repaired.values.length], [0, 2], repaired.stderr);
  assert.equal((await verify()).code, 0);
  const deep = await verifyText('--deep', '1');
  assert.equal(deep.code, 2);
});

test('retry reads failed and damaged objects again, as they are now', async () => {
  await withServer({ seed: 1 }, async (server) => {
    const source = 'troubled';
    const whole = gzipSync(logText(RECORDS));
    write(source, 'good.log.gz', whole);
    write(source, 'cut.log.gz', whole.subarray(0, whole.length - 50));
    write(source, 'columns.parquet', 'PAR1');
    const { run, retry, verify } = calls(source, `${server.url}/vpcflow`, 'troubled-state');
    assert.equal((await run()).code, 3);
    const first = await verify();
    assert.match(first.found.doubts.join('; '), /^1 object failed$/);

    const dry = await retry('--dry-run');
    assert.equal(dry.code, 0);
    assert.match(dry.stdout, /^would read 2 objects again, and send 0 documents$/m);
    const same = await retry('--json');
    assert.deepEqual([same.code, JSON.parse(same.stdout).objects], [3, { again: 2, done: 0, left: 2 }], same.stderr);

    // The damaged one is written anew, which makes it another version; Parquet stays what it is.
    write(source, 'cut.log.gz', whole);
    const mended = await retry('--json');
    assert.deepEqual(
      [mended.code, JSON.parse(mended.stdout).objects],
      [3, { again: 2, done: 1, left: 1 }],
      mended.stderr,
    );
    const stored = [...server.stored.values()].filter(({ document }) => document.includes('cut.log.gz')).length;
    assert.ok(stored > RECORDS, 'all of the new one, and what was taken of the old one');
    const after = await verify('--deep', '9');
    assert.deepEqual([after.found.doubts, differences(after.found)], [['1 object failed'], []]);
    const { created, duplicates } = after.found.totals;
    assert.equal(created + duplicates, RECORDS + stored);
  });
});

test('retry: a damaged object that is the same and can be read now is done', async () => {
  const source = 'once-damaged';
  const whole = gzipSync(logText(RECORDS));
  const file = path.join(folder, source, 'x.log.gz');
  // The same size and time as the whole one: the same object to the ledger, as one that was broken on the way.
  write(source, 'x.log.gz', Buffer.concat([whole.subarray(0, whole.length - 50), Buffer.alloc(50, 1)]));
  const { run, retry, verify } = calls(source, 'whole/', 'damaged-state');
  assert.equal((await run()).code, 3);
  assert.deepEqual(readdirSync(path.join(folder, 'whole')), ['x.log.gz.damaged.ndjson']);
  assert.equal((await verify()).code, 0, 'what was written is there');
  writeFileSync(file, whole);
  utimesSync(file, TIME, TIME);
  const { code, stdout, stderr } = await retry();
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^objects read again: 1: 1 done, 0 left$/m);
  assert.deepEqual(readdirSync(path.join(folder, 'whole')), ['x.log.gz.ndjson']);
  assert.equal((await verify()).code, 0);
  assert.match((await retry()).stdout, /^objects read again: 0/);

  // Another version takes the place of the damaged one, in the folder and in the ledger.
  write(source, 'y.log.gz', whole.subarray(0, whole.length - 50));
  assert.equal((await run()).code, 3);
  write(source, 'y.log.gz', whole);
  assert.equal((await retry()).code, 0);
  assert.deepEqual(readdirSync(path.join(folder, 'whole')).sort(), ['x.log.gz.ndjson', 'y.log.gz.ndjson']);
  const last = await verify();
  assert.deepEqual([last.code, last.found.totals.created], [0, 2 * RECORDS], last.stderr);
});

test('retry sends refused documents again: each accounted for, and nothing twice', async () => {
  await withServer({ seed: 3, faults: { mapping: 0.1 } }, async (server) => {
    const source = 'refused';
    for (const key of KEYS.slice(0, 4)) write(source, key, textOf(key, `${logText(RECORDS)}no record\n`));
    const count = 4 * RECORDS;
    const { run, retry, verify } = calls(source, `${server.url}/vpcflow`, 'refused-state');
    assert.equal((await run()).code, 3);
    const letters = () => readNdjson<DeadLetter>(letterFile('refused-state'));
    const documents = () => letters().filter(({ kind }) => kind === 'document');
    const refused = documents().length;
    assert.ok(refused > 3 && server.stored.size === count - refused);

    // Some are still refused.
    Object.assign(server.faults, { mapping: 0.05 });
    const some = await retry('--json');
    assert.equal(some.code, 3, some.stderr);
    const first = JSON.parse(some.stdout).documents;
    assert.deepEqual([first.documents, first.created + first.refused], [refused, refused]);
    assert.ok(first.refused > 0 && first.created > 0);
    assert.equal(documents().length, first.refused);
    assert.equal(letters().filter(({ kind }) => kind === 'line').length, 4);
    const between = await verify();
    assert.deepEqual([between.code, between.found.totals.deadLetters], [0, first.refused + 4]);

    // A letter that is there twice is one document; one that is in already is a duplicate.
    Object.assign(server.faults, { mapping: 0 });
    const file = letterFile('refused-state');
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text + text);
    const rest = await retry('--json');
    assert.equal(rest.code, 0, rest.stderr);
    const { documents: sent, created, kept } = JSON.parse(rest.stdout).documents;
    assert.deepEqual([sent, created, kept], [first.refused, first.refused, { line: 8 }]);
    assert.deepEqual([server.stored.size, documents().length], [count, 0]);
    const last = await verify('--deep', '10');
    assert.deepEqual([last.code, last.found.totals.deadLetters, last.found.totals.created], [0, 4, count], last.stderr);
    assert.match((await retry()).stdout, /^objects read again: 0: 0 done, 0 left$/m);
  });
});

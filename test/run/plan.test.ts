/** `flowbulk plan` over folders, as a process of its own. */

import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { before, test } from 'node:test';
import type { Plan } from '../../src/estimate/plan.ts';
import { readPlan } from '../../src/plan/plan-file.ts';
import { serve } from '../cluster/servers.ts';
import { ended, flowbulk, readNdjson, start, temporaryFolder } from './program.ts';
import { logText } from './records.ts';

const folder = temporaryFolder();
const RECORDS = 40_000;
const OBJECTS = 60;

/** Six days of the first ten of January: what lay on the others is taken away. */
const LEFT = ['01', '02', '03', '06', '07', '10'];

before(async () => {
  const made = ['--records', `${RECORDS}`, '--files', `${OBJECTS}`, '--from', '2025-01-01', '--to', '2025-01-10'];
  const { code, stderr } = await flowbulk(folder, ['generate', 'logs/', ...made, '--quiet']);
  assert.equal(code, 0, stderr);
  const month = readdirSync(path.join(folder, 'logs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('2025/01'))
    .map((name) => path.join(folder, 'logs', name));
  assert.ok(month.length > 0);
  for (const one of month) {
    for (const day of readdirSync(one)) {
      if (!LEFT.includes(day)) rmSync(path.join(one, day), { recursive: true });
    }
    const parquet = path.join(one, '06', 'x.log.parquet');
    if (existsSync(path.join(one, '06'))) writeFileSync(parquet, 'PAR1');
  }
});

type Shown = Plan & { v: number; source: string; selection: { from: string | null } };

async function planned(...args: string[]): Promise<Shown> {
  const { code, stdout, stderr } = await flowbulk(folder, ['plan', ...args, '--json']);
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout) as Shown;
}

async function recordsBelow(name: string): Promise<number> {
  const { code, stdout, stderr } = await flowbulk(folder, ['convert', name, 'out.ndjson', '--json', '--quiet']);
  assert.ok(code === 0 || code === 3, stderr);
  rmSync(path.join(folder, 'out.ndjson'));
  return (JSON.parse(stdout) as { records: number }).records;
}

test('the plan of a folder: what a run reads, in the range that it tells', async () => {
  const plan = await planned('logs');
  const truth = await recordsBelow('logs');
  const { records } = plan.estimates!;
  assert.ok(records.low! <= truth && truth <= records.high!, `${truth} in ${JSON.stringify(records)}`);
  assert.ok(Math.abs(records.expected / truth - 1) < 0.05);
  assert.equal(plan.samples.length, 12);
  assert.deepEqual(
    plan.gaps.map(({ from, to }) => [from, to]),
    [
      ['2025-01-04', '2025-01-05'],
      ['2025-01-08', '2025-01-09'],
    ],
  );
  assert.equal(plan.requests, null);
  assert.deepEqual(plan.estimates?.layouts, { v2: 1 });
  assert.deepEqual(Object.keys(plan.refused), ['E_OBJECT_PARQUET']);
});

test('a sample of everything is the truth', async () => {
  const plan = await planned('logs', '--samples', '1000');
  const truth = await recordsBelow('logs');
  assert.deepEqual(plan.estimates?.records, { expected: truth, low: truth, high: truth });
});

test('as text: days, gaps, totals; the same selection as a run', async () => {
  const { code, stdout, stderr } = await flowbulk(folder, [
    'plan',
    'logs',
    '--from',
    '2025-01-02',
    '--to',
    '2025-01-08',
  ]);
  assert.deepEqual([code, stderr], [0, '']);
  assert.match(stdout, /^Plan of logs\nfrom 2025-01-02 to 2025-01-08\n\nday +objects +bytes +records\n2025-01-02 /);
  assert.match(stdout, /^2025-01-04 +-- nothing --$/m);
  assert.match(stdout, /^2025-01-06 .* \d+ not readable$/m);
  assert.match(stdout, /^2025-01-08 +-- nothing --$/m);
  assert.doesNotMatch(stdout, /2025-01-01|2025-01-10/);
  assert.match(stdout, /^Not readable +\d+ Parquet/m);
  for (const line of stdout.split('\n')) assert.ok(line.length <= 100, line);
});

test('--out writes the objects that a run would list, in its order, and they can be read again', async () => {
  const plan = await planned('logs', '--out', 'plan.ndjson', '--exclude', '*.parquet');
  const lines = readNdjson<{ kind: string; key: string; path: string }>(path.join(folder, 'plan.ndjson'));
  assert.equal(lines[0]?.kind, 'plan');
  assert.deepEqual(lines.at(-1), { kind: 'end', objects: plan.objects, bytes: plan.bytes });
  const keys: string[] = [];
  for await (const listed of readPlan(path.join(folder, 'plan.ndjson'), {
    kind: 'files',
    root: path.join(folder, 'logs'),
  })) {
    assert.ok(!('object' in listed) && existsSync(listed.path!));
    keys.push(listed.key);
  }
  assert.equal(keys.length, plan.objects);
  const days = keys.map((key) => /2025\/01\/(\d\d)/.exec(key)?.[1]);
  assert.deepEqual(days, days.toSorted());
  assert.deepEqual(
    readdirSync(folder).filter((name) => name.endsWith('.tmp')),
    [],
  );
});

test('an object that is damaged is told of, and the plan is made', async () => {
  mkdirSync(path.join(folder, 'odd'));
  writeFileSync(path.join(folder, 'odd', 'a.log'), logText(100));
  writeFileSync(path.join(folder, 'odd', 'b.log.gz'), Buffer.from('1f8b0800', 'hex'));
  const plan = await planned('odd');
  assert.equal(plan.failedSamples[0]?.code, 'E_OBJECT_DAMAGED');
  assert.equal(plan.samples.length, 1);
  renameSync(path.join(folder, 'odd', 'a.log'), path.join(folder, 'a.log'));
  const { code, stdout, stderr } = await flowbulk(folder, ['plan', 'odd']);
  assert.equal(code, 0);
  assert.match(stderr, /no object of the sample could be read, so nothing is estimated: .*damaged/);
  assert.match(stdout, /^Objects +1,/m);
});

test('nothing to read is said, and is exit code 6 on request', async () => {
  mkdirSync(path.join(folder, 'empty'));
  const { code, stdout, stderr } = await flowbulk(folder, ['plan', 'empty']);
  assert.equal(code, 0);
  assert.match(stdout, /Nothing to read\./);
  assert.match(stderr, /nothing to read in empty/);
  assert.equal((await flowbulk(folder, ['plan', 'empty', '--error-on-empty'])).code, 6);
});

test('what cannot be planned is refused', async () => {
  for (const [args, message] of [
    [['plan', '-'], /standard input cannot be planned/],
    [['plan', 'logs', '--prices', 'put=1'], /--prices takes US dollars/],
    [['plan', 'logs', '--from', '2025-02-01', '--to', '2025-01-01'], /nothing lies between/],
    [['plan', 'logs', 'https://user:secret@host/x'], /DESTINATION holds a user name or a password/],
    [['plan', 'logs', '--out', 'nowhere/plan.ndjson'], /cannot write nowhere\/plan\.ndjson/],
    [['plan', 'missing'], /missing is not there/],
  ] as const) {
    const { code, stdout, stderr } = await flowbulk(folder, args);
    assert.ok(code !== 0 && code !== 1, `${code}: ${stderr}`);
    assert.equal(stdout, '');
    assert.match(stderr, message);
    assert.ok(!stderr.includes('secret'));
  }
});

test('a cluster that has documents already is asked how large they are', async (t) => {
  const seen: string[] = [];
  const origin = await serve(t, (incoming, outgoing) => {
    seen.push(`${incoming.method} ${incoming.url}`);
    outgoing.setHeader('content-type', 'application/json');
    outgoing.setHeader('x-elastic-product', 'Elasticsearch');
    const primaries = { docs: { count: 1_000_000 }, store: { size_in_bytes: 300_000_000 } };
    const total = { store: { size_in_bytes: 600_000_000 } };
    const info = {
      cluster_name: 'c',
      version: { number: '9.1.0', build_flavor: 'default' },
      tagline: 'You Know, for Search',
    };
    outgoing.end(JSON.stringify(incoming.url?.includes('_stats') ? { _all: { primaries, total } } : info));
  });
  const plan = await planned('logs', `${origin}/vpcflow`, '--rate', '10k');
  const { documents, index, times } = plan.estimates!;
  assert.equal(index?.byTarget?.primaryBytes, documents.expected * 300);
  assert.equal(index?.byTarget?.totalBytes, documents.expected * 600);
  assert.deepEqual(times, [{ ratePerSecond: 10_000, seconds: documents.expected / 10_000 }]);
  assert.ok(
    seen.some((one) => one.startsWith('GET /vpcflow/_stats/docs,store')),
    `${seen}`,
  );
  assert.ok(
    seen.every((one) => /^(GET|HEAD) /.test(one)),
    'nothing is changed',
  );
});

test('a reader that goes away ends it quietly; nothing is left', async () => {
  const child = start(folder, ['plan', 'logs']);
  child.stdout?.destroy();
  const { code, stderr } = await ended(child);
  assert.deepEqual([code, stderr], [0, '']);
});

/** The first page of a bucket that has no last one, `page` of it. */
function listPage(page: number): string {
  const key = (i: number) =>
    `<Contents><Key>${String(page * 1000 + i).padStart(12, '0')}.log</Key><Size>9</Size><ETag>&quot;e&quot;</ETag></Contents>`;
  const keys = Array.from({ length: 1000 }, (_, i) => key(i)).join('');
  return `<?xml version="1.0"?><ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>${page + 1}</NextContinuationToken>${keys}</ListBucketResult>`;
}

test('Ctrl-C while it lists: what was listed is shown, no plan file is left', async (t) => {
  let pages = 0;
  const origin = await serve(t, (_, outgoing) => {
    // The bucket never ends: the program does, while it lists.
    if (++pages === 30) child.kill('SIGINT');
    outgoing.setHeader('content-type', 'application/xml');
    outgoing.end(listPage(pages));
  });
  const place = ['--endpoint-url', origin, '--path-style', '--no-sign-request', '--aws-region', 'us-east-1'];
  const child = start(folder, ['plan', 's3://endless/', ...place, '--out', 'endless.ndjson']);
  const { code, stdout, stderr } = await ended(child);
  assert.equal(code, 130, stderr);
  assert.match(stderr, /stopped by Ctrl-C/);
  assert.match(stdout, /^Stopped +the listing was stopped/m);
  assert.match(stdout, /^Objects +\d+,000, /m);
  assert.doesNotMatch(stdout, /Sample/);
  assert.deepEqual(
    readdirSync(folder).filter((name) => name.startsWith('endless.ndjson')),
    [],
  );
});

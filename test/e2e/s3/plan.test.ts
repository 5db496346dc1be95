/** A plan of a real bucket: LIST requests are told as they are made, of large objects the beginning is read. */

import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { before, test } from 'node:test';
import type { Plan } from '../../../src/estimate/plan.ts';
import { readPlan } from '../../../src/plan/plan-file.ts';
import { flowbulk, temporaryFolder } from '../../run/program.ts';
import { s3Setup } from './setup.ts';

const folder = temporaryFolder();
const setup = await s3Setup();
const skip = setup === null;
const BUCKET = 'planned';
const LARGE = 'AWSLogs/123456789010/vpcflowlogs/us-east-1/2025/01/05/large.log.gz';
const LARGE_RECORDS = 250_000;
const RECORDS = 20_000;
const OBJECTS = 24;

before(async () => {
  if (setup === null) return;
  const generate = async (name: string, records: number, objects: number, to: string) => {
    const range = ['--from', '2025-01-01', '--to', to];
    const made = ['generate', `${name}/`, '--records', `${records}`, '--files', `${objects}`, ...range, '--quiet'];
    const { code, stderr } = await flowbulk(folder, made);
    assert.equal(code, 0, stderr);
    const files = readdirSync(path.join(folder, name), { recursive: true, encoding: 'utf8' });
    return files.filter((file) => file.endsWith('.gz'));
  };
  for (const file of await generate('in', RECORDS, OBJECTS, '2025-01-03')) {
    await setup.upload(BUCKET, `logs/${file}`, readFileSync(path.join(folder, 'in', file)));
  }
  const [large] = await generate('one', LARGE_RECORDS, 1, '2025-01-01');
  const file = path.join(folder, 'one', large!);
  assert.ok(statSync(file).size > 5 << 20);
  await setup.upload(BUCKET, `logs/${LARGE}`, readFileSync(file));
  await setup.upload(BUCKET, `logs/${LARGE.replace('.gz', '.parquet')}`, 'PAR1');
});

function plan(...args: string[]) {
  const place = ['--endpoint-url', setup!.proxy.endpointUrl, '--path-style', '--aws-region', 'us-east-1'];
  return flowbulk(folder, ['plan', `s3://${BUCKET}/logs/`, ...place, ...args]);
}

test('a bucket: sums, price, the sample, and the plan file', { skip }, async () => {
  if (setup === null) return;
  setup.proxy.seen.splice(0);
  const { code, stdout, stderr } = await plan('--json', '--out', 'plan.ndjson');
  assert.equal(code, 0, stderr);
  const shown = JSON.parse(stdout) as Plan;
  assert.deepEqual([shown.objects, shown.refused['E_OBJECT_PARQUET']?.objects], [OBJECTS + 1, 1]);
  assert.deepEqual(shown.gaps, [{ from: '2025-01-04', to: '2025-01-04', days: 1 }]);
  const truth = RECORDS + LARGE_RECORDS;
  const { records } = shown.estimates!;
  assert.ok(Math.abs(records.expected / truth - 1) < 0.05, `${JSON.stringify(records)} for ${truth}`);
  const large = shown.samples.find(({ object }) => object.endsWith('large.log.gz'));
  assert.ok(large !== undefined && large.readBytes < large.objectBytes, 'its beginning was read');

  const seen = setup.proxy.seen.splice(0);
  const lists = seen.filter(({ query }) => query.has('list-type')).length;
  const gets = seen.filter(({ method, path: at }) => method === 'GET' && at.includes('.log.gz')).length;
  assert.equal(gets, shown.samples.length, 'one GET for each object of the sample');
  assert.ok(Math.abs(shown.requests!.list - lists) <= 3, `${shown.requests?.list} told, ${lists} made`);
  assert.equal(shown.requests?.get, OBJECTS + 1);
  assert.match(shown.requests?.prices.basis ?? '', /us-east-1/);

  const listed = [];
  const spec = {
    kind: 's3',
    bucket: BUCKET,
    prefix: 'logs/',
    aws: { endpointUrl: setup.proxy.endpointUrl },
  } as const;
  for await (const one of readPlan(path.join(folder, 'plan.ndjson'), spec)) listed.push(one);
  assert.equal(listed.length, OBJECTS + 2);
  const [first] = listed;
  assert.ok(first !== undefined && !('object' in first));
  assert.ok(first.etag !== null && first.size > 0 && first.kind === 's3' && first.path === null);
});

test('a bucket in text, with prices of one’s own', { skip }, async () => {
  const { code, stdout, stderr } = await plan('--from', '2025-01-01', '--to', '2025-01-03', '--prices', 'list=1,get=2');
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^Requests +about \d+ LIST, 24 GET: \$0\.0/m);
  assert.match(stdout, /at \$1 and \$2 for 1,000 \(as given\)/);
});

test('a bucket that is not there is told, and there is no plan', { skip }, async () => {
  const place = ['--endpoint-url', setup?.proxy.endpointUrl ?? '', '--path-style', '--aws-region', 'us-east-1'];
  const { code, stdout, stderr } = await flowbulk(folder, ['plan', 's3://nowhere/', ...place, '--out', 'no.ndjson']);
  assert.equal(code, 4, stderr);
  assert.equal(stdout, '');
  assert.ok(!readdirSync(folder).some((name) => name.startsWith('no.ndjson')));
});

/** The program from a real bucket: the same documents as from a folder, through broken connections, and what fails named. */

import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { flowbulk, readNdjson, temporaryFolder } from '../../run/program.ts';
import { s3Setup } from './setup.ts';

interface Document {
  aws: { s3?: unknown };
  log: { file?: unknown };
  cloud: { region?: unknown };
}

const folder = temporaryFolder();
const setup = await s3Setup();
const skip = setup === null;
const BUCKET = 'flow-logs';

const files = (name: string): string[] =>
  (readdirSync(path.join(folder, name), { recursive: true }) as string[])
    .filter((file) => /\.(gz|ndjson)$/.test(file))
    .sort();

function documentsBelow(name: string): string[] {
  const all = files(name).flatMap((file) =>
    readNdjson<Document & Record<string, unknown>>(path.join(folder, name, file)),
  );
  return all
    .map(({ aws: { s3, ...aws }, log: { file, ...log }, cloud: { region, ...cloud }, ...rest }) =>
      JSON.stringify({ ...rest, aws, log, cloud }),
    )
    .sort();
}

/** A GET of an object, not a listing. */
const isGet = ({ url = '' }: { url?: string | undefined }) => url.includes('/logs/') && !url.includes('list-type');

const convert = (...args: string[]) =>
  flowbulk(folder, [
    'convert',
    `s3://${BUCKET}/logs`,
    ...args,
    '--endpoint-url',
    setup?.proxy.endpointUrl ?? '',
    '--path-style',
    '--aws-region',
    'us-east-1',
    '--quiet',
  ]);

test('a bucket gives the documents of a folder, also through a proxy that cuts connections', { skip }, async () => {
  if (setup === null) return;
  const made = ['--records', '40000', '--files', '24', '--from', '2025-01-01', '--to', '2025-01-03', '--layout', 'v5'];
  assert.equal((await flowbulk(folder, ['generate', 'logs', ...made, '--quiet'])).code, 0);
  for (const file of files('logs')) {
    await setup.upload(BUCKET, `logs/${file}`, readFileSync(path.join(folder, 'logs', file)));
  }
  assert.equal((await flowbulk(folder, ['convert', 'logs', 'from-folder/', '--quiet'])).code, 0);
  setup.proxy.rules.push(
    { times: 2, fault: { kind: 'slow-down' } },
    { match: isGet, times: 3, fault: { kind: 'reset-body', afterBytes: 20_000 } },
    { match: isGet, times: 3, fault: { kind: 'close-body', afterBytes: 9_000 } },
  );
  const { code, stderr } = await convert('from-bucket/');
  assert.equal(code, 0, stderr);
  assert.equal(
    setup.proxy.rules.reduce((left, rule) => left + rule.times, 0),
    0,
    'every fault came',
  );
  assert.deepEqual(documentsBelow('from-bucket'), documentsBelow('from-folder'));
  const [first] = files('from-bucket');
  const [document] = readNdjson<Document & { aws: { s3: { bucket: { arn: string } } } }>(
    path.join(folder, 'from-bucket', first ?? ''),
  );
  assert.equal(document?.aws.s3.bucket.arn, `arn:aws:s3:::${BUCKET}`);
  assert.match(
    JSON.stringify(document.log.file),
    /https:\/\/flow-logs\.s3\.us-east-1\.amazonaws\.com\/logs\/AWSLogs\//,
  );
});

test('a range of days reads those days alone', { skip }, async () => {
  const { code, stderr } = await convert('one-day/', '--from', '2025-01-02', '--to', '2025-01-02');
  assert.equal(code, 0, stderr);
  assert.ok(files('one-day').length > 0);
  for (const file of files('one-day')) assert.match(file, /2025\/01\/02\//);
});

test('a bucket gives the documents that a filter lets through of a folder', { skip }, async () => {
  const filter = ['--where', 'action = REJECT or bytes > 1M', '--sample', '1/3', '--drop-nodata'];
  const bucket = await convert('bucket-filtered/', ...filter);
  assert.equal(bucket.code, 0, bucket.stderr);
  assert.equal((await flowbulk(folder, ['convert', 'logs', 'folder-filtered/', '--quiet', ...filter])).code, 0);
  const documents = documentsBelow('bucket-filtered');
  assert.deepEqual(documents, documentsBelow('folder-filtered'));
  assert.ok(documents.length > 100 && documents.length < 20_000, `${documents.length} of 40,000`);
});

test('an object that may not be read is named, the others are converted', { skip }, async () => {
  if (setup === null) return;
  setup.proxy.rules.push({ match: isGet, times: 1, fault: { kind: 'kms-denied' } });
  const { code } = await convert('denied/', '--dead-letters', 'denied.ndjson');
  assert.equal(code, 3);
  const letters = readNdjson<{ kind: string; code: string }>(path.join(folder, 'denied.ndjson'));
  assert.deepEqual(
    letters.map(({ kind, code: why }) => [kind, why]),
    [['object', 'E_OBJECT_DENIED']],
  );
  assert.equal(files('denied').length, files('from-bucket').length - 1);
});

test('a bucket that is refused is exit code 4', { skip }, async () => {
  const { code, stderr } = await flowbulk(folder, [
    'convert',
    's3://no-such-bucket/',
    'none/',
    '--endpoint-url',
    setup?.server.endpointUrl ?? '',
    '--path-style',
    '--quiet',
  ]);
  assert.equal(code, 4);
  assert.match(stderr, /no-such-bucket/);
  assert.ok(!existsSync(path.join(folder, 'none')));
});

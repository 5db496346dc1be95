/** `flowbulk doctor` on a real S3 server: what is wrong with a bucket is told, with the very right that lacks. */

import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { doctor } from '../../doctor/doctor.ts';
import { temporaryFolder } from '../../run/program.ts';
import { logText } from '../../run/records.ts';
import { s3Setup, useCredentials } from './setup.ts';
import { OWNER } from './versitygw.ts';

const setup = await s3Setup();
const skip = setup === null;
const { server, proxy, upload } = setup ?? ({} as NonNullable<typeof setup>);
const folder = temporaryFolder();

const keyOf = (day: number, ending = 'log.gz') =>
  `AWSLogs/123456789012/vpcflowlogs/eu-central-1/2025/01/0${day}/` +
  `123456789012_vpcflowlogs_eu-central-1_fl-0123456789abcdef0_2025010${day}T0000Z_0123456${day}.${ending}`;

const look = (bucket: string, ...more: string[]) => {
  const where = ['--endpoint-url', proxy.endpointUrl, '--path-style', '--aws-region', 'us-east-1'];
  return doctor(folder, [`s3://${bucket}/`, ...where, ...more]);
};

const isGet = ({ method, url = '' }: { method?: string | undefined; url?: string | undefined }) =>
  method === 'GET' && url.includes('.log.gz');

test('a bucket that is as it should be: nothing is written to it', { skip }, async () => {
  await upload('good', keyOf(1), gzipSync(logText(2_000)));
  await upload('good', keyOf(2), gzipSync(logText(10)));
  proxy.seen.length = 0;
  const all = await look('good');
  assert.equal(all.code, 0, all.text);
  assert.deepEqual([...all.named('fail'), ...all.named('warn')], []);
  assert.match(all.line('AWS credentials').found, /^key that ends in tkey from AWS_ACCESS_KEY_ID$/);
  assert.ok(!all.text.includes(OWNER.secretAccessKey) && !all.text.includes(OWNER.accessKeyId));
  assert.match(all.line('bucket').found, /^good in us-east-1: 1 folder and 0 objects$/);
  assert.match(all.line('first object').found, /2025\/01\/01/);
  assert.match(all.line('format').found, /^layout v2 \(14 fields\)/);
  assert.equal(all.line('clock').status, 'ok');
  assert.match(all.line('clock').found, /of S3$/);
  const later = await look('good', '--from', '2025-01-02');
  assert.match(later.line('first object').found, /2025\/01\/02/);
  assert.deepEqual([...new Set(proxy.seen.map(({ method }) => method))].sort(), ['GET', 'HEAD']);
});

test('nothing there: says what was looked for, and what there is instead', { skip }, async () => {
  server.put('other', 'backup/a.tar', 'x');
  const wrong = await look('other', '--accounts', '123456789012', '--include', '*.log.gz');
  assert.equal(wrong.line('first object').status, 'warn');
  server.makeBucket('bare');
  const bare = await look('bare');
  assert.equal(bare.code, 4);
  assert.match(bare.line('first object').found, /vpcflowlogs\/REGION\/YYYY\/MM\/DD/);
  assert.deepEqual(bare.named('skipped'), ['read', 'format']);
});

test('Parquet, archives, keys of KMS and objects that may not be read are told apart', { skip }, async () => {
  await upload('parquet', keyOf(1, 'log.parquet'), 'PAR1');
  const parquet = await look('parquet');
  assert.equal(parquet.code, 4);
  assert.match(parquet.line('first object').found, /Parquet/);
  await upload('parquet', keyOf(2), gzipSync(logText(10)));
  const mixed = await look('parquet');
  assert.equal(mixed.code, 0, mixed.text);
  assert.match(mixed.line('first object').found, /1 before it cannot be read.*E_OBJECT_PARQUET/);

  await upload('sealed', keyOf(1), gzipSync(logText(10)));
  proxy.rules.push({ match: isGet, fault: { kind: 'kms-denied' }, times: 1 });
  const sealed = await look('sealed');
  assert.equal(sealed.code, 4);
  assert.match(sealed.line('read').fix ?? '', /^these credentials need kms:Decrypt/);
  assert.deepEqual(sealed.named('skipped'), ['format']);
  proxy.rules.push({ match: isGet, fault: { kind: 'archived' }, times: 1 });
  const archived = await look('sealed');
  assert.match(archived.line('read').found, /archived \(GLACIER\)/);
  assert.match(archived.line('read').fix ?? '', /restore-object/);

  await upload('odd', keyOf(1), 'this is no flow log\n');
  const odd = await look('odd');
  assert.equal(odd.line('format').status, 'fail');
  assert.match(odd.line('format').found, /"this is no flow log"/);
});

test('a bucket that is not there, wrong credentials, and a user without rights', { skip }, async () => {
  const missing = await look('no-such-bucket');
  assert.equal(missing.code, 4);
  assert.match(missing.line('bucket').found, /there is no bucket "no-such-bucket"/);
  await upload('shut', keyOf(1), gzipSync(logText(10)));
  server.createUser('visitor', 'visitorsecret123');
  try {
    useCredentials('visitor', 'visitorsecret123');
    const shut = await look('shut');
    assert.equal(shut.code, 4);
    assert.match(shut.line('bucket').fix ?? '', /^these credentials need s3:ListBucket on the bucket/);
    assert.deepEqual(shut.named('skipped'), ['first object', 'read', 'format']);
    useCredentials(OWNER.accessKeyId, 'wrong-secret');
    const wrong = await look('shut');
    assert.equal(wrong.code, 4);
    assert.match(wrong.line('bucket').found, /SignatureDoesNotMatch/);
    assert.ok(!wrong.text.includes('wrong-secret'));
  } finally {
    useCredentials(OWNER.accessKeyId, OWNER.secretAccessKey);
  }
});

test('no credentials at all, and a server that is not there', { skip }, async () => {
  const none = {
    AWS_ACCESS_KEY_ID: '',
    AWS_SECRET_ACCESS_KEY: '',
    AWS_CONFIG_FILE: '/none',
    AWS_SHARED_CREDENTIALS_FILE: '/none',
  };
  const where = ['--endpoint-url', proxy.endpointUrl, '--path-style'];
  const bare = await doctor(folder, ['s3://good/', ...where], none);
  assert.equal(bare.code, 4);
  assert.match(bare.line('AWS credentials').fix ?? '', /--profile/);
  assert.equal(bare.line('bucket').status, 'skipped');
  const nowhere = await doctor(folder, ['s3://good/', '--endpoint-url', 'http://127.0.0.1:1', '--path-style']);
  assert.equal(nowhere.code, 75);
  assert.match(nowhere.line('bucket').found, /ECONNREFUSED/);
});

test('a server that says nothing is given up in time, and the clock is held against its Date', { skip }, async (t) => {
  const answers = { dated: new Date(Date.now() - 600_000).toUTCString() };
  const odd: Server = createServer((request, response) => {
    // LIST is never answered; all else tells another time.
    if (request.method === 'HEAD') response.writeHead(403, { date: answers.dated }).end();
  });
  await new Promise<void>((resolve) => odd.listen(0, '127.0.0.1', resolve));
  t.after(async () => {
    odd.closeAllConnections();
    await new Promise((resolve) => odd.close(resolve));
  });
  const url = `http://127.0.0.1:${(odd.address() as AddressInfo).port}`;
  const began = Date.now();
  const silent = await doctor(folder, [
    's3://good/',
    '--endpoint-url',
    url,
    '--path-style',
    '--aws-region',
    'us-east-1',
  ]);
  assert.ok(Date.now() - began < 20_000);
  assert.equal(silent.line('bucket').status, 'fail');
  assert.equal(silent.line('clock').status, 'fail');
  assert.match(silent.line('clock').found, /^(9 min 5\d|10 min \d) s ahead of S3$/);
  assert.equal(silent.code, 2);
});

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { S3Source } from '../../../src/sources/s3.ts';
import type { SourceObject } from '../../../src/sources/source.ts';
import { listAll, readAll } from '../../sources/read.ts';
import { s3Setup, useCredentials } from './setup.ts';
import { OWNER } from './versitygw.ts';

const setup = await s3Setup();
const skip = setup === null;
const { server, source } = setup ?? ({} as NonNullable<typeof setup>);

test('a bucket that is not there', { skip }, async () => {
  await assert.rejects(listAll(source('no-such-bucket')), { code: 'E_SOURCE_MISSING', message: /no-such-bucket/ });
});

test('a wrong secret, and an unknown key', { skip }, async () => {
  server.put('shut', 'x', 'x');
  const [object] = (await listAll(source('shut'))) as [SourceObject];
  useCredentials(OWNER.accessKeyId, 'wrong-secret');
  const wrong = source('shut');
  await assert.rejects(listAll(wrong), (error: Error) => {
    assert.equal((error as { code?: string }).code, 'E_SOURCE_DENIED');
    assert.ok(!error.message.includes('wrong-secret'));
    return true;
  });
  await assert.rejects(readAll(wrong, object), { code: 'E_SOURCE_DENIED' });
  useCredentials('nobody', 'wrong-secret');
  await assert.rejects(listAll(source('shut')), { code: 'E_SOURCE_DENIED', message: /credentials/ });
  useCredentials(OWNER.accessKeyId, OWNER.secretAccessKey);
});

test('a user without rights', { skip }, async () => {
  server.put('shut', 'x', 'x');
  const [object] = (await listAll(source('shut'))) as [SourceObject];
  server.createUser('guest', 'guestsecret123');
  useCredentials('guest', 'guestsecret123');
  const guest = source('shut');
  await assert.rejects(listAll(guest), { code: 'E_SOURCE_DENIED', message: /s3:ListBucket/ });
  await assert.rejects(readAll(guest, object), { code: 'E_OBJECT_DENIED', message: /s3:GetObject/ });
  await assert.rejects(listAll(source('shut', '', { noSignRequest: true })), { code: 'E_SOURCE_DENIED' });
  useCredentials(OWNER.accessKeyId, OWNER.secretAccessKey);
});

test('no credentials at all', { skip }, async (t) => {
  const home = mkdtempSync(join(tmpdir(), 'flowbulk-home-'));
  const before = { ...process.env };
  t.after(() => {
    process.env = before;
    rmSync(home, { recursive: true });
  });
  delete process.env['AWS_ACCESS_KEY_ID'];
  delete process.env['AWS_SECRET_ACCESS_KEY'];
  process.env['AWS_SHARED_CREDENTIALS_FILE'] = join(home, 'none');
  process.env['AWS_CONFIG_FILE'] = join(home, 'none');
  await assert.rejects(listAll(source('shut')), { code: 'E_SOURCE_DENIED', message: /no AWS credentials.*--profile/ });
});

test('a server that is not there is told soon', { skip }, async () => {
  const began = Date.now();
  const nowhere = new S3Source('shut', '', { endpointUrl: 'http://127.0.0.1:1', pathStyle: true, region: 'us-east-1' });
  await assert.rejects(listAll(nowhere), { code: 'E_SOURCE_UNREACHABLE', message: /ECONNREFUSED.*--endpoint-url/ });
  assert.ok(Date.now() - began < 5_000);
});

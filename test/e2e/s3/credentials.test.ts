/** Credentials that expire in the middle of a run, and are not mended for as long as it is patient: exit 4, resumable. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { withServer } from '../../delivery/fault-server.ts';
import { flowbulk, temporaryFolder } from '../../run/program.ts';
import { logText } from '../../run/records.ts';
import { s3Setup } from './setup.ts';

const folder = temporaryFolder();
const setup = await s3Setup();
const BUCKET = 'signed-out';
const RECORDS = 50;
const DAYS = ['01', '02', '03', '04'];
const keyOf = (day: string) =>
  `logs/AWSLogs/123456789012/vpcflowlogs/eu-west-1/2025/01/${day}/123456789012_vpcflowlogs_eu-west-1_fl-1_202501${day}T0005Z_a.log.gz`;

test('credentials expire: the run says so, ends with 4, and goes on with new ones', {
  skip: setup === null,
}, async () => {
  if (setup === null) return;
  const { proxy, upload } = setup;
  for (const day of DAYS) await upload(BUCKET, keyOf(day), gzipSync(logText(RECORDS)));
  await withServer({ seed: 1 }, async (server) => {
    const place = ['--endpoint-url', proxy.endpointUrl, '--path-style', '--aws-region', 'us-east-1', '--workers', '1'];
    const run = () => flowbulk(folder, ['run', `s3://${BUCKET}/logs/`, `${server.url}/vpcflow`, '--json', ...place]);
    const late = { match: ({ url = '' }) => /2025\/01\/0[34]\/.*\.gz/.test(decodeURIComponent(url)) };
    proxy.rules.push({ ...late, fault: { kind: 'expired-token' }, times: Number.POSITIVE_INFINITY });

    const { code, stderr } = await run();
    assert.equal(code, 4, stderr);
    assert.match(stderr, /the credentials for s3:\/\/signed-out have expired: sign in again/);
    assert.match(stderr, /the same command goes on where this run stopped/);
    assert.ok(proxy.seen.filter(({ fault }) => fault === 'expired-token').length > 3, 'it has tried again');
    assert.ok(server.stored.size <= 2 * RECORDS);

    proxy.rules.length = 0;
    const before = server.stored.size;
    const again = await run();
    assert.equal(again.code, 0, again.stderr);
    const { records, delivery } = JSON.parse(again.stdout);
    assert.equal(server.stored.size, DAYS.length * RECORDS);
    assert.equal(delivery.created, DAYS.length * RECORDS - before);
    assert.ok(records < DAYS.length * RECORDS || before === 0, 'what was done is not read again');
  });
});

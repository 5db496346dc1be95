/** verify and retry of a bucket: paths as documents of S3 have them, versions by ETag. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { startFaultServer } from '../../delivery/fault-server.ts';
import { flowbulk, temporaryFolder } from '../../run/program.ts';
import { logText } from '../../run/records.ts';
import { s3Setup } from './setup.ts';

const folder = temporaryFolder();
const setup = await s3Setup();
const BUCKET = 'verified-logs';
const RECORDS = 40;
const keyOf = (date: string, name: string) =>
  `logs/AWSLogs/123456789012/vpcflowlogs/eu-west-1/${date}/123456789012_vpcflowlogs_eu-west-1_fl-1_${date.replaceAll('/', '')}T0005Z_${name}.log.gz`;

test('a bucket is verified, and what failed in it is read again', { skip: setup === null }, async () => {
  if (setup === null) return;
  const whole = gzipSync(logText(RECORDS));
  const [first, second, cut] = [keyOf('2025/01/01', 'a'), keyOf('2025/01/02', 'b'), keyOf('2025/01/02', 'c')] as const;
  await setup.upload(BUCKET, first, whole);
  await setup.upload(BUCKET, second, whole);
  await setup.upload(BUCKET, cut, whole.subarray(0, whole.length - 60));
  const server = await startFaultServer({ seed: 1 });
  try {
    const call = async (command: string, ...more: string[]) => {
      const place = ['--endpoint-url', setup.server.endpointUrl, '--path-style', '--aws-region', 'us-east-1'];
      const args = [command, `s3://${BUCKET}/logs/`, `${server.url}/vpcflow`, '--json', '--quiet', ...place, ...more];
      const { code, stdout, stderr } = await flowbulk(folder, args);
      return { code, stderr, value: JSON.parse(stdout.split('\n').at(-2) ?? 'null') };
    };
    assert.equal((await call('run')).code, 3);
    const { code, value, stderr } = await call('verify', '--deep', '5');
    assert.equal(code, 0, stderr);
    const row = (from: string) => value.rows.find((one: { from: string }) => one.from === from);
    assert.deepEqual([row('2025-01-01').found, row('2025-01-01').objects.done], [RECORDS, 1]);
    assert.deepEqual([row('2025-01-02').objects.damaged, row('2025-01-02').difference], [1, 0]);
    assert.match(value.rows[0].account, /^123456789012$/);
    assert.equal(value.deep.objects.length, 3);

    const [lost] = server.stored.keys();
    server.remove(lost as string);
    assert.equal((await call('verify')).code, 3);
    assert.equal((await call('verify', '--deep', '5', '--repair')).code, 0);

    // Put again whole: another version; documents of the damaged one stay, and count.
    const before = server.stored.size;
    await setup.upload(BUCKET, cut, whole);
    const again = await call('retry');
    assert.deepEqual([again.code, server.stored.size], [0, before + RECORDS], again.stderr);
    const after = await call('verify', '--deep', '5');
    assert.deepEqual([after.code, after.value.listing.objects], [0, 3], after.stderr);
    assert.equal(path.basename(after.value.deep.objects[2].object), path.basename(cut));
  } finally {
    await server.stop();
  }
});

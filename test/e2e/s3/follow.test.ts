/** A bucket that is followed: objects of today as they come, changed ones again. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { ended, start, temporaryFolder } from '../../run/program.ts';
import { header, record } from '../../run/records.ts';
import { INTAKE_KEY, timesTaken, withIntake } from '../../sekoia/intake-server.ts';
import { s3Setup } from './setup.ts';
import { OWNER } from './versitygw.ts';

const RECORDS = 40;

const folder = temporaryFolder();
const setup = await s3Setup();

const linesOf = (n: number) => Array.from({ length: RECORDS }, (_, i) => record(n * RECORDS + i));

/** The key of an object of a day so many days ago. */
function keyOf(name: string, daysAgo: number): string {
  const day = new Date(Date.now() - daysAgo * 86_400_000).toISOString().slice(0, 10);
  const file = `123456789012_vpcflowlogs_eu-west-1_fl-1_${day.replaceAll('-', '')}T0005Z_${name}.log.gz`;
  return `AWSLogs/123456789012/vpcflowlogs/eu-west-1/${day.replaceAll('-', '/')}/${file}`;
}

test('objects come and change while a bucket is followed', { skip: setup === null }, async () => {
  assert.ok(setup);
  const put = (key: string, n: number) =>
    setup.upload('followed', key, gzipSync(`${header}\n${linesOf(n).join('\n')}\n`));
  await put(keyOf('old', 30), 9);
  await put(keyOf('a', 0), 0);
  await withIntake({ seed: 1 }, async (server) => {
    const came = () => timesTaken(server.taken);
    const until = async (lines: number) => {
      for (const began = Date.now(); came().size < lines; await new Promise((resolve) => setTimeout(resolve, 50))) {
        assert.ok(Date.now() - began < 60_000, `${came().size} of ${lines} lines came`);
      }
    };
    const env = {
      AWS_ACCESS_KEY_ID: OWNER.accessKeyId,
      AWS_SECRET_ACCESS_KEY: OWNER.secretAccessKey,
      AWS_EC2_METADATA_DISABLED: 'true',
      FLOWBULK_ENDPOINT_URL: setup.server.endpointUrl,
      FLOWBULK_PATH_STYLE: 'true',
      FLOWBULK_AWS_REGION: 'us-east-1',
      FLOWBULK_API_KEY: INTAKE_KEY,
    };
    const args = ['run', 's3://followed/', server.url, '--follow', '--interval', '300ms', '--since', '2d'];
    const child = start(folder, args, 'ignore', env);
    const end = ended(child);
    await until(RECORDS);
    await put(keyOf('b', 1), 1);
    await until(2 * RECORDS);
    await put(keyOf('a', 0), 2);
    await until(3 * RECORDS);
    child.kill('SIGTERM');
    const { code, stderr } = await end;
    assert.equal(code, 143, stderr);
    assert.match(stderr, /objects +3 done/);
    assert.ok([...came().values()].every((times) => times === 1));
    assert.ok(!came().has(linesOf(9)[0] as string), 'what is older than --since stays');
  });
});

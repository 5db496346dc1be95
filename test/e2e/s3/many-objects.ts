/** A bucket of very many small objects: memory does not grow with them, and a run that was killed skips what is done. */

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { startFaultServer } from '../../delivery/fault-server.ts';
import { ended, start, temporaryFolder } from '../../run/program.ts';
import { logText } from '../../run/records.ts';
import { OWNER, type S3Server, startVersitygw, versitygwBinary } from './versitygw.ts';

const RECORDS = 3;
/** Node with its threads, the SDK and bodies of 1 MiB; no geo tables. */
const MAX_RSS_MB = 500;

async function startBucket(binary: string, objects: number): Promise<S3Server> {
  const server = await startVersitygw(binary);
  server.makeBucket('many');
  const body = gzipSync(logText(RECORDS));
  for (let i = 0; i < objects; i++) {
    const day = `${1 + (i % 28)}`.padStart(2, '0');
    const name = `123456789012_vpcflowlogs_eu-west-1_fl-1_202501${day}T0005Z_${i}.log.gz`;
    server.put('many', `AWSLogs/123456789012/vpcflowlogs/eu-west-1/2025/01/${day}/${name}`, body);
  }
  return server;
}

/** Resident memory of a process in MB; 0 where it cannot be told. */
function rssMb(pid: number | undefined): number {
  const file = `/proc/${pid}/status`;
  if (!existsSync(file)) return 0;
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(file, 'utf8'))?.[1] ?? 0) / 1024;
}

/** Declares the test for so many objects in a real S3 server. */
export function testManyObjects(objects: number): void {
  const folder = temporaryFolder();
  const binary = versitygwBinary();
  test(`${objects} objects, killed in the middle and gone on with`, { skip: binary === null }, async () => {
    const server = await startBucket(binary!, objects);
    const target = await startFaultServer({ seed: 1 });
    const env = {
      AWS_ACCESS_KEY_ID: OWNER.accessKeyId,
      AWS_SECRET_ACCESS_KEY: OWNER.secretAccessKey,
      AWS_EC2_METADATA_DISABLED: 'true',
      FLOWBULK_ENDPOINT_URL: server.endpointUrl,
      FLOWBULK_PATH_STYLE: 'true',
      FLOWBULK_AWS_REGION: 'us-east-1',
    };
    const args = ['run', 's3://many/', `${target.url}/vpcflow`, '--json', '--body-bytes', '1MiB', '--workers', '2'];
    try {
      const first = start(folder, args, 'ignore', env);
      const firstEnd = ended(first);
      while (target.stored.size < (objects * RECORDS) / 3 && first.exitCode === null) {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      first.kill('SIGKILL');
      await firstEnd;

      const rest = start(folder, args, 'ignore', env);
      const restEnd = ended(rest);
      let most = 0;
      const watch = setInterval(() => {
        most = Math.max(most, rssMb(rest.pid));
      }, 200);
      const { code, stdout, stderr } = await restEnd;
      clearInterval(watch);
      assert.equal(code, 0, stderr);
      const { objectsDone, objectsSkipped, wallSeconds } = JSON.parse(stdout);
      process.stderr.write(
        `${objectsSkipped} skipped, ${objectsDone} in ${wallSeconds.toFixed(0)} s, RSS ${most.toFixed(0)} MB\n`,
      );
      assert.equal(objectsDone + objectsSkipped, objects);
      assert.ok(objectsSkipped > objects / 10, `${objectsSkipped} skipped`);
      assert.equal(target.stored.size, objects * RECORDS);
      assert.ok([...target.stored.values()].every(({ times }) => times === 1));
      assert.ok(most < MAX_RSS_MB, `${most} MB`);
    } finally {
      await target.stop();
      await server.stop();
    }
  });
}

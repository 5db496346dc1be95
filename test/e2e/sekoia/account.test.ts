/** `--accounts own` against a real S3 server and a real STS: of a bucket of many accounts only the credentials' own is read. */

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { flowbulk, temporaryFolder } from '../../run/program.ts';
import { header, record } from '../../run/records.ts';
import { INTAKE_KEY, timesTaken, withIntake } from '../../sekoia/intake-server.ts';
import { motoFolder, startMoto } from '../queue/moto.ts';
import { OWNER, startVersitygw, versitygwBinary } from '../s3/versitygw.ts';

/** What moto says of all credentials. */
const OWN = '123456789012';

const folder = temporaryFolder();
const [binary, packages] = [versitygwBinary(), motoFolder()];
const s3 = binary === null ? null : await startVersitygw(binary);
const moto = packages === null ? null : await startMoto(packages);
after(async () => {
  await s3?.stop();
  await moto?.stop();
});

const ACCOUNTS = [OWN, '999999999999'];
const REGIONS = ['eu-west-1', 'us-east-1'];

test('every region of the own account, and no other account', { skip: s3 === null || moto === null }, async () => {
  assert.ok(s3 && moto);
  s3.makeBucket('shared');
  let n = 0;
  const own: string[] = [];
  for (const account of ACCOUNTS) {
    for (const region of REGIONS) {
      const name = `${account}_vpcflowlogs_${region}_fl-1_20250131T0005Z_0.log`;
      const line = record(n++);
      if (account === OWN) own.push(line);
      s3.put('shared', `AWSLogs/${account}/vpcflowlogs/${region}/2025/01/31/${name}`, `${header}\n${line}\n`);
    }
  }
  const env = {
    AWS_ACCESS_KEY_ID: OWNER.accessKeyId,
    AWS_SECRET_ACCESS_KEY: OWNER.secretAccessKey,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_ENDPOINT_URL_STS: moto.url,
    FLOWBULK_ENDPOINT_URL: s3.endpointUrl,
    FLOWBULK_PATH_STYLE: 'true',
    FLOWBULK_AWS_REGION: 'us-east-1',
    FLOWBULK_API_KEY: INTAKE_KEY,
  };
  await withIntake({ seed: 1 }, async (server) => {
    const args = ['run', 's3://shared/', server.url, '--accounts', 'own'];
    const { code, stderr } = await flowbulk(folder, args, undefined, env);
    assert.equal(code, 0, stderr);
    assert.deepEqual([...timesTaken(server.taken).keys()].sort(), own.sort());
    const away = { ...env, AWS_ENDPOINT_URL_STS: 'http://127.0.0.1:9' };
    const lost = await flowbulk(folder, args, undefined, away);
    assert.equal(lost.code, 75);
    assert.match(lost.stderr, /STS does not tell the account .*--accounts ID/);
  });
});

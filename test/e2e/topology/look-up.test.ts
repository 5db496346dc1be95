/** Interfaces, regions, account and bucket, as AWS's servers tell them. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ACCOUNT, sent, topologySetup } from './setup.ts';

const setup = await topologySetup();

test('interfaces of each region that keys name, page by page, throttled or not', { skip: setup === null }, async () => {
  assert.ok(setup);
  const bucket = await setup.bucket('regions', false);
  const east = await setup.interfaces('us-east-1', ['10.0.0.11', '10.0.0.12', '10.0.0.13', '10.0.0.14', '10.0.0.15']);
  const west = await setup.interfaces('eu-west-1', ['10.0.0.21', '10.0.0.22', '10.0.0.23']);
  const all = [
    ...east.map((id, i) => ({ id, address: `10.0.0.${11 + i}`, region: 'us-east-1' })),
    ...west.map((id, i) => ({ id, address: `10.0.0.${21 + i}`, region: 'eu-west-1' })),
  ];
  for (const { id, address, region } of all) {
    await bucket.put(id, [sent(id, address, '10.9.9.9', 1_000)], { region });
  }
  const receiver = await setup.receiver();
  setup.ec2.throttled = 2;
  const { code, stdout, stderr } = await setup.run(['s3://regions/', receiver.destination, '--json', '--no-ledger']);
  assert.equal(code, 0, stderr);
  const { connections, counts } = JSON.parse(stdout);
  assert.deepEqual([connections, counts.unknownInterface], [8, 0]);
  assert.deepEqual(receiver.refusals, []);
  const seen = new Set(setup.ec2.seen.map(({ region, token }) => `${region} ${token}`));
  assert.ok(
    ['us-east-1 null', 'us-east-1 2', 'us-east-1 4', 'eu-west-1 2'].every((one) => seen.has(one)),
    [...seen].join(),
  );
  const [data = ''] =
    [...receiver.stored.components].find(([id]) => id.startsWith('local/') && id.includes('10.0.0.21'))?.slice(1) ?? [];
  assert.match(data, /"AwsRegion":"eu-west-1"/);
  assert.match(data, /urn:vpcip:vpc-[0-9a-f]+\/10\.0\.0\.21/);

  const only = await setup.run(['s3://regions/', '--regions', 'eu-west-1', '--as', 'json']);
  assert.equal(JSON.parse(only.stdout).connections.length, 3, only.stderr);

  setup.ec2.isDenied = true;
  const denied = await setup.run(['s3://regions/', '--as', 'json']);
  setup.ec2.isDenied = false;
  assert.deepEqual([denied.code, denied.stdout], [4, '']);
  assert.match(denied.stderr, /may not be seen \(UnauthorizedOperation: .*need ec2:DescribeNetworkInterfaces/);
});

test("s3:// is the bucket of the role's account, or of the credentials'", { skip: setup === null }, async () => {
  assert.ok(setup);
  // Credentials of a role are moto's: so is the bucket.
  const bucket = await setup.bucket(`stackstate-logs-${ACCOUNT}`, true, true);
  const [id = ''] = await setup.interfaces('us-east-1', ['10.0.0.31']);
  await bucket.put('own', [sent(id, '10.0.0.31', '10.9.9.9', 1_000)]);
  const place = { FLOWBULK_ENDPOINT_URL: setup.motoUrl };
  const receiver = await setup.receiver();
  const role = ['--role-arn', `arn:aws:iam::${ACCOUNT}:role/agent`, '--external-id', 'external'];
  for (const own of [
    [receiver.destination, ...role],
    ['s3://', receiver.destination],
    ['s3:///AWSLogs/', receiver.destination],
  ]) {
    const { code, stdout, stderr } = await setup.run([...own, '--json', '--no-ledger'], place);
    assert.equal(code, 0, stderr);
    assert.equal(JSON.parse(stdout).connections, 1);
  }
  assert.deepEqual(receiver.bodies[0]?.topologies[0]?.instance, { type: 'aws-v2', url: ACCOUNT });
  const none = await setup.run(['s3://', receiver.destination, '--json'], {
    ...place,
    AWS_ENDPOINT_URL_STS: 'http://127.0.0.1:1',
  });
  assert.equal(none.code, 75, none.stderr);
  assert.match(none.stderr, /STS does not tell the account of these credentials/);
});

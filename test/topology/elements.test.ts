import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Connection } from '../../src/topology/connection.ts';
import { connectionsOf } from '../../src/topology/connections.ts';
import { elementsOf, instanceOf, type MapOf } from '../../src/topology/elements.ts';
import { ACCOUNT, described, known, row } from './maps.ts';

const OF: MapOf = { account: ACCOUNT, hostname: 'host', nowS: 1_620_000_100 };
const A = '10.16.133.15';
const B = '10.16.5.72';
const EC2 = described('eni-ec2', 'vpc-1', B, { Association: { PublicIp: '3.4.5.6' } });
const interfaces = known(described('eni-rds', 'vpc-1', A), EC2);

function connectionOf(...more: Parameters<typeof row>[4][]): Connection {
  const [one] = connectionsOf([row(interfaces, 'eni-ec2', B, A, ...more)], interfaces);
  assert.ok(one);
  return one;
}

const ID = `vpc-1/${A}/${B}`;

test('components have the URNs that StackState merges by, of both ends whoever logged', () => {
  const { components } = elementsOf(connectionOf(), OF);
  const tags = ['integration-type:aws-v2', `integration-url:${ACCOUNT}`];
  const Location = { AwsAccount: ACCOUNT, AwsRegion: 'eu-west-1' };
  const type = { name: 'vpc.request' };
  assert.deepEqual(components, [
    { externalId: `local/${ID}`, type, data: { URN: [`urn:vpcip:vpc-1/${A}`], Location, tags } },
    { externalId: `remote/${ID}`, type, data: { URN: [`urn:vpcip:vpc-1/${B}`, 'urn:host:/3.4.5.6'], Location, tags } },
  ]);
  assert.deepEqual(instanceOf(OF), { type: 'aws-v2', url: ACCOUNT });
});

test('a relation has all the members of the original, and no dots where StackState does not bear them', () => {
  const { relations } = elementsOf(connectionOf(), OF);
  const [{ data, ...relation }, ...others] = relations as [(typeof relations)[number]];
  assert.deepEqual(others, []);
  assert.deepEqual(relation, {
    externalId: `local/${ID}-flowlog-remote/${ID}`,
    type: { name: 'flowlog' },
    sourceId: `local/${ID}`,
    targetId: `remote/${ID}`,
  });
  assert.deepEqual(data, {
    traffic_type: '6',
    family: 'v4',
    local_address: A,
    remote_address: B,
    start: '2021-05-03T00:00:00.000Z',
    end: '2021-05-03T00:00:10.000Z',
    log: [`network interface: eni-ec2 log: ${B} <-> ${A} bytes out=52 in=60 records=2`],
    network_interfaces: [EC2],
    source: 'local/vpc-1/10_16_133_15/10_16_5_72',
    target: 'remote/vpc-1/10_16_133_15/10_16_5_72',
  });
});

test('gauges are of the end of the last record, else of now; a protocol of several is unknown', () => {
  const tags = ['source:local/vpc-1/10_16_133_15/10_16_5_72', 'target:remote/vpc-1/10_16_133_15/10_16_5_72'];
  const of = { hostname: 'host', type: 'gauge', tags };
  assert.deepEqual(elementsOf(connectionOf(), OF).metrics, [
    ['aws.flowlog.bytes_sent', 1_620_000_010, 60, of],
    ['aws.flowlog.bytes_sent_per_second', 1_620_000_010, 6, of],
    ['aws.flowlog.bytes_received', 1_620_000_010, 52, of],
    ['aws.flowlog.bytes_received_per_second', 1_620_000_010, 5.2, of],
  ]);
  const timeless = elementsOf(connectionOf({ startS: null, endS: null, protocol: null }), OF);
  assert.deepEqual(
    timeless.metrics.map(([, timeS]) => timeS),
    [OF.nowS, OF.nowS, OF.nowS, OF.nowS],
  );
  assert.equal(timeless.relations[0]?.data['traffic_type'], 'unknown');
});

test('IPv6, and addresses that are not private', () => {
  const set = known(described('eni-6', 'vpc-1', '', { Ipv6Addresses: [{ Ipv6Address: '2600:1f18::1' }] }));
  const [one] = connectionsOf([row(set, 'eni-6', '2600:1f18::1', 'fd00::2')], set);
  assert.ok(one);
  const { components, relations } = elementsOf(one, OF);
  assert.deepEqual(
    components.map(({ data }) => data.URN),
    [['urn:host:/2600:1f18::1'], ['urn:vpcip:vpc-1/fd00::2']],
  );
  assert.equal(relations[0]?.data['family'], 'v6');
});

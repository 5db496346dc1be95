import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Prng } from '../../src/generate/prng.ts';
import { connectionsOf } from '../../src/topology/connections.ts';
import type { FoldedRow } from '../../src/topology/contract.ts';
import type { KnownInterfaces } from '../../src/topology/known-interfaces.ts';
import { described, known, row } from './maps.ts';

const A = '10.16.133.15';
const B = '10.16.5.72';
const RDS = described('eni-rds', 'vpc-1', A);
const EC2 = described('eni-ec2', 'vpc-1', B, { Association: { PublicIp: '3.4.5.6' } });

const all = (rows: readonly FoldedRow[], interfaces: KnownInterfaces) => [...connectionsOf(rows, interfaces)];

test('what both interfaces log is one connection, whose bytes and rates are halved', () => {
  const interfaces = known(RDS, EC2);
  const rows = [
    row(interfaces, 'eni-rds', A, B),
    row(interfaces, 'eni-ec2', B, A, { bytesOut: 60n, bytesIn: 52n, startS: 1_619_999_990 }),
  ];
  const [one, ...others] = all(rows, interfaces);
  assert.deepEqual(others, []);
  assert.equal(one?.id, `vpc-1/${A}/${B}`);
  assert.deepEqual([one?.local.address, one?.remote.address], [A, B]);
  assert.deepEqual([one?.bytesSent, one?.bytesReceived], [52, 60]);
  // First and last time are those of both.
  assert.deepEqual([one?.startS, one?.endS], [1_619_999_990, 1_620_000_010]);
  assert.deepEqual([one?.bytesSentPerSecond, one?.bytesReceivedPerSecond], [2.6, 3]);
  assert.deepEqual(
    one?.loggedBy.map(({ id }) => id),
    ['eni-ec2', 'eni-rds'],
  );
});

test('what one interface logs is not halved, and has the same id and the same local end', () => {
  const interfaces = known(RDS, EC2);
  for (const rows of [
    [row(interfaces, 'eni-rds', A, B)],
    [row(interfaces, 'eni-ec2', B, A, { bytesOut: 60n, bytesIn: 52n })],
  ]) {
    const [one] = all(rows, interfaces);
    assert.equal(one?.id, `vpc-1/${A}/${B}`);
    assert.deepEqual([one?.local.address, one?.bytesSent, one?.bytesReceived], [A, 52, 60]);
    assert.deepEqual([one?.bytesSentPerSecond, one?.bytesReceivedPerSecond], [5.2, 6]);
  }
});

test('only a direction that both logged is halved', () => {
  const interfaces = known(RDS, EC2);
  const rows = [
    row(interfaces, 'eni-rds', A, B, { bytesOut: 100n, bytesIn: 0n, recordsIn: 0 }),
    row(interfaces, 'eni-ec2', B, A, { bytesOut: 60n, bytesIn: 90n }),
  ];
  const [one] = all(rows, interfaces);
  assert.equal(one?.bytesSent, 95);
  assert.equal(one?.bytesReceived, 60);
});

test('an end that is known only by its address has its own VPC', () => {
  const peered = known(RDS, described('eni-peer', 'vpc-2', '10.99.0.1'));
  const [seen] = all([row(peered, 'eni-rds', A, '10.99.0.1')], peered);
  assert.equal(seen?.id, `vpc-1/${A}/vpc-2/10.99.0.1`);
  assert.equal(seen?.remote.interface?.id, 'eni-peer');
  // Seen from the other side it is the same.
  const [back] = all([row(peered, 'eni-peer', '10.99.0.1', A)], peered);
  assert.equal(back?.id, seen?.id);
  const [unknown] = all([row(peered, 'eni-rds', A, '192.168.1.1')], peered);
  assert.equal(unknown?.id, `vpc-1/${A}/192.168.1.1`);
  assert.deepEqual([unknown?.remote.vpc, unknown?.remote.interface], ['vpc-1', null]);
});

test('of VPCs with the same addresses it is the own one, else the one that logged the same, else nobody knows', () => {
  const twins = [described('eni-2', 'vpc-2', '10.0.0.9'), described('eni-3', 'vpc-3', '10.0.0.9')];
  const interfaces = known(RDS, ...twins);
  const rows = [row(interfaces, 'eni-rds', A, '10.0.0.9')];
  assert.equal(all(rows, interfaces)[0]?.remote.vpc, 'vpc-1');
  const logged = [...rows, row(interfaces, 'eni-3', '10.0.0.9', A, { bytesOut: 60n, bytesIn: 52n })];
  const [one, ...others] = all(logged, interfaces);
  assert.deepEqual(others, []);
  assert.equal(one?.id, `vpc-3/10.0.0.9/vpc-1/${A}`);
  assert.deepEqual([one?.bytesSent, one?.bytesReceived], [60, 52]);
  const near = known(RDS, ...twins, described('eni-1', 'vpc-1', '10.0.0.9'));
  assert.equal(all([row(near, 'eni-rds', A, '10.0.0.9')], near)[0]?.local.interface?.id, 'eni-1');
});

test('a peer is found by its secondary address, too', () => {
  const peer = described('eni-peer', 'vpc-2', '10.99.0.1', {
    PrivateIpAddresses: [{ PrivateIpAddress: '10.99.0.1' }, { PrivateIpAddress: '10.99.0.2' }],
  });
  const interfaces = known(RDS, peer);
  assert.equal(all([row(interfaces, 'eni-rds', A, '10.99.0.2')], interfaces)[0]?.remote.vpc, 'vpc-2');
});

test('NAT gateways and Application Load Balancers are left out, whoever logs', () => {
  const others = [
    described('eni-nat', 'vpc-1', '10.0.0.1', { Description: 'Interface for NAT Gateway nat-1' }),
    described('eni-nat2', 'vpc-1', '10.0.0.2', { InterfaceType: 'nat_gateway' }),
    described('eni-alb', 'vpc-1', '10.0.0.3', { Description: 'ELB app/web/1' }),
    described('eni-alb2', 'vpc-1', '10.0.0.4', { InterfaceType: 'load_balancer' }),
  ];
  const kept = described('eni-nlb', 'vpc-1', '10.0.0.5', { Description: 'ELB net/web/1' });
  const interfaces = known(RDS, ...others, kept);
  const rows = [
    ...[1, 2, 3, 4, 5].map((i) => row(interfaces, 'eni-rds', A, `10.0.0.${i}`)),
    row(interfaces, 'eni-nat', '10.0.0.1', '10.0.7.7'),
  ];
  const connections = connectionsOf(rows, interfaces);
  assert.deepEqual(
    [...connections].map(({ id }) => id),
    [`vpc-1/10.0.0.5/${A}`],
  );
  assert.equal(connections.leftOut, 5);
});

test('protocols that differ are none, and times may be missing', () => {
  const interfaces = known(RDS, EC2);
  const rows = [
    row(interfaces, 'eni-rds', A, B, { startS: null, endS: null }),
    row(interfaces, 'eni-ec2', B, A, { protocol: 17 }),
  ];
  const [one] = all(rows, interfaces);
  assert.deepEqual([one?.protocol, one?.startS, one?.endS], [null, 1_620_000_000, 1_620_000_010]);
  const [timeless] = all([row(interfaces, 'eni-rds', A, B, { startS: null, endS: null })], interfaces);
  assert.deepEqual([timeless?.startS, timeless?.bytesSentPerSecond], [null, 0]);
});

test('the order of rows and of interfaces makes no difference', () => {
  const seed = 7;
  const random = new Prng(seed, 1);
  const addresses = Array.from({ length: 12 }, (_, i) => `10.0.${i % 3}.${i}`);
  const interfaces = addresses.map((address, i) =>
    described(`eni-${i}`, `vpc-${i % 4}`, i % 5 === 0 ? '10.0.0.0' : address),
  );
  const shuffled = <T>(list: readonly T[]): T[] =>
    list
      .map((one) => ({ one, at: random.uniform() }))
      .sort((a, b) => a.at - b.at)
      .map(({ one }) => one);
  const numbers = Array.from({ length: 400 }, () => ({
    from: Math.floor(random.uniform() * 12),
    to: Math.floor(random.uniform() * 12),
    bytes: BigInt(Math.floor(random.uniform() * 1e6)),
    protocol: random.uniform() < 0.8 ? 6 : 17,
  }));
  const build = (order: typeof interfaces, rows: typeof numbers) => {
    const set = known(...order);
    const made = rows.map(({ from, to, bytes, protocol }) => {
      const own = set.all.find(({ id }) => id === `eni-${from}`)?.addresses[0] ?? '';
      return row(set, `eni-${from}`, own, addresses[to] ?? '', { bytesOut: bytes, protocol });
    });
    return all(made, set).map(({ log, ...rest }) => ({ ...rest, log: [...log].sort() }));
  };
  const first = build(interfaces, numbers);
  assert.ok(first.length > 30, `seed ${seed}`);
  for (let i = 0; i < 5; i++) assert.deepEqual(build(shuffled(interfaces), shuffled(numbers)), first, `seed ${seed}`);
});

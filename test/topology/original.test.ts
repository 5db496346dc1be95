import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OriginalFold } from '../../src/topology/original.ts';
import { described, known } from './maps.ts';

const A = '10.16.133.15';
const B = '10.16.5.72';
const interfaces = known(
  described('eni-rds', 'vpc-1', A),
  described('eni-ec2', 'vpc-1', B, { Association: { PublicIp: '3.4.5.6' } }),
);

type Fields = Readonly<Record<string, string>>;

const record = (id: string, srcaddr: string, dstaddr: string, bytes: string, more: Fields = {}) =>
  new Map(
    Object.entries({
      'interface-id': id,
      srcaddr,
      dstaddr,
      srcport: '5432',
      dstport: '41000',
      protocol: '6',
      bytes,
      start: '1620000000',
      end: '1620000010',
      'log-status': 'OK',
      ...more,
    }),
  );

/** 52 bytes from A to B and 60 back, as each interface logs them. */
const there = (id: string) => record(id, A, B, '52');
const back = (id: string) => record(id, B, A, '60');

function folded(records: readonly ReadonlyMap<string, string>[]) {
  const fold = new OriginalFold(interfaces);
  for (const one of records) assert.equal(fold.add(one), null);
  return [...fold.connections()];
}

/** What the original makes of the same four records, by their order. */
const ORDERS = [
  {
    first: 'rds',
    records: [there('eni-rds'), back('eni-rds'), there('eni-ec2'), back('eni-ec2')],
    is: [104, 120],
    from: A,
  },
  {
    first: 'ec2, there',
    records: [there('eni-ec2'), back('eni-ec2'), there('eni-rds'), back('eni-rds')],
    is: [52, 172],
    from: A,
  },
  {
    first: 'ec2, back',
    records: [back('eni-ec2'), there('eni-ec2'), there('eni-rds'), back('eni-rds')],
    is: [164, 60],
    from: B,
  },
] as const;

for (const { first, records, is, from } of ORDERS) {
  test(`the numbers of the original, ${first} first`, () => {
    const [one, ...others] = folded(records);
    assert.deepEqual(others, []);
    assert.equal(one?.id, `vpc-1/${A}/${B}`);
    assert.deepEqual([one?.bytesSent, one?.bytesReceived], is);
    // Halved, over ten seconds.
    assert.deepEqual(
      [one?.bytesSentPerSecond, one?.bytesReceivedPerSecond],
      is.map((bytes) => bytes / 20),
    );
    assert.equal(one?.local.address, from);
    assert.equal(one?.remote.address, from === A ? B : A);
  });
}

test('rates of one interface are halved all the same, and the log has a line for each record', () => {
  const [one] = folded([there('eni-rds'), back('eni-rds')]);
  assert.deepEqual([one?.bytesSent, one?.bytesReceived], [52, 60]);
  assert.deepEqual([one?.bytesSentPerSecond, one?.bytesReceivedPerSecond], [2.6, 3]);
  assert.deepEqual(one?.log, [
    `network interface: ${A} log: ${A}:5432 <-> ${B}:41000 bytes=52 incoming=False reverse=False`,
    `network interface: ${A} log: ${B}:5432 <-> ${A}:41000 bytes=60 incoming=True reverse=False`,
  ]);
});

test('which records count for nothing', () => {
  const fold = new OriginalFold(interfaces);
  const withoutStatus = there('eni-rds');
  withoutStatus.delete('log-status');
  assert.equal(fold.add(withoutStatus), 'noData');
  assert.equal(fold.add(record('eni-rds', A, B, '1', { 'log-status': 'NODATA' })), 'noData');
  assert.equal(fold.add(there('eni-other')), 'unknownInterface');
  assert.equal(fold.add(record('eni-rds', '10.0.0.1', '10.0.0.2', '1')), 'noDirection');
  assert.equal(fold.add(record('eni-rds', A, '8.8.8.8', '1')), 'publicRemote');
  assert.equal(fold.add(record('eni-rds', A, '100.64.0.1', '1')), 'publicRemote');
  assert.equal(fold.size, 0);
});

test('what a record lacks does not end it, as it does the original', () => {
  const bare = there('eni-rds');
  for (const name of ['bytes', 'start', 'end', 'protocol']) bare.delete(name);
  const [one] = folded([bare, there('eni-rds')]);
  assert.deepEqual([one?.bytesSent, one?.startS, one?.protocol], [52, 1_620_000_000, null]);
});

test('a NAT gateway or load balancer leaves a connection out where it logged, by its description', () => {
  const set = known(
    described('eni-rds', 'vpc-1', A),
    described('eni-alb', 'vpc-1', B, { Description: 'ELB app/web/1' }),
  );
  const seen = new OriginalFold(set);
  seen.add(there('eni-rds'));
  assert.equal([...seen.connections()].length, 1);
  seen.add(there('eni-alb'));
  assert.equal([...seen.connections()].length, 0);
});

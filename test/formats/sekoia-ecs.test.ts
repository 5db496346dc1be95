/** What Sekoia's parser makes of records: each row of its mapping, and whole documents that were written by hand. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { ROOT } from '../kernel/root.ts';
import { type Document, read } from './read.ts';

const GOLDEN = path.join(ROOT, 'test', 'goldens', 'sekoia', 'parsed');
const linesOf = (ending: string) => readFileSync(`${GOLDEN}.${ending}`, 'utf8').trimEnd().split('\n');

function documentOf(values: Readonly<Record<string, string>>): Document {
  const columns = { version: '2', 'log-status': '-', ...values };
  const lines = [Object.keys(columns).join(' '), Object.values(columns).join(' ')];
  const { documents, refused } = read(lines, { options: { as: 'sekoia-ecs' } });
  assert.deepEqual(refused, []);
  return documents[0];
}

const at = (document: Document, place: string): unknown =>
  place.split('.').reduce((value, name) => value?.[name.replace('~', '.')], document);

/** A field, a value of it, and what stands where. */
const ROWS: readonly (readonly [field: string, value: string, expected: Readonly<Record<string, unknown>>])[] = [
  ['start', '1599665193', { '@timestamp': '2020-09-09T15:26:33Z', 'event.start': '2020-09-09T15:26:33Z' }],
  ['end', '1599665193', { 'event.end': '2020-09-09T15:26:33Z', '@timestamp': undefined }],
  ['log-status', 'OK', { 'action.outcome': 'ok', 'event.outcome': 'ok' }],
  ['log-status', 'NODATA', { 'action.outcome': 'nodata', 'event.outcome': 'nodata', 'action.target': undefined }],
  ['log-status', 'SKIPDATA', { 'action.outcome': 'skipdata', 'event.outcome': 'skipdata' }],
  ['action', 'ACCEPT', { 'action.name': 'accept' }],
  ['action', 'REJECT', { 'action.name': 'reject' }],
  ['action', '-', { 'action.name': undefined, 'action.type': 'forward', 'cloud.provider': 'aws' }],
  ['account-id', '123456789010', { 'cloud.account.id': '123456789010' }],
  ['account-id', 'unknown', { 'cloud.account': undefined, 'event.category': ['network'] }],
  ['instance-id', 'i-0c50d5961bcb2d47b', { 'cloud.instance.id': 'i-0c50d5961bcb2d47b' }],
  ['interface-id', 'eni-1', { 'observer.ingress.interface.name': 'eni-1', 'action.target': undefined }],
  [
    'srcaddr',
    '10.0.0.9',
    {
      'source.ip': '10.0.0.9',
      'source.address': '10.0.0.9',
      'related.ip': ['10.0.0.9'],
      'action.target': 'network-traffic',
      'network.type': undefined,
      'source.geo': undefined,
    },
  ],
  [
    'dstaddr',
    '2001:db8::1',
    {
      'destination.ip': '2001:db8::1',
      'destination.address': '2001:db8::1',
      'related.ip': ['2001:db8::1'],
      'action.target': 'network-traffic',
    },
  ],
  ['srcport', '443', { 'source.port': 443, 'action.target': 'network-traffic' }],
  ['dstport', '22', { 'destination.port': 22, 'action.target': 'network-traffic' }],
  ['protocol', '6', { 'network.iana_number': '6', 'network.transport': 'tcp', 'action.target': undefined }],
  ['protocol', '0', { 'network.transport': 'hopopt' }],
  ['protocol', '4', { 'network.transport': 'ipv4' }],
  ['protocol', '58', { 'network.transport': 'ipv6-icmp' }],
  ['protocol', '61', { 'network.transport': 'any host internal protocol' }],
  ['protocol', '63', { 'network.transport': 'any local network' }],
  ['protocol', '68', { 'network.transport': 'any distributed file system' }],
  ['protocol', '99', { 'network.transport': 'any private encryption scheme' }],
  ['protocol', '112', { 'network.transport': 'vrrp' }],
  ['protocol', '114', { 'network.transport': 'any 0-hop protocol' }],
  ['protocol', '131', { 'network.transport': 'pipe ' }],
  ['protocol', '132', { 'network.transport': 'sctp' }],
  ['protocol', '142', { 'network.transport': 'rohc' }],
  ['protocol', '143', { 'network.iana_number': '143', 'network.transport': undefined }],
  ['protocol', '252', { 'network.transport': undefined }],
  ['protocol', '253', { 'network.transport': 'unassigned' }],
  ['protocol', '254', { 'network.transport': 'use for experimentation and testing' }],
  ['protocol', '255', { 'network.transport': 'reserved' }],
  ['bytes', '4249', { 'source.bytes': 4249, 'network.bytes': undefined, 'action.target': 'network-traffic' }],
  ['packets', '20', { 'source.packets': 20, 'network.packets': undefined }],
  ['tcp-flags', '19', { 'aws.flowlogs.tcp_flags': 19 }],
  ['tcp-flags', 'SYN', { aws: undefined }],
  ['vpc-id', 'vpc-1', { 'aws.flowlogs.vpc.id': 'vpc-1' }],
  ['subnet-id', 'subnet-1', { 'aws.flowlogs.subnet.id': 'subnet-1' }],
];

test('every field of the mapping goes where the parser puts it', () => {
  for (const [field, value, expected] of ROWS) {
    const document = documentOf({ [field]: value });
    for (const [place, wanted] of Object.entries(expected)) {
      assert.deepEqual(at(document, place), wanted, `${field} ${value}: ${place}`);
    }
  }
});

test('fields that it drops change nothing but the message', () => {
  const dropped = {
    type: 'IPv4',
    'pkt-srcaddr': '10.0.0.1',
    'pkt-dstaddr': '10.0.0.2',
    region: 'eu-west-1',
    'az-id': 'euw1-az1',
    'sublocation-type': 'outpost',
    'sublocation-id': 'op-1',
    'pkt-src-aws-service': 'S3',
    'pkt-dst-aws-service': 'EC2',
    'flow-direction': 'egress',
    'traffic-path': '8',
    'ecs-cluster-name': 'c',
    'reject-reason': 'BPA',
  };
  const { message, ...rest } = documentOf(dropped);
  const { message: _, ...bare } = documentOf({});
  assert.deepEqual(rest, bare);
  for (const value of Object.values(dropped)) assert.ok(message.includes(value), value);
  assert.deepEqual(rest.event, { category: ['network'] });
});

test('documents are those that were written by hand', () => {
  const { texts, refused } = read(linesOf('log'), { options: { as: 'sekoia-ecs' } });
  assert.deepEqual(refused, []);
  assert.deepEqual(
    texts.map((text) => text.trimEnd()),
    linesOf('ndjson'),
  );
});

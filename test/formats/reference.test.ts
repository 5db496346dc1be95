/** What a document is, value by value: Elastic's rules for `aws.vpcflow` with flowbulk's declared deviations. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FIELDS } from '../../src/formats/fields.ts';
import { parseIndexName } from '../../src/formats/index-name.ts';
import { LAYOUTS } from '../../src/formats/layouts.ts';
import { GeoTables } from '../../src/geo/tables.ts';
import { IN_S3, LOCAL } from '../kernel/both.ts';
import { goldenGeo } from '../kernel/golden-files.ts';
import { type Document, type Reading, read } from './read.ts';

/** One record with these values and nothing else. */
function documentOf(values: Readonly<Record<string, string>>, reading: Reading = {}): Document {
  // A field is known for sure, so that the first line is a header.
  const columns = { version: '-', 'log-status': '-', ...values };
  const { documents, refused } = read([Object.keys(columns).join(' '), Object.values(columns).join(' ')], reading);
  assert.deepEqual(refused, []);
  return documents[0];
}

function codeOf(values: Readonly<Record<string, string>>): string | undefined {
  const columns = { version: '2', ...values };
  const { documents, refused } = read([Object.keys(columns).join(' '), Object.values(columns).join(' ')]);
  assert.equal(documents.length + refused.length, 1);
  return refused[0]?.code;
}

/** Leaves of a document by their paths. */
function leaves(value: Document, path = ''): [string, unknown][] {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return [[path, value]];
  return Object.keys(value).flatMap((name) => leaves(value[name], path === '' ? name : `${path}.${name}`));
}

const EMPTY = new Map(leaves(documentOf({})));

/** What a record's values add to a document without any. */
function added(values: Readonly<Record<string, string>>, reading: Reading = {}): Record<string, unknown> {
  const all = leaves(documentOf(values, reading));
  const own = all.filter(
    ([path, value]) => path !== 'log.offset' && JSON.stringify(EMPTY.get(path)) !== JSON.stringify(value),
  );
  return Object.fromEntries(own);
}

test('every document has these members', () => {
  assert.deepEqual(documentOf({}), {
    '@timestamp': '2025-01-30T10:10:00.000Z',
    aws: { s3: { bucket: { name: 'flow-logs', arn: 'arn:aws:s3:::flow-logs' }, object: { key: IN_S3.s3?.key } } },
    cloud: { provider: 'aws', region: 'us-east-1' },
    data_stream: { type: 'logs', dataset: 'aws.vpcflow', namespace: 'default' },
    ecs: { version: '8.11.0' },
    event: { kind: 'event', category: ['network'], type: ['connection'], dataset: 'aws.vpcflow' },
    input: { type: 'aws-s3' },
    log: { file: { path: IN_S3.path }, offset: 19 },
    tags: ['forwarded', 'aws-vpcflow'],
  });
});

/** reference table of Elastic's pipeline: field, value, what it adds. */
const ROWS: readonly (readonly [name: string, value: string, expected: Record<string, unknown>])[] = [
  ['version', '2', { 'aws.vpcflow.version': '2' }],
  ['account-id', '123456789010', { 'aws.vpcflow.account_id': '123456789010', 'cloud.account.id': '123456789010' }],
  ['account-id', 'unknown', { 'aws.vpcflow.account_id': 'unknown', 'cloud.account.id': 'unknown' }],
  ['interface-id', 'eni-1', { 'aws.vpcflow.interface_id': 'eni-1' }],
  ['srcaddr', '10.0.0.1', { 'source.address': '10.0.0.1', 'source.ip': '10.0.0.1', 'network.type': 'ipv4' }],
  ['srcaddr', '2001:DB8::1', { 'source.address': '2001:DB8::1', 'source.ip': '2001:DB8::1', 'network.type': 'ipv6' }],
  [
    'srcaddr',
    '::ffff:10.0.0.1',
    { 'source.address': '::ffff:10.0.0.1', 'source.ip': '::ffff:10.0.0.1', 'network.type': 'ipv6' },
  ],
  ['dstaddr', '10.0.0.1', { 'destination.address': '10.0.0.1', 'destination.ip': '10.0.0.1' }],
  ['srcport', '443', { 'source.port': 443 }],
  ['srcport', '0', { 'source.port': 0 }],
  ['dstport', '65535', { 'destination.port': 65535 }],
  ['protocol', '6', { 'network.iana_number': '6', 'network.transport': 'tcp' }],
  ['packets', '20', { 'source.packets': 20, 'network.packets': 20 }],
  ['bytes', '0', { 'source.bytes': 0, 'network.bytes': 0 }],
  ['start', '1418530010', { '@timestamp': '2014-12-14T04:06:50.000Z', 'event.start': '2014-12-14T04:06:50.000Z' }],
  ['end', '1418530070', { '@timestamp': '2014-12-14T04:07:50.000Z', 'event.end': '2014-12-14T04:07:50.000Z' }],
  ['end', '0', { '@timestamp': '1970-01-01T00:00:00.000Z', 'event.end': '1970-01-01T00:00:00.000Z' }],
  ['start', '164000066', { '@timestamp': '1975-03-14T03:34:26.000Z', 'event.start': '1975-03-14T03:34:26.000Z' }],
  [
    'action',
    'ACCEPT',
    {
      'aws.vpcflow.action': 'ACCEPT',
      'event.action': 'ACCEPT',
      'event.outcome': 'success',
      'event.type': ['connection', 'allowed'],
    },
  ],
  [
    'action',
    'REJECT',
    {
      'aws.vpcflow.action': 'REJECT',
      'event.action': 'REJECT',
      'event.outcome': 'failure',
      'event.type': ['connection', 'denied'],
    },
  ],
  ['action', 'accept', { 'aws.vpcflow.action': 'accept', 'event.action': 'accept' }],
  ['log-status', 'NODATA', { 'aws.vpcflow.log_status': 'NODATA' }],
  ['vpc-id', 'vpc-1', { 'aws.vpcflow.vpc_id': 'vpc-1' }],
  ['subnet-id', 'subnet-1', { 'aws.vpcflow.subnet_id': 'subnet-1' }],
  ['instance-id', 'i-1', { 'aws.vpcflow.instance_id': 'i-1', 'cloud.instance.id': 'i-1' }],
  ['tcp-flags', '19', { 'aws.vpcflow.tcp_flags': '19', 'aws.vpcflow.tcp_flags_array': ['fin', 'syn', 'ack'] }],
  ['type', 'EFA', { 'aws.vpcflow.type': 'EFA' }],
  ['pkt-srcaddr', '10.0.0.1', { 'aws.vpcflow.pkt_srcaddr': '10.0.0.1' }],
  ['pkt-dstaddr', '2001:db8::1', { 'aws.vpcflow.pkt_dstaddr': '2001:db8::1' }],
  ['region', 'ap-southeast-2', { 'cloud.region': 'ap-southeast-2' }],
  ['az-id', 'apse2-az3', { 'cloud.availability_zone': 'apse2-az3' }],
  ['sublocation-type', 'outpost', { 'aws.vpcflow.sublocation.type': 'outpost' }],
  ['sublocation-id', 'op-1', { 'aws.vpcflow.sublocation.id': 'op-1' }],
  ['pkt-src-aws-service', 'S3', { 'aws.vpcflow.pkt_src_service': 'S3' }],
  ['pkt-dst-service', 'EC2', { 'aws.vpcflow.pkt_dst_service': 'EC2' }],
  ['flow-direction', 'egress', { 'network.direction': 'egress' }],
  ['traffic-path', '8', { 'aws.vpcflow.traffic_path': '8' }],
  ['ecs-cluster-arn', 'arn:aws:ecs:c', { 'orchestrator.cluster.id': 'arn:aws:ecs:c' }],
  ['ecs-cluster-name', 'c', { 'orchestrator.cluster.name': 'c' }],
  ['ecs-container-instance-arn', 'arn:aws:ecs:i', { 'orchestrator.resource.name': 'arn:aws:ecs:i' }],
  ['ecs-container-instance-id', 'i', { 'orchestrator.resource.id': 'i' }],
  ['ecs-container-id', 'c1', { 'aws.vpcflow.ecs_container_id': 'c1' }],
  ['ecs-second-container-id', 'c2', { 'aws.vpcflow.ecs_second_container_id': 'c2' }],
  ['ecs-service-name', 's', { 'service.name': 's' }],
  ['ecs-task-definition-arn', 'arn:aws:ecs:d', { 'aws.vpcflow.ecs_task_definition_arn': 'arn:aws:ecs:d' }],
  ['ecs-task-arn', 'arn:aws:ecs:t', { 'aws.vpcflow.ecs_task_arn': 'arn:aws:ecs:t' }],
  ['ecs-task-id', 't', { 'aws.vpcflow.ecs_task_id': 't' }],
  ['reject-reason', 'BPA', { 'event.reason': 'BPA' }],
  ['resource-type', 'TransitGateway', { 'aws.vpcflow.resource_type': 'TransitGateway' }],
  ['tgw-src-vpc-account-id', '123456789010', { 'aws.vpcflow.tgw_src_vpc_account_id': '123456789010' }],
  ['tgw-pair-attachment-id', 'tgw-attach-1', { 'aws.vpcflow.tgw_pair_attachment_id': 'tgw-attach-1' }],
  ['packets-lost-no-route', '7', { 'aws.vpcflow.packets_lost_no_route': 7 }],
  ['packets-lost-blackhole', 'x', {}],
  ['packets-lost-mtu-exceeded', '-1', {}],
  ['packets-lost-ttl-expired', '007', {}],
  ['encryption-status', '3', { 'aws.vpcflow.encryption_status': '3' }],
  ['instance-tag', 'caf%C3%A9', { 'aws.vpcflow.instance_tag': 'caf%C3%A9' }],
  ['next-hop-vpc-id', 'vpc-2', { 'aws.vpcflow.next_hop_vpc_id': 'vpc-2' }],
  ['team_name', '0042', { 'aws.vpcflow.team_name': '0042' }],
];

test('where each field goes, and as what type', () => {
  for (const [name, value, expected] of ROWS) assert.deepEqual(added({ [name]: value }), expected, `${name} ${value}`);
});

test('`-` is stored nowhere', () => {
  for (const { name } of FIELDS) assert.deepEqual(added({ [name]: '-' }), {}, name);
  const dashes = LAYOUTS.v11.map(() => '-').join(' ');
  const [document] = read([LAYOUTS.v11.join(' '), dashes]).documents;
  assert.ok(!JSON.stringify(document).includes('"-"') && !/\{\}|\[\]/.test(JSON.stringify(document)));
});

test('transport names: these numbers have one, others do not', () => {
  const names = {
    0: 'hopopt',
    1: 'icmp',
    2: 'igmp',
    6: 'tcp',
    8: 'egp',
    17: 'udp',
    47: 'gre',
    50: 'esp',
    58: 'ipv6-icmp',
    112: 'vrrp',
    132: 'sctp',
  };
  for (let protocol = 0; protocol < 256; protocol++) {
    const { network } = documentOf({ protocol: String(protocol) });
    assert.deepEqual(
      [network.iana_number, network.transport],
      [String(protocol), (names as Record<number, string>)[protocol]],
    );
  }
});

test('TCP flags in bit order; none, bits over 32 and what is no number give no array', () => {
  const flags = (value: string) => documentOf({ 'tcp-flags': value }).aws.vpcflow;
  assert.deepEqual(flags('63').tcp_flags_array, ['fin', 'syn', 'rst', 'psh', 'ack', 'urg']);
  assert.deepEqual(flags('255').tcp_flags_array, flags('63').tcp_flags_array);
  assert.deepEqual(flags('27').tcp_flags_array, ['fin', 'syn', 'psh', 'ack']);
  assert.deepEqual(flags('258').tcp_flags_array, ['syn']);
  for (const value of ['0', '64', '192', 'x', '1.5', '-2', '0x1']) assert.deepEqual(flags(value), { tcp_flags: value });
});

test('the time is `end`, else `start`, else that of the object', () => {
  const time = (values: Record<string, string>, reading: Reading = {}) => documentOf(values, reading)['@timestamp'];
  assert.equal(time({ start: '1', end: '2' }), '1970-01-01T00:00:02.000Z');
  assert.equal(time({ start: '1', end: '-' }), '1970-01-01T00:00:01.000Z');
  assert.equal(time({ start: '-' }), '2025-01-30T10:10:00.000Z');
  assert.equal(time({}, { context: LOCAL }), '2025-01-30T10:10:11.123Z');
  assert.equal(time({ end: '253402300799' }), '9999-12-31T23:59:59.000Z');
});

test('both addresses: related.ip, in their order, also twice the same', () => {
  assert.deepEqual(documentOf({ srcaddr: '10.0.0.2', dstaddr: '10.0.0.1' }).related, { ip: ['10.0.0.2', '10.0.0.1'] });
  assert.deepEqual(documentOf({ srcaddr: '::1', dstaddr: '::1', 'pkt-srcaddr': '::2' }).related, {
    ip: ['::1', '::1'],
  });
  assert.equal(documentOf({ srcaddr: '10.0.0.2', dstaddr: '-' }).related, undefined);
});

test('a community id needs both addresses, a protocol, and ports where the protocol has some', () => {
  const flow = { srcaddr: '10.0.0.1', dstaddr: '10.0.0.2', srcport: '443', dstport: '51000', protocol: '6' };
  const id = (values: Record<string, string>) => documentOf({ ...flow, ...values }).network?.community_id;
  assert.equal(id({}), '1:rZiCv+5LFVPZFTUOP4NVNJc1sK8=');
  assert.equal(id({ srcaddr: '::ffff:10.0.0.1', dstaddr: '::ffff:a00:2' }), '1:rZiCv+5LFVPZFTUOP4NVNJc1sK8=');
  assert.equal(id({ srcport: '-', dstport: '-', protocol: '1' }), '1:E5tNYkCqpM09ZPfoLcq+JJj0QuQ=');
  for (const none of [
    { srcaddr: '-' },
    { dstaddr: '-' },
    { protocol: '-' },
    { srcport: '-' },
    { dstport: '0' },
    { protocol: '255' },
  ]) {
    assert.equal(id(none as Record<string, string>), undefined, JSON.stringify(none));
  }
});

test('geo and as of both sides, only what is known', () => {
  const geo = new GeoTables(goldenGeo());
  const { source, destination } = documentOf(
    { srcaddr: '81.2.69.142', dstaddr: '1.128.0.0', 'pkt-srcaddr': '203.0.113.12' },
    { geo },
  );
  assert.equal(source.geo.region_iso_code, 'GB-ENG');
  assert.equal(source.as, undefined);
  assert.deepEqual(destination.as, { number: 1221, organization: { name: 'Telstra Pty Ltd' } });
  assert.equal(destination.geo, undefined);
  const mapped = documentOf({ srcaddr: '::ffff:203.0.113.12', dstaddr: '10.0.0.1' }, { geo });
  assert.deepEqual(
    [mapped.source.geo.country_iso_code, mapped.source.as, mapped.destination.geo],
    ['NO', { number: 64496 }, undefined],
  );
});

test('the region is the record’s, else the object’s, else none', () => {
  assert.equal(documentOf({ region: 'eu-north-1' }).cloud.region, 'eu-north-1');
  assert.equal(documentOf({ region: '-' }).cloud.region, 'us-east-1');
  assert.equal(documentOf({ region: '-' }, { context: LOCAL }).cloud.region, undefined);
  assert.equal(documentOf({}, { context: LOCAL }).aws, undefined);
});

test('numbers are digits only, no sign, no leading zero, in their range', () => {
  const bad = [
    '',
    '0x1F',
    '+5',
    '-20',
    '1.0',
    '1e3',
    '00',
    '06',
    'tcp',
    '5x',
    '९',
    '1,000',
    '9223372036854775808',
    '99999999999999999999',
  ];
  for (const name of ['srcport', 'dstport', 'protocol', 'packets', 'bytes']) {
    for (const value of bad)
      if (value !== '') assert.equal(codeOf({ [name]: value }), 'bad_number', `${name} ${value}`);
    assert.equal(codeOf({ [name]: '0' }), undefined);
  }
  assert.deepEqual(
    ['65535', '65536', '70000'].map((srcport) => codeOf({ srcport })),
    [undefined, 'bad_number', 'bad_number'],
  );
  assert.deepEqual(
    ['255', '256'].map((protocol) => codeOf({ protocol })),
    [undefined, 'bad_number'],
  );
  assert.equal(codeOf({ bytes: '9223372036854775807' }), undefined);
});

test('counts are exact to the last digit', () => {
  const { texts } = read(['version bytes packets', '2 9223372036854775807 9007199254740993']);
  assert.match(texts[0]!, /"network":\{"bytes":9223372036854775807,"packets":9007199254740993\}/);
});

test('times are Unix seconds up to the year 9999', () => {
  for (const value of ['-1', '1.5', '253402300800', '999999999999', '01', 'x', '1418530010000', '+1']) {
    for (const name of ['start', 'end']) assert.equal(codeOf({ [name]: value }), 'bad_time', `${name} ${value}`);
  }
  for (const value of ['0', '4294967295', '4294967296', '253402300799'])
    assert.equal(codeOf({ end: value }), undefined, value);
});

test('addresses are addresses', () => {
  for (const value of [
    '010.0.0.1',
    '300.0.0.1',
    '10.0.0',
    'host',
    '1:2:3:4:5:6:7:8::',
    'fe80::1%eth0',
    '10.0.0.1/8',
    '::1]',
  ]) {
    for (const name of ['srcaddr', 'dstaddr', 'pkt-srcaddr', 'pkt-dstaddr']) {
      assert.equal(codeOf({ [name]: value }), 'bad_address', `${name} ${value}`);
    }
  }
  for (const value of ['::ffff:10.0.0.1', '64:ff9b::192.0.2.33', '2001:0DB8:0000::'])
    assert.equal(codeOf({ srcaddr: value }), undefined);
});

test('text is written as JSON text, whatever it is', () => {
  for (const value of ['a"b', 'back\\slash', '\u0000\u0001', '\u007f', 'naïve', '🙂', '\u2028', '<script>']) {
    assert.deepEqual(added({ 'vpc-id': value }), { 'aws.vpcflow.vpc_id': value });
  }
});

test('bulk: an action line before each document, with an id where there is one', () => {
  const lines = ['version srcaddr', '2 10.0.0.1'];
  const action = (reading: Reading) =>
    read(lines, { ...reading, options: { as: 'bulk', ...reading.options } }).texts[0]?.split('\n')[0];
  assert.equal(action({}), '{"create":{"_id":"0123456789abcdef0123-000000000016"}}');
  assert.equal(action({ context: LOCAL }), '{"create":{}}');
  assert.equal(action({ options: { op: 'index' } }), '{"index":{"_id":"0123456789abcdef0123-000000000016"}}');
  const index = parseIndexName('vpcflow');
  assert.equal(action({ options: { index }, context: LOCAL }), '{"create":{"_index":"vpcflow"}}');
  assert.equal(
    action({ options: { index, op: 'index' } }),
    '{"index":{"_index":"vpcflow","_id":"0123456789abcdef0123-000000000016"}}',
  );
});

test('bulk: the index of a record is that of its time', () => {
  const index = parseIndexName('vpcflow-{yyyy.MM.dd}');
  const indexOf = (start: string, end: string) => {
    const { texts } = read(['version start end', `2 ${start} ${end}`], { options: { as: 'bulk', index } });
    return JSON.parse(texts[0]!.split('\n')[0]!).create._index;
  };
  assert.equal(indexOf('1735689599', '1735689600'), 'vpcflow-2025.01.01');
  assert.equal(indexOf('1735689599', '-'), 'vpcflow-2024.12.31');
  assert.equal(indexOf('-', '1735689599'), 'vpcflow-2024.12.31');
  assert.equal(indexOf('-', '-'), 'vpcflow-2025.01.30');
});

test('constants, namespace and the original line', () => {
  const options = {
    keepOriginal: true,
    namespace: 'prod',
    constants: [
      ['labels.env', 'x'],
      ['event.module', 'aws'],
    ] as const,
  };
  const document = documentOf({ srcaddr: '10.0.0.1' }, { options });
  assert.deepEqual(document.labels, { env: 'x' });
  assert.equal(document.event.module, 'aws');
  assert.equal(document.event.original, '- - 10.0.0.1');
  assert.equal(document.data_stream.namespace, 'prod');
  assert.equal(document.tags[0], 'preserve_original_event');
});

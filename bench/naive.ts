/**
 * What the kernel is compared with: the same documents made the way one writes it first, with split, crypto and plain
 * objects. It knows nothing of the table of fields, so that a mistake there does not pass for truth.
 */

import { createHash } from 'node:crypto';
import { isIP } from 'node:net';
import { addressBytes, type NaiveGeo } from './naive-geo.ts';

// biome-ignore lint/suspicious/noExplicitAny: a document as a script builds it
type Plain = any;

/** Facts of the object that its documents repeat. */
export interface NaiveObject {
  readonly path: string;
  readonly region: string | null;
}

const TRANSPORTS: Readonly<Record<string, string>> = {
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
const FLAGS = ['fin', 'syn', 'rst', 'psh', 'ack', 'urg'];

/** Fields that a document builds by itself, below. */
const BASE = new Set(
  `account-id srcaddr dstaddr srcport dstport protocol packets bytes start end action region az-id flow-direction
  reject-reason`.split(/\s+/),
);
/** Fields with another place than aws.vpcflow.<name>. */
const MOVED: Readonly<Record<string, readonly string[]>> = {
  'sublocation-type': ['aws', 'vpcflow', 'sublocation', 'type'],
  'sublocation-id': ['aws', 'vpcflow', 'sublocation', 'id'],
  'pkt-src-aws-service': ['aws', 'vpcflow', 'pkt_src_service'],
  'pkt-dst-aws-service': ['aws', 'vpcflow', 'pkt_dst_service'],
  'ecs-cluster-arn': ['orchestrator', 'cluster', 'id'],
  'ecs-cluster-name': ['orchestrator', 'cluster', 'name'],
  'ecs-container-instance-arn': ['orchestrator', 'resource', 'name'],
  'ecs-container-instance-id': ['orchestrator', 'resource', 'id'],
  'ecs-service-name': ['service', 'name'],
};

const INTEGER = /^(0|[1-9]\d{0,18})$/;

function put(document: Plain, path: readonly string[], value: unknown): void {
  let at = document;
  for (const name of path.slice(0, -1)) at = at[name] ??= {};
  at[path.at(-1)!] = value;
}

function communityId(from: string, to: string, protocol: number, fromPort: number, toPort: number): string | undefined {
  const hasPorts = protocol === 6 || protocol === 17 || protocol === 132;
  if (hasPorts && !(fromPort && toPort)) return undefined;
  let [low, high] = [addressBytes(from), addressBytes(to)];
  let ports = hasPorts ? [fromPort, toPort] : protocol === 1 ? [0, 8] : protocol === 58 ? [0, 0] : null;
  const order = Buffer.compare(low, high);
  if (protocol !== 58 && (order > 0 || (order === 0 && ports !== null && ports[0]! > ports[1]!))) {
    [low, high] = [high, low];
    ports = ports && [ports[1]!, ports[0]!];
  }
  const hash = createHash('sha1');
  hash.update(Buffer.from([0, 0]));
  hash.update(low);
  hash.update(high);
  hash.update(Buffer.from([protocol, 0]));
  if (ports !== null) hash.update(Buffer.from(ports.flatMap((port) => [port >> 8, port & 255])));
  return `1:${hash.digest('base64')}`;
}

function side(geo: NaiveGeo, address: string): Plain {
  const members: Plain = { address, ip: address };
  const as = geo.as(address);
  if (as !== undefined) members.as = as;
  const place = geo.geo(address);
  if (place !== undefined) members.geo = place;
  return members;
}

/** The document of a line; null where a value is wrong. `offset` is that of the line, in bytes. */
export function naiveDocument(
  names: readonly string[],
  line: string,
  offset: number,
  object: NaiveObject,
  geo: NaiveGeo,
): Plain | null {
  const tokens = line.split(' ');
  if (tokens.length !== names.length) return null;
  const f: Record<string, string | undefined> = {};
  for (let i = 0; i < tokens.length; i++) if (tokens[i] !== '-') f[names[i]!] = tokens[i]!;
  for (const name of ['srcport', 'dstport', 'protocol', 'packets', 'bytes', 'start', 'end']) {
    if (f[name] !== undefined && !INTEGER.test(f[name])) return null;
  }
  const start = f['start'] && new Date(Number(f['start']) * 1000).toISOString();
  const end = f['end'] && new Date(Number(f['end']) * 1000).toISOString();
  const document: Plain = {
    '@timestamp': end ?? start,
    aws: { vpcflow: { account_id: f['account-id'], action: f['action'] } },
    cloud: {
      account: { id: f['account-id'] },
      availability_zone: f['az-id'],
      provider: 'aws',
      region: f['region'] ?? object.region ?? undefined,
    },
    data_stream: { dataset: 'aws.vpcflow', namespace: 'default', type: 'logs' },
    ecs: { version: '8.11.0' },
    event: { category: ['network'], dataset: 'aws.vpcflow', end, kind: 'event', start, type: ['connection'] },
    input: { type: 'aws-s3' },
    log: { file: { path: object.path }, offset },
    tags: ['forwarded', 'aws-vpcflow'],
  };
  if (f['instance-id']) document.cloud.instance = { id: f['instance-id'] };
  for (const name of names) {
    if (f[name] === undefined || BASE.has(name)) continue;
    const value = name.startsWith('packets-lost') ? Number(f[name]) : f[name];
    put(document, MOVED[name] ?? ['aws', 'vpcflow', name.replaceAll('-', '_')], value);
  }
  if (f['action']) {
    document.event.action = f['action'];
    document.event.outcome = f['action'] === 'ACCEPT' ? 'success' : 'failure';
    document.event.type.push(f['action'] === 'ACCEPT' ? 'allowed' : 'denied');
  }
  if (f['reject-reason']) document.event.reason = f['reject-reason'];
  const flags = FLAGS.filter((_, bit) => Number(f['tcp-flags'] ?? 0) & (1 << bit));
  if (flags.length > 0) document.aws.vpcflow.tcp_flags_array = flags;
  if (f['flow-direction']) document.network = { direction: f['flow-direction'] };
  if (f['srcaddr'] && f['dstaddr']) return withEnds(document, f as Record<string, string>, geo);
  return document;
}

/** Adds what a record with addresses has. */
function withEnds(document: Plain, f: Record<string, string>, geo: NaiveGeo): Plain | null {
  const family = isIP(f['srcaddr']!);
  if (family === 0 || isIP(f['dstaddr']!) === 0) return null;
  const [bytes, packets] = [Number(f['bytes']), Number(f['packets'])];
  const protocol = Number(f['protocol']);
  const [fromPort, toPort] = [Number(f['srcport']), Number(f['dstport'])];
  document.source = { ...side(geo, f['srcaddr']!), bytes, packets, port: fromPort };
  document.destination = { ...side(geo, f['dstaddr']!), port: toPort };
  document.network = {
    ...document.network,
    bytes,
    community_id: communityId(f['srcaddr']!, f['dstaddr']!, protocol, fromPort, toPort),
    iana_number: f['protocol'],
    packets,
    transport: TRANSPORTS[protocol],
    type: family === 4 ? 'ipv4' : 'ipv6',
  };
  document.related = { ip: [f['srcaddr'], f['dstaddr']] };
  return document;
}

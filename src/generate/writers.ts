/**
 * Writes the columns of a flow into a line. A column's writer is chosen once, by its name; a field without a writer of
 * its own gets one by its kind, so that a new line in the table of fields is enough.
 */

import { type Field, findField, unknownField } from '../formats/fields.ts';
import { isTransitGateway, versionOf } from './columns.ts';
import type { Flow } from './traffic.ts';
import { type Bytes, bytesOf, type World } from './world.ts';

/** Writes one value of the flow at a place and gives the place after it. */
export type Writer = (flow: Flow, out: Uint8Array, at: number) => number;

/** No value is longer; a chunk ends before a line that might not fit. */
export const MAX_VALUE_BYTES = 160;

const DASH = bytesOf('-');

/** Copies a text. A loop: for texts of a dozen bytes `set` costs more than it saves. */
function copy(text: Bytes, out: Uint8Array, at: number): number {
  for (let i = 0; i < text.length; i++) out[at + i] = text[i]!;
  return at + text.length;
}

/** Writes a whole number in decimal. */
function writeDecimal(value: number, out: Uint8Array, at: number): number {
  let digits = 1;
  for (let limit = 10; limit <= value; limit *= 10) digits++;
  let rest = value;
  for (let i = digits - 1; i >= 0; i--) {
    const tenth = Math.floor(rest / 10);
    out[at + i] = 48 + rest - tenth * 10;
    rest = tenth;
  }
  return at + digits;
}

const constant = (text: string): Writer => {
  const bytes = bytesOf(text);
  return (_flow, out, at) => copy(bytes, out, at);
};

/** A text that NODATA lines have too. */
const always =
  (pick: (flow: Flow) => Bytes): Writer =>
  (flow, out, at) =>
    copy(pick(flow), out, at);

/** A text that NODATA lines have a dash for. */
const text =
  (pick: (flow: Flow) => Bytes): Writer =>
  (flow, out, at) =>
    copy(flow.hasData ? pick(flow) : DASH, out, at);

/** A number that NODATA lines have a dash for. */
const number =
  (pick: (flow: Flow) => number): Writer =>
  (flow, out, at) =>
    flow.hasData ? writeDecimal(pick(flow), out, at) : copy(DASH, out, at);

const words = (...all: string[]): readonly Bytes[] => all.map(bytesOf);

const ACCEPT = bytesOf('ACCEPT');
const REJECT = bytesOf('REJECT');
const OK = bytesOf('OK');
const NODATA = bytesOf('NODATA');
const SKIPDATA = bytesOf('SKIPDATA');
const IPV4 = bytesOf('IPv4');
const IPV6 = bytesOf('IPv6');
const INGRESS = bytesOf('ingress');
const EGRESS = bytesOf('egress');
const BPA = bytesOf('BPA');
const SERVICES = words('AMAZON', 'S3', 'EC2', 'DYNAMODB', 'CLOUDFRONT', 'ROUTE53_HEALTHCHECKS');
const UNKNOWN_VALUES = words('alpha', 'beta', 'gamma', 'delta');
const INTERNET_PATH = bytesOf('8');
const LOCAL_PATH = bytesOf('1');

/** A tenth of the public ends belong to a service of AWS. */
function serviceOf(flow: Flow, isEnd: 'source' | 'destination'): Bytes {
  const isPublicEnd = flow.peer === null && flow.isEgress === (isEnd === 'destination');
  return isPublicEnd && (flow.noise >>> 8) % 10 === 0 ? SERVICES[(flow.noise >>> 12) % SERVICES.length]! : DASH;
}

/** The address in the packet: a pod's behind its host, else the same as outside. */
function packetAddress(flow: Flow, end: 'source' | 'destination'): Bytes {
  const isOwnEnd = flow.isEgress === (end === 'source');
  return isOwnEnd && !flow.isV6 ? flow.host.podV4 : flow[end];
}

/** Hosts at the two ends, for transit gateways; null where an end is not ours. */
const sourceHost = (flow: Flow) => (flow.isEgress ? flow.host : flow.peer);
const destinationHost = (flow: Flow) => (flow.isEgress ? flow.peer : flow.host);

/** The next hop is known within the region only. */
const nextHop = (flow: Flow) => (flow.isEgress ? flow.peer : null);

const loss = number((flow) => ((flow.noise >>> 5) % 200 === 0 ? 1 + (flow.noise >>> 28) : 0));

function writersOf(world: World, columns: readonly string[]): Readonly<Record<string, Writer>> {
  const account = bytesOf(world.account);
  const tgwEnd = (host: (flow: Flow) => Flow['peer'], pick: (host: Flow['host']) => Bytes) =>
    text((flow) => {
      const end = host(flow);
      return end === null ? DASH : pick(end);
    });
  return {
    version: constant(String(versionOf(columns))),
    'account-id': constant(world.account),
    'interface-id': always((flow) => flow.host.interfaceId),
    srcaddr: text((flow) => flow.source),
    dstaddr: text((flow) => flow.destination),
    srcport: number((flow) => flow.sourcePort),
    dstport: number((flow) => flow.destinationPort),
    protocol: number((flow) => flow.protocol),
    packets: number((flow) => flow.packets),
    bytes: number((flow) => flow.bytes),
    start: (flow, out, at) => writeDecimal(flow.startSeconds, out, at),
    end: (flow, out, at) => writeDecimal(flow.endSeconds, out, at),
    action: text((flow) => (flow.isAccepted ? ACCEPT : REJECT)),
    'log-status': always((flow) => (flow.hasData ? OK : flow.isSkip ? SKIPDATA : NODATA)),
    'vpc-id': always((flow) => flow.host.vpcId),
    'subnet-id': always((flow) => flow.host.subnetId),
    'instance-id': always((flow) => flow.host.instanceId),
    'tcp-flags': number((flow) => flow.tcpFlags),
    type: text((flow) => (flow.isV6 ? IPV6 : IPV4)),
    'pkt-srcaddr': text((flow) => packetAddress(flow, 'source')),
    'pkt-dstaddr': text((flow) => packetAddress(flow, 'destination')),
    region: constant(world.region),
    'az-id': always((flow) => flow.host.azId),
    'pkt-src-aws-service': text((flow) => serviceOf(flow, 'source')),
    'pkt-dst-aws-service': text((flow) => serviceOf(flow, 'destination')),
    'flow-direction': text((flow) => (flow.isEgress ? EGRESS : INGRESS)),
    'traffic-path': text((flow) => (flow.isEgress ? (flow.peer === null ? INTERNET_PATH : LOCAL_PATH) : DASH)),
    'reject-reason': text((flow) => (!flow.isAccepted && (flow.noise & 15) === 0 ? BPA : DASH)),
    'encryption-status': text((flow) => (flow.peer === null ? DASH : LOCAL_PATH)),
    'instance-tag': always((flow) => flow.host.instanceTag),
    'interface-type': always((flow) => flow.host.interfaceType),
    'next-hop-interface-id': text((flow) => nextHop(flow)?.interfaceId ?? DASH),
    'next-hop-subnet-id': text((flow) => nextHop(flow)?.subnetId ?? DASH),
    'next-hop-az-id': text((flow) => nextHop(flow)?.azId ?? DASH),
    'next-hop-vpc-id': text((flow) => nextHop(flow)?.vpcId ?? DASH),
    'next-hop-interface-type': text((flow) => nextHop(flow)?.interfaceType ?? DASH),
    'resource-type': constant('TransitGateway'),
    'tgw-id': always(() => world.tgwId),
    'tgw-attachment-id': always((flow) => flow.host.tgwAttachmentId),
    'tgw-src-vpc-account-id': tgwEnd(sourceHost, () => account),
    'tgw-dst-vpc-account-id': tgwEnd(destinationHost, () => account),
    'tgw-src-vpc-id': tgwEnd(sourceHost, (host) => host.vpcId),
    'tgw-dst-vpc-id': tgwEnd(destinationHost, (host) => host.vpcId),
    'tgw-src-subnet-id': tgwEnd(sourceHost, (host) => host.subnetId),
    'tgw-dst-subnet-id': tgwEnd(destinationHost, (host) => host.subnetId),
    'tgw-src-eni': tgwEnd(sourceHost, (host) => host.interfaceId),
    'tgw-dst-eni': tgwEnd(destinationHost, (host) => host.interfaceId),
    'tgw-src-az-id': tgwEnd(sourceHost, (host) => host.azId),
    'tgw-dst-az-id': tgwEnd(destinationHost, (host) => host.azId),
    'tgw-pair-attachment-id': text((flow) => flow.peer?.tgwAttachmentId ?? DASH),
  };
}

function byKind({ name, kind, vpc, tgw }: Field): Writer {
  if (name.startsWith('ecs-')) return always((flow) => flow.host.ecs?.[name] ?? DASH);
  switch (kind) {
    case 'loss':
      return loss;
    case 'count':
    case 'flags':
      return number((flow) => flow.noise >>> 20);
    case 'port':
    case 'protocol':
      return number((flow) => flow.noise >>> 24);
    case 'epoch':
      return (flow, out, at) => writeDecimal(flow.endSeconds, out, at);
    case 'address':
    case 'ip':
      return text((flow) => flow.source);
    case 'action':
      return text((flow) => (flow.isAccepted ? ACCEPT : REJECT));
    case 'text':
      // Fields of AWS that are rare stay empty; a name that only the user knows gets something to look at.
      return vpc === null && tgw === null
        ? text((flow) => UNKNOWN_VALUES[(flow.noise >>> 16) % UNKNOWN_VALUES.length]!)
        : constant('-');
  }
}

/** One writer for each column, in their order. */
export function columnWriters(world: World, columns: readonly string[]): readonly Writer[] {
  const writers = writersOf(world, columns);
  const isGateway = isTransitGateway(columns);
  return columns.map((column) => {
    const field = findField(column) ?? unknownField(column);
    // A transit gateway has no interface or VPC of its own, whatever a custom format asks for.
    if (isGateway && field.tgw === null && field.vpc !== null) return constant('-');
    return writers[field.name] ?? byKind(field);
  });
}

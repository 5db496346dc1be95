/**
 * Community ID v1 with seed 0 (https://github.com/corelight/community-id-spec), as Elasticsearch's processor of that
 * name makes it for flow logs.
 *
 * ```
 * SHA-1 over   0..1   seed            big endian, 0
 *              2..    lower address   4 or 16 bytes
 *                     higher address  4 or 16 bytes
 *                     protocol, 0
 *                     ports           2 + 2 bytes big endian, only for ICMP, TCP, UDP, ICMPv6, SCTP
 * ```
 */

import { createHash } from 'node:crypto';

const ICMP = 1;
const TCP = 6;
const UDP = 17;
const ICMPV6 = 58;
const SCTP = 132;

/** One end of a flow: 4 or 16 bytes of address (IPv4-mapped ones as 4), and its port where known. */
export interface FlowEnd {
  readonly address: Uint8Array;
  readonly port: number | null;
}

/** Addresses are compared as unsigned integers, so an IPv4 address is lower than most IPv6 ones. */
function compareAddresses(a: Uint8Array, b: Uint8Array): number {
  const wide = (bytes: Uint8Array) => BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
  const x = wide(a);
  const y = wide(b);
  return x < y ? -1 : x > y ? 1 : 0;
}

/**
 * The community id of a flow, `1:…=`; null where there is none: TCP, UDP and SCTP without a port from 1 to 65535 on
 * both sides, and protocol 255, which Elasticsearch refuses.
 *
 * Flow logs don't tell ICMP types. Elasticsearch takes type 0: for ICMP an echo reply, whose counterpart is 8, so the
 * "ports" are 0 and 8 and change places with the addresses; for ICMPv6 a type without counterpart, so nothing changes
 * places. Either way the two directions of one exchange get different ids, as in Elastic's own documents.
 */
export function communityId(source: FlowEnd, destination: FlowEnd, protocol: number): string | null {
  if (protocol > 254) return null;
  let ports: readonly [number, number] | null = null;
  if (protocol === TCP || protocol === UDP || protocol === SCTP) {
    if (!source.port || !destination.port) return null;
    ports = [source.port, destination.port];
  } else if (protocol === ICMP) ports = [0, 8];
  else if (protocol === ICMPV6) ports = [0, 0];

  const order = compareAddresses(source.address, destination.address);
  const swap = protocol !== ICMPV6 && (order > 0 || (order === 0 && ports !== null && ports[0] > ports[1]));
  const [low, high] = swap ? [destination.address, source.address] : [source.address, destination.address];

  const hash = createHash('sha1');
  hash.update(Uint8Array.of(0, 0)).update(low).update(high).update(Uint8Array.of(protocol, 0));
  if (ports !== null) {
    const [first, second] = swap ? [ports[1], ports[0]] : ports;
    hash.update(Uint8Array.of(first >> 8, first & 255, second >> 8, second & 255));
  }
  return `1:${hash.digest('base64')}`;
}

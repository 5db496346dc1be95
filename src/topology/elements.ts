/**
 * Connections as StackState's elements: two components, a relation and four gauges each, as its agent's integration
 * aws_topology made them (StackVista/stackstate-agent-integrations, aws_topology, of 2021).
 */

import { isIPv6 } from 'node:net';
import { numberedAddress } from '../formats/filter/ranges.ts';
import type { Connection, End } from './connection.ts';
import { isPrivate } from './private-addresses.ts';

/** A component on the wire. */
export interface Component {
  readonly externalId: string;
  readonly type: { readonly name: 'vpc.request' };
  readonly data: {
    /** The agent capitalises the keys of a component's data; StackState makes identifiers of these. */
    readonly URN: readonly string[];
    readonly Location: { readonly AwsAccount: string; readonly AwsRegion: string };
    readonly tags: readonly string[];
  };
}

/** A relation on the wire. */
export interface Relation {
  readonly externalId: string;
  readonly type: { readonly name: 'flowlog' };
  readonly sourceId: string;
  readonly targetId: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** A metric on the wire: name, seconds of the Unix epoch, value, and what it is of. */
export type Metric = readonly [
  name: string,
  timeS: number,
  value: number,
  of: { readonly hostname: string; readonly type: 'gauge'; readonly tags: readonly string[] },
];

/** All that is sent of one connection. */
export interface Elements {
  readonly components: readonly Component[];
  readonly relations: readonly Relation[];
  readonly metrics: readonly Metric[];
}

/** Whose map it is. */
export interface MapOf {
  /** 12 digits: names the instance of the topology. */
  readonly account: string;
  readonly hostname: string;
  /** Time of gauges whose records have none, seconds of the Unix epoch. */
  readonly nowS: number;
}

/** The region of an end that nothing is known of. */
const UNKNOWN_REGION = 'unknown';

/** The instance that elements of an account belong to. */
export function instanceOf({ account }: Pick<MapOf, 'account'>): { readonly type: 'aws-v2'; readonly url: string } {
  return { type: 'aws-v2', url: account };
}

/** What StackState knows an address by: within its VPC where it is private. */
function urnOf({ vpc, address }: Pick<End, 'vpc' | 'address'>): string {
  const numbered = numberedAddress(address);
  return numbered !== null && isPrivate(numbered) ? `urn:vpcip:${vpc}/${address}` : `urn:host:/${address}`;
}

/** The elements of a connection. */
export function elementsOf(connection: Connection, of: MapOf): Elements {
  const { id, local, remote, protocol, startS, endS, loggedBy, log } = connection;
  const sourceId = `local/${id}`;
  const targetId = `remote/${id}`;
  const type = 'flowlog';
  // Dots would break StackState's look-up of metrics by tag.
  const source = sourceId.replaceAll('.', '_');
  const target = targetId.replaceAll('.', '_');
  const data = {
    traffic_type: protocol === null ? 'unknown' : `${protocol}`,
    family: isIPv6(local.address) ? 'v6' : 'v4',
    local_address: local.address,
    remote_address: remote.address,
    start: timeText(startS),
    end: timeText(endS),
    log,
    network_interfaces: loggedBy.map(({ described }) => described),
    source,
    target,
  };
  const tags = [`source:${source}`, `target:${target}`];
  const gauge = (name: string, value: number): Metric => [
    `aws.flowlog.${name}`,
    endS ?? of.nowS,
    value,
    { hostname: of.hostname, type: 'gauge', tags },
  ];
  return {
    components: [componentOf(sourceId, local, of), componentOf(targetId, remote, of)],
    relations: [{ externalId: `${sourceId}-${type}-${targetId}`, type: { name: type }, sourceId, targetId, data }],
    metrics: [
      gauge('bytes_sent', connection.bytesSent),
      gauge('bytes_sent_per_second', connection.bytesSentPerSecond),
      gauge('bytes_received', connection.bytesReceived),
      gauge('bytes_received_per_second', connection.bytesReceivedPerSecond),
    ],
  };
}

function componentOf(externalId: string, end: End, { account }: MapOf): Component {
  const publicAddress = end.interface?.publicAddress ?? null;
  return {
    externalId,
    type: { name: 'vpc.request' },
    data: {
      URN: [urnOf(end), ...(publicAddress === null ? [] : [`urn:host:/${publicAddress}`])],
      Location: {
        AwsAccount: end.interface?.account ?? account,
        AwsRegion: end.region ?? UNKNOWN_REGION,
      },
      tags: ['integration-type:aws-v2', `integration-url:${account}`],
    },
  };
}

/** Seconds of the Unix epoch as ISO 8601; null for none. */
export function timeText(epochS: number | null): string | null {
  return epochS === null ? null : new Date(epochS * 1000).toISOString();
}

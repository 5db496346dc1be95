/**
 * The one table of flow-log fields: the only place in the house that knows them.
 *
 * From it come header parsing, the reference encoder, the kernel's column program, the page docs/fields.md, the
 * generator of synthetic logs, the index template and filters. A new AWS field is one line here.
 *
 * Names, versions and order are AWS's:
 * https://docs.aws.amazon.com/vpc/latest/userguide/flow-log-records.html (VPC),
 * https://docs.aws.amazon.com/vpc/latest/tgw/tgw-flow-logs.html (transit gateway).
 * Where a value goes is what Elastic's integration `aws.vpcflow` (6.16 and later) does with it.
 */

/**
 * What a value is, which says how it is checked and written:
 *
 * | kind      | accepted                                  | written as                        |
 * |-----------|-------------------------------------------|-----------------------------------|
 * | text      | anything                                  | string                            |
 * | action    | anything; ACCEPT and REJECT mean more     | string, outcome, event type       |
 * | address   | IPv4 or IPv6: one end of the flow         | string, geo, as, community id     |
 * | ip        | IPv4 or IPv6                              | string                            |
 * | port      | 0–65535                                   | integer                           |
 * | protocol  | 0–255                                     | string, transport name            |
 * | count     | 0–9223372036854775807                     | integer                           |
 * | loss      | the same; anything else is left out       | integer                           |
 * | epoch     | seconds up to the year 9999               | ISO 8601 with milliseconds        |
 * | flags     | anything; a number means more             | string, array of TCP flag names   |
 *
 * A value of the wrong form makes the line a dead letter, but for `loss` and `flags`, where Elastic goes on.
 */
export type FieldKind =
  | 'text'
  | 'action'
  | 'address'
  | 'ip'
  | 'port'
  | 'protocol'
  | 'count'
  | 'loss'
  | 'epoch'
  | 'flags';

/** One flow-log field. */
export interface Field {
  /** AWS's name, with dashes. */
  readonly name: string;
  /** Other names of it that are seen in formats, with dashes. */
  readonly aliases: readonly string[];
  /** First version of VPC records that has it; null where VPC records never do. */
  readonly vpc: number | null;
  /** First version of transit gateway records that has it; null where they never do. */
  readonly tgw: number | null;
  readonly kind: FieldKind;
  /** Paths in the document that get the value. */
  readonly targets: readonly string[];
  readonly description: string;
}

/** Where a field goes that has no place of its own in ECS; also every column that is not in the table. */
function vpcflowPath(name: string): string {
  return `aws.vpcflow.${name.replaceAll('-', '_')}`;
}

interface Extra {
  readonly to?: readonly string[];
  readonly aliases?: readonly string[];
}

function field(
  name: string,
  vpc: number | null,
  tgw: number | null,
  kind: FieldKind,
  description: string,
  extra: Extra = {},
): Field {
  return { name, aliases: extra.aliases ?? [], vpc, tgw, kind, targets: extra.to ?? [vpcflowPath(name)], description };
}

/** Every field, in AWS's order: VPC fields by version, then those that only transit gateways have. */
// biome-ignore format: a table is read by its columns
export const FIELDS: readonly Field[] = [
  field('version', 2, 2, 'text', 'Highest version among the fields of the record'),
  field('account-id', 2, 2, 'text', 'Owner of the network interface or transit gateway', { to: ['aws.vpcflow.account_id', 'cloud.account.id'] }),
  field('interface-id', 2, null, 'text', 'Network interface for which the traffic is recorded'),
  field('srcaddr', 2, 2, 'address', 'Source address', { to: ['source.address', 'source.ip'] }),
  field('dstaddr', 2, 2, 'address', 'Destination address', { to: ['destination.address', 'destination.ip'] }),
  field('srcport', 2, 2, 'port', 'Source port', { to: ['source.port'] }),
  field('dstport', 2, 2, 'port', 'Destination port', { to: ['destination.port'] }),
  field('protocol', 2, 2, 'protocol', 'IANA protocol number', { to: ['network.iana_number'] }),
  field('packets', 2, 2, 'count', 'Packets in the flow', { to: ['network.packets', 'source.packets'] }),
  field('bytes', 2, 2, 'count', 'Bytes in the flow', { to: ['network.bytes', 'source.bytes'] }),
  field('start', 2, 2, 'epoch', 'First packet of the window, Unix seconds', { to: ['event.start'] }),
  field('end', 2, 2, 'epoch', 'Last packet of the window, Unix seconds', { to: ['event.end'] }),
  field('action', 2, null, 'action', 'ACCEPT or REJECT', { to: ['aws.vpcflow.action', 'event.action'] }),
  field('log-status', 2, 2, 'text', 'OK, NODATA, SKIPDATA or INCOMPLETEDATA'),
  field('vpc-id', 3, null, 'text', 'VPC of the interface'),
  field('subnet-id', 3, null, 'text', 'Subnet of the interface'),
  field('instance-id', 3, null, 'text', 'Instance the interface is attached to', { to: ['aws.vpcflow.instance_id', 'cloud.instance.id'] }),
  field('tcp-flags', 3, 3, 'flags', 'TCP flags of the window, or-ed'),
  field('type', 3, 3, 'text', 'IPv4, IPv6 or EFA'),
  field('pkt-srcaddr', 3, null, 'ip', 'Source address in the packet'),
  field('pkt-dstaddr', 3, null, 'ip', 'Destination address in the packet'),
  field('region', 4, 4, 'text', 'Region of the interface', { to: ['cloud.region'] }),
  field('az-id', 4, null, 'text', 'Availability zone id', { to: ['cloud.availability_zone'] }),
  field('sublocation-type', 4, null, 'text', 'wavelength, outpost or localzone', { to: ['aws.vpcflow.sublocation.type'] }),
  field('sublocation-id', 4, null, 'text', 'Id of the sublocation', { to: ['aws.vpcflow.sublocation.id'] }),
  field('pkt-src-aws-service', 5, 5, 'text', 'AWS service of the source in the packet', { to: ['aws.vpcflow.pkt_src_service'], aliases: ['pkt-src-service'] }),
  field('pkt-dst-aws-service', 5, 5, 'text', 'AWS service of the destination in the packet', { to: ['aws.vpcflow.pkt_dst_service'], aliases: ['pkt-dst-service'] }),
  field('flow-direction', 5, 5, 'text', 'ingress or egress, as the interface sees it', { to: ['network.direction'] }),
  field('traffic-path', 5, null, 'text', 'Path of egress traffic, 1 to 8'),
  field('ecs-cluster-arn', 7, null, 'text', 'ARN of the ECS cluster', { to: ['orchestrator.cluster.id'] }),
  field('ecs-cluster-name', 7, null, 'text', 'Name of the ECS cluster', { to: ['orchestrator.cluster.name'] }),
  field('ecs-container-instance-arn', 7, null, 'text', 'ARN of the container instance', { to: ['orchestrator.resource.name'] }),
  field('ecs-container-instance-id', 7, null, 'text', 'Id of the container instance', { to: ['orchestrator.resource.id'] }),
  field('ecs-container-id', 7, null, 'text', 'Runtime id of the first container'),
  field('ecs-second-container-id', 7, null, 'text', 'Runtime id of the second container'),
  field('ecs-service-name', 7, null, 'text', 'Name of the ECS service', { to: ['service.name'] }),
  field('ecs-task-definition-arn', 7, null, 'text', 'ARN of the task definition'),
  field('ecs-task-arn', 7, null, 'text', 'ARN of the task'),
  field('ecs-task-id', 7, null, 'text', 'Id of the task'),
  field('reject-reason', 8, null, 'text', 'Why the traffic was rejected: BPA, EC', { to: ['event.reason'] }),
  field('resource-id', 9, null, 'text', 'Regional NAT gateway'),
  field('encryption-status', 10, null, 'text', '0 none, 1 Nitro, 2 application, 3 both'),
  field('instance-tag', 11, null, 'text', 'Value of the first chosen instance tag, percent-encoded'),
  field('instance-tag-2', 11, null, 'text', 'Value of the second chosen instance tag'),
  field('interface-tag', 11, null, 'text', 'Value of the first chosen interface tag'),
  field('interface-tag-2', 11, null, 'text', 'Value of the second chosen interface tag'),
  field('asg-tag', 11, null, 'text', 'Value of the first chosen Auto Scaling group tag'),
  field('asg-tag-2', 11, null, 'text', 'Value of the second chosen Auto Scaling group tag'),
  field('interface-type', 11, null, 'text', 'Kind of managed interface, such as nat_gateway'),
  field('next-hop-interface-id', 11, null, 'text', 'Interface at the other side of the hop'),
  field('next-hop-subnet-id', 11, null, 'text', 'Subnet of that interface'),
  field('next-hop-az-id', 11, null, 'text', 'Availability zone id of that interface'),
  field('next-hop-vpc-id', 11, null, 'text', 'VPC of that interface'),
  field('next-hop-interface-type', 11, null, 'text', 'Kind of that interface'),
  field('resource-type', null, 6, 'text', 'TransitGateway'),
  field('tgw-id', null, 6, 'text', 'Transit gateway'),
  field('tgw-attachment-id', null, 6, 'text', 'Attachment for which the traffic is recorded'),
  field('tgw-src-vpc-account-id', null, 6, 'text', 'Owner of the source VPC'),
  field('tgw-dst-vpc-account-id', null, 6, 'text', 'Owner of the destination VPC'),
  field('tgw-src-vpc-id', null, 6, 'text', 'Source VPC'),
  field('tgw-dst-vpc-id', null, 6, 'text', 'Destination VPC'),
  field('tgw-src-subnet-id', null, 6, 'text', 'Source subnet'),
  field('tgw-dst-subnet-id', null, 6, 'text', 'Destination subnet'),
  field('tgw-src-eni', null, 6, 'text', 'Source interface of the attachment'),
  field('tgw-dst-eni', null, 6, 'text', 'Destination interface of the attachment'),
  field('tgw-src-az-id', null, 6, 'text', 'Source availability zone id'),
  field('tgw-dst-az-id', null, 6, 'text', 'Destination availability zone id'),
  field('tgw-pair-attachment-id', null, 6, 'text', 'The other attachment of the flow'),
  field('packets-lost-no-route', null, 6, 'loss', 'Packets lost for want of a route'),
  field('packets-lost-blackhole', null, 6, 'loss', 'Packets lost to a blackhole route'),
  field('packets-lost-mtu-exceeded', null, 6, 'loss', 'Packets lost for their size'),
  field('packets-lost-ttl-expired', null, 6, 'loss', 'Packets lost for their time to live'),
];

const BY_NAME: ReadonlyMap<string, Field> = new Map(
  FIELDS.flatMap((f) => [f.name, ...f.aliases].map((name) => [name, f] as const)),
);

/** The field of that name or alias, `_` and `-` alike, in lower case; undefined where the table has none. */
export function findField(name: string): Field | undefined {
  return BY_NAME.get(name.replaceAll('_', '-'));
}

/** A field for a column that is not in the table: kept as keyword under `aws.vpcflow`. */
export function unknownField(name: string): Field {
  return field(name, null, null, 'text', 'Not in the table of fields');
}

/**
 * The known orders of fields, for lines that come without a header (and for the generator).
 *
 * AWS's own orders follow from the table of fields. The others are the layouts that Elastic's pipeline knows by their
 * number of tokens: https://github.com/elastic/integrations/tree/main/packages/aws/data_stream/vpcflow
 */

import { FIELDS } from './fields.ts';

/** Names of all VPC fields up to a version, in AWS's order. */
function vpcUpTo(version: number): readonly string[] {
  return FIELDS.filter((f) => f.vpc !== null && f.vpc <= version).map((f) => f.name);
}

const words = (text: string): readonly string[] => text.trim().split(/\s+/);

/** Layouts by name; `v2` is AWS's default format, `tgw` the transit gateway's. */
export const LAYOUTS = {
  v2: vpcUpTo(2),
  v3: vpcUpTo(3),
  v4: vpcUpTo(4),
  v5: vpcUpTo(5),
  v7: vpcUpTo(7),
  v8: vpcUpTo(8),
  v9: vpcUpTo(9),
  v10: vpcUpTo(10),
  v11: vpcUpTo(11),
  tgw: words(`version resource-type account-id tgw-id tgw-attachment-id tgw-src-vpc-account-id tgw-dst-vpc-account-id
    tgw-src-vpc-id tgw-dst-vpc-id tgw-src-subnet-id tgw-dst-subnet-id tgw-src-eni tgw-dst-eni tgw-src-az-id tgw-dst-az-id
    tgw-pair-attachment-id srcaddr dstaddr srcport dstport protocol packets bytes start end log-status type
    packets-lost-no-route packets-lost-blackhole packets-lost-mtu-exceeded packets-lost-ttl-expired tcp-flags region
    flow-direction pkt-src-aws-service pkt-dst-aws-service`),
  /** AWS's NAT gateway example, Elastic's 6 tokens. */
  nat: words('instance-id interface-id srcaddr dstaddr pkt-srcaddr pkt-dstaddr'),
  /** Elastic's 17 tokens. */
  nat17: words(`version interface-id account-id vpc-id subnet-id instance-id srcaddr dstaddr srcport dstport protocol
    tcp-flags type pkt-srcaddr pkt-dstaddr action log-status`),
  /** Elastic's 21 tokens: bytes before packets. */
  flags21: words(`version vpc-id subnet-id instance-id interface-id account-id type srcaddr dstaddr srcport dstport
    pkt-srcaddr pkt-dstaddr protocol bytes packets start end action tcp-flags log-status`),
} as const;

/** The name of a layout. */
export type LayoutName = keyof typeof LAYOUTS;

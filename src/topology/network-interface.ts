/** A network interface of EC2: what flow logs are about, and what their addresses belong to. */

import { numberedAddress } from '../formats/filter/ranges.ts';
import { addressText } from './address-text.ts';

/**
 * As much as is looked at of what EC2 says; all of it goes on into the map.
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_NetworkInterface.html
 */
export interface DescribedInterface {
  readonly NetworkInterfaceId?: string | undefined;
  readonly VpcId?: string | undefined;
  readonly Description?: string | undefined;
  readonly InterfaceType?: string | undefined;
  readonly OwnerId?: string | undefined;
  readonly AvailabilityZone?: string | undefined;
  readonly PrivateIpAddress?: string | undefined;
  readonly PrivateIpAddresses?: readonly { readonly PrivateIpAddress?: string | undefined }[] | undefined;
  readonly Ipv6Addresses?: readonly { readonly Ipv6Address?: string | undefined }[] | undefined;
  readonly Association?: { readonly PublicIp?: string | undefined } | undefined;
}

/** A network interface. Addresses are canonical texts. */
export interface NetworkInterface {
  readonly id: string;
  readonly vpc: string;
  readonly account: string | null;
  readonly region: string | null;
  /** Its primary private address and all of its IPv6 ones: what flow logs call it. */
  readonly addresses: readonly string[];
  /** Its secondary private addresses, by which others may know it. */
  readonly otherAddresses: readonly string[];
  readonly publicAddress: string | null;
  readonly isNatGateway: boolean;
  readonly isApplicationLoadBalancer: boolean;
  /** As EC2 describes it. */
  readonly described: DescribedInterface;
}

/** The VPC of an interface that EC2 names none for. */
const UNKNOWN_VPC = 'unknown_vpc';

/** What EC2 writes into descriptions; of an Application Load Balancer, `ELB app/NAME/ID`. */
export const NAT_GATEWAY = 'Interface for NAT Gateway';
const LOAD_BALANCER = 'ELB ';
export const APPLICATION_LOAD_BALANCER = 'ELB app/';

/** EC2's page has one, its answers the other. */
const NAT_GATEWAY_TYPES: ReadonlySet<string | undefined> = new Set(['nat_gateway', 'natGateway']);

/** The interface that EC2 describes so, in a region where that is known; null where it has no id. */
export function networkInterface(described: DescribedInterface, region: string | null): NetworkInterface | null {
  const { NetworkInterfaceId: id, Description: description = '', InterfaceType: type } = described;
  if (id === undefined) return null;
  const primary = described.PrivateIpAddress;
  const addresses = [primary, ...(described.Ipv6Addresses ?? []).map((one) => one.Ipv6Address)].filter(isGiven);
  const all = (described.PrivateIpAddresses ?? []).map((one) => one.PrivateIpAddress).filter(isGiven);
  return {
    id,
    vpc: described.VpcId ?? UNKNOWN_VPC,
    account: described.OwnerId ?? null,
    region: region ?? regionOfZone(described.AvailabilityZone),
    addresses: [...new Set(addresses.map(canonicalAddress))],
    otherAddresses: all.filter((address) => address !== primary).map(canonicalAddress),
    publicAddress: described.Association?.PublicIp ?? null,
    isNatGateway: NAT_GATEWAY_TYPES.has(type) || description.startsWith(NAT_GATEWAY),
    // Classic and network load balancers have descriptions of their own (`ELB NAME`, `ELB net/…`).
    isApplicationLoadBalancer:
      description.startsWith(APPLICATION_LOAD_BALANCER) ||
      (type === 'load_balancer' && !description.startsWith(LOAD_BALANCER)),
    described,
  };
}

const isGiven = (text: string | undefined): text is string => text !== undefined && text !== '';

/** `eu-west-1a`, and `us-west-2-lax-1a` of a local zone, to the region. */
function regionOfZone(zone: string | undefined): string | null {
  return /^[a-z]+(?:-[a-z]+)+-\d+/.exec(zone ?? '')?.[0] ?? null;
}

/** An address as the fold writes it; a text that is none stays. */
function canonicalAddress(text: string): string {
  const address = numberedAddress(text);
  return address === null ? text : addressText(address);
}

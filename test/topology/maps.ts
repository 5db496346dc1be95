/** Interfaces, rows and connections for tests of maps. */

import type { FoldedRow } from '../../src/topology/contract.ts';
import { KnownInterfaces } from '../../src/topology/known-interfaces.ts';
import {
  type DescribedInterface,
  type NetworkInterface,
  networkInterface,
} from '../../src/topology/network-interface.ts';

export const ACCOUNT = '123456789012';

/** An interface as EC2 describes it. */
export function described(id: string, vpc: string, address: string, more: DescribedInterface = {}): DescribedInterface {
  return {
    NetworkInterfaceId: id,
    VpcId: vpc,
    PrivateIpAddress: address,
    OwnerId: ACCOUNT,
    AvailabilityZone: 'eu-west-1a',
    ...more,
  };
}

export function known(...all: readonly DescribedInterface[]): KnownInterfaces {
  return new KnownInterfaces(all.map((one) => networkInterface(one, null) as NetworkInterface));
}

/** A row of the fold, as the interface of that id logged it. */
export function row(
  interfaces: KnownInterfaces,
  id: string,
  localAddress: string,
  remoteAddress: string,
  more: Partial<FoldedRow> = {},
): FoldedRow {
  return {
    interface: interfaces.all.findIndex((one) => one.id === id),
    localAddress,
    remoteAddress,
    bytesOut: 52n,
    bytesIn: 60n,
    recordsOut: 1,
    recordsIn: 1,
    protocol: 6,
    startS: 1_620_000_000,
    endS: 1_620_000_010,
    ...more,
  };
}

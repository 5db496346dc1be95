/** A connection: what two addresses exchanged, whoever logged it. */

import type { NetworkInterface } from './network-interface.ts';

/** One end of a connection. */
export interface End {
  readonly vpc: string;
  readonly address: string;
  /** The interface with this address in this VPC; null where it is not known. */
  readonly interface: NetworkInterface | null;
  readonly region: string | null;
}

/** Two addresses that exchanged something, as the map shows them. */
export interface Connection {
  /** The same from run to run, whoever logged and whatever came first: `VPC/ADDRESS/ADDRESS`. */
  readonly id: string;
  readonly local: End;
  readonly remote: End;
  /** IANA protocol number; null where records have several. */
  readonly protocol: number | null;
  /** First and last second of all its records, of the Unix epoch; null where none has one. */
  readonly startS: number | null;
  readonly endS: number | null;
  /** Bytes from the local end to the remote one, and back. */
  readonly bytesSent: number;
  readonly bytesReceived: number;
  /** Bytes a second; 0 where no time has passed. */
  readonly bytesSentPerSecond: number;
  readonly bytesReceivedPerSecond: number;
  /** Interfaces that logged it. */
  readonly loggedBy: readonly NetworkInterface[];
  /** What they logged, in words. */
  readonly log: readonly string[];
}

/** The parts of a connection's id. Addresses are put in the order of their texts, as the original does. */
export function connectionId(local: Pick<End, 'vpc' | 'address'>, remote: Pick<End, 'vpc' | 'address'>): string {
  // Within a VPC, the original's. Between VPCs the original has an id for each of them.
  return local.vpc === remote.vpc
    ? `${local.vpc}/${local.address}/${remote.address}`
    : `${local.vpc}/${local.address}/${remote.vpc}/${remote.address}`;
}

/** Seconds that a connection lasted; 0 where that is not known. */
export function secondsOf(startS: number | null, endS: number | null): number {
  return startS === null || endS === null ? 0 : Math.max(0, endS - startS);
}

/**
 * The fold of StackState's own agent, record by record in the order of files, for `--compatible`: its numbers, with what
 * is odd about them. Taken from StackVista/stackstate-agent-integrations, aws_topology, as of October 2021.
 *
 * What differs from connections.ts: a record is told by whichever came first, so that the order of files decides which
 * end is local and which bytes were sent; rates are halved always, byte counts never; the peer is taken to be in the VPC
 * of the interface that logged; records of an object without the column log-status count for nothing.
 */

import { numberedAddress } from '../formats/filter/ranges.ts';
import { addressText } from './address-text.ts';
import { type Connection, type End, secondsOf } from './connection.ts';
import type { FoldedCounts } from './contract.ts';
import type { KnownInterfaces } from './known-interfaces.ts';
import { APPLICATION_LOAD_BALANCER, NAT_GATEWAY, type NetworkInterface } from './network-interface.ts';
import { isPrivate } from './private-addresses.ts';

/** A connection while records are added. */
interface Draft {
  readonly id: string;
  readonly vpc: string;
  /** The addresses of the first record: its source is local, its destination remote. */
  readonly local: string;
  readonly remote: string;
  protocol: number | null;
  startS: number | null;
  endS: number | null;
  bytesSent: bigint;
  bytesReceived: bigint;
  readonly loggedBy: Set<NetworkInterface>;
  readonly log: string[];
}

/** Lines of a connection's log that are kept; the original keeps one for each record. */
const LOG_LINES = 100;

/** Why a record counts for nothing. */
type LeftOut = keyof Pick<FoldedCounts, 'noData' | 'unknownInterface' | 'noDirection' | 'publicRemote'>;

/** Records in the order in which they are added, as connections. */
export class OriginalFold {
  readonly #interfaces: KnownInterfaces;
  readonly #byId: ReadonlyMap<string, NetworkInterface>;
  readonly #drafts = new Map<string, Draft>();

  constructor(interfaces: KnownInterfaces) {
    this.#interfaces = interfaces;
    this.#byId = new Map(interfaces.all.map((one) => [one.id, one]));
  }

  /** Pairs of addresses so far. */
  get size(): number {
    return this.#drafts.size;
  }

  /** Adds a record, its values by the names of fields, or says why it counts for nothing. */
  add(record: ReadonlyMap<string, string>): LeftOut | null {
    const status = record.get('log-status');
    if (status === undefined || status === 'NODATA' || status === 'SKIPDATA') return 'noData';
    const its = this.#byId.get(record.get('interface-id') ?? '');
    if (its === undefined) return 'unknownInterface';
    const source = textOf(record.get('srcaddr'));
    const destination = textOf(record.get('dstaddr'));
    if (source === null || destination === null) return 'noDirection';
    const isIncoming = !its.addresses.includes(source);
    if (isIncoming && !its.addresses.includes(destination)) return 'noDirection';
    const [own, peer] = isIncoming ? [destination, source] : [source, destination];
    if (!isPrivateText(peer)) return 'publicRemote';
    this.#count(record, { its, source, destination, own, peer, isIncoming });
    return null;
  }

  #count(
    record: ReadonlyMap<string, string>,
    of: {
      readonly its: NetworkInterface;
      readonly source: string;
      readonly destination: string;
      readonly own: string;
      readonly peer: string;
      readonly isIncoming: boolean;
    },
  ): void {
    const { its, source, destination, own, peer, isIncoming } = of;
    const [lesser, greater] = own < peer ? [own, peer] : [peer, own];
    const id = `${its.vpc}/${lesser}/${greater}`;
    const protocol = numberOf(record.get('protocol'));
    let draft = this.#drafts.get(id);
    // The first record counts as if its interface had the lesser address.
    const isReverse = draft !== undefined && own > peer;
    if (draft === undefined) {
      draft = {
        id,
        vpc: its.vpc,
        local: source,
        remote: destination,
        protocol,
        startS: null,
        endS: null,
        bytesSent: 0n,
        bytesReceived: 0n,
        loggedBy: new Set(),
        log: [],
      };
      this.#drafts.set(id, draft);
    }
    const bytes = BigInt(record.get('bytes') ?? 0);
    const startS = numberOf(record.get('start')) || null;
    const endS = numberOf(record.get('end'));
    if (draft.protocol !== protocol) draft.protocol = null;
    if (startS !== null) draft.startS = Math.min(draft.startS ?? startS, startS);
    if (endS !== null) draft.endS = Math.max(draft.endS ?? endS, endS);
    if (isIncoming !== isReverse) draft.bytesReceived += bytes;
    else draft.bytesSent += bytes;
    draft.loggedBy.add(its);
    if (draft.log.length >= LOG_LINES) return;
    const ports = [source, record.get('srcport'), '<->', destination, record.get('dstport')];
    const [from, fromPort = '-', , to, toPort = '-'] = ports;
    draft.log.push(
      `network interface: ${own} log: ${from}:${fromPort} <-> ${to}:${toPort} bytes=${bytes} ` +
        `incoming=${asPython(isIncoming)} reverse=${asPython(isReverse)}`,
    );
  }

  /** The connections, in the order of their first records. Those that a NAT gateway or an ALB logged are left out. */
  *connections(): Generator<Connection> {
    for (const draft of this.#drafts.values()) {
      const loggedBy = [...draft.loggedBy];
      if (loggedBy.some(isLeftOut)) continue;
      const { id, protocol, startS, endS, log } = draft;
      const seconds = secondsOf(startS, endS);
      const perSecond = (bytes: bigint) => (seconds === 0 ? 0 : Number(bytes) / 2 / seconds);
      yield {
        id,
        local: this.#endOf(draft, draft.local, loggedBy),
        remote: this.#endOf(draft, draft.remote, loggedBy),
        protocol,
        startS,
        endS,
        bytesSent: Number(draft.bytesSent),
        bytesReceived: Number(draft.bytesReceived),
        bytesSentPerSecond: perSecond(draft.bytesSent),
        bytesReceivedPerSecond: perSecond(draft.bytesReceived),
        loggedBy,
        log,
      };
    }
  }

  #endOf({ vpc }: Draft, address: string, loggedBy: readonly NetworkInterface[]): End {
    const its = loggedBy.find(({ addresses }) => addresses.includes(address)) ?? null;
    return { vpc, address, interface: its, region: loggedBy[0]?.region ?? this.#interfaces.all[0]?.region ?? null };
  }
}

/** The original goes by descriptions alone. */
function isLeftOut({ described: { Description = '' } }: NetworkInterface): boolean {
  return Description.startsWith(NAT_GATEWAY) || Description.startsWith(APPLICATION_LOAD_BALANCER);
}

function textOf(value: string | undefined): string | null {
  const address = value === undefined ? null : numberedAddress(value);
  return address === null ? null : addressText(address);
}

function isPrivateText(text: string): boolean {
  const address = numberedAddress(text);
  return address !== null && isPrivate(address);
}

const numberOf = (value: string | undefined): number | null => (value === undefined ? null : Number(value));

const asPython = (value: boolean): string => (value ? 'True' : 'False');

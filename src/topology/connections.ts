/**
 * Connections from what interfaces logged.
 *
 * Each interface logs what it sent and received itself. Where both ends of a connection log, every byte is told twice:
 *
 * ```
 * A logs   out 52 ──▶            B logs   in 52 ──▶      A to B: (52 + 52) / 2
 *              ◀── in 60                      ◀── out 60     B to A: (60 + 60) / 2
 * ```
 *
 * The mean is taken for each direction that both logged, and what there is where one did. Nothing depends on the order
 * of rows.
 */

import { type Connection, connectionId, type End, secondsOf } from './connection.ts';
import type { FoldedRow } from './contract.ts';
import type { KnownInterfaces } from './known-interfaces.ts';
import type { NetworkInterface } from './network-interface.ts';

/** What one side logged: all interfaces that have had its address. */
interface Side {
  bytesOut: bigint;
  bytesIn: bigint;
  recordsOut: number;
  recordsIn: number;
}

/** A connection while rows are added. */
interface Draft {
  readonly id: string;
  readonly ends: readonly [End, End];
  readonly sides: readonly [Side, Side];
  protocol: number | null;
  startS: number | null;
  endS: number | null;
  readonly rows: FoldedRow[];
}

/** Connections in the order of their ids. Each is made when it is asked for: there may be a million. */
export interface Connections extends Iterable<Connection> {
  readonly count: number;
  /** Pairs of addresses that are not among them, since a NAT gateway or an Application Load Balancer is at an end. */
  readonly leftOut: number;
}

/** Merges folded rows, which are gone through twice, to connections. */
export function connectionsOf(rows: Iterable<FoldedRow>, interfaces: KnownInterfaces): Connections {
  const isLogged = loggedPairs(rows, interfaces);
  const drafts = new Map<string, Draft>();
  const leftOut = new Set<string>();
  for (const row of rows) {
    const logger = interfaces.all[row.interface] as NetworkInterface;
    const own = endIn(logger.vpc, row.localAddress, interfaces) ?? endOf(logger, row.localAddress);
    const peer = peerOf(row, own, interfaces, isLogged);
    const isFirst = isBefore(own, peer);
    const [local, remote] = isFirst ? [own, peer] : [peer, own];
    const id = connectionId(local, remote);
    if (isLeftOut(own) || isLeftOut(peer)) {
      leftOut.add(id);
      continue;
    }
    let draft = drafts.get(id);
    if (draft === undefined) {
      const { protocol, startS, endS } = row;
      draft = { id, ends: [local, remote], sides: [noBytes(), noBytes()], protocol, startS, endS, rows: [] };
      drafts.set(id, draft);
    }
    add(draft, row, isFirst ? 0 : 1);
  }
  const sorted = [...drafts.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  return {
    count: sorted.length,
    leftOut: leftOut.size,
    *[Symbol.iterator]() {
      for (const draft of sorted) yield connectionOf(draft, interfaces);
    },
  };
}

const noBytes = (): Side => ({ bytesOut: 0n, bytesIn: 0n, recordsOut: 0, recordsIn: 0 });

/** Whether this end comes first: by the texts of addresses, as in the original's ids. */
function isBefore(a: End, b: End): boolean {
  return a.address === b.address ? a.vpc <= b.vpc : a.address < b.address;
}

function isLeftOut({ interface: its }: End): boolean {
  return its !== null && (its.isNatGateway || its.isApplicationLoadBalancer);
}

function endOf(its: NetworkInterface, address: string): End {
  return { vpc: its.vpc, address, interface: its, region: its.region };
}

/** The end with an address in a VPC; null where no interface there has it. */
function endIn(vpc: string, address: string, interfaces: KnownInterfaces): End | null {
  const its = interfaces.withAddress(address).find((one) => one.vpc === vpc);
  return its === undefined ? null : endOf(its, address);
}

/** A test of whether an interface in a VPC logged a pair of addresses, from its own side. */
type LoggedPairs = (vpc: string, own: string, remote: string) => boolean;

function loggedPairs(rows: Iterable<FoldedRow>, interfaces: KnownInterfaces): LoggedPairs {
  let pairs: Set<string> | null = null;
  const nameOf = (vpc: string, own: string, remote: string) => `${vpc}/${own}/${remote}`;
  return (vpc, own, remote) => {
    // Only where VPCs have the same addresses is anybody to ask.
    if (pairs === null) {
      pairs = new Set();
      for (const row of rows) {
        const logger = interfaces.all[row.interface] as NetworkInterface;
        pairs.add(nameOf(logger.vpc, row.localAddress, row.remoteAddress));
      }
    }
    return pairs.has(nameOf(vpc, own, remote));
  };
}

/**
 * The other end. Its interface is the one with that address in the same VPC, else the only one that has it elsewhere,
 * else the only one of these that logged the same. Where none is known, the VPC is that of the interface that logged.
 */
function peerOf(
  { localAddress, remoteAddress }: FoldedRow,
  own: End,
  interfaces: KnownInterfaces,
  isLogged: LoggedPairs,
): End {
  const here = endIn(own.vpc, remoteAddress, interfaces);
  if (here !== null) return here;
  const known = interfaces.withAddress(remoteAddress);
  const [only, ...others] = known;
  if (only !== undefined && others.length === 0) return endOf(only, remoteAddress);
  const [logger, ...loggers] = known.filter(({ vpc }) => isLogged(vpc, remoteAddress, localAddress));
  if (logger !== undefined && loggers.length === 0) return endOf(logger, remoteAddress);
  return { vpc: own.vpc, address: remoteAddress, interface: null, region: own.region };
}

function add(draft: Draft, row: FoldedRow, at: 0 | 1): void {
  const side = draft.sides[at];
  side.bytesOut += row.bytesOut;
  side.bytesIn += row.bytesIn;
  side.recordsOut += row.recordsOut;
  side.recordsIn += row.recordsIn;
  if (draft.protocol !== row.protocol) draft.protocol = null;
  draft.startS = earlier(draft.startS, row.startS);
  draft.endS = later(draft.endS, row.endS);
  draft.rows.push(row);
}

const earlier = (a: number | null, b: number | null): number | null =>
  a === null || b === null ? (a ?? b) : Math.min(a, b);
const later = (a: number | null, b: number | null): number | null =>
  a === null || b === null ? (a ?? b) : Math.max(a, b);

/** Bytes from one side to the other, as both or one of them logged. */
function bytesBetween(from: Side, to: Side): number {
  const isTwice = from.recordsOut > 0 && to.recordsIn > 0;
  // Half a byte is possible: one interface may have logged more than the other.
  return Number(from.bytesOut + to.bytesIn) / (isTwice ? 2 : 1);
}

function connectionOf(
  { id, ends, sides, protocol, startS, endS, rows }: Draft,
  interfaces: KnownInterfaces,
): Connection {
  const [local, remote] = ends;
  const bytesSent = bytesBetween(sides[0], sides[1]);
  const bytesReceived = bytesBetween(sides[1], sides[0]);
  const seconds = secondsOf(startS, endS);
  const logged = rows
    .map((row) => ({ row, its: interfaces.all[row.interface] as NetworkInterface }))
    .sort((a, b) => (a.its.id < b.its.id ? -1 : 1));
  return {
    id,
    local,
    remote,
    protocol,
    startS,
    endS,
    bytesSent,
    bytesReceived,
    bytesSentPerSecond: seconds === 0 ? 0 : bytesSent / seconds,
    bytesReceivedPerSecond: seconds === 0 ? 0 : bytesReceived / seconds,
    loggedBy: [...new Set(logged.map(({ its }) => its))],
    log: logged.map(({ row, its }) => logLine(row, its)),
  };
}

/** One line for each interface, in the style of the original's lines for each record. */
function logLine({ localAddress, remoteAddress, ...row }: FoldedRow, { id }: NetworkInterface): string {
  const records = row.recordsOut + row.recordsIn;
  const bytes = `bytes out=${row.bytesOut} in=${row.bytesIn} records=${records}`;
  return `network interface: ${id} log: ${localAddress} <-> ${remoteAddress} ${bytes}`;
}

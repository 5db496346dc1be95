/**
 * The flows, one after the other: who talks to whom, how much, and with what end.
 *
 * The shares are those of the fixed bench set: 1 % of lines without data, 5 % IPv6, 45 % of lines with a public peer,
 * 11 % of lines rejected, four of five accepted requests answered.
 */

import { randomPublicV4, randomPublicV6 } from './addresses.ts';
import type { Prng } from './prng.ts';
import { type Bytes, bytesOf, type Host, type World } from './world.ts';

const NO_DATA_SHARE = 0.01;
const V6_SHARE = 0.05;
const PUBLIC_SHARE = 0.455;
/** Of requests: 11 % of the lines, once the answers to the others are counted. */
const REJECT_SHARE = 0.182;
const ANSWER_SHARE = 0.8;
const INBOUND_SHARE = 0.4;

/** An object holds the records that end within five minutes of the time in its name. */
const OBJECT_WINDOW_SECONDS = 300;
const MAX_AGGREGATION_SECONDS = 60;

const ICMP = 1;
const TCP = 6;
const UDP = 17;
const ESP = 50;
const ICMP_V6 = 58;

/** The ports that requests go to, as often as they stand here. */
const SERVICES = [443, 443, 443, 443, 80, 80, 53, 22, 3306, 5432, 6379, 9200, 8080, 123, 2049, 25];

/** tcp-flags of whole and of half connections, as a VPC logs them. */
const REQUEST_FLAGS = [2, 3, 3, 3, 2, 6, 7, 0];
const ANSWER_FLAGS = [18, 19, 19, 19, 18, 22, 1, 0];

/** One record before it is written. There is one of it only, filled anew for each line. */
export interface Flow {
  host: Host;
  /** The other end where it is a host of ours. */
  peer: Host | null;
  /** False for NODATA and SKIPDATA, where nothing is known but host and time. */
  hasData: boolean;
  isSkip: boolean;
  isV6: boolean;
  isEgress: boolean;
  isAccepted: boolean;
  source: Bytes;
  destination: Bytes;
  sourcePort: number;
  destinationPort: number;
  protocol: number;
  tcpFlags: number;
  packets: number;
  bytes: number;
  startSeconds: number;
  endSeconds: number;
  /** Random bits for the fields that only wide layouts have: so each layout has the same flows. */
  noise: number;
}

/** Makes the flows of one object. */
export class Traffic {
  readonly flow: Flow;
  readonly #world: World;
  readonly #prng: Prng;
  readonly #startSeconds: number;
  #owesAnswer = false;

  constructor(world: World, prng: Prng, startSeconds: number) {
    this.#world = world;
    this.#prng = prng;
    this.#startSeconds = startSeconds;
    const host = world.hosts[0]!;
    this.flow = {
      host,
      peer: null,
      hasData: false,
      isSkip: false,
      isV6: false,
      isEgress: false,
      isAccepted: false,
      source: host.v4,
      destination: host.v4,
      sourcePort: 0,
      destinationPort: 0,
      protocol: 0,
      tcpFlags: 0,
      packets: 0,
      bytes: 0,
      startSeconds,
      endSeconds: startSeconds,
      noise: 0,
    };
  }

  /** Fills `flow` with the next record. */
  next(): void {
    if (this.#owesAnswer) this.#answer();
    else this.#request();
  }

  #request(): void {
    const prng = this.#prng;
    const { flow } = this;
    const { hosts } = this.#world;
    flow.host = hosts[prng.zipf(hosts.length)]!;
    flow.noise = prng.next32();
    flow.endSeconds = this.#startSeconds + prng.between(0, OBJECT_WINDOW_SECONDS - 1);
    flow.startSeconds = flow.endSeconds - prng.between(1, MAX_AGGREGATION_SECONDS);
    // Requests are answered, lines without data are not: their share of the lines is smaller than of the draws.
    flow.hasData = prng.uniform() >= NO_DATA_SHARE * (1 + (1 - REJECT_SHARE) * ANSWER_SHARE);
    flow.isSkip = !flow.hasData && prng.uniform() < 0.1;
    if (!flow.hasData) return;
    const kind = prng.uniform();
    flow.isV6 = kind < V6_SHARE;
    flow.peer = kind < PUBLIC_SHARE ? null : hosts[prng.zipf(hosts.length)]!;
    const own = flow.isV6 ? flow.host.v6 : flow.host.v4;
    const other = flow.peer === null ? this.#publicPeer(flow.isV6) : flow.peer.v4;
    const isInbound = prng.uniform() < INBOUND_SHARE;
    flow.isEgress = !isInbound;
    flow.source = isInbound ? other : own;
    flow.destination = isInbound ? own : other;
    this.#protocol();
    flow.packets = Math.ceil(Math.exp(prng.uniform() * 6));
    flow.bytes = flow.packets * prng.between(40, 1400);
    flow.isAccepted = prng.uniform() >= REJECT_SHARE;
    this.#owesAnswer = flow.isAccepted && prng.uniform() < ANSWER_SHARE;
  }

  #answer(): void {
    const prng = this.#prng;
    const { flow } = this;
    this.#owesAnswer = false;
    [flow.source, flow.destination] = [flow.destination, flow.source];
    [flow.sourcePort, flow.destinationPort] = [flow.destinationPort, flow.sourcePort];
    flow.isEgress = !flow.isEgress;
    flow.noise = prng.next32();
    flow.tcpFlags = flow.protocol === TCP ? ANSWER_FLAGS[flow.noise & 7]! : 0;
    flow.packets = Math.ceil(flow.packets * (0.5 + prng.uniform()));
    flow.bytes = flow.packets * prng.between(40, 1400);
  }

  #protocol(): void {
    const prng = this.#prng;
    const { flow } = this;
    const draw = prng.uniform();
    if (draw < 0.82) flow.protocol = TCP;
    else if (draw < 0.975) flow.protocol = UDP;
    else if (draw < 0.99) flow.protocol = flow.isV6 ? ICMP_V6 : ICMP;
    else flow.protocol = ESP;
    const hasPorts = flow.protocol === TCP || flow.protocol === UDP;
    const isService = prng.uniform() < 0.85;
    flow.sourcePort = hasPorts ? prng.between(32768, 60999) : 0;
    flow.destinationPort = hasPorts ? (isService ? SERVICES[prng.next32() & 15]! : prng.between(1024, 65535)) : 0;
    flow.tcpFlags = flow.protocol === TCP ? REQUEST_FLAGS[flow.noise & 7]! : 0;
  }

  #publicPeer(isV6: boolean): Bytes {
    const { peersV4, peersV6 } = this.#world;
    const prng = this.#prng;
    const peers = isV6 ? peersV6 : peersV4;
    if (peers.length > 0) return peers[prng.zipf(peers.length)]!;
    return bytesOf(isV6 ? randomPublicV6(prng) : randomPublicV4(prng));
  }
}

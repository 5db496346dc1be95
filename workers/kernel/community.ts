/**
 * Community ids (https://github.com/corelight/community-id-spec), four flows at a time: a document gets room for its
 * id, the flow's message goes to a lane, and when four lanes are full the ids are hashed and written.
 * formats/community-id.ts says which flows have one.
 */

import { arena } from './arena';
import {
  destinationHigh, destinationIs6, destinationLow, destinationPort, protocol, sourceHigh, sourceIs6, sourceLow, sourcePort,
} from './check';
import { BASE64, COMMUNITY_LITERAL, COMMUNITY_LITERAL_BYTES, DIGESTS, LANES, LANE_TARGETS } from './layout';
import { sha1FourLanes } from './sha1';

const ICMP: u32 = 1;
const TCP: u32 = 6;
const UDP: u32 = 17;
const ICMPV6: u32 = 58;
const SCTP: u32 = 132;
/** The bit that SHA-1 sets after a message. */
const AFTER_MESSAGE: u32 = 0x80000000;
/** 20 bytes of digest as base64 with its padding. */
const ID_BYTES: usize = 28;

/** Lanes that wait for their ids. */
let lanes: u32 = 0;

function letter(value: u32): u32 {
  return value < 26 ? value + 65 : value < 52 ? value + 71 : value < 62 ? value - 4 : value == 62 ? 43 : 47;
}

/** Fills the table of base64 pairs and empties the lanes. */
export function prepareCommunity(): void {
  for (let i: u32 = 0; i < 4096; i++) {
    store<u16>(arena + (<usize>i << 1), <u16>(letter(i >> 6) | (letter(i & 63) << 8)), BASE64);
  }
  memory.fill(arena + LANES, 0, 256);
  lanes = 0;
}

// @ts-ignore: decorator
@inline
function putWord(index: usize, word: u32): void {
  store<u32>(arena + (index << 4) + (<usize>lanes << 2), word, LANES);
}

/** Ends a lane's message of `words` words and names the place of its id. */
// @ts-ignore: decorator
@inline
function endMessage(words: usize, to: usize): void {
  putWord(words, AFTER_MESSAGE);
  putWord(15, <u32>words << 5);
  store<u32>(arena + (<usize>lanes << 2), <u32>to, LANE_TARGETS);
  if (++lanes == 4) finishCommunity();
}

// @ts-ignore: decorator
@inline
function fourLetters(bits: u32): u32 {
  const high = <u32>load<u16>(arena + (<usize>(bits >> 12) << 1), BASE64);
  return high | (<u32>load<u16>(arena + (<usize>(bits & 4095) << 1), BASE64) << 16);
}

/** Hashes the waiting lanes and writes their ids. To be called before the body is read. */
export function finishCommunity(): void {
  if (lanes == 0) return;
  sha1FourLanes();
  for (let lane: u32 = 0; lane < lanes; lane++) {
    const digest = arena + DIGESTS + (<usize>lane << 2);
    const to = <usize>load<u32>(arena + (<usize>lane << 2), LANE_TARGETS);
    const a = load<u32>(digest);
    const b = load<u32>(digest, 16);
    const c = load<u32>(digest, 32);
    const d = load<u32>(digest, 48);
    const e = load<u32>(digest, 64);
    store<u32>(to, fourLetters(a >> 8));
    store<u32>(to, fourLetters(((a & 0xff) << 16) | (b >> 16)), 4);
    store<u32>(to, fourLetters(((b & 0xffff) << 8) | (c >> 24)), 8);
    store<u32>(to, fourLetters(c & 0xffffff), 12);
    store<u32>(to, fourLetters(d >> 8), 16);
    store<u32>(to, fourLetters(((d & 0xff) << 16) | (e >> 16)), 20);
    store<u32>(to, fourLetters((e & 0xffff) << 8), 24);
    store<u8>(to, 61, 27);
  }
  lanes = 0;
  // Messages have 3 to 10 words and an end mark: words that a shorter one does not write must be zero.
  const zero = i32x4.splat(0);
  for (let word: usize = 3; word <= 10; word++) v128.store(arena + (word << 4), zero, LANES);
}

/** The message of an IPv4 flow: seed 0 and the addresses, the protocol, the ports. */
// @ts-ignore: decorator
@inline
function queueIpv4(low: u32, high: u32, withPorts: bool, ports: u32, to: usize): void {
  putWord(0, low >> 16);
  putWord(1, (low << 16) | (high >> 16));
  putWord(2, (high << 16) | (protocol << 8));
  if (withPorts) {
    putWord(3, ports);
    endMessage(4, to);
  } else endMessage(3, to);
}

/** Puts a 16-byte address at two bytes past word `index`; gives what is left over for the next word's top. */
// @ts-ignore: decorator
@inline
function putIpv6(index: usize, before: u32, high: u64, low: u64): u32 {
  putWord(index, (before << 16) | <u32>(high >> 48));
  putWord(index + 1, <u32>(high >> 16));
  putWord(index + 2, (<u32>high << 16) | <u32>(low >> 48));
  putWord(index + 3, <u32>(low >> 16));
  return <u32>low & 0xffff;
}

/** Writes the member with a comma after it, or nothing where the flow has no community id. */
export function writeCommunity(to: usize): usize {
  let first = sourcePort;
  let second = destinationPort;
  let withPorts = true;
  if (protocol == TCP || protocol == UDP || protocol == SCTP) {
    if (first == 0 || second == 0) return to;
  } else if (protocol == ICMP) {
    first = 0;
    second = 8;
  } else if (protocol == ICMPV6) {
    first = 0;
    second = 0;
  } else {
    if (protocol == 255) return to;
    withPorts = false;
    first = 0;
    second = 0;
  }
  v128.store(to, v128.load(arena, COMMUNITY_LITERAL));
  store<u16>(to, load<u16>(arena, COMMUNITY_LITERAL + 16), 16);
  const id = to + COMMUNITY_LITERAL_BYTES;
  store<u16>(id, 0x2c22, ID_BYTES);

  const higher = sourceHigh > destinationHigh || (sourceHigh == destinationHigh && sourceLow > destinationLow);
  const same = sourceHigh == destinationHigh && sourceLow == destinationLow;
  const swap = protocol != ICMPV6 && (higher || (same && first > second));
  const ports = swap ? (second << 16) | first : (first << 16) | second;
  if (!sourceIs6) {
    const source = <u32>sourceLow;
    const destination = <u32>destinationLow;
    queueIpv4(swap ? destination : source, swap ? source : destination, withPorts, ports, id);
  } else {
    const rest = putIpv6(0, 0, swap ? destinationHigh : sourceHigh, swap ? destinationLow : sourceLow);
    const last = putIpv6(4, rest, swap ? sourceHigh : destinationHigh, swap ? sourceLow : destinationLow);
    putWord(8, (last << 16) | (protocol << 8));
    if (withPorts) {
      putWord(9, ports);
      endMessage(10, id);
    } else endMessage(9, id);
  }
  return id + ID_BYTES + 2;
}

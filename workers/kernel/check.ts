/**
 * Stage 2: what a record's values are. Runs the program's checks; keeps what later stages need. A value that is not
 * in canonical form makes the line odd.
 */

import { ipv6High, ipv6Low, NOT_QUAD, readIpv6, readQuad } from './address';
import { arena } from './arena';
import { isCount, readSeconds, readShortDecimal } from './decimal';
import {
  ACTION_ACCEPT, ACTION_OTHER, ACTION_REJECT, CHECK_ACTION, CHECK_ADDRESS, CHECK_BYTES, CHECK_COUNT, CHECK_DESTINATION,
  CHECK_DESTINATION_ONLY, CHECK_DESTINATION_PORT, CHECK_END, CHECK_END_TIME, CHECK_FAMILIES, CHECK_FLAGS, CHECK_PROTOCOL, CHECK_SOURCE, CHECK_SOURCE_ONLY, CHECK_SOURCE_PORT,
  CHECK_START, FAMILY_4, FAMILY_6, SELECT_ACTION, SELECT_FAMILY, SELECT_FLAGS, SELECT_PROTOCOL, SELECTORS,
} from './layout';
import { lookup4, lookup6 } from './lookup';
import { columnEnd, columnStart } from './tokenize';

/** The flow's ends: family, address (IPv4 in `sourceLow`), port, and pair of fragments in the geo tables. */
export let sourceIs6: bool = false;
export let sourceHigh: u64 = 0;
export let sourceLow: u64 = 0;
export let sourcePort: u32 = 0;
export let sourcePair: u32 = 0;
export let destinationIs6: bool = false;
export let destinationHigh: u64 = 0;
export let destinationLow: u64 = 0;
export let destinationPort: u32 = 0;
export let destinationPair: u32 = 0;
export let protocol: u32 = 0;
/** Unix seconds. */
export let start: u32 = 0;
export let end: u32 = 0;

// @ts-ignore: decorator
@inline
function select(selector: usize, value: u32): void {
  store<u32>(arena + (selector << 2), value, SELECTORS);
}

// @ts-ignore: decorator
@inline
function readSource(from: usize, length: usize): bool {
  const quad = readQuad(from, length);
  if (quad != NOT_QUAD) {
    sourceIs6 = false;
    sourceHigh = 0;
    sourceLow = <u64>quad;
    select(SELECT_FAMILY, FAMILY_4);
    return true;
  }
  if (!readIpv6(from, length)) return false;
  sourceIs6 = true;
  sourceHigh = ipv6High;
  sourceLow = ipv6Low;
  select(SELECT_FAMILY, FAMILY_6);
  return true;
}

// @ts-ignore: decorator
@inline
function readDestination(from: usize, length: usize): bool {
  const quad = readQuad(from, length);
  if (quad != NOT_QUAD) {
    destinationIs6 = false;
    destinationHigh = 0;
    destinationLow = <u64>quad;
    return true;
  }
  if (!readIpv6(from, length)) return false;
  destinationIs6 = true;
  destinationHigh = ipv6High;
  destinationLow = ipv6Low;
  return true;
}

// @ts-ignore: decorator
@inline
function lookUpSource(): void {
  sourcePair = sourceIs6 ? lookup6(sourceHigh, sourceLow) : lookup4(<u32>sourceLow);
}

// @ts-ignore: decorator
@inline
function lookUpDestination(): void {
  destinationPair = destinationIs6 ? lookup6(destinationHigh, destinationLow) : lookup4(<u32>destinationLow);
}

/**
 * Looks up what checks with a filter behind them leave out: most of their cost, and for nothing where the filter drops
 * the record. An end that the record lacks is that of an earlier one: harmless, since nobody asks for its pair.
 */
export function lookUpEnds(): void {
  lookUpSource();
  lookUpDestination();
}

// @ts-ignore: decorator
@inline
function actionOf(from: usize, length: usize): u32 {
  if (length != 6) return ACTION_OTHER;
  const text = load<u32>(from);
  const rest = load<u16>(from, 4);
  if (text == 0x45434341 && rest == 0x5450) return ACTION_ACCEPT;
  if (text == 0x454a4552 && rest == 0x5443) return ACTION_REJECT;
  return ACTION_OTHER;
}

/** Runs the checks at `check` over the line's columns. False: the line is odd. */
export function runChecks(check: usize): bool {
  const base = arena;
  sourcePort = 0;
  destinationPort = 0;
  select(SELECT_ACTION, ACTION_OTHER);
  select(SELECT_FLAGS, 0);
  while (true) {
    const column = <usize>load<u8>(check, 1);
    const from = columnStart(base, column);
    const length = columnEnd(base, column) - from;
    switch (<i32>load<u8>(check)) {
      case CHECK_END:
        return true;
      case CHECK_SOURCE:
        if (!readSource(from, length)) return false;
        lookUpSource();
        break;
      case CHECK_SOURCE_ONLY:
        if (!readSource(from, length)) return false;
        break;
      case CHECK_DESTINATION:
        if (!readDestination(from, length)) return false;
        lookUpDestination();
        break;
      case CHECK_DESTINATION_ONLY:
        if (!readDestination(from, length)) return false;
        break;
      case CHECK_ADDRESS:
        if (readQuad(from, length) == NOT_QUAD && !readIpv6(from, length)) return false;
        break;
      case CHECK_SOURCE_PORT: {
        const value = readShortDecimal(from, length);
        if (<u64>value > 65535) return false;
        sourcePort = <u32>value;
        break;
      }
      case CHECK_DESTINATION_PORT: {
        const value = readShortDecimal(from, length);
        if (<u64>value > 65535) return false;
        destinationPort = <u32>value;
        break;
      }
      case CHECK_PROTOCOL: {
        const value = readShortDecimal(from, length);
        if (<u64>value > 255) return false;
        protocol = <u32>value;
        select(SELECT_PROTOCOL, protocol);
        break;
      }
      case CHECK_COUNT:
        if (!isCount(from, length)) return false;
        break;
      case CHECK_START: {
        const value = readSeconds(from, length);
        if (value < 0) return false;
        start = <u32>value;
        break;
      }
      case CHECK_END_TIME: {
        const value = readSeconds(from, length);
        if (value < 0) return false;
        end = <u32>value;
        break;
      }
      case CHECK_ACTION:
        select(SELECT_ACTION, actionOf(from, length));
        break;
      case CHECK_FAMILIES:
        // The message of a mixed flow has a form of its own; rare enough to be left out.
        if (sourceIs6 != destinationIs6) return false;
        break;
      case CHECK_FLAGS: {
        const value = readShortDecimal(from, length);
        if (<u64>value > 255) return false;
        select(SELECT_FLAGS, <u32>value);
        break;
      }
    }
    check += CHECK_BYTES;
  }
}

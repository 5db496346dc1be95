/** Stage 3: the document. Runs the program's ops: a literal, then a value. */

import { arena } from './arena';
import { destinationPair, end, sourcePair, start } from './check';
import { writeCommunity } from './community';
import { copyLiteral, copyLong, copyShort } from './copy';
import { writeDecimal, writeTwelveDigits } from './decimal';
import {
  OP_BYTES, OP_COLUMN, OP_COMMUNITY, OP_DESTINATION_AS, OP_DESTINATION_GEO, OP_END, OP_END_DATE, OP_END_TIME, OP_ID_OFFSET,
  OP_OBJECT_DATE, OP_OFFSET, OP_ORIGINAL, OP_SLOT, OP_SOURCE_AS, OP_SOURCE_GEO, OP_START, OP_START_DATE, OP_VARIANT,
  SELECTORS, SLOTS, SLOT_TIME,
} from './layout';
import { asLength, asPointer, geoLength, geoPointer } from './lookup';
import { writeDate, writeDatePart, writeIso } from './time';
import { columnEnd, columnStart } from './tokenize';

// @ts-ignore: decorator
@inline
function writeAs(to: usize, pair: u32): usize {
  const bytes = <usize>asLength(pair);
  return bytes == 0 ? to : copyLong(to, asPointer(pair), bytes);
}

// @ts-ignore: decorator
@inline
function writeGeo(to: usize, pair: u32): usize {
  const bytes = <usize>geoLength(pair);
  return bytes == 0 ? to : copyLong(to, geoPointer(pair), bytes);
}

/** Writes the document that the ops at `op` describe; gives its end. `offset` and `idOffset` are below 10^12. */
export function emit(op: usize, to: usize, line: usize, lineBytes: usize, offset: u64, idOffset: u64): usize {
  const base = arena;
  while (true) {
    to = copyLiteral(to, <usize>load<u32>(op, 4), <usize>load<u16>(op, 2));
    const argument = <usize>load<u8>(op, 1);
    switch (<i32>load<u8>(op)) {
      case OP_END:
        return to;
      case OP_COLUMN: {
        const from = columnStart(base, argument);
        to = copyShort(to, from, columnEnd(base, argument) - from);
        break;
      }
      case OP_START:
        to = writeIso(to, start);
        break;
      case OP_END_TIME:
        to = writeIso(to, end);
        break;
      case OP_SOURCE_AS:
        to = writeAs(to, sourcePair);
        break;
      case OP_SOURCE_GEO:
        to = writeGeo(to, sourcePair);
        break;
      case OP_DESTINATION_AS:
        to = writeAs(to, destinationPair);
        break;
      case OP_DESTINATION_GEO:
        to = writeGeo(to, destinationPair);
        break;
      case OP_COMMUNITY:
        to = writeCommunity(to);
        break;
      case OP_VARIANT: {
        const selected = <usize>load<u32>(base + (argument << 2), SELECTORS);
        const entry = <usize>load<u32>(op, 8) + (selected << 3);
        to = copyLiteral(to, <usize>load<u32>(entry), <usize>load<u32>(entry, 4));
        break;
      }
      case OP_ORIGINAL:
        to = copyLong(to, line, lineBytes);
        break;
      case OP_OFFSET:
        to = writeDecimal(to, offset);
        break;
      case OP_ID_OFFSET:
        to = writeTwelveDigits(to, idOffset);
        break;
      case OP_SLOT: {
        const slot = base + (argument << 3);
        to = copyLiteral(to, <usize>load<u32>(slot, SLOTS), <usize>load<u32>(slot, SLOTS + 4));
        break;
      }
      case OP_START_DATE:
        to = writeDate(to, start, argument);
        break;
      case OP_END_DATE:
        to = writeDate(to, end, argument);
        break;
      case OP_OBJECT_DATE:
        to = writeDatePart(to, <usize>load<u32>(base, SLOTS + (SLOT_TIME << 3)), argument);
        break;
      default: // OP_LITERAL
        break;
    }
    op += OP_BYTES;
  }
}

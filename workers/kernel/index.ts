/**
 * The kernel: lines in, documents out.
 *
 * ```
 * tokenize ─▶ pattern ─▶ checks (decimal, address, lookup) ─▶ emit (copy, time) ─▶ community (sha1, four at a time)
 *                                    └▶ filter ─▶ lookup ─▶
 * ```
 *
 * layout.ts draws the memory. formats/reference.ts says what a document is; a line that is not in canonical form is
 * left to it, by position.
 */

import { placeArena, arena } from './arena';
import { prepareShapes } from './address';
import { lookUpEnds, runChecks } from './check';
import { finishCommunity, prepareCommunity } from './community';
import { MAX_OFFSET } from './decimal';
import { emit } from './emit';
import { passes } from './filter';
import {
  BODY_FULL, DONE, FILTER_KEEP, NEW_PATTERN, ODD_LINE, PROGRAM_CHECKS, PROGRAM_COPIES, PROGRAM_FILTER, PROGRAM_FIXED_BYTES,
  PROGRAM_OPS, RESULT, RESULT_DOCUMENTS, RESULT_FILTERED, RESULT_INPUT, RESULT_OUTPUT, RESULT_PATTERN,
} from './layout';
import { bindTables } from './lookup';
import { addPattern, clearPatterns, findPattern, fullPattern, patternHigh, patternLow, programOfPattern } from './pattern';
import { prepareTimes } from './time';
import { hasDash, lineEnd, nextLine, tokenize } from './tokenize';

export { addPattern, clearPatterns };
export { beginObject } from './connections';
export { flush, fold, mergeRows, prepareFold, rollBack } from './fold';

/** Makes this instance the worker's: its arena, and the geo tables all share. */
export function prepare(arenaAddress: usize, tablesAddress: usize): void {
  placeArena(arenaAddress);
  bindTables(tablesAddress);
  prepareShapes();
  prepareTimes();
  prepareCommunity();
  clearPatterns();
}

function result(status: i32, input: usize, output: usize, documents: u32, filtered: u32): i32 {
  finishCommunity();
  const at = arena + RESULT;
  store<u32>(at, <u32>input, RESULT_INPUT);
  store<u32>(at, <u32>output, RESULT_OUTPUT);
  store<u32>(at, documents, RESULT_DOCUMENTS);
  store<u32>(at, filtered, RESULT_FILTERED);
  return status;
}

/**
 * Converts the lines from `input` to `inputEnd`, which must follow a newline, into documents from `output` on, none
 * ending after `outputEnd`. `columns` is the number of columns; `offset` and `idOffset` are those of `input`.
 * Gives a status of layout.ts; where it stopped and what it made stands in RESULT.
 */
export function convert(
  input: usize,
  inputEnd: usize,
  output: usize,
  outputEnd: usize,
  columns: i32,
  offset: f64,
  idOffset: f64,
): i32 {
  // Offsets come as doubles: 64-bit integers would be BigInts on the host's side.
  const lineOffset = <u64>offset - <u64>input;
  const lineIdOffset = <u64>idOffset - <u64>input;
  let line = input;
  let documents: u32 = 0;
  let filtered: u32 = 0;
  while (line < inputEnd) {
    if (!tokenize(line, columns)) return result(ODD_LINE, line, output, documents, filtered);
    const lineBytes = lineEnd - line;
    if (hasDash) findPattern(columns);
    else fullPattern();
    const program = programOfPattern();
    if (program == 0) {
      store<u64>(arena + RESULT, patternLow, RESULT_PATTERN);
      store<u64>(arena + RESULT, patternHigh, RESULT_PATTERN + 8);
      return result(NEW_PATTERN, line, output, documents, filtered);
    }
    const atMost = <usize>load<u32>(program, PROGRAM_FIXED_BYTES) + lineBytes * <usize>load<u32>(program, PROGRAM_COPIES);
    if (output + atMost > outputEnd) return result(BODY_FULL, line, output, documents, filtered);
    if (!runChecks(program + PROGRAM_CHECKS) || lineOffset + <u64>line >= MAX_OFFSET) {
      return result(ODD_LINE, line, output, documents, filtered);
    }
    const filter = <usize>load<u32>(program, PROGRAM_FILTER);
    if (filter != FILTER_KEEP) {
      if (!passes(filter, line, lineBytes)) {
        filtered++;
        line = nextLine;
        continue;
      }
      lookUpEnds();
    }
    const ops = program + <usize>load<u32>(program, PROGRAM_OPS);
    output = emit(ops, output, line, lineBytes, lineOffset + <u64>line, lineIdOffset + <u64>line);
    documents++;
    line = nextLine;
  }
  return result(DONE, line, output, documents, filtered);
}

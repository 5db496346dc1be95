/** The image as a whole: sections put one behind the other, header, checksum; and writing it to a file. */

import { ftruncateSync, writeSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { alignUp, type FragmentStore } from './fragments.ts';
import * as layout from './layout.ts';
import type { PairTable } from './pairs.ts';
import type { V4Table } from './v4-table.ts';
import type { V6Table } from './v6-table.ts';

/** An image in pieces: put together only in the file, or in the memory where it is used. */
export interface ImagePieces {
  /** Length of the whole image. */
  readonly bytes: number;
  /** In ascending order; between them are zeros. */
  readonly pieces: readonly { readonly offset: number; readonly bytes: Uint8Array }[];
}

/** Lays the parts of an image out, header first. */
export function layOutImage(v4: V4Table, v6: V6Table, pairs: PairTable, fragments: FragmentStore): ImagePieces {
  const header = new Uint32Array(layout.HEADER_WORDS);
  const headerBytes = new Uint8Array(header.buffer);
  const pieces: { offset: number; bytes: Uint8Array }[] = [{ offset: 0, bytes: headerBytes }];
  let end = layout.HEADER_BYTES;
  const place = (headerWord: number, bytes: Uint8Array): void => {
    header[headerWord] = end;
    pieces.push({ offset: end, bytes });
    end = alignUp(end + bytes.length, layout.SECTION_ALIGNMENT);
  };
  header[layout.H_MAGIC] = layout.MAGIC;
  header[layout.H_VERSION] = layout.LAYOUT_VERSION;
  header[layout.H_V4_ROOT_SHIFT] = v4.rootShift;
  place(layout.H_V4_ROOT, v4.root);
  place(layout.H_V4_NODES, v4.nodes);
  header[layout.H_V6_INDEX_SHIFT] = v6.indexShift;
  place(layout.H_V6_INDEX, v6.index);
  place(layout.H_V6_GROUP_KEYS, v6.groupKeys);
  place(layout.H_V6_GROUP_FIRST, v6.groupFirst);
  place(layout.H_V6_ENTRY_KEYS, v6.entryKeys);
  place(layout.H_V6_ENTRY_VALUES, v6.entryValues);
  place(layout.H_V6_DEEP_FIRST, v6.deepFirst);
  place(layout.H_V6_DEEP_KEYS, v6.deepKeys);
  place(layout.H_V6_DEEP_PAIRS, v6.deepPairs);
  header[layout.H_PAIR_COUNT] = pairs.count;
  const pairBytes = pairs.count << layout.PAIR_BYTES_LOG2;
  const fragmentsAt = alignUp(end + pairBytes, layout.SECTION_ALIGNMENT);
  place(layout.H_PAIRS, pairRecords(pairs, fragments, fragmentsAt));
  place(layout.H_FRAGMENTS, fragments.bytes());
  const bytes = alignUp(end + layout.READABLE_SLACK_BYTES, layout.SECTION_ALIGNMENT);
  header[layout.H_BYTES] = bytes;
  header[layout.H_CHECKSUM] = checksum({ bytes, pieces });
  return { bytes, pieces };
}

/** Copies an image to the start of `target`, which must be all zeros and long enough. */
export function copyImage(image: ImagePieces, target: Uint8Array): void {
  for (const { offset, bytes } of image.pieces) target.set(bytes, offset);
}

/** Writes an image to an empty, open file. */
export function writeImage(image: ImagePieces, file: number): void {
  ftruncateSync(file, image.bytes);
  for (const { offset, bytes } of image.pieces) {
    for (let written = 0; written < bytes.length; ) {
      written += writeSync(file, bytes, written, bytes.length - written, offset + written);
    }
  }
}

/** CRC-32 of an image from CHECKSUM_FROM_BYTE on, the zeros between its pieces included. */
function checksum(image: ImagePieces): number {
  const zeros = new Uint8Array(layout.SECTION_ALIGNMENT * 4);
  let crc = 0;
  let at: number = layout.CHECKSUM_FROM_BYTE;
  const addZerosTo = (offset: number): void => {
    crc = crc32(zeros.subarray(0, offset - at), crc);
    at = offset;
  };
  for (const { offset, bytes } of image.pieces) {
    if (offset > at) addZerosTo(offset);
    crc = crc32(bytes.subarray(at - offset), crc);
    at = offset + bytes.length;
  }
  addZerosTo(image.bytes);
  return crc;
}

function pairRecords(pairs: PairTable, fragments: FragmentStore, fragmentsAt: number): Uint8Array {
  const records = new Uint32Array(pairs.count << (layout.PAIR_BYTES_LOG2 - 2));
  for (let pair = 0; pair < pairs.count; pair++) {
    const record = pair << (layout.PAIR_BYTES_LOG2 - 2);
    const as = pairs.as(pair);
    const geo = pairs.geo(pair);
    // The offset of nothing leads to the fragments too: a copy of length 0 in big steps reads there without harm.
    records[record + layout.PAIR_AS_OFFSET_BYTE / 4] = fragmentsAt + fragments.offset(as);
    records[record + layout.PAIR_AS_LENGTH_BYTE / 4] = fragments.length(as);
    records[record + layout.PAIR_GEO_OFFSET_BYTE / 4] = fragmentsAt + fragments.offset(geo);
    records[record + layout.PAIR_GEO_LENGTH_BYTE / 4] = fragments.length(geo);
  }
  return new Uint8Array(records.buffer);
}

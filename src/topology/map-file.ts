/** A map written to a file or to standard output. */

import { gzipSync } from 'node:zlib';
import { FlowbulkError } from '../errors.ts';
import { openDestination } from '../sinks/destination.ts';
import { writeWhole } from '../sinks/write.ts';

/** Text that is written at once. */
const PIECE_CHARACTERS = 1 << 20;

/**
 * Writes a text in pieces: to standard output for `-`, to a file as a whole or not at all. Throws E_USAGE for a folder,
 * and E_SINK_*.
 */
export function writeMap(destination: string, pieces: Iterable<string>, options: { gzip: boolean; run: string }): void {
  const { gzip, run } = options;
  const { spec, commit, rollBack } = openDestination(destination, { gzip, partBytes: null, run });
  if (spec.kind !== 'stream')
    throw new FlowbulkError('E_USAGE', `"${destination}" is a folder: give a file for the map`);
  let isWhole = false;
  try {
    let text = '';
    const write = () => {
      const bytes = Buffer.from(text);
      writeWhole(spec.descriptor, gzip ? gzipSync(bytes) : bytes, spec.name);
      text = '';
    };
    for (const piece of pieces) {
      text += piece;
      if (text.length >= PIECE_CHARACTERS) write();
    }
    if (text !== '') write();
    isWhole = true;
  } finally {
    if (!isWhole) rollBack();
  }
  commit();
}

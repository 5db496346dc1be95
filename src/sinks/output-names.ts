/** Names of output files: one for each object, below the destination whatever the key says. */

import { createHash } from 'node:crypto';

/** Longest name that file systems take, in bytes; some are kept for the ending and for a temporary name. */
const MAX_NAME_BYTES = 255;
const KEPT_BYTES = 60;

/** A part of a key as file name: `.`, `..` and the empty part are written with `%`, and so is `%` itself. */
function safeName(part: string): string {
  const escaped = part.replaceAll('%', '%25').replaceAll('\0', '%00');
  if (escaped === '') return '%';
  if (/^\.+$/.test(escaped)) return escaped.replaceAll('.', '%2E');
  if (Buffer.byteLength(escaped) <= MAX_NAME_BYTES - KEPT_BYTES) return escaped;
  // Cut at a character, not inside one; the hash keeps different names different.
  const hash = createHash('sha256').update(part).digest('hex').slice(0, 16);
  let head = escaped.slice(0, MAX_NAME_BYTES - KEPT_BYTES - hash.length - 1);
  while (Buffer.byteLength(head) > MAX_NAME_BYTES - KEPT_BYTES - hash.length - 1) head = head.slice(0, -1);
  return `${head.replace(/[\uD800-\uDBFF]$/, '')}~${hash}`;
}

/** The path of an object's output relative to the destination, without its ending. Different keys give different paths. */
export function outputPath(key: string): string {
  return key.split('/').map(safeName).join('/');
}

/** The ending of an output file; `part` counts from 1 where there are parts. */
export function outputEnding(how: 'whole' | 'damaged', part: number | null, gzip: boolean): string {
  const damaged = how === 'damaged' ? '.damaged' : '';
  const partName = part === null ? '' : `.part-${String(part).padStart(5, '0')}`;
  return `${damaged}${partName}.ndjson${gzip ? '.gz' : ''}`;
}

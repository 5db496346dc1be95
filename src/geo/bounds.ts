/** How long the fragments of an image can be. */

import { H_PAIR_COUNT, H_PAIRS, PAIR_AS_LENGTH_BYTE, PAIR_BYTES_LOG2, PAIR_GEO_LENGTH_BYTE } from './layout.ts';

/** The longest AS and geo fragments of an image, in bytes: they bound what a document can need. */
export function fragmentBounds(image: Buffer): { readonly asBytes: number; readonly geoBytes: number } {
  const view = new DataView(image.buffer, image.byteOffset, image.byteLength);
  const pairs = view.getUint32(H_PAIRS * 4, true);
  let asBytes = 0;
  let geoBytes = 0;
  for (let pair = 0; pair < view.getUint32(H_PAIR_COUNT * 4, true); pair++) {
    const at = pairs + (pair << PAIR_BYTES_LOG2);
    asBytes = Math.max(asBytes, view.getUint32(at + PAIR_AS_LENGTH_BYTE, true));
    geoBytes = Math.max(geoBytes, view.getUint32(at + PAIR_GEO_LENGTH_BYTE, true));
  }
  return { asBytes, geoBytes };
}

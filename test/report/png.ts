/** As much of PNG as a screenshot needs (https://www.w3.org/TR/png-3/): 8 bits a channel, not interlaced. */

import { inflateSync } from 'node:zlib';

/** A picture. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  /** Red, green and blue of a pixel, 0 to 255 each. */
  at(x: number, y: number): readonly [red: number, green: number, blue: number];
}

function paeth(a: number, b: number, c: number): number {
  const [pa, pb, pc] = [Math.abs(b - c), Math.abs(a - c), Math.abs(a + b - 2 * c)];
  return pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
}

/** Reads a PNG. Throws where it is of another kind. */
export function readPng(bytes: Buffer): Picture {
  if (bytes.toString('latin1', 1, 4) !== 'PNG') throw new Error('no PNG');
  const data: Buffer[] = [];
  for (let at = 8; at < bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    if (bytes.toString('latin1', at + 4, at + 8) === 'IDAT') data.push(bytes.subarray(at + 8, at + 8 + length));
    at += length + 12;
  }
  const [width, height] = [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
  const channels = { 2: 3, 6: 4 }[bytes[25] as number];
  if (bytes[24] !== 8 || channels === undefined || bytes[28] !== 0) throw new Error('a PNG of another kind');
  const raw = inflateSync(Buffer.concat(data));
  const stride = width * channels;
  const pixels = Buffer.alloc(height * stride);
  for (let y = 0; y < height; y++) {
    const filter = raw[y * (stride + 1)];
    for (let i = 0; i < stride; i++) {
      const to = y * stride + i;
      const left = i < channels ? 0 : pixels[to - channels]!;
      const up = y === 0 ? 0 : pixels[to - stride]!;
      const corner = y === 0 || i < channels ? 0 : pixels[to - stride - channels]!;
      const guess = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter as number]!;
      pixels[to] = (raw[y * (stride + 1) + 1 + i]! + guess) & 255;
    }
  }
  return {
    width,
    height,
    at(x, y) {
      const from = y * stride + x * channels;
      return [pixels[from]!, pixels[from + 1]!, pixels[from + 2]!];
    },
  };
}

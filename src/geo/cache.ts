/**
 * Compiled images on disk, named by what they were made of:
 *
 * ```
 *  ~/.cache/flowbulk/geo/<key>.tables    the image as it is read into memory
 *                        <key>.json      GeoInfo
 *                        inputs.json     hashes of database files
 * ```
 *
 * A file appears under its name only when it is whole; what is damaged later is found by length and checksum.
 */

import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { GeoInfo } from './info.ts';
import {
  CHECKSUM_FROM_BYTE,
  H_BYTES,
  H_CHECKSUM,
  H_MAGIC,
  H_VERSION,
  HEADER_BYTES,
  HEADER_WORDS,
  LAYOUT_VERSION,
  MAGIC,
} from './layout.ts';
import type { GeoPart } from './sources.ts';

/** Big enough for few calls, small enough to stay in the caches of the processor. */
const SLICE_BYTES = 1 << 20;

/** The folder of the cache by the XDG rules (https://specifications.freedesktop.org/basedir-spec/latest/). */
export function defaultCacheDir(): string {
  const xdg = process.env['XDG_CACHE_HOME'];
  const base = xdg !== undefined && isAbsolute(xdg) ? xdg : join(homedir(), '.cache');
  return join(base, 'flowbulk', 'geo');
}

/** The key of the image of these files: the same contents in the same roles and order, and the same layout. */
export function imageKey(parts: readonly GeoPart[], hashes: readonly string[]): string {
  const lines = parts.map((part, index) => `${part.role} ${part.format} ${hashes[index]}`);
  return createHash('sha256')
    .update([`layout ${LAYOUT_VERSION}`, ...lines].join('\n'))
    .digest('hex')
    .slice(0, 32);
}

/** Where an image is, or will be. */
export function tablesPath(folder: string, key: string): string {
  return join(folder, `${key}.tables`);
}

/** Where the GeoInfo of an image is. */
export function infoPath(folder: string, key: string): string {
  return join(folder, `${key}.json`);
}

/** Opens a whole and sound image file for reading; null where it is missing, cut off, damaged or of another layout. */
export function openImage(path: string): number | null {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    return null;
  }
  if (isSound(file)) return file;
  closeSync(file);
  return null;
}

/** The GeoInfo of a cached image; null where it is missing or damaged. */
export function readInfo(folder: string, key: string): GeoInfo | null {
  try {
    const info = JSON.parse(readFileSync(infoPath(folder, key), 'utf8')) as GeoInfo;
    return info.key === key && Array.isArray(info.sources) ? info : null;
  } catch {
    return null;
  }
}

/** All images in a cache folder that this version can use; none where the folder is missing. */
export function cachedImages(folder: string = defaultCacheDir()): GeoInfo[] {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return [];
  }
  const keys = names.filter((name) => name.endsWith('.tables')).map((name) => name.slice(0, -'.tables'.length));
  const infos = keys.map((key) => readInfo(folder, key)).filter((info) => info !== null);
  return infos.filter((info) => info.layoutVersion === LAYOUT_VERSION);
}

/** Reads `bytes` bytes of a file from its start into `target`, which may be a view of shared memory. */
export function readImage(file: number, bytes: number, target: Uint8Array): void {
  for (let at = 0; at < bytes; ) {
    const read = readSync(file, target, at, Math.min(SLICE_BYTES * 16, bytes - at), at);
    if (read === 0) throw new RangeError(`the image ended at byte ${at} of ${bytes} while it was read`);
    at += read;
  }
}

function isSound(file: number): boolean {
  const slice = new Uint8Array(SLICE_BYTES);
  const length = fstatSync(file).size;
  if (length < HEADER_BYTES) return false;
  readSync(file, slice, 0, HEADER_BYTES, 0);
  const header = new Uint32Array(slice.buffer.slice(0, HEADER_WORDS * 4));
  if (header[H_MAGIC] !== MAGIC || header[H_VERSION] !== LAYOUT_VERSION || header[H_BYTES] !== length) return false;
  let crc = 0;
  for (let at = CHECKSUM_FROM_BYTE; at < length; ) {
    const read = readSync(file, slice, 0, Math.min(SLICE_BYTES, length - at), at);
    if (read === 0) return false;
    crc = crc32(slice.subarray(0, read), crc);
    at += read;
  }
  return crc === header[H_CHECKSUM];
}

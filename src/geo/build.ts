/** Databases to an image in the cache, and from there into memory. */

import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync, unlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { FlowbulkError } from '../errors.ts';
import { defaultCacheDir, imageKey, infoPath, openImage, readImage, readInfo, tablesPath } from './cache.ts';
import { compileTables } from './compile.ts';
import type { CompileAnswer, CompileTask } from './compile-task.ts';
import { hashFiles } from './content-hash.ts';
import { copyImage } from './image.ts';
import { describeSources, type GeoInfo } from './info.ts';
import { LAYOUT_VERSION } from './layout.ts';
import { licencesBeside } from './licences.ts';
import { findParts, type GeoPart, type GeoSources } from './sources.ts';
import { temporaryName, writeWhole } from './write-whole.ts';

/** No compilation takes this long: a temporary file this old belongs to one that was killed. */
const LEFTOVER_AFTER_MS = 3_600_000;

/** How images are made. */
export interface GeoOptions {
  /** Folder of the cache; default `$XDG_CACHE_HOME/flowbulk/geo`. */
  readonly cacheDir?: string;
  /** Hears, for people, that tables are being compiled and that they are done. */
  readonly onCompile?: (text: string) => void;
  /** Ends a compilation under way. */
  readonly signal?: AbortSignal;
}

/** An image that is ready to be read into memory. */
export interface GeoImage {
  /** Bytes that `readInto` needs. */
  readonly bytes: number;
  readonly info: GeoInfo;
  /** Reads the image to the start of `target`, which may be a view of shared memory; may be called again. */
  readInto(target: Uint8Array): void;
}

/**
 * The image of these databases: from the cache where it is there and whole, else compiled and put there. Without any
 * source it is an empty image, and no file is touched. Where the cache cannot be written, the image lives in a file that
 * goes away with the process. Throws E_GEO_FILE for a database that is missing, broken or of another kind.
 */
export async function geoImage(sources: GeoSources, options: GeoOptions = {}): Promise<GeoImage> {
  const parts = findParts(sources);
  if (parts.length === 0) return emptyImage();
  const folder = options.cacheDir ?? defaultCacheDir();
  const { key, hashes } = await identify(parts, folder);
  return openCached(folder, key) ?? compile(parts, hashes, key, folder, options);
}

/** Compiles the image of these databases whether it is in the cache or not, and puts it there. Throws E_GEO_FILE. */
export async function buildGeo(sources: GeoSources, options: GeoOptions = {}): Promise<GeoImage> {
  const parts = findParts(sources);
  if (parts.length === 0) return emptyImage();
  const folder = options.cacheDir ?? defaultCacheDir();
  const { key, hashes } = await identify(parts, folder);
  return compile(parts, hashes, key, folder, options);
}

async function identify(parts: readonly GeoPart[], folder: string): Promise<{ key: string; hashes: string[] }> {
  const paths = parts.map((part) => part.path);
  try {
    mkdirSync(folder, { recursive: true });
  } catch {
    // `compile` finds another place; hashes are not remembered then.
  }
  const hashes = await hashFiles(paths, folder);
  return { key: imageKey(parts, hashes), hashes };
}

function emptyImage(): GeoImage {
  const { image, facts } = compileTables([]);
  const { ipv4Runs, ipv6Runs, pairs, fragments } = facts;
  const info: GeoInfo = {
    key: 'empty',
    layoutVersion: LAYOUT_VERSION,
    sources: [],
    bytes: image.bytes,
    ipv4Runs,
    ipv6Runs,
    pairs,
    fragments,
    compiledAt: new Date().toISOString(),
    compileMs: 0,
  };
  return {
    bytes: image.bytes,
    info,
    readInto: (target) => {
      target.fill(0, 0, image.bytes);
      copyImage(image, target);
    },
  };
}

function openCached(folder: string, key: string): GeoImage | null {
  const info = readInfo(folder, key);
  if (info === null) return null;
  const file = openImage(tablesPath(folder, key));
  return file === null ? null : fileImage(file, info);
}

/** An image in an open file. The file stays open, so that nobody can take it away or change it in between. */
function fileImage(file: number, info: GeoInfo): GeoImage {
  return { bytes: info.bytes, info, readInto: (target) => readImage(file, info.bytes, target) };
}

async function compile(
  parts: readonly GeoPart[],
  hashes: readonly string[],
  key: string,
  folder: string,
  options: GeoOptions,
): Promise<GeoImage> {
  const names = parts.map((part) => part.path).join(', ');
  options.onCompile?.(`compiling geo tables from ${names}`);
  const start = performance.now();
  const place = makePlace(folder, key);
  try {
    const { facts, bytes } = await compileInThread({ parts, target: place.temporary }, options.signal);
    const { ipv4Runs, ipv6Runs, pairs, fragments } = facts;
    const info: GeoInfo = {
      key,
      layoutVersion: LAYOUT_VERSION,
      sources: facts.parts.map((part) => ({
        ...part,
        bytes: statSync(part.path).size,
        sha256: hashes[parts.findIndex(({ role, path }) => role === part.role && path === part.path)] ?? '',
        licences: licencesBeside(part.path),
      })),
      bytes,
      ipv4Runs,
      ipv6Runs,
      pairs,
      fragments,
      compiledAt: new Date().toISOString(),
      compileMs: Math.round(performance.now() - start),
    };
    if (place.final !== null) {
      writeWhole(infoPath(folder, key), JSON.stringify(info, null, 2));
      renameSync(place.temporary, place.final);
    }
    const file = openImage(place.final ?? place.temporary);
    if (file === null)
      throw new FlowbulkError('E_GEO_FILE', `the compiled tables in ${folder} were damaged: try again`);
    if (place.final === null) unlinkSync(place.temporary);
    const kept = place.final === null ? `not kept, ${folder} cannot be written` : `kept in ${folder}`;
    const seconds = (info.compileMs / 1000).toFixed(1);
    options.onCompile?.(`compiled ${describeSources(info)} in ${seconds} s: ${Math.round(bytes / 1e6)} MB, ${kept}`);
    return fileImage(file, info);
  } finally {
    rmSync(place.scratch ?? place.temporary, { recursive: true, force: true });
  }
}

/** Where an image is written: beside its final place, or in a folder of its own where the cache cannot be written. */
function makePlace(folder: string, key: string): { temporary: string; final: string | null; scratch: string | null } {
  const final = tablesPath(folder, key);
  try {
    mkdirSync(folder, { recursive: true });
    writeWhole(join(folder, `.writable-${process.pid}`), '');
    rmSync(join(folder, `.writable-${process.pid}`));
    removeLeftovers(folder);
    return { temporary: temporaryName(final), final, scratch: null };
  } catch {
    const scratch = mkdtempSync(join(tmpdir(), 'flowbulk-geo-'));
    return { temporary: join(scratch, 'image.tables'), final: null, scratch };
  }
}

/** Removes what compilations left behind that were killed. */
function removeLeftovers(folder: string): void {
  for (const name of readdirSync(folder)) {
    if (!name.endsWith('.tmp')) continue;
    const path = join(folder, name);
    if (Date.now() - statSync(path).mtimeMs > LEFTOVER_AFTER_MS) rmSync(path, { force: true });
  }
}

function compileInThread(
  task: CompileTask,
  signal: AbortSignal | undefined,
): Promise<Exclude<CompileAnswer, { error: unknown }>> {
  // The same folder holds this module as TypeScript and, compiled, as JavaScript.
  const name = import.meta.url.endsWith('.ts') ? './compile-task.ts' : './compile-task.js';
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const worker = new Worker(new URL(name, import.meta.url), { workerData: task });
    const stop = () => {
      reject(signal?.reason);
      void worker.terminate();
    };
    signal?.addEventListener('abort', stop, { once: true });
    worker.once('message', (answer: CompileAnswer) => {
      if ('error' in answer) reject(FlowbulkError.fromWire(answer.error));
      else resolve(answer);
    });
    worker.once('error', reject);
    worker.once('exit', () => {
      signal?.removeEventListener('abort', stop);
      reject(new Error('the thread that compiles geo tables ended without an answer'));
    });
  });
}

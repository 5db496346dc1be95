/** `--objects-from`: objects from a list of keys or an S3 Inventory instead of a listing. */
import { existsSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { FlowbulkError } from '../errors.ts';
import { inflateEngine } from '../inflate/engine.ts';
import { inflateObject } from '../inflate/inflate.ts';
import { refuseArchived, refuseParquet } from '../sources/refusals.ts';
import type { Listed, Selection, Source, SourceObject } from '../sources/source.ts';
import { openSource, parseS3Uri, parseSource, type SourceSpec } from '../sources/spec.ts';
import { mapAhead } from './ahead.ts';
import { parseManifest, rowReader } from './inventory.ts';
import { lines } from './lines.ts';
import { sortByDay } from './order.ts';
import { selector } from './select.ts';

/** Objects sorted at once: a list has no bound, memory has. */
const CHUNK_OBJECTS = 20_000;

/** HEAD requests under way at a time, for objects whose size, ETag or time the list does not say. */
const HEADS = 16;

/**
 * Lists the objects that `file` names (a path, or `s3://bucket/key`) out of SOURCE, by days within chunks. It is a list
 * with one key or `s3://bucket/key` a line (paths below SOURCE where that is a folder), or the `manifest.json` of an S3
 * Inventory in CSV. Objects that SOURCE's prefix or the selection leaves out are passed over.
 *
 * Throws E_USAGE where the file cannot be read as either, E_SOURCE_* or E_OBJECT_* where it cannot be read at all.
 */
export async function* objectsFrom(
  file: string,
  spec: SourceSpec,
  source: Source,
  selection: Selection,
  signal: AbortSignal,
): AsyncGenerator<Listed> {
  const selected = selector(selection);
  let batch: Listed[] = [];
  const complete = async (listed: Listed): Promise<Listed> =>
    'object' in listed || isComplete(listed) ? listed : await source.complete(listed, signal);
  for await (const listed of mapAhead(named(file, spec, signal, selected), HEADS, complete)) {
    batch.push(listed);
    if (batch.length >= CHUNK_OBJECTS) {
      yield* sortByDay(batch);
      batch = [];
    }
  }
  yield* sortByDay(batch);
}

function isComplete(object: SourceObject): boolean {
  return object.size >= 0 && (object.kind !== 's3' || (object.etag !== null && object.lastModifiedMs > 0));
}

async function* named(
  file: string,
  spec: SourceSpec,
  signal: AbortSignal,
  selected: (key: string) => boolean,
): AsyncGenerator<Listed> {
  if (spec.kind === 'stdin') {
    throw new FlowbulkError('E_USAGE', '--objects-from needs a bucket or a folder as SOURCE, not standard input');
  }
  const isManifest = file.endsWith('.json');
  const objects = isManifest ? inventoryObjects(file, spec, signal) : listObjects(file, spec, signal);
  for await (const listed of objects) {
    if (selected('object' in listed ? listed.object.key : listed.key)) {
      yield listed;
    }
  }
}

async function* listObjects(file: string, spec: SourceSpec, signal: AbortSignal): AsyncGenerator<Listed> {
  for await (const line of lines(textOf(file, spec, signal))) {
    const object = spec.kind === 's3' ? s3Object(line, spec.bucket, spec.prefix, file) : pathObject(line, spec, file);
    if (object !== null) {
      yield refuseParquet(object);
    }
  }
}

function s3Object(line: string, bucket: string, prefix: string, file: string): SourceObject | null {
  const uri = line.startsWith('s3://') ? parseS3Uri(line) : { bucket, key: line };
  if (uri.bucket !== bucket) {
    throw new FlowbulkError(
      'E_USAGE',
      `${file} names ${line}, but SOURCE is s3://${bucket}: give one bucket at a time`,
    );
  }
  return uri.key.startsWith(prefix) ? bareObject('s3', bucket, uri.key, null) : null;
}

function pathObject(line: string, spec: SourceSpec, file: string): SourceObject {
  const root = spec.kind === 'files' ? resolve(spec.root) : '';
  const path = resolve(root, line);
  const key = relative(root, path);
  if (key === '' || key.startsWith('..') || isAbsolute(key)) {
    throw new FlowbulkError('E_USAGE', `${file} names ${line}, which is not below ${root}: give paths below SOURCE`);
  }
  return bareObject('file', null, key.split(sep).join('/'), path);
}

function bareObject(kind: 's3' | 'file', bucket: string | null, key: string, path: string | null): SourceObject {
  return { kind, bucket, key, path, etag: null, size: -1, lastModifiedMs: 0 };
}

async function* inventoryObjects(file: string, spec: SourceSpec, signal: AbortSignal): AsyncGenerator<Listed> {
  let text = '';
  for await (const line of lines(textOf(file, spec, signal))) {
    text += `${line}\n`;
  }
  const manifest = parseManifest(text, file);
  if (spec.kind !== 's3' || manifest.sourceBucket !== spec.bucket) {
    const what = `${file} is an inventory of s3://${manifest.sourceBucket}`;
    throw new FlowbulkError('E_USAGE', `${what}, which is not SOURCE: give s3://${manifest.sourceBucket} as SOURCE`);
  }
  const readRow = rowReader(manifest.columns);
  for (const { key } of manifest.files) {
    const data = dataFile(file, manifest.destinationBucket, key);
    for await (const line of lines(textOf(data, spec, signal))) {
      const row = readRow(line);
      if (row === null || !row.key.startsWith(spec.prefix) || row.key.endsWith('/')) {
        continue;
      }
      const object: SourceObject = {
        ...bareObject('s3', spec.bucket, row.key, null),
        etag: row.etag,
        size: row.size ?? -1,
        lastModifiedMs: row.lastModifiedMs ?? 0,
      };
      // An inventory does not say what has been restored: then HEAD does.
      yield isArchive(row.storageClass) ? { ...object, etag: null } : refuseArchived(object, undefined, false);
    }
  }
}

function isArchive(storageClass: string | null): boolean {
  return storageClass === 'GLACIER' || storageClass === 'DEEP_ARCHIVE';
}

/** Where a data file lies: beside a local manifest as AWS lays them out or flat, else in the inventory's bucket. */
function dataFile(manifest: string, bucket: string, key: string): string {
  if (!manifest.startsWith('s3://')) {
    const folder = dirname(manifest);
    const name = basename(key);
    const beside = [join(folder, name), join(folder, 'data', name), join(folder, '..', 'data', name)].find((path) =>
      existsSync(path),
    );
    if (beside !== undefined) {
      return beside;
    }
  }
  return `s3://${bucket}/${key}`;
}

/** The text of a path or an S3 URI, inflated where it is gzip. An S3 URI is read as SOURCE is. */
async function* textOf(location: string, spec: SourceSpec, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const source = openSource(parseSource(location, { aws: spec.kind === 's3' ? spec.aws : {} }));
  try {
    const object = location.startsWith('s3://')
      ? bareObject('s3', parseS3Uri(location).bucket, parseS3Uri(location).key, null)
      : bareObject('file', null, location, location);
    yield* inflateObject((fromByte) => source.open(object, fromByte, signal), inflateEngine(), { name: location });
  } finally {
    await source.close();
  }
}

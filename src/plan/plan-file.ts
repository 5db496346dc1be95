/**
 * Plan files: what `plan --out` writes and `run --plan` reads. NDJSON, one object a line, so that millions of objects go
 * through without being held:
 *
 * ```
 * {"v":1,"kind":"plan","source":{"kind":"s3","bucket":…,"prefix":…,"endpoint":null},"selection":{…},"made":…,"flowbulk":…}
 * {"kind":"s3","bucket":…,"key":…,"path":null,"etag":…,"size":…,"lastModifiedMs":…}
 * {…,"code":"E_OBJECT_PARQUET","reason":…}                         one that cannot be read
 * {"kind":"end","objects":2,"bytes":…}                             tells a whole file from one that was cut
 * ```
 */

import { closeSync, createReadStream, fstatSync, openSync, readSync, renameSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { FlowbulkError } from '../errors.ts';
import { temporaryName } from '../geo/write-whole.ts';
import { sinkError, writeWhole } from '../sinks/write.ts';
import type { LogGroupName } from '../sources/log-group.ts';
import type { Listed, RefusedObject, SourceObject } from '../sources/source.ts';
import type { SourceSpec } from '../sources/spec.ts';
import { lines } from './lines.ts';
import { objectOf } from './lister.ts';

/** Version of the format. */
const VERSION = 1;

const BUFFER_CHARACTERS = 1 << 20;
const READ_BYTES = 256 << 10;

/** The closing line is shorter than this. */
const TAIL_BYTES = 512;

/** What names a source in a plan: all that says where objects lie, nothing of who reads them. */
type SourceName =
  | { readonly kind: 's3'; readonly bucket: string; readonly prefix: string; readonly endpoint: string | null }
  | { readonly kind: 'cloudwatch'; readonly group: LogGroupName; readonly endpoint: string | null }
  | { readonly kind: 'files'; readonly root: string };

function sourceName(spec: SourceSpec): SourceName {
  switch (spec.kind) {
    case 's3':
      return { kind: 's3', bucket: spec.bucket, prefix: spec.prefix, endpoint: spec.aws.endpointUrl ?? null };
    case 'cloudwatch':
      return { kind: 'cloudwatch', group: spec.group, endpoint: spec.aws.endpointUrl ?? null };
    case 'files':
      return { kind: 'files', root: path.resolve(spec.root) };
    case 'sqs':
      throw new FlowbulkError('E_USAGE', 'a queue cannot be planned: give s3://bucket/prefix');
    case 'stdin':
      throw new FlowbulkError(
        'E_USAGE',
        'standard input cannot be planned: give a file, a folder or s3://bucket/prefix',
      );
  }
}

function describeSource(name: SourceName): string {
  if (name.kind === 'files') return name.root;
  const at = name.endpoint === null ? '' : ` at ${name.endpoint}`;
  if (name.kind === 's3') return `s3://${name.bucket}/${name.prefix}${at}`;
  const { name: group, arn, isPrefix, region } = name.group;
  return `cloudwatch://${arn ?? group}${isPrefix ? '*' : ''}${region === null ? '' : `?region=${region}`}${at}`;
}

/** Writes a plan file: under a temporary name until it is whole. Methods throw E_SINK_*. */
export class PlanWriter {
  readonly #file: string;
  readonly #temporary: string;
  readonly #descriptor: number;
  #isOpen = true;
  #waiting = '';
  #objects = 0;
  #bytes = 0;

  /** Begins a file. `about` goes into its head. Throws E_USAGE for standard input, and where `file` is a folder. */
  constructor(file: string, spec: SourceSpec, about: { readonly selection: object; readonly flowbulk: string }) {
    const source = sourceName(spec);
    // Told now, not after a listing of an hour.
    if (file === '-' || statSync(file, { throwIfNoEntry: false })?.isDirectory() === true) {
      throw new FlowbulkError(
        'E_USAGE',
        `a plan is written to a file, and ${file} is none: give a name such as plan.ndjson`,
      );
    }
    this.#file = file;
    this.#temporary = temporaryName(file);
    try {
      this.#descriptor = openSync(this.#temporary, 'wx');
    } catch (error) {
      throw sinkError(error, file);
    }
    const { selection, flowbulk } = about;
    this.#line({ v: VERSION, kind: 'plan', source, selection, made: new Date().toISOString(), flowbulk });
  }

  /** Adds an object; paths become absolute, so that the plan holds in any folder. */
  add(listed: Listed): void {
    const object = objectOf(listed);
    this.#objects++;
    this.#bytes += Math.max(0, object.size);
    const { kind, bucket, key, etag, size, lastModifiedMs, region, toMs, logFormats } = object;
    const place = object.path === null ? null : path.resolve(object.path);
    const refusal = 'object' in listed ? { code: listed.code, reason: listed.reason } : {};
    this.#line({ kind, bucket, key, path: place, etag, size, lastModifiedMs, region, toMs, logFormats, ...refusal });
  }

  /** Ends the file and gives it its name. Where that fails, it is still to be taken back. */
  commit(): void {
    this.#line({ kind: 'end', objects: this.#objects, bytes: this.#bytes });
    this.#flush();
    try {
      this.#close();
      renameSync(this.#temporary, this.#file);
    } catch (error) {
      throw sinkError(error, this.#file);
    }
  }

  /** Takes away what was written. */
  rollBack(): void {
    this.#close();
    rmSync(this.#temporary, { force: true });
  }

  #close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    closeSync(this.#descriptor);
  }

  #line(value: object): void {
    this.#waiting += `${JSON.stringify(value)}\n`;
    if (this.#waiting.length >= BUFFER_CHARACTERS) this.#flush();
  }

  #flush(): void {
    const bytes = Buffer.from(this.#waiting);
    this.#waiting = '';
    writeWhole(this.#descriptor, bytes, this.#file);
  }
}

/**
 * Reads a plan file for SOURCE, lazily, in its order. Throws before the first object: E_USAGE where it cannot be opened
 * or is of another source, E_FORMAT where it is no plan, of a newer version, or was cut; later E_FORMAT for a line
 * that is broken, and where lines are missing.
 */
export async function* readPlan(file: string, spec: SourceSpec): AsyncGenerator<Listed> {
  const end = readEnd(file);
  let at = 0;
  let objects = 0;
  for await (const line of lines(createReadStream(file, { highWaterMark: READ_BYTES }))) {
    at++;
    const value = parseLine(line, file, at);
    if (at === 1) {
      checkHead(value, file, spec);
      if (end === null) throw broken(file, 'was cut: its last line is missing; make it again with flowbulk plan --out');
      continue;
    }
    if (value['kind'] === 'end') break;
    objects++;
    yield listedOf(value, file, at);
  }
  if (at === 0) throw broken(file, 'is empty');
  if (objects !== end?.['objects']) {
    throw broken(file, `holds ${objects} objects, and its last line says ${end?.['objects']}: make it again`);
  }
}

type Values = Readonly<Record<string, unknown>>;

function broken(file: string, what: string): FlowbulkError {
  return new FlowbulkError('E_FORMAT', `the plan ${file} ${what}`);
}

/** The closing line; null where there is none. */
function readEnd(file: string): Values | null {
  let descriptor: number | null = null;
  try {
    descriptor = openSync(file, 'r');
    const { size } = fstatSync(descriptor);
    const tail = Buffer.alloc(Math.min(size, TAIL_BYTES));
    readSync(descriptor, tail, 0, tail.length, size - tail.length);
    const text = tail.toString();
    const last = text.endsWith('\n') ? text.trimEnd().split('\n').at(-1) : undefined;
    const value = last === undefined ? null : (JSON.parse(last) as Values | null);
    return value?.['kind'] === 'end' ? value : null;
  } catch (cause) {
    if (cause instanceof SyntaxError) return null;
    const { message } = cause as Error;
    throw new FlowbulkError('E_USAGE', `cannot read the plan ${file}: ${message}`, { cause });
  } finally {
    if (descriptor !== null) closeSync(descriptor);
  }
}

function parseLine(line: string, file: string, at: number): Values {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === 'object' && value !== null) return value as Values;
  } catch {
    // Told below.
  }
  throw broken(file, at === 1 ? 'is no plan: make one with flowbulk plan --out' : `is broken at line ${at}`);
}

function checkHead({ v, kind, source }: Values, file: string, spec: SourceSpec): void {
  const isPlan = kind === 'plan' && typeof v === 'number' && typeof source === 'object' && source !== null;
  if (!isPlan) throw broken(file, 'is no plan: make one with flowbulk plan --out');
  if (v > VERSION) {
    throw broken(file, `is of version ${v}, this flowbulk reads ${VERSION}: use the one that made it, or plan again`);
  }
  const [theirs, ours] = [source as SourceName, sourceName(spec)];
  if (describeSource(theirs) !== describeSource(ours)) {
    throw new FlowbulkError(
      'E_USAGE',
      `the plan ${file} is of ${describeSource(theirs)}, not of ${describeSource(ours)}: give the SOURCE it was made for`,
    );
  }
}

function listedOf(value: Values, file: string, at: number): Listed {
  const { kind, bucket, key, path: place, etag, size, lastModifiedMs, region, toMs, logFormats, code, reason } = value;
  const isText = (one: unknown) => one === null || typeof one === 'string';
  const isObject =
    (kind === 's3' || kind === 'file' || kind === 'cloudwatch') &&
    typeof key === 'string' &&
    typeof size === 'number' &&
    typeof lastModifiedMs === 'number' &&
    [bucket, place, etag].every(isText);
  if (!isObject) throw broken(file, `is broken at line ${at}`);
  const more = Object.fromEntries(Object.entries({ region, toMs, logFormats }).filter(([, one]) => one !== undefined));
  const object = { kind, bucket, key, path: place, etag, size, lastModifiedMs, ...more } as SourceObject;
  if (typeof code !== 'string') return object;
  return { object, code: code as RefusedObject['code'], reason: String(reason) };
}

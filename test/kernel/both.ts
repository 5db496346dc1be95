/** One object through both encoders: the kernel in its arena, fed in chunks, and the record reader alone. */

import assert from 'node:assert/strict';
import { isUtf8 } from 'node:buffer';
import { DEFAULT_DOCUMENTS, type DocumentOptions, type ObjectContext } from '../../src/formats/document.ts';
import type { Columns } from '../../src/formats/header.ts';
import { countsLikeFilebeat } from '../../src/formats/ids.ts';
import type { RefusedLine } from '../../src/formats/line-reader.ts';
import { RecordReader } from '../../src/formats/record-reader.ts';
import { fragmentBounds } from '../../src/geo/bounds.ts';
import { GeoTables } from '../../src/geo/tables.ts';
import { Converter } from '../../workers/converter.ts';
import { Kernel, loadKernelModule } from '../../workers/kernel.ts';
import { createRunMemory, type RunMemory, tablesOf } from '../../workers/memory.ts';
import { compileFixture } from '../geo/fixture.ts';

/** What an object became: documents as they follow each other, and the lines that became none. */
export interface Converted {
  readonly documents: Buffer;
  readonly refused: readonly RefusedLine[];
  /** Records that the filter left out. */
  readonly filtered: number;
}

/** What encoders are set up with. */
export interface Setup {
  readonly options?: Partial<DocumentOptions>;
  readonly format?: Columns | null;
  /** A geo image; without it nothing is known of addresses. */
  readonly geo?: Uint8Array;
  readonly bodyBytes?: number;
  /** In place of a memory with one arena. */
  readonly memory?: RunMemory;
  /** Which arena of the memory. */
  readonly worker?: number;
}

export const OPTIONS: DocumentOptions = DEFAULT_DOCUMENTS;

const KEY =
  'AWSLogs/123456789010/vpcflowlogs/us-east-1/2025/01/30/123456789010_vpcflowlogs_us-east-1_fl-1234abcd_20250130T1010Z_0f1e2d3c.log.gz';

/** An object in S3, with everything that documents can say of it. */
export const IN_S3: ObjectContext = {
  s3: { bucket: 'flow-logs', arn: 'arn:aws:s3:::flow-logs', key: KEY },
  log: null,
  path: `https://flow-logs.s3.us-east-1.amazonaws.com/${KEY}`,
  region: 'us-east-1',
  timeMs: Date.UTC(2025, 0, 30, 10, 10),
  idPrefix: '0123456789abcdef0123-',
};

/** A local file whose name needs escapes; no region, no ids. */
export const LOCAL: ObjectContext = {
  s3: null,
  log: null,
  path: '/var/log/a "quoted"\\é\n.log',
  region: null,
  timeMs: Date.UTC(2025, 0, 30, 10, 10, 11, 123),
  idPrefix: null,
};

const NO_GEO = compileFixture({}).image;
const MODULE = loadKernelModule();

/** Both encoders with the same options; what they learn from one object (columns' programs) they keep for the next. */
export class Both {
  readonly kernel: Kernel;
  readonly memory: RunMemory;
  readonly options: DocumentOptions;
  readonly #converter: Converter;
  readonly #reader: RecordReader;
  #viaKernel: RefusedLine[] = [];
  #viaReader: RefusedLine[] = [];
  #texts: string[] = [];
  #filtered = 0;

  constructor(setup: Setup = {}) {
    const options = { ...OPTIONS, ...setup.options };
    const geo = setup.geo ?? NO_GEO;
    this.options = options;
    const { bodyBytes } = setup;
    this.memory =
      setup.memory ?? createRunMemory(geo.length, 1, bodyBytes === undefined ? undefined : { bodyBytes, bodies: 3 });
    const tables = tablesOf(this.memory);
    tables.set(geo);
    this.kernel = new Kernel(MODULE, this.memory, setup.worker ?? 0, options, fragmentBounds(tables));
    const format = setup.format ?? null;
    const known = new GeoTables(tables);
    this.#converter = new Converter(this.kernel, options, format, known, (line) => this.#viaKernel.push(line));
    this.#reader = new RecordReader(format, options, known, {
      document: (text) => this.#texts.push(text),
      filtered: () => this.#filtered++,
      refused: (line) => this.#viaReader.push(line),
    });
  }

  /** Through the kernel, in chunks of `chunkBytes`; the object may be damaged after its last byte. */
  viaKernel(object: Buffer, context: ObjectContext, chunkBytes: number, end: 'whole' | 'damaged' = 'whole'): Converted {
    const converter = this.#converter;
    const { bodies } = this.kernel.arena;
    const given: Buffer[] = [];
    let next = 0;
    const give = (): void => {
      const body = converter.giveBody();
      if (body !== null) given.push(Buffer.from(body.place.view.subarray(0, body.bytes)));
    };
    const pump = (): void => {
      while (converter.run() === 'needs body') {
        give();
        converter.takeBody(bodies[next++ % bodies.length]!);
      }
    };
    this.#viaKernel = [];
    converter.begin(context);
    for (let at = 0; at < object.length; at += chunkBytes) {
      const chunk = object.subarray(at, at + chunkBytes);
      for (let taken = 0; taken < chunk.length; ) {
        taken += converter.fill(chunk, taken);
        pump();
      }
    }
    if (end === 'whole') converter.end();
    else converter.dropLineBegun();
    pump();
    give();
    const { documents, refused, filtered } = converter.counts;
    const result = { documents: Buffer.concat(given), refused: this.#viaKernel, filtered };
    assert.equal(refused, result.refused.length, 'refused lines are counted');
    assert.equal(
      documents * (this.options.as === 'bulk' ? 2 : 1),
      lineCount(result.documents),
      'documents are counted',
    );
    return result;
  }

  /** Line by line through the record reader. */
  viaReader(object: Buffer, context: ObjectContext): Converted {
    this.#viaReader = [];
    this.#texts = [];
    this.#filtered = 0;
    this.#reader.begin(context);
    let uncounted = 0;
    for (let from = 0; from < object.length; ) {
      const newline = object.indexOf(10, from);
      const end = newline === -1 ? object.length : newline;
      const isRecord = this.#reader.read(object.subarray(from, end), from, from - uncounted);
      if (!isRecord && countsLikeFilebeat(this.options.ids)) uncounted += end + 1 - from;
      from = end + 1;
    }
    return { documents: Buffer.from(this.#texts.join('')), refused: this.#viaReader, filtered: this.#filtered };
  }

  /** Both ways; what comes out must be the same, byte for byte, and valid JSON. */
  convert(
    object: Buffer | string,
    context: ObjectContext = IN_S3,
    chunkSizes: readonly number[] = [65_536],
  ): Converted {
    const bytes = Buffer.from(object);
    const expected = this.viaReader(bytes, context);
    assertJson(expected.documents);
    for (const chunkBytes of chunkSizes) assertSame(this.viaKernel(bytes, context, chunkBytes), expected, bytes);
    return expected;
  }
}

function lineCount(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(10); at !== -1; at = bytes.indexOf(10, at + 1)) count++;
  return count;
}

/** Every line is JSON, and all of it UTF-8. */
function assertJson(documents: Buffer): void {
  assert.ok(isUtf8(documents), 'documents are UTF-8');
  if (documents.length === 0) return;
  const lines = documents.toString().split('\n');
  assert.equal(lines.pop(), '', 'the last document ends with a newline');
  for (const line of lines) JSON.parse(line);
}

function offsetOf(document: string | undefined): number | undefined {
  const offset = /"offset":(\d+)/.exec(document ?? '')?.[1];
  return offset === undefined ? undefined : Number(offset);
}

/** The same documents and the same refused lines; says at which line of the object they part. */
function assertSame(actual: Converted, expected: Converted, object: Buffer): void {
  if (!actual.documents.equals(expected.documents)) {
    const got = actual.documents.toString('latin1').split('\n');
    const wanted = expected.documents.toString('latin1').split('\n');
    const at = wanted.findIndex((line, i) => line !== got[i]);
    const offset = offsetOf(wanted[at]) ?? offsetOf(wanted[at + 1]) ?? 0;
    const line = object.subarray(offset, object.indexOf(10, offset) >>> 0).toString('latin1');
    assert.equal(got[at], wanted[at], `kernel and reference part at document ${at}, line ${JSON.stringify(line)}`);
    assert.fail(`the kernel wrote ${got.length} lines, the reference ${wanted.length}`);
  }
  const part = actual.refused.findIndex((line, i) => JSON.stringify(line) !== JSON.stringify(expected.refused[i]));
  if (part !== -1) assert.deepEqual(actual.refused[part], expected.refused[part]);
  assert.equal(actual.refused.length, expected.refused.length, 'as many refused lines');
  assert.equal(actual.filtered, expected.filtered, 'as many records filtered');
}

/** Flow logs on disk for loads, and what the reference encoder says of them: ids, and documents of any of their lines. */
import assert from 'node:assert/strict';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { DEFAULT_DOCUMENTS, documentOptions } from '../../../src/formats/document.ts';
import { idOffset, idPrefix } from '../../../src/formats/ids.ts';
import { RecordReader } from '../../../src/formats/record-reader.ts';
import { columnsOf } from '../../../src/generate/columns.ts';
import { generateLogs } from '../../../src/generate/generate.ts';
import { Prng } from '../../../src/generate/prng.ts';
import type { GeoTables } from '../../../src/geo/tables.ts';
import { parseKey } from '../../../src/plan/keys.ts';
import { FilesSource } from '../../../src/sources/files.ts';
import type { SourceObject } from '../../../src/sources/source.ts';
import { compileFixture } from '../../geo/fixture.ts';

const FIRST_DAY = Date.UTC(2025, 0, 1) / 86_400_000;
const NEVER = new AbortController().signal;

/** A line that is no record, and why. */
const BAD_LINE = 'not a flow log record';
export const BAD_LINE_CODE = 'token_count';

/** What documents say beside their records, where no option says otherwise. */
const OPTIONS = documentOptions({ ...DEFAULT_DOCUMENTS, as: 'bulk' });

const NO_GEO = compileFixture({}).tables;

/** Which logs to make: `badLines` of the objects have one line each that is no record. */
export interface LogsAsked {
  readonly records: number;
  readonly objects: number;
  readonly days?: number;
  readonly badLines?: number;
}

/** A line that is a record. */
interface GoodLine {
  readonly id: string;
  readonly object: SourceObject;
  readonly offset: number;
  readonly text: string;
}

/** Logs that lie in a folder. */
export class FlowLogs {
  readonly folder: string;
  /** Records that become documents, in no order that matters. */
  readonly lines: readonly GoodLine[];
  readonly badLines: number;
  readonly objects: number;

  constructor(folder: string, lines: readonly GoodLine[], badLines: number, objects: number) {
    this.folder = folder;
    this.lines = lines;
    this.badLines = badLines;
    this.objects = objects;
  }

  /** Number of documents that the logs become. */
  get count(): number {
    return this.lines.length;
  }

  /** The ids of all documents, sorted. */
  sortedIds(): string[] {
    return this.lines.map(({ id }) => id).sort();
  }

  /** Value `column` of each record (as in AWS's default format, the first is 0), by id. */
  column(column: number): Map<string, string> {
    return new Map(this.lines.map(({ id, text }) => [id, text.split(' ')[column] as string]));
  }

  /** The ids of `count` documents that `seed` picks. */
  pick(count: number, seed: number): string[] {
    const prng = new Prng(seed, 0);
    const picked = new Set<string>();
    while (picked.size < count) picked.add((this.lines[prng.between(0, this.count - 1)] as GoodLine).id);
    return [...picked];
  }

  /** Documents as the reference encoder makes them, by id. */
  documents(ids: readonly string[], geo: GeoTables = NO_GEO): Map<string, unknown> {
    const wanted = new Set(ids);
    const lines = this.lines.filter(({ id }) => wanted.has(id));
    return new Map(lines.map((line) => [line.id, JSON.parse(referenceDocument(line, geo))]));
  }
}

const HEADER = columnsOf('v2').join(' ');

/** Makes logs of AWS's default format in `folder`, gzipped, with AWS's keys. */
export async function makeFlowLogs(folder: string, { records, objects, days = 1, badLines = 0 }: LogsAsked) {
  const spread = {
    records,
    objects,
    seed: 1,
    addresses: 'zipf',
    fromDay: FIRST_DAY,
    toDay: FIRST_DAY + days - 1,
  } as const;
  await generateLogs({ folder, columns: columnsOf('v2'), ...spread }, NEVER);
  const lines: GoodLine[] = [];
  let at = 0;
  for await (const listed of new FilesSource(folder).list({}, NEVER)) {
    assert.ok(!('object' in listed));
    const isSpoilt = at++ < badLines;
    if (isSpoilt) spoil(listed.path as string);
    const { size, mtimeMs } = statSync(listed.path as string);
    lines.push(...goodLines({ ...listed, size, lastModifiedMs: mtimeMs }));
  }
  assert.deepEqual([lines.length, at], [records, objects]);
  return new FlowLogs(folder, lines, badLines, objects);
}

/** Puts a bad line into the middle of the object. */
function spoil(file: string): void {
  const lines = gunzipSync(readFileSync(file)).toString().split('\n');
  lines.splice(lines.length >> 1, 0, BAD_LINE);
  writeFileSync(file, gzipSync(lines.join('\n')));
}

function* goodLines(object: SourceObject): Generator<GoodLine> {
  const prefix = idPrefix(object, OPTIONS.ids);
  let offset = 0;
  for (const text of gunzipSync(readFileSync(object.path as string))
    .toString()
    .split('\n')) {
    const isRecord = text !== '' && text !== HEADER && text !== BAD_LINE;
    if (isRecord) yield { id: `${prefix}${idOffset(offset)}`, object, offset, text };
    offset += Buffer.byteLength(text) + 1;
  }
}

function referenceDocument({ id, object, offset, text }: GoodLine, geo: GeoTables): string {
  const documents: string[] = [];
  const reader = new RecordReader(null, OPTIONS, geo, {
    document: (json) => documents.push(json),
    filtered: () => {},
    refused: ({ reason }) => assert.fail(reason),
  });
  const { region, timeMs } = parseKey(object.key);
  reader.begin({
    s3: null,
    log: null,
    path: path.resolve(object.path as string),
    region,
    timeMs: timeMs ?? object.lastModifiedMs,
    idPrefix: idPrefix(object, OPTIONS.ids),
  });
  reader.read(Buffer.from(HEADER), 0, 0);
  reader.read(Buffer.from(text), offset, offset);
  const [action = '', document = ''] = (documents[0] ?? '').split('\n');
  assert.equal(JSON.parse(action).create._id, id);
  return document;
}

/** Lines through a record reader, for tests of formats. */

import { parseFormat } from '../../src/formats/detect.ts';
import type { DocumentOptions, ObjectContext } from '../../src/formats/document.ts';
import type { RefusedLine } from '../../src/formats/line-reader.ts';
import { RecordReader } from '../../src/formats/record-reader.ts';
import type { GeoTables } from '../../src/geo/tables.ts';
import { compileFixture } from '../geo/fixture.ts';
import { IN_S3, OPTIONS } from '../kernel/both.ts';

/** A document as it is parsed; tests look into it as they like. */
// biome-ignore lint/suspicious/noExplicitAny: a document of any form
export type Document = any;

const NO_GEO = compileFixture({}).tables;

/** What `read` is told beside the lines. */
export interface Reading {
  readonly options?: Partial<DocumentOptions>;
  readonly context?: ObjectContext;
  readonly format?: string;
  readonly geo?: GeoTables;
}

/** Reads lines (or bytes) as one object; every document is told with the text that it was written as. */
export function read(lines: readonly (string | Buffer)[], reading: Reading = {}) {
  const texts: string[] = [];
  const refused: RefusedLine[] = [];
  let filtered = 0;
  const format = reading.format === undefined ? null : parseFormat(reading.format);
  const reader = new RecordReader(format, { ...OPTIONS, ...reading.options }, reading.geo ?? NO_GEO, {
    document: (text) => texts.push(text),
    filtered: () => filtered++,
    refused: (line) => refused.push(line),
  });
  reader.begin(reading.context ?? IN_S3);
  let offset = 0;
  const wasRecord = lines.map((line) => {
    const bytes = Buffer.from(line);
    const isRecord = reader.read(bytes, offset, offset);
    offset += bytes.length + 1;
    return isRecord;
  });
  const documents = texts.map((text) => JSON.parse(text.trimEnd().split('\n').at(-1)!) as Document);
  return { texts, documents, refused, filtered, wasRecord };
}

/** The whole way as one writes it first: createGunzip, readline, the naive transform, JSON.stringify, write. */

import { createReadStream, writeSync } from 'node:fs';
import readline from 'node:readline';
import { createGunzip } from 'node:zlib';
import { type NaiveObject, naiveDocument } from './naive.ts';
import type { NaiveGeo } from './naive-geo.ts';

const WRITE_CHARACTERS = 4 << 20;

/** Converts the text of an object, its header first, in memory. Gives the characters it made, and hears each document. */
export function naiveConvertText(
  text: string,
  object: NaiveObject,
  geo: NaiveGeo,
  onDocument: (json: string) => void = () => {},
): number {
  const [header = '', ...lines] = text.split('\n');
  const names = header.split(' ');
  let offset = header.length + 1;
  let characters = 0;
  for (const line of lines) {
    if (line !== '') {
      const document = naiveDocument(names, line, offset, object, geo);
      if (document === null) throw new Error(`the naive transform refused: ${line}`);
      const json = JSON.stringify(document);
      characters += json.length + 1;
      onDocument(json);
    }
    offset += line.length + 1;
  }
  return characters;
}

/** Converts a gzip file of flow logs to documents, written to an open file. Gives the records. */
export async function naiveConvertFile(
  file: string,
  object: NaiveObject,
  geo: NaiveGeo,
  descriptor: number,
): Promise<number> {
  const lines = readline.createInterface({
    input: createReadStream(file).pipe(createGunzip()),
    crlfDelay: Number.POSITIVE_INFINITY,
  });
  let names: readonly string[] | null = null;
  let offset = 0;
  let records = 0;
  let text = '';
  for await (const line of lines) {
    if (names === null) names = line.split(' ');
    else {
      const document = naiveDocument(names, line, offset, object, geo);
      if (document === null) throw new Error(`the naive transform refused: ${line}`);
      text += `${JSON.stringify(document)}\n`;
      records++;
      if (text.length > WRITE_CHARACTERS) {
        writeSync(descriptor, Buffer.from(text));
        text = '';
      }
    }
    offset += line.length + 1;
  }
  writeSync(descriptor, Buffer.from(text));
  return records;
}

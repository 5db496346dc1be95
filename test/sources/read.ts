/** Reading of sources in tests. */
import type { Listed, Selection, Source, SourceObject } from '../../src/sources/source.ts';

export const NEVER = new AbortController().signal;

export async function listAll(
  source: Source,
  selection: Selection = {},
  signal: AbortSignal = NEVER,
): Promise<Listed[]> {
  const out: Listed[] = [];
  for await (const listed of source.list(selection, signal)) {
    out.push(listed);
  }
  return out;
}

export function keysOf(listed: readonly Listed[]): string[] {
  return listed.map((item) => ('object' in item ? `${item.code} ${item.object.key}` : item.key));
}

export async function readAll(
  source: Source,
  object: SourceObject,
  fromByte = 0,
  signal: AbortSignal = NEVER,
): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of source.open(object, fromByte, signal)) {
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/**
 * The documents of a `_bulk` body, in place: which part of the bytes each one is, and what is left of them when some
 * are answered for.
 *
 * ```
 * {"create":{"_id":"…"}}\n{"@timestamp":…}\n{"create":{"_id":"…"}}\n{"@timestamp":…}\n
 * ▲ start of 0                              ▲ start of 1                              ▲ end
 * ```
 *
 * Most bodies are answered with success at once, so places are only looked for when they are needed.
 */

import type { BodyPart } from '../sinks/document-account.ts';
import { cutParts } from './body-parts.ts';

const NEWLINE = 10;

/** Documents over bytes that the caller owns: `retain` moves them there. */
export class BulkDocuments {
  #bytes: Buffer;
  #parts: BodyPart[];
  #count: number;
  #starts: Uint32Array | null = null;

  constructor(bytes: Buffer, parts: readonly BodyPart[]) {
    this.#bytes = bytes;
    this.#parts = parts.map((part) => ({ ...part }));
    this.#count = parts.reduce((sum, { documents }) => sum + documents, 0);
  }

  /** The documents with their action lines: the body to send. */
  get bytes(): Buffer {
    return this.#bytes;
  }

  /** Documents that are left. */
  get count(): number {
    return this.#count;
  }

  /** What is left, by object, in order. */
  get parts(): readonly BodyPart[] {
    return this.#parts;
  }

  /** Start of each document's action line, and the end. */
  #places(): Uint32Array {
    if (this.#starts !== null) return this.#starts;
    const starts = new Uint32Array(this.#count + 1);
    let at = 0;
    for (let i = 0; i < this.#count; i++) {
      starts[i] = at;
      at = this.#bytes.indexOf(NEWLINE, this.#bytes.indexOf(NEWLINE, at) + 1) + 1;
    }
    starts[this.#count] = at;
    this.#starts = starts;
    return starts;
  }

  #line(index: number, which: 'action' | 'document'): string {
    const starts = this.#places();
    const [from, to] = [starts[index] as number, (starts[index + 1] as number) - 1];
    const middle = this.#bytes.indexOf(NEWLINE, from);
    return which === 'action'
      ? this.#bytes.toString('utf8', from, middle)
      : this.#bytes.toString('utf8', middle + 1, to);
  }

  /** What the action line says: index and id, null where it does not. */
  action(index: number): { readonly index: string | null; readonly id: string | null } {
    const [meta] = Object.values(JSON.parse(this.#line(index, 'action')) as Record<string, Record<string, string>>);
    return { index: meta?.['_index'] ?? null, id: meta?.['_id'] ?? null };
  }

  /** The document's JSON. */
  document(index: number): string {
    return this.#line(index, 'document');
  }

  /** Keeps the documents for which `isKept` holds; asked once for each, in order. The others' bytes are overwritten. */
  retain(isKept: (index: number) => boolean): void {
    const starts = this.#places();
    const kept: number[] = [];
    const parts: BodyPart[] = [];
    let to = 0;
    let i = 0;
    for (const part of this.#parts) {
      let documents = 0;
      for (const end = i + part.documents; i < end; i++) {
        if (!isKept(i)) continue;
        const [from, next] = [starts[i] as number, starts[i + 1] as number];
        if (from !== to) this.#bytes.copyWithin(to, from, next);
        kept.push(to);
        to += next - from;
        documents++;
      }
      if (documents > 0) parts.push({ account: part.account, documents });
    }
    this.#bytes = this.#bytes.subarray(0, to);
    this.#parts = parts;
    this.#count = kept.length;
    this.#starts = Uint32Array.from([...kept, to]);
  }

  /** Keeps none. */
  clear(): void {
    this.#bytes = this.#bytes.subarray(0, 0);
    this.#parts = [];
    this.#count = 0;
    this.#starts = null;
  }

  /** The first `count` documents and the others, over the same bytes. */
  cut(count: number): readonly [this, this] {
    const at = this.#places()[count] as number;
    const [first, others] = cutParts(this.#parts, count, (part) => part);
    return [
      new BulkDocuments(this.#bytes.subarray(0, at), first) as this,
      new BulkDocuments(this.#bytes.subarray(at), others) as this,
    ];
  }
}

/**
 * Sends documents again that the cluster refused, and rewrites the file of dead letters without those that it took.
 *
 * ```
 * dead-letters.ndjson ─▶ documents ─▶ target ─▶ refused again ─▶ dead-letters.ndjson.left ─▶ dead-letters.ndjson
 *                    └─▶ all other letters, as they are ───────▶
 * ```
 *
 * The file changes its name in the same breath as the ledger is booked: `Ledger.settle`.
 */

import { closeSync, createReadStream, existsSync, fsyncSync, openSync, rmSync } from 'node:fs';
import type { Ledger } from '../ledger/ledger.ts';
import { lines } from '../plan/lines.ts';
import { type DeadLetter, DeadLetterFile } from '../sinks/dead-letters.ts';
import { type BodyPart, DocumentAccount } from '../sinks/document-account.ts';
import { sinkError, writeWhole } from '../sinks/write.ts';
import { describeObject } from '../sources/refusals.ts';
import type { SourceObject } from '../sources/source.ts';
import type { LetterWay } from './ways.ts';

/** Letters that stay are written together from so many characters on. */
const BUFFER_CHARACTERS = 1 << 16;

/** What sending letters again is done with. */
export interface ResendOptions {
  readonly ledger: Ledger;
  readonly deadLetterPath: string;
  readonly way: LetterWay;
  readonly bodyBytes: number;
  /** Names this run in new letters. */
  readonly run: string;
  /** Which keys are meant. */
  readonly isSelected: (key: string) => boolean;
}

/** What became of letters. `documents` is what was sent: each document once. */
export interface ResentLetters {
  readonly documents: number;
  readonly created: number;
  readonly duplicates: number;
  readonly failureStore: number;
  readonly refused: number;
  /** Other letters, which stay: lines that are no record, objects, documents in the failure store. */
  readonly kept: Readonly<Record<string, number>>;
}

/** A letter that can be sent; the others stay. */
interface Sendable extends DeadLetter {
  readonly document: object | string;
  readonly source: SourceObject;
}

function parseLetter(line: string): DeadLetter | null {
  try {
    return JSON.parse(line) as DeadLetter;
  } catch {
    // The last one, if the machine went down while it was written.
    return null;
  }
}

/** True for a document that the cluster refused, whose object and place in the ledger are known. */
function isSendable(letter: DeadLetter | null): letter is Sendable {
  if (letter?.kind !== 'document' || letter.source === undefined) return false;
  return typeof letter.document === 'object' || typeof letter.document === 'string';
}

/** Documents that are waiting to be sent as one body. */
class Body {
  readonly #accounts = new Map<string, DocumentAccount>();
  #chunks: Buffer[] = [];
  #parts: BodyPart[] = [];
  bytes = 0;

  /** The accounts of all bodies, one an object. */
  get accounts(): readonly DocumentAccount[] {
    return [...this.#accounts.values()];
  }

  add(letter: Sendable, way: LetterWay): void {
    const { document, source } = letter;
    const { log } = document as { readonly log?: { readonly file?: { readonly path?: string } } };
    const key = `${describeObject(source)}\0${source.etag}\0${source.size}\0${source.lastModifiedMs}`;
    let account = this.#accounts.get(key);
    if (account === undefined) {
      account = new DocumentAccount(source, log?.file?.path ?? '');
      this.#accounts.set(key, account);
    }
    const text = Buffer.from(way.text(letter));
    this.#chunks.push(text);
    this.bytes += text.length;
    const last = this.#parts.at(-1);
    if (last?.account === account) last.documents++;
    else this.#parts.push({ account, documents: 1 });
  }

  /** The documents as a body, which is empty then. */
  take(): { readonly bytes: Buffer; readonly parts: readonly BodyPart[] } {
    const taken = { bytes: Buffer.concat(this.#chunks), parts: this.#parts };
    this.#chunks = [];
    this.#parts = [];
    this.bytes = 0;
    return taken;
  }
}

/** Letters that were in the file, sent or passed on. */
interface PassedOn {
  readonly documents: number;
  readonly kept: Readonly<Record<string, number>>;
  readonly accounts: readonly DocumentAccount[];
}

async function passOn(options: ResendOptions, left: string, signal: AbortSignal): Promise<PassedOn> {
  const { deadLetterPath, way, bodyBytes, run, isSelected } = options;
  const refusedAgain = new DeadLetterFile(left);
  const sender = way.open({ run, deadLetters: refusedAgain, signal });
  const descriptor = openSync(left, 'a');
  const body = new Body();
  const seen = new Set<string>();
  const kept: Record<string, number> = {};
  let documents = 0;
  let staying = '';
  const writeStaying = () => {
    writeWhole(descriptor, Buffer.from(staying), left);
    staying = '';
  };
  const send = async () => {
    if (body.bytes === 0) return;
    const { bytes, parts } = body.take();
    await sender.send(bytes, parts);
  };
  try {
    for await (const line of lines(createReadStream(deadLetterPath))) {
      signal.throwIfAborted();
      const letter = parseLetter(line);
      if (!isSendable(letter) || !isSelected(letter.source.key)) {
        const kind = letter?.kind ?? 'broken';
        kept[kind] = (kept[kind] ?? 0) + 1;
        staying += `${line}\n`;
        if (staying.length > BUFFER_CHARACTERS) writeStaying();
        continue;
      }
      // An object that was read several times has left a letter each time.
      if (letter.id != null) {
        const name = `${letter.index}\0${letter.id}`;
        if (seen.has(name)) continue;
        seen.add(name);
      }
      documents++;
      body.add(letter, way);
      if (body.bytes >= bodyBytes) await send();
    }
    await send();
    writeStaying();
    refusedAgain.flush();
    fsyncSync(descriptor);
    return { documents, kept, accounts: body.accounts };
  } finally {
    refusedAgain.close();
    closeSync(descriptor);
    await sender.close();
  }
}

/** Sends documents of dead letters again; each is answered for. Throws E_CLUSTER_* and E_SINK_*. */
export async function resendLetters(options: ResendOptions, signal: AbortSignal): Promise<ResentLetters> {
  const { ledger, deadLetterPath } = options;
  const sums = { created: 0, duplicates: 0, failureStore: 0 };
  if (!existsSync(deadLetterPath)) return { documents: 0, ...sums, refused: 0, kept: {} };
  const left = `${deadLetterPath}.left`;
  // What a retry before has left that was stopped.
  rmSync(left, { force: true });
  let passed: PassedOn;
  try {
    passed = await passOn(options, left, signal);
  } catch (error) {
    rmSync(left, { force: true });
    throw (error as NodeJS.ErrnoException).syscall === undefined ? error : sinkError(error, left);
  }
  const { documents, kept, accounts } = passed;
  for (const account of accounts) {
    sums.created += account.created;
    sums.duplicates += account.duplicates;
    sums.failureStore += account.failureStore;
  }
  ledger.settle(
    accounts.filter(({ created, duplicates, failureStore }) => created + duplicates + failureStore > 0),
    left,
  );
  return { documents, ...sums, refused: documents - sums.created - sums.duplicates - sums.failureStore, kept };
}

/** How many documents could be sent again: each once. */
export async function countSendable(file: string, isSelected: (key: string) => boolean): Promise<number> {
  if (!existsSync(file)) return 0;
  const seen = new Set<string>();
  let nameless = 0;
  for await (const line of lines(createReadStream(file))) {
    const letter = parseLetter(line);
    if (!isSendable(letter) || !isSelected(letter.source.key)) continue;
    if (letter.id == null) nameless++;
    else seen.add(`${letter.index}\0${letter.id}`);
  }
  return seen.size + nameless;
}

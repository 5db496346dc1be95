/**
 * Reads answers of `_bulk` from their bytes, without an object for each item.
 *
 * A cluster that takes everything answers the same few bytes over and over. So an item that was read is a pattern for
 * those after it: the same bytes, but for the text of the reason. Long runs of plain items are compared in native calls.
 */

import {
  ARRAY,
  ARRAY_END,
  isSame,
  JsonBytes,
  MALFORMED,
  NULL,
  OBJECT,
  plainTextEnd,
  QUOTE,
  TRUE,
} from './json-bytes.ts';

/**
 * What to ask for: `filter_path` of `_bulk`. Status and place of every item are needed, and nothing else of those that
 * went well. `failure_store` comes from Elasticsearch alone, where a data stream has one.
 */
export const FILTER_PATH =
  'errors,items.*.status,items.*.failure_store,items.*.error.type,items.*.error.reason' as const;

/**
 * Hears of an item that is not plain, by its place in the answer. `errorType` and `reason` are null where the answer has
 * none; `reason` is also null with status 409, where each is another and nobody asks.
 */
export type OnItem = (
  index: number,
  status: number,
  failureStore: string | null,
  errorType: string | null,
  reason: string | null,
) => void;

/**
 * Reads an answer of `_bulk` with status 200, any legal JSON: `{"errors":…,"items":[{"create":{"status":201}},…]}`.
 *
 * `onItem` hears of every item but the plain ones (status 201, no error, no failure store), which are only counted.
 * Gives the number of items, or null where the bytes are no such answer: cut, no JSON, another form. Then what `onItem`
 * heard is to be forgotten. Throws only what `onItem` throws.
 */
export function scanAnswer(bytes: Uint8Array, onItem: OnItem): number | null {
  try {
    return new AnswerScan(bytes, onItem).read();
  } catch (error) {
    if (error === MALFORMED) return null;
    throw error;
  }
}

/** A run of equal items is compared in native calls from this many items on, and by at most so many at a time. */
const RUN_ITEMS = 8;
const MAX_RUN_ITEMS = 4096;

/** The names that mean something in an answer. */
const NAMES = ['status', 'create', 'error', 'type', 'reason', 'failure_store', 'index', 'items', 'errors'] as const;
type Name = (typeof NAMES)[number];

/** Patterns that are kept: answers of a cluster under pressure are mixed. */
const MAX_PATTERNS = 3;

/** An item that was read, and where it is. */
interface Item {
  status: number;
  failureStore: string | null;
  hasError: boolean;
  errorType: string | null;
  /** The place of the reason between its quotes: most are never looked at. -1: none. */
  reasonStart: number;
  reasonEnd: number;
  reasonEscaped: boolean;
  start: number;
  /** Behind the comma and the blanks after it. */
  end: number;
}

/** One reading of one answer. */
class AnswerScan {
  readonly #json: JsonBytes<Name>;
  readonly #onItem: OnItem;
  #count = 0;
  #hasItems = false;
  #hasErrors = false;
  #patterns: Item[] = [];
  /** The item that is being read. */
  #item: Item = newItem(0);
  #operations = 0;

  constructor(bytes: Uint8Array, onItem: OnItem) {
    this.#json = new JsonBytes(bytes, NAMES);
    this.#onItem = onItem;
  }

  read(): number | null {
    const json = this.#json;
    json.members((name) => {
      if (name === 'items') this.#readItems();
      else if (name === 'errors') this.#readErrors();
      else json.value(1);
    });
    if (json.peek() !== -1) return null;
    // The servers leave `items` out of a filtered answer without any.
    return this.#hasItems || this.#hasErrors ? this.#count : null;
  }

  #readErrors(): void {
    this.#hasErrors = true;
    this.#json.literal(this.#json.peek() === TRUE ? 'true' : 'false');
  }

  #readItems(): void {
    if (this.#hasItems) throw MALFORMED;
    this.#hasItems = true;
    const json = this.#json;
    json.expect(ARRAY);
    if (json.peek() === ARRAY_END) {
      json.at++;
      return;
    }
    for (let run = 0; ; ) {
      json.peek();
      const like = this.#findLike();
      if (like !== null) {
        this.#tell(like);
        run = isPlain(like) ? run + 1 : 0;
        if (run >= RUN_ITEMS) this.#count += this.#passRun(like);
        continue;
      }
      run = 0;
      const item = this.#readItem();
      this.#tell(item);
      if (!json.more(ARRAY_END)) return;
      json.peek();
      item.end = json.at;
      this.#patterns = [item, ...this.#patterns.slice(0, MAX_PATTERNS - 1)];
    }
  }

  /** Passes over the item here, with comma and blanks, where it is as one before. Gives that one, moved here. */
  #findLike(): Item | null {
    for (const pattern of this.#patterns) {
      const end = moveHere(pattern, this.#json.view, this.#json.at);
      if (end !== -1) {
        this.#json.at = end;
        return pattern;
      }
    }
    return null;
  }

  /** Passes over items that are as the plain one before, in steps that grow. Gives how many. */
  #passRun(plain: Item): number {
    const json = this.#json;
    const { bytes } = json;
    const size = plain.end - plain.start;
    let items = 0;
    for (let step = RUN_ITEMS; step >= RUN_ITEMS; ) {
      const { at } = json;
      const end = at + step * size;
      // The bytes against themselves, one item on: equal where all are as the item before.
      if (end <= bytes.length && bytes.compare(bytes, at - size, end - size, at, end) === 0) {
        json.at = end;
        items += step;
        step = Math.min(step * 2, MAX_RUN_ITEMS);
      } else step >>= 1;
    }
    return items;
  }

  /** Counts an item, and tells of it unless it is plain. */
  #tell(item: Item): void {
    const index = this.#count++;
    if (!isPlain(item)) this.#onItem(index, item.status, item.failureStore, item.errorType, this.#reason(item));
  }

  #reason({ status, reasonStart, reasonEnd, reasonEscaped }: Item): string | null {
    if (reasonStart === -1 || status === 409) return null;
    return this.#json.textAt(reasonStart, reasonEnd, reasonEscaped);
  }

  #readItem(): Item {
    this.#item = newItem(this.#json.at);
    this.#operations = 0;
    this.#json.members(this.#onOperation);
    if (this.#operations !== 1) throw MALFORMED;
    return this.#item;
  }

  readonly #onOperation = (name: Name | null): void => {
    if (name !== 'create' && name !== 'index') {
      this.#json.value(3);
      return;
    }
    this.#operations++;
    this.#json.members(this.#onOutcome);
    if (this.#item.status === 0) throw MALFORMED;
  };

  readonly #onOutcome = (name: Name | null): void => {
    if (name === 'status') this.#readStatus();
    else if (name === 'failure_store') this.#item.failureStore = this.#stringOrNull();
    else if (name === 'error') this.#readError();
    else this.#json.value(4);
  };

  #readStatus(): void {
    const status = this.#json.number();
    if (!Number.isInteger(status) || status < 100 || status > 999) throw MALFORMED;
    this.#item.status = status;
  }

  #readError(): void {
    const kind = this.#json.peek();
    this.#item.hasError = kind !== NULL;
    this.#item.errorType = null;
    this.#item.reasonStart = -1;
    // Servers before 2.0 gave a text instead of an object.
    if (kind === OBJECT) this.#json.members(this.#onErrorMember);
    else this.#readReason();
  }

  readonly #onErrorMember = (name: Name | null): void => {
    if (name === 'type') this.#item.errorType = this.#stringOrNull();
    else if (name === 'reason') this.#readReason();
    else this.#json.value(5);
  };

  #readReason(): void {
    const json = this.#json;
    const item = this.#item;
    const isString = json.peek() === QUOTE;
    json.value(5);
    item.reasonStart = isString ? json.textStart : -1;
    item.reasonEnd = json.textEnd;
    item.reasonEscaped = isString && json.textEscaped;
  }

  #stringOrNull(): string | null {
    const isString = this.#json.peek() === QUOTE;
    this.#json.value(5);
    return isString ? this.#json.text() : null;
  }
}

function newItem(start: number): Item {
  return {
    status: 0,
    failureStore: null,
    hasError: false,
    errorType: null,
    reasonStart: -1,
    reasonEnd: -1,
    reasonEscaped: false,
    start,
    end: -1,
  };
}

function isPlain({ status, hasError, failureStore }: Item): boolean {
  return status === 201 && !hasError && failureStore === null;
}

/**
 * Where the item at `at` is as `pattern`, but for the text of the reason: moves the pattern there and gives the place
 * behind it. Else -1.
 */
function moveHere(pattern: Item, view: DataView, at: number): number {
  const { start, reasonStart, reasonEnd, end } = pattern;
  if (reasonStart === -1) {
    if (!isSame(view, start, end, at)) return -1;
    pattern.start = at;
    pattern.end = at + end - start;
    return pattern.end;
  }
  if (!isSame(view, start, reasonStart, at)) return -1;
  const reason = at + reasonStart - start;
  const quote = plainTextEnd(view, reason);
  if (quote === -1 || !isSame(view, reasonEnd, end, quote)) return -1;
  pattern.start = at;
  pattern.reasonStart = reason;
  pattern.reasonEnd = quote;
  pattern.end = quote + end - reasonEnd;
  return pattern.end;
}

/** Characters of a reason that are kept. */
const REASON_CHARACTERS = 300;

/**
 * The error of an answer as a whole, of any form: Elasticsearch's and OpenSearch's `{"error":{"type":…,"reason":…}}`, the
 * `{"message":…}` of Amazon's gateways, a proxy's page, plain text. `reason` is one line of at most 300 characters, empty
 * where the answer is; what could be a credential is cut off. Never throws.
 */
export function wholeError(body: Buffer): { type: string | null; reason: string } {
  const text = body.toString('utf8', 0, 64 * 1024);
  const { error, message, Message } = parsedObject(text);
  if (typeof error === 'object' && error !== null) {
    const { type, reason } = error as Record<string, unknown>;
    return { type: typeof type === 'string' ? type : null, reason: oneLine(typeof reason === 'string' ? reason : '') };
  }
  const said = [error, message, Message].find((value) => typeof value === 'string');
  return { type: null, reason: oneLine((said as string | undefined) ?? pageTitle(text) ?? text) };
}

function parsedObject(text: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(text)) as Record<string, unknown>;
  } catch {
    return {};
  }
}

function pageTitle(text: string): string | undefined {
  return /<title>([^<]*)<\/title>/i.exec(text)?.[1];
}

/** Gateways of AWS repeat the Authorization header, or what was signed with the session token in it. */
function oneLine(text: string): string {
  return (
    text
      .replace(/(authorization(?: header)?\s*[:=]|the canonical string).*$/is, '$1 …')
      // biome-ignore lint/suspicious/noControlCharactersInRegex: a terminal obeys them, so they are not passed on.
      .replace(/[\s\u0000-\u001f\u007f-\u009f]+/g, ' ')
      .trim()
      .slice(0, REASON_CHARACTERS)
  );
}

/** Passes over JSON text in bytes and checks it on the way, without building anything of it. */

/** Thrown where the bytes are no JSON, or not the JSON that was asked for. */
export const MALFORMED = new Error('malformed JSON');

export const QUOTE = 0x22;
const COMMA = 0x2c;
const MINUS = 0x2d;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
export const ARRAY = 0x5b;
export const ARRAY_END = 0x5d;
export const OBJECT = 0x7b;
const OBJECT_END = 0x7d;
/** The first letters of `false`, `null` and `true`. */
const FALSE = 0x66;
export const NULL = 0x6e;
export const TRUE = 0x74;

/** Levels of nesting that are followed, so that no bytes can use up the stack. Answers of `_bulk` have five. */
const MAX_DEPTH = 100;

/**
 * A place in JSON text. Methods move `at` behind what they read, and throw MALFORMED; bytes after the end are never read.
 * Of the names of members only those in `names` are told, all others are null.
 */
export class JsonBytes<Name extends string> {
  readonly bytes: Buffer;
  /** The same bytes: reading four of them at a time by it is four times as fast. */
  readonly view: DataView;
  at = 0;
  /** The string read last: between its quotes. */
  textStart = 0;
  textEnd = 0;
  textEscaped = false;

  readonly #names: readonly Name[];

  constructor(bytes: Uint8Array, names: readonly Name[]) {
    this.#names = names;
    this.bytes = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** The next byte that is no blank, which stays; -1 at the end. */
  peek(): number {
    const { bytes } = this;
    while (this.at < bytes.length) {
      const byte = bytes[this.at] as number;
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return byte;
      this.at++;
    }
    return -1;
  }

  expect(byte: number): void {
    if (this.peek() !== byte) throw MALFORMED;
    this.at++;
  }

  /** Passes over an object; `onMember` has to read the value of each member. */
  members(onMember: (name: Name | null) => void): void {
    this.expect(OBJECT);
    if (this.peek() === OBJECT_END) {
      this.at++;
      return;
    }
    for (;;) {
      this.string();
      const name = this.#name();
      this.expect(COLON);
      onMember(name);
      if (!this.more(OBJECT_END)) return;
    }
  }

  /** After a member or an element: true where another follows, false where the object or array ends. */
  more(end: number): boolean {
    const byte = this.peek();
    if (byte !== COMMA && byte !== end) throw MALFORMED;
    this.at++;
    return byte === COMMA;
  }

  #name(): Name | null {
    const text = this.textEscaped ? this.text() : null;
    for (const name of this.#names) {
      if (text === null ? this.#textIs(name) : text === name) return name;
    }
    return null;
  }

  /** True where the string read last is these ASCII characters, written without escapes. */
  #textIs(text: string): boolean {
    if (this.textEnd - this.textStart !== text.length) return false;
    for (let i = 0; i < text.length; i++) {
      if (this.bytes[this.textStart + i] !== text.charCodeAt(i)) return false;
    }
    return true;
  }

  /** The string read last. */
  text(): string {
    return this.textAt(this.textStart, this.textEnd, this.textEscaped);
  }

  /** A string that was read before. */
  textAt(start: number, end: number, escaped: boolean): string {
    const raw = this.bytes.toString('utf8', start, end);
    return escaped ? (JSON.parse(`"${raw}"`) as string) : raw;
  }

  /** Passes over a string and remembers where it is. */
  string(): void {
    this.expect(QUOTE);
    const start = this.at;
    const plain = plainTextEnd(this.view, start);
    const end = plain === -1 ? this.#textEnd(start) : plain;
    this.textStart = start;
    this.textEnd = end;
    this.textEscaped = plain === -1;
    this.at = end + 1;
  }

  /** The place of the quote that ends a text with escapes. */
  #textEnd(start: number): number {
    const { bytes } = this;
    for (let at = start; at < bytes.length; at++) {
      const byte = bytes[at] as number;
      if (byte === QUOTE) return at;
      if (byte < 0x20) break;
      if (byte === BACKSLASH) at += this.#escapeBytes(at + 1);
    }
    throw MALFORMED;
  }

  /** The bytes after a backslash that belong to it. */
  #escapeBytes(at: number): number {
    const kind = String.fromCharCode(this.bytes[at] ?? 0);
    if ('"\\/bfnrt'.includes(kind)) return 1;
    if (kind === 'u' && /^[0-9a-f]{4}$/i.test(this.bytes.toString('latin1', at + 1, at + 5))) return 5;
    throw MALFORMED;
  }

  number(): number {
    this.peek();
    const start = this.at;
    const { bytes } = this;
    while (this.at < bytes.length && isOfNumber(bytes[this.at] as number)) this.at++;
    const text = bytes.toString('latin1', start, this.at);
    if (!/^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:e[+-]?[0-9]+)?$/i.test(text)) throw MALFORMED;
    return Number(text);
  }

  /** `true`, `false` or `null`. */
  literal(text: 'true' | 'false' | 'null'): void {
    this.peek();
    if (this.bytes.toString('latin1', this.at, this.at + text.length) !== text) throw MALFORMED;
    this.at += text.length;
  }

  /** Passes over a value of any kind. */
  value(depth: number): void {
    if (depth > MAX_DEPTH) throw MALFORMED;
    const byte = this.peek();
    if (byte === QUOTE) this.string();
    else if (byte === OBJECT) this.members(() => this.value(depth + 1));
    else if (byte === ARRAY) this.elements(() => this.value(depth + 1));
    else if (byte === TRUE) this.literal('true');
    else if (byte === FALSE) this.literal('false');
    else if (byte === NULL) this.literal('null');
    else this.number();
  }

  /** Passes over an array; `onElement` has to read each element. */
  elements(onElement: () => void): void {
    this.expect(ARRAY);
    if (this.peek() === ARRAY_END) {
      this.at++;
      return;
    }
    do onElement();
    while (this.more(ARRAY_END));
  }
}

/** The place of the quote that ends the text at `at`; -1 where an escape, or what must not be there, comes first. */
export function plainTextEnd(view: DataView, at: number): number {
  const length = view.byteLength;
  for (; at + 4 <= length; at += 4) {
    const word = view.getUint32(at, true);
    const quotes = word ^ 0x22222222;
    const backslashes = word ^ 0x5c5c5c5c;
    // The high bits of bytes that are zero after the xor, or below 0x20; too many at most, above a right one.
    const found =
      ((quotes - 0x01010101) & ~quotes) | ((backslashes - 0x01010101) & ~backslashes) | ((word - 0x20202020) & ~word);
    if ((found & 0x80808080) !== 0) break;
  }
  for (; at < length; at++) {
    const byte = view.getUint8(at);
    if (byte === QUOTE) return at;
    if (byte < 0x20 || byte === BACKSLASH) return -1;
  }
  return -1;
}

/** True where the bytes from `start` to `end` are found again at `at`. */
export function isSame(view: DataView, start: number, end: number, at: number): boolean {
  if (at + end - start > view.byteLength) return false;
  for (; start + 4 <= end; start += 4, at += 4) {
    if (view.getUint32(start) !== view.getUint32(at)) return false;
  }
  for (; start < end; start++, at++) {
    if (view.getUint8(start) !== view.getUint8(at)) return false;
  }
  return true;
}

/** Digits, signs, point and exponent. */
function isOfNumber(byte: number): boolean {
  return (
    (byte >= 0x30 && byte <= 0x39) || byte === MINUS || byte === 0x2b || byte === 0x2e || byte === 0x45 || byte === 0x65
  );
}

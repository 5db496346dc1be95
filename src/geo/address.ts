/**
 * Address texts to bits: strict IPv4, and IPv6 as in RFC 4291 §2.2 (https://www.rfc-editor.org/rfc/rfc4291#section-2.2).
 *
 * What AWS writes is always canonical; what people type and what CSV files hold is not, so capitals, leading zeros of a
 * group and the dotted tail of IPv6 are read too. Zone ids (`fe80::1%eth0`) are refused: they mean nothing elsewhere.
 */

const DOT = 0x2e;
const COLON = 0x3a;

/** An address as bytes in network order: 4 of them for IPv4, 16 for IPv6. */
export interface ParsedAddress {
  readonly family: 4 | 6;
  readonly bytes: Uint8Array;
  /** An IPv6 address in `::ffff:0:0/96`: its last 4 bytes are an IPv4 address. */
  readonly v4Mapped: boolean;
}

/** Parses the text of an IPv4 or IPv6 address; null where it is neither. Never throws. */
export function parseAddress(text: string): ParsedAddress | null {
  const address = parseIpv4(text);
  if (address >= 0) return { family: 4, bytes: bigEndian(Uint32Array.of(address)), v4Mapped: false };
  const words = new Uint32Array(4);
  if (!parseIpv6(text, words)) return null;
  return { family: 6, bytes: bigEndian(words), v4Mapped: isV4Mapped(words) };
}

/** Whether four big-endian words of an IPv6 address lie in `::ffff:0:0/96`. */
export function isV4Mapped(words: Uint32Array): boolean {
  return words[0] === 0 && words[1] === 0 && words[2] === 0xffff;
}

/** Parses `a.b.c.d` to the number a·2^24 + b·2^16 + c·2^8 + d; -1 where it is not four canonical decimals up to 255. */
export function parseIpv4(text: string): number {
  const end = text.length;
  if (end < 7 || end > 15) return -1;
  let address = 0;
  let part = 0;
  let digits = 0;
  let dots = 0;
  for (let i = 0; i < end; i++) {
    const code = text.charCodeAt(i);
    if (code === DOT) {
      if (digits === 0 || ++dots > 3) return -1;
      address = address * 256 + part;
      part = 0;
      digits = 0;
      continue;
    }
    const digit = code - 0x30;
    if (digit < 0 || digit > 9) return -1;
    if (digits > 0 && part === 0) return -1; // 010 is octal to some and ten to others
    part = part * 10 + digit;
    digits++;
    if (part > 255) return -1;
  }
  return dots === 3 && digits > 0 ? address * 256 + part : -1;
}

/** Parses an IPv6 text into four words, most significant first; false (and words undefined) where it is not one. */
export function parseIpv6(text: string, words: Uint32Array): boolean {
  const end = text.length;
  if (end < 2 || end > 45) return false;
  let groups = 0;
  let gap = -1; // the number of groups before `::`
  let i = 0;
  words.fill(0);
  if (text.charCodeAt(0) === COLON) {
    if (text.charCodeAt(1) !== COLON) return false;
    gap = 0;
    i = 2;
  }
  while (i < end) {
    const groupStart = i;
    let group = 0;
    for (; i < end; i++) {
      const digit = hexDigit(text.charCodeAt(i));
      if (digit < 0) break;
      group = group * 16 + digit;
    }
    if (i < end && text.charCodeAt(i) === DOT) {
      const tail = parseIpv4(text.slice(groupStart));
      if (tail < 0 || groups > 6) return false;
      putGroup(words, groups++, tail >>> 16);
      putGroup(words, groups++, tail & 0xffff);
      break;
    }
    const digits = i - groupStart;
    if (digits === 0 || digits > 4 || groups === 8) return false;
    putGroup(words, groups++, group);
    if (i === end) break;
    if (text.charCodeAt(i) !== COLON || ++i === end) return false;
    if (text.charCodeAt(i) === COLON) {
      if (gap >= 0) return false;
      gap = groups;
      i++;
    }
  }
  if (gap < 0) return groups === 8;
  if (groups === 8) return false; // `::` stands for at least one group
  moveToEnd(words, gap, groups);
  return true;
}

/** The value of a hexadecimal digit given by its character code; -1 for anything else. */
function hexDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const letter = code | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}

function putGroup(words: Uint32Array, index: number, group: number): void {
  words[index >> 1]! |= (index & 1) === 0 ? group << 16 : group;
}

function takeGroup(words: Uint32Array, index: number): number {
  const shift = (index & 1) === 0 ? 16 : 0;
  const group = (words[index >> 1]! >>> shift) & 0xffff;
  words[index >> 1]! &= ~(0xffff << shift);
  return group;
}

/** Moves the groups from `gap` on to the end of the address, which opens the zeros that `::` stands for. */
function moveToEnd(words: Uint32Array, gap: number, groups: number): void {
  for (let from = groups - 1, to = 7; from >= gap; from--, to--) putGroup(words, to, takeGroup(words, from));
}

function bigEndian(words: Uint32Array): Uint8Array {
  const bytes = new Uint8Array(words.length * 4);
  const view = new DataView(bytes.buffer);
  words.forEach((word, index) => {
    view.setUint32(index * 4, word);
  });
  return bytes;
}

/** ISO 8601 times of Unix seconds, kept by second: records of one object share few of them. */

import { arena } from './arena';
import { DATE_BYTES_BITS, DATE_BYTES_MASK, TIMES, TIMES_ROOM, TIMES_TEXT } from './layout';

const NEVER: u32 = 0xffffffff;

/** Empties the table of times. */
export function prepareTimes(): void {
  memory.fill(arena + TIMES, 0xff, TIMES_ROOM << 2);
}

/** Two ASCII digits of a value below 100. */
// @ts-ignore: decorator
@inline
function twoDigits(to: usize, value: u32): void {
  const tens = value / 10;
  store<u16>(to, <u16>(tens | ((value - tens * 10) << 8) | 0x3030));
}

/** Renders `YYYY-MM-DDTHH:MM:SS.000Z`. Days to date as in https://howardhinnant.github.io/date_algorithms.html. */
function render(seconds: u32, to: usize): void {
  const days = seconds / 86400;
  const inDay = seconds - days * 86400;
  const shifted = days + 719468;
  const era = shifted / 146097;
  const dayOfEra = shifted - era * 146097;
  const yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146096) / 365;
  const dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
  const month = (5 * dayOfYear + 2) / 153;
  const realMonth = month < 10 ? month + 3 : month - 9;
  const year = yearOfEra + era * 400 + (realMonth <= 2 ? 1 : 0);
  const hour = inDay / 3600;
  const minute = (inDay - hour * 3600) / 60;
  twoDigits(to, year / 100);
  twoDigits(to + 2, year % 100);
  store<u8>(to, 45, 4);
  twoDigits(to + 5, realMonth);
  store<u8>(to, 45, 7);
  twoDigits(to + 8, dayOfYear - (153 * month + 2) / 5 + 1);
  store<u8>(to, 84, 10);
  twoDigits(to + 11, hour);
  store<u8>(to, 58, 13);
  twoDigits(to + 14, minute);
  store<u8>(to, 58, 16);
  twoDigits(to + 17, inDay % 60);
  store<u32>(to, 0x3030302e, 19);
  store<u8>(to, 90, 23);
}

/** Where the ISO time lies, valid until the next call. */
// @ts-ignore: decorator
@inline
function isoText(seconds: u32): usize {
  const slot = <usize>(seconds & (TIMES_ROOM - 1));
  const text = arena + TIMES_TEXT + (slot << 5);
  const key = arena + TIMES + (slot << 2);
  // The table starts as NEVER; that very second (2106) is rendered each time.
  if (load<u32>(key) != seconds || seconds == NEVER) {
    store<u32>(key, seconds);
    render(seconds, text);
  }
  return text;
}

/** Writes the ISO time, 24 bytes. */
// @ts-ignore: decorator
@inline
export function writeIso(to: usize, seconds: u32): usize {
  const text = isoText(seconds);
  v128.store(to, v128.load(text));
  store<u64>(to, load<u64>(text, 16), 16);
  return to + 24;
}

/** Writes the part of an ISO time that `place`, a DATE_ constant, says; stores 4 bytes. */
// @ts-ignore: decorator
@inline
export function writeDatePart(to: usize, iso: usize, place: usize): usize {
  store<u32>(to, load<u32>(iso + (place >> DATE_BYTES_BITS)));
  return to + (place & DATE_BYTES_MASK);
}

/** Writes a part of the date of Unix seconds. Not inline: most programs have none, and `emit` stays small without. */
export function writeDate(to: usize, seconds: u32, place: usize): usize {
  return writeDatePart(to, isoText(seconds), place);
}

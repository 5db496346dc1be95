/** Proofs before figures: what is compared makes the same documents. */

import { isDeepStrictEqual } from 'node:util';
import { RecordReader } from '../src/formats/record-reader.ts';
import type { LoadedObject } from './bench-set.ts';
import type { NaiveGeo } from './naive-geo.ts';
import { naiveConvertText } from './naive-pipeline.ts';
import type { Subject } from './subject.ts';

const REFERENCE_RECORDS = 5_000;
const NAIVE_RECORDS = 20_000;

/** Outputs that were to be equal and are not: figures about them would mean nothing. */
export class OutputsDiffer extends Error {
  constructor(what: string, ours: string | undefined, theirs: string | undefined) {
    super(`${what} differ\n  this:  ${ours ?? '(nothing)'}\n  other: ${theirs ?? '(nothing)'}`);
    this.name = 'OutputsDiffer';
  }
}

/** The first lines of an object, header included, as whole text. */
export function headOf(text: Buffer, lines: number): Buffer {
  let end = 0;
  for (let i = 0; i < lines && end < text.length; i++) end = text.indexOf(10, end) + 1;
  return text.subarray(0, end);
}

/** Splits records over objects: all of them take part, as far as they reach. */
function heads(objects: readonly LoadedObject[], records: number): readonly (readonly [LoadedObject, Buffer])[] {
  const each = Math.ceil(records / objects.length);
  return objects.map((one) => [one, headOf(one.text, each + 1)]);
}

function kernelLines(subject: Subject, one: LoadedObject, text: Buffer): readonly string[] {
  const parts: string[] = [];
  subject.convertText(one.context, text, (bytes) => parts.push(Buffer.from(bytes).toString()));
  return parts.join('').split('\n').slice(0, -1);
}

/** Throws `OutputsDiffer` unless the kernel gives the bytes of the reference encoder. Gives the documents compared. */
export function proveLikeReference(subject: Subject, objects: readonly LoadedObject[]): number {
  let compared = 0;
  for (const [one, text] of heads(objects, REFERENCE_RECORDS)) {
    const ours = kernelLines(subject, one, text);
    const theirs: string[] = [];
    const reader = new RecordReader(null, subject.options, subject.geo, {
      document: (json) => theirs.push(json.slice(0, -1)),
      filtered: () => {},
      refused: ({ reason }) => theirs.push(reason),
    });
    reader.begin(one.context);
    for (let at = 0; at < text.length; ) {
      const end = text.indexOf(10, at);
      reader.read(text.subarray(at, end), at, at);
      at = end + 1;
    }
    compared += requireSame('kernel and reference encoder', ours, theirs, (a, b) => a === b);
  }
  return compared;
}

/** Throws `OutputsDiffer` unless the naive transform makes documents deep-equal to the kernel's. Gives their number. */
export function proveLikeNaive(subject: Subject, objects: readonly LoadedObject[], geo: NaiveGeo): number {
  let compared = 0;
  for (const [one, text] of heads(objects, NAIVE_RECORDS)) {
    const ours = kernelLines(subject, one, text);
    const theirs: string[] = [];
    naiveConvertText(text.toString(), one.context, geo, (json) => theirs.push(json));
    const deepEqual = (a: string, b: string) => isDeepStrictEqual(JSON.parse(a), JSON.parse(b));
    compared += requireSame('kernel and naive transform', ours, theirs, deepEqual);
  }
  return compared;
}

/** Throws `OutputsDiffer` unless two byte streams are equal. */
export function requireSameBytes(what: string, ours: Uint8Array, theirs: Uint8Array): void {
  if (Buffer.compare(ours, theirs) !== 0) {
    const at = ours.findIndex((byte, i) => byte !== theirs[i]);
    throw new OutputsDiffer(what, `${ours.length} bytes, first difference at ${at}`, `${theirs.length} bytes`);
  }
}

/** Throws `OutputsDiffer` unless two lists are the same, one by one. Gives how many were compared. */
export function requireSame(
  what: string,
  ours: readonly string[],
  theirs: readonly string[],
  isSame: (a: string, b: string) => boolean,
): number {
  for (let i = 0; i < Math.max(ours.length, theirs.length); i++) {
    const [a, b] = [ours[i], theirs[i]];
    if (a === undefined || b === undefined || !isSame(a, b)) throw new OutputsDiffer(what, a, b);
  }
  return ours.length;
}

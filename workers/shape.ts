/**
 * The shape of a document: which members it has for given columns, some of which are `-`, in the order in which the
 * reference encoder writes them (keys sorted), as literals and ops for the kernel.
 */

import { constantMembers, type DocumentOptions } from '../src/formats/document.ts';
import type { Field } from '../src/formats/fields.ts';
import type { Columns } from '../src/formats/header.ts';
import type { DatePart } from '../src/formats/index-name.ts';
import { toJson } from '../src/formats/json.ts';
import { isSekoiaForm } from '../src/formats/sekoia.ts';
import { actionMeaning, TRANSPORTS, tcpFlagNames } from '../src/formats/values.ts';
import * as layout from './kernel/layout.ts';
import { eventParts } from './sekoia-shape.ts';

/** Texts of a VARIANT op by the value of its selector. */
export type VariantTable = readonly string[];

/** A literal, or an op with its argument and table. */
export type Part = string | { readonly op: number; readonly argument?: number; readonly table?: VariantTable };

/** Facts of an object that change the shape of its documents. */
export interface ShapeFacts {
  readonly hasS3: boolean;
  readonly hasRegion: boolean;
  readonly hasId: boolean;
}

const TRANSPORT_TABLE: VariantTable = Array.from({ length: 256 }, (_, protocol) => {
  const name = TRANSPORTS.get(protocol);
  return name === undefined ? '' : `,"transport":${JSON.stringify(name)}`;
});
const FLAGS_TABLE: VariantTable = Array.from({ length: 256 }, (_, flags) => {
  const names = tcpFlagNames(flags);
  return names.length === 0 ? '' : `,"tcp_flags_array":${JSON.stringify(names)}`;
});
/** By SELECT_ACTION. */
const ACTIONS = ['ACCEPT', 'REJECT', null].map(actionMeaning);
const OUTCOME_TABLE: VariantTable = ACTIONS.map(({ outcome }) => (outcome ? `,"outcome":"${outcome}"` : ''));
const TYPE_TABLE: VariantTable = ACTIONS.map(({ type }) => JSON.stringify(type));
/** By SELECT_FAMILY. */
const FAMILY_TABLE: VariantTable = ['"ipv4"', '"ipv6"'];

/**
 * A member of an object. `always` is written with its name, and commas are set around it; `before` and `after` bring
 * their whole text with a comma before or after it, or nothing: another member is sure to stand on that side.
 */
interface Member {
  readonly comma: 'always' | 'before' | 'after';
  readonly parts: readonly Part[];
}

type Tree = Map<string, Member | Tree>;

function put(tree: Tree, path: string, parts: readonly Part[], comma: Member['comma'] = 'always'): void {
  const names = path.split('.');
  const last = names.pop() as string;
  let at = tree;
  for (const name of names) {
    let next = at.get(name);
    if (!(next instanceof Map)) {
      next = new Map();
      at.set(name, next);
    }
    at = next;
  }
  at.set(last, { comma, parts });
}

/** The parts of an object's text. */
function objectParts(tree: Tree): readonly Part[] {
  const parts: Part[] = ['{'];
  let needsComma = false;
  for (const name of [...tree.keys()].sort()) {
    const member = tree.get(name) as Member | Tree;
    if (!(member instanceof Map) && member.comma === 'before') {
      if (!needsComma) throw new TypeError(`nothing stands before ${name}`);
      parts.push(...member.parts);
      continue;
    }
    if (needsComma) parts.push(',');
    needsComma = true;
    if (member instanceof Map) parts.push(`${JSON.stringify(name)}:`, ...objectParts(member));
    else if (member.comma === 'always') parts.push(`${JSON.stringify(name)}:`, ...member.parts);
    else {
      parts.push(...member.parts);
      needsComma = false;
    }
  }
  parts.push('}');
  return parts;
}

/** Kinds whose value is text in the document; the others are numbers. */
const QUOTED: ReadonlySet<Field['kind']> = new Set(['text', 'action', 'address', 'ip', 'protocol', 'epoch', 'flags']);

const timeOp = (field: Field): Part => ({
  op: field.targets.includes('event.end') ? layout.OP_END_TIME : layout.OP_START,
});

function putField(tree: Tree, field: Field, column: number): void {
  const value: Part = field.kind === 'epoch' ? timeOp(field) : { op: layout.OP_COLUMN, argument: column };
  for (const path of field.targets) put(tree, path, QUOTED.has(field.kind) ? ['"', value, '"'] : [value]);
}

const variant = (selector: number, table: VariantTable): readonly Part[] => [
  { op: layout.OP_VARIANT, argument: selector, table },
];

/** Members made of several columns; `column` gives the place of a field that has a value. */
function putDerived(tree: Tree, column: (name: string) => number | undefined): void {
  const source = column('srcaddr');
  const destination = column('dstaddr');
  const protocol = column('protocol');
  if (source !== undefined) {
    put(tree, 'source.as', [{ op: layout.OP_SOURCE_AS }], 'before');
    put(tree, 'source.geo', [{ op: layout.OP_SOURCE_GEO }], 'before');
    put(tree, 'network.type', variant(layout.SELECT_FAMILY, FAMILY_TABLE));
  }
  if (destination !== undefined) {
    put(tree, 'destination.as', [{ op: layout.OP_DESTINATION_AS }], 'before');
    put(tree, 'destination.geo', [{ op: layout.OP_DESTINATION_GEO }], 'before');
  }
  if (source !== undefined && destination !== undefined) {
    const address = (argument: number): Part => ({ op: layout.OP_COLUMN, argument });
    put(tree, 'related.ip', ['["', address(source), '","', address(destination), '"]']);
    if (protocol !== undefined) put(tree, 'network.community_id', [{ op: layout.OP_COMMUNITY }], 'after');
  }
  if (protocol !== undefined) {
    put(tree, 'network.transport', variant(layout.SELECT_PROTOCOL, TRANSPORT_TABLE), 'before');
  }
  if (column('tcp-flags') !== undefined) {
    put(tree, 'aws.vpcflow.tcp_flags_array', variant(layout.SELECT_FLAGS, FLAGS_TABLE), 'before');
  }
  put(tree, 'event.outcome', variant(layout.SELECT_ACTION, OUTCOME_TABLE), 'before');
  put(tree, 'event.type', variant(layout.SELECT_ACTION, TYPE_TABLE));
}

const slot = (argument: number): Part => ({ op: layout.OP_SLOT, argument });

/** Where the record's time comes from; by it, the op of the time and the op of a part of its date. */
type TimeSource = 'end' | 'start' | 'object';

const TIME_PARTS: Readonly<Record<TimeSource, Part>> = {
  end: { op: layout.OP_END_TIME },
  start: { op: layout.OP_START },
  object: slot(layout.SLOT_TIME),
};
const DATE_OPS: Readonly<Record<TimeSource, number>> = {
  end: layout.OP_END_DATE,
  start: layout.OP_START_DATE,
  object: layout.OP_OBJECT_DATE,
};
const DATE_PLACES: Readonly<Record<DatePart, number>> = {
  yyyy: layout.DATE_YEAR,
  MM: layout.DATE_MONTH,
  dd: layout.DATE_DAY,
};

/** The parts of the action line of `_bulk` with its newline. */
function actionParts(options: DocumentOptions, hasId: boolean, time: TimeSource): readonly Part[] {
  const members: (readonly Part[])[] = [];
  if (options.index !== null) {
    const name = options.index.map((part) =>
      typeof part === 'string' ? toJson(part).slice(1, -1) : { op: DATE_OPS[time], argument: DATE_PLACES[part.date] },
    );
    members.push(['"_index":"', ...name, '"']);
  }
  if (hasId) members.push(['"_id":"', slot(layout.SLOT_ID), { op: layout.OP_ID_OFFSET }, '"']);
  return [`{"${options.op}":{`, ...members.flatMap((parts, i) => (i === 0 ? parts : [',', ...parts])), '}}\n'];
}

/** The parts of a document with its newline, after its action line where wanted; `absent(i)`: column i is `-`. */
export function documentParts(
  columns: Columns,
  absent: (column: number) => boolean,
  options: DocumentOptions,
  facts: ShapeFacts,
): readonly Part[] {
  if (isSekoiaForm(options.as)) return eventParts(options.as, columns, absent);
  const tree: Tree = new Map();
  for (const [path, value] of constantMembers(options)) put(tree, path, [toJson(value)]);
  if (facts.hasS3) put(tree, 'aws.s3', [slot(layout.SLOT_S3)]);
  if (facts.hasRegion) put(tree, 'cloud.region', [slot(layout.SLOT_REGION)]);
  put(tree, 'log.file.path', [slot(layout.SLOT_PATH)]);
  put(tree, 'log.offset', [{ op: layout.OP_OFFSET }]);
  if (options.keepOriginal) put(tree, 'event.original', ['"', { op: layout.OP_ORIGINAL }, '"']);

  const present = new Map<string, number>();
  for (const [i, field] of columns.fields.entries()) {
    if (field === null || absent(i)) continue;
    present.set(field.name, i);
    putField(tree, field, i);
  }
  putDerived(tree, (name) => present.get(name));
  const time: TimeSource = present.has('end') ? 'end' : present.has('start') ? 'start' : 'object';
  put(tree, '@timestamp', ['"', TIME_PARTS[time], '"']);

  const action = options.as === 'bulk' ? actionParts(options, facts.hasId, time) : [];
  return [...action, ...objectParts(tree), '\n'];
}

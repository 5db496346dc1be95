/**
 * The reference encoder: what a document is, as plain code. The kernel is the fast one and must give the same bytes;
 * lines it does not like are encoded here.
 *
 * Documents equal those of Elastic's integration `aws.vpcflow`
 * (https://github.com/elastic/integrations/tree/main/packages/aws/data_stream/vpcflow), but that no `-`, no empty
 * object and no empty array is stored, and that values it would pass on broken make the line a dead letter.
 */

import { parseAddress } from '../geo/address.ts';
import type { GeoTables } from '../geo/tables.ts';
import { communityId } from './community-id.ts';
import { constantMembers, type DocumentOptions, type ObjectContext, objectMembers } from './document.ts';
import type { Field } from './fields.ts';
import { keeps } from './filter/keeps.ts';
import type { Columns } from './header.ts';
import { idOffset } from './ids.ts';
import { indexAt } from './index-name.ts';
import { type Json, type MutableObject, newObject, setPath, toJson } from './json.ts';
import { eventMembers, eventTime, type LogEvent } from './log-event.ts';
import { actionMeaning, MAX_EPOCH_SECONDS, MAX_LONG, TRANSPORTS, tcpFlagNames } from './values.ts';

/** A record as it lies in its object. */
export interface RecordLine {
  /** The line without its line end. */
  readonly text: string;
  /** Its tokens, as many as there are columns. */
  readonly tokens: readonly string[];
  /** Bytes of the decompressed stream before it. */
  readonly offset: number;
  /** The offset its id is made of. */
  readonly idOffset: number;
  /** The event of CloudWatch Logs that it came in, which brings its id and has no offset; null for lines of objects. */
  readonly event: LogEvent | null;
}

/** Why a line cannot be a document; goes to dead letters. */
export interface LineProblem {
  readonly code: 'bad_number' | 'bad_address' | 'bad_time' | 'token_count';
  readonly reason: string;
}

/** A value that is wrong for its column. Only `encodeRecord` catches it. */
class BadValue extends Error {
  readonly problem: LineProblem;
  constructor(code: LineProblem['code'], field: Field, token: string, wanted: string) {
    super(code);
    this.problem = { code, reason: `${field.name} ${JSON.stringify(token.slice(0, 100))} is not ${wanted}` };
  }
}

/** Digits only, without sign or leading zero. */
function parseDecimal(token: string, largest: bigint): bigint | null {
  if (!/^(0|[1-9][0-9]{0,18})$/.test(token)) return null;
  const value = BigInt(token);
  return value <= largest ? value : null;
}

function decimal(field: Field, token: string, largest: bigint): bigint {
  const value = parseDecimal(token, largest);
  if (value === null) throw new BadValue('bad_number', field, token, `a number from 0 to ${largest}`);
  return value;
}

function isoTime(field: Field, token: string): string {
  const value = parseDecimal(token, BigInt(MAX_EPOCH_SECONDS));
  if (value === null) throw new BadValue('bad_time', field, token, 'Unix seconds up to the year 9999');
  return new Date(Number(value) * 1000).toISOString();
}

function checkedAddress(field: Field, token: string): string {
  if (parseAddress(token) === null) throw new BadValue('bad_address', field, token, 'an IP address');
  return token;
}

/** The JSON value of a token that is not `-`; undefined where the field is left out. Throws BadValue. */
function fieldValue(field: Field, token: string): Json | undefined {
  switch (field.kind) {
    case 'text':
    case 'action':
    case 'flags':
      return token;
    case 'address':
    case 'ip':
      return checkedAddress(field, token);
    case 'port':
      return decimal(field, token, 65_535n);
    case 'protocol':
      return decimal(field, token, 255n).toString();
    case 'count':
      return decimal(field, token, MAX_LONG);
    case 'loss':
      return parseDecimal(token, MAX_LONG) ?? undefined;
    case 'epoch':
      return isoTime(field, token);
  }
}

/** What is made of one side's address: geo and AS from the tables. */
function enrich(document: MutableObject, side: 'source' | 'destination', address: string, geo: GeoTables): void {
  const parsed = parseAddress(address);
  if (parsed === null) return;
  const pair = geo.lookup(parsed);
  const members = JSON.parse(`{"-":0${geo.asFragment(pair)}${geo.geoFragment(pair)}}`) as { as?: Json; geo?: Json };
  if (members.as !== undefined) setPath(document, `${side}.as`, members.as);
  if (members.geo !== undefined) setPath(document, `${side}.geo`, members.geo);
}

/** An address as community ids see it: IPv4-mapped IPv6 as IPv4. */
function hashedAddress(address: string): Uint8Array {
  const parsed = parseAddress(address);
  if (parsed === null) throw new TypeError(`not an address: ${address}`);
  return parsed.v4Mapped ? parsed.bytes.subarray(12) : parsed.bytes;
}

/** Fields that are made of several values of a record. */
function derive(document: MutableObject, record: ReadonlyMap<string, string>, geo: GeoTables): void {
  const source = record.get('srcaddr');
  const destination = record.get('dstaddr');
  const protocol = record.get('protocol');
  if (source !== undefined) {
    enrich(document, 'source', source, geo);
    setPath(document, 'network.type', source.includes(':') ? 'ipv6' : 'ipv4');
  }
  if (destination !== undefined) enrich(document, 'destination', destination, geo);
  if (source !== undefined && destination !== undefined) {
    setPath(document, 'related.ip', [source, destination]);
    if (protocol !== undefined) {
      const port = (name: string) => Number(record.get(name) ?? 0);
      const id = communityId(
        { address: hashedAddress(source), port: port('srcport') },
        { address: hashedAddress(destination), port: port('dstport') },
        Number(protocol),
      );
      if (id !== null) setPath(document, 'network.community_id', id);
    }
  }
  const transport = protocol === undefined ? undefined : TRANSPORTS.get(Number(protocol));
  if (transport !== undefined) setPath(document, 'network.transport', transport);

  const flags = record.get('tcp-flags') ?? '';
  const flagNames = /^[0-9]{1,9}$/.test(flags) ? tcpFlagNames(Number(flags)) : [];
  if (flagNames.length > 0) setPath(document, 'aws.vpcflow.tcp_flags_array', flagNames);

  const { outcome, type } = actionMeaning(record.get('action') ?? null);
  if (outcome !== null) setPath(document, 'event.outcome', outcome);
  setPath(document, 'event.type', type);
}

/** The action line of `_bulk` before a document, with its newline. `time` is the record's, ISO 8601. */
function actionLine(line: RecordLine, options: DocumentOptions, context: ObjectContext, time: string): string {
  const members: string[] = [];
  if (options.index !== null) members.push(`"_index":${toJson(indexAt(options.index, Date.parse(time)))}`);
  if (context.idPrefix !== null) {
    members.push(`"_id":${toJson(line.event?.id ?? context.idPrefix + idOffset(line.idOffset))}`);
  }
  return `{"${options.op}":{${members.join(',')}}}\n`;
}

/** Whether a problem came out of `encodeRecord`. */
export function isLineProblem(result: string | null | LineProblem): result is LineProblem {
  return result !== null && typeof result !== 'string';
}

/**
 * The text of a record's document with its newline, after its action line where the options want one; a problem where
 * the line cannot be a document, filter or not; null for a record that the filter leaves out.
 */
export function encodeRecord(
  columns: Columns,
  line: RecordLine,
  options: DocumentOptions,
  context: ObjectContext,
  geo: GeoTables,
): string | null | LineProblem {
  if (line.tokens.length !== columns.fields.length) {
    const reason = `${line.tokens.length} tokens for ${columns.fields.length} columns`;
    return { code: 'token_count', reason };
  }
  const document = newObject();
  const record = new Map<string, string>();
  for (const [path, value] of [...constantMembers(options), ...objectMembers(context)]) setPath(document, path, value);
  if (context.region !== null) setPath(document, 'cloud.region', context.region);
  const { event } = line;
  if (event === null || context.log === null) setPath(document, 'log.offset', line.offset);
  else for (const [path, value] of eventMembers(context.log.group, event)) setPath(document, path, value);
  if (options.keepOriginal) setPath(document, 'event.original', line.text);

  try {
    for (const [i, field] of columns.fields.entries()) {
      const token = line.tokens[i] as string;
      if (field === null || token === '-') continue;
      const value = fieldValue(field, token);
      if (value === undefined) continue;
      record.set(field.name, token);
      for (const path of field.targets) setPath(document, path, value);
    }
  } catch (error) {
    if (error instanceof BadValue) return error.problem;
    throw error;
  }
  if (options.filter !== null && !keeps(options.filter.test, record, line.text)) return null;
  derive(document, record, geo);
  const times = document['event'] as MutableObject;
  const ownTime = event === null ? new Date(context.timeMs).toISOString() : eventTime(event);
  const time = (times['end'] ?? times['start'] ?? ownTime) as string;
  document['@timestamp'] = time;

  const text = `${toJson(document as Json)}\n`;
  return options.as === 'documents' ? text : actionLine(line, options, context, time) + text;
}

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
import { keeps } from './filter/keeps.ts';
import type { Columns } from './header.ts';
import { idOffset } from './ids.ts';
import { indexAt } from './index-name.ts';
import { type Json, type MutableObject, newObject, setPath, toJson } from './json.ts';
import { eventMembers, eventTime } from './log-event.ts';
import { isLineProblem, type LineProblem, type RecordLine, readValues } from './record-values.ts';
import { eventJson, eventText, isSekoiaForm, type SekoiaForm } from './sekoia.ts';
import { parsedEvent } from './sekoia-ecs.ts';
import { actionMeaning, TRANSPORTS, tcpFlagNames } from './values.ts';

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

/** What Sekoia gets of a record, or makes of it: JSON without a newline. */
function sekoiaEvent(
  form: SekoiaForm,
  columns: Columns,
  tokens: readonly string[],
  record: ReadonlyMap<string, string>,
): string {
  switch (form) {
    case 'sekoia':
      return toJson(eventText(columns, tokens));
    case 'sekoia-json':
      return toJson(eventJson(columns, tokens));
    case 'sekoia-ecs':
      return toJson(parsedEvent(eventText(columns, tokens), record));
  }
}

/**
 * The text of a record's document with its newline, after its action line where the options want one, or what is for
 * Sekoia instead; a problem where the line cannot be a document, filter or not; null for a record that the filter leaves
 * out.
 */
export function encodeRecord(
  columns: Columns,
  line: RecordLine,
  options: DocumentOptions,
  context: ObjectContext,
  geo: GeoTables,
): string | null | LineProblem {
  const values = readValues(columns, line.tokens);
  if (isLineProblem(values)) return values;
  const document = newObject();
  for (const [path, value] of [...constantMembers(options), ...objectMembers(context)]) setPath(document, path, value);
  if (context.region !== null) setPath(document, 'cloud.region', context.region);
  const { event } = line;
  if (event === null || context.log === null) setPath(document, 'log.offset', line.offset);
  else for (const [path, value] of eventMembers(context.log.group, event)) setPath(document, path, value);
  if (options.keepOriginal) setPath(document, 'event.original', line.text);

  const record = new Map<string, string>();
  for (const { field, token, value } of values) {
    record.set(field.name, token);
    for (const path of field.targets) setPath(document, path, value);
  }
  if (options.filter !== null && !keeps(options.filter.test, record, line.text)) return null;
  if (isSekoiaForm(options.as)) return `${sekoiaEvent(options.as, columns, line.tokens, record)}\n`;
  derive(document, record, geo);
  const times = document['event'] as MutableObject;
  const ownTime = event === null ? new Date(context.timeMs).toISOString() : eventTime(event);
  const time = (times['end'] ?? times['start'] ?? ownTime) as string;
  document['@timestamp'] = time;

  const text = `${toJson(document as Json)}\n`;
  return options.as === 'documents' ? text : actionLine(line, options, context, time) + text;
}

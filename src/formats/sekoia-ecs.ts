/**
 * The document that Sekoia's platform makes of an event: what its parser maps
 * (https://github.com/SEKOIA-IO/intake-formats, aws-vpc-flow-logs), and what the platform adds to any event. For people
 * who compare, or move.
 */

import { protocolName } from './iana-protocols.ts';
import { type Json, type MutableObject, newObject, setPath } from './json.ts';

/** Where values go that stay what they are. */
const TEXTS: readonly (readonly [field: string, path: string])[] = [
  ['account-id', 'cloud.account.id'],
  ['instance-id', 'cloud.instance.id'],
  ['interface-id', 'observer.ingress.interface.name'],
  ['vpc-id', 'aws.flowlogs.vpc.id'],
  ['subnet-id', 'aws.flowlogs.subnet.id'],
  ['protocol', 'network.iana_number'],
];

const NUMBERS: readonly (readonly [field: string, path: string])[] = [
  ['srcport', 'source.port'],
  ['dstport', 'destination.port'],
  ['bytes', 'source.bytes'],
  ['packets', 'source.packets'],
  ['tcp-flags', 'aws.flowlogs.tcp_flags'],
];

/** A time as the parser writes it: to the second. */
const isoSeconds = (seconds: string): string => new Date(Number(seconds) * 1000).toISOString().replace(/\.000Z$/, 'Z');

/** The document of an event. `record` has the values of the record by field, without those that are `-`. */
export function parsedEvent(text: string, record: ReadonlyMap<string, string>): Json {
  const document = newObject();
  setPath(document, 'message', text);
  setPath(document, 'action.type', 'forward');
  setPath(document, 'cloud.provider', 'aws');
  setPath(document, 'event.category', ['network']);
  // Its pattern for the account takes digits only: of such a line nothing is read.
  if (record.get('account-id') !== 'unknown') putValues(document, record);
  return document as Json;
}

function putValues(document: MutableObject, record: ReadonlyMap<string, string>): void {
  const put = (field: string, path: string, of: (value: string) => Json = (value) => value) => {
    const value = record.get(field);
    if (value !== undefined) setPath(document, path, of(value));
  };
  put('start', '@timestamp', isoSeconds);
  put('start', 'event.start', isoSeconds);
  put('end', 'event.end', isoSeconds);
  put('action', 'action.name', (action) => action.toLowerCase());
  for (const path of ['action.outcome', 'event.outcome']) put('log-status', path, (status) => status.toLowerCase());
  for (const [field, path] of TEXTS) put(field, path);
  for (const [field, path] of NUMBERS) {
    if (/^\d+$/.test(record.get(field) ?? '')) put(field, path, BigInt);
  }
  const transport = protocolName(Number(record.get('protocol')));
  if (transport !== undefined) setPath(document, 'network.transport', transport);
  putAddresses(document, record);
  if ('source' in document || 'destination' in document) setPath(document, 'action.target', 'network-traffic');
}

function putAddresses(document: MutableObject, record: ReadonlyMap<string, string>): void {
  const related = new Set<string>();
  for (const [field, side] of [
    ['srcaddr', 'source'],
    ['dstaddr', 'destination'],
  ] as const) {
    const address = record.get(field);
    if (address === undefined) continue;
    setPath(document, `${side}.ip`, address);
    setPath(document, `${side}.address`, address);
    related.add(address);
  }
  if (related.size > 0) setPath(document, 'related.ip', [...related].sort());
}

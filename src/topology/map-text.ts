/** The map as text, for people without StackState: to look at, or to load elsewhere. */

import type { Connection, End } from './connection.ts';
import { type Elements, timeText } from './elements.ts';
import type { MapForm } from './map-forms.ts';

/** What a text is made of. */
export interface MapContent {
  readonly connections: Iterable<Connection>;
  readonly elementsOf: (connection: Connection) => Elements;
  readonly account: string;
}

/** The map's text in pieces, each of whole lines. */
export function mapText(form: MapForm, content: MapContent): Iterable<string> {
  switch (form) {
    case 'documents':
      return elementLines(content);
    case 'dot':
      return dotLines(content);
    case 'json':
      return jsonLines(content);
    case 'csv':
      return csvLines(content);
  }
}

/** `{"component":…}`, `{"relation":…}` and `{"metric":…}`, a line each. */
function* elementLines({ connections, elementsOf }: MapContent): Generator<string> {
  for (const connection of connections) {
    const { components, relations, metrics } = elementsOf(connection);
    const lines = [
      ...components.map((component) => ({ component })),
      ...relations.map((relation) => ({ relation })),
      ...metrics.map((metric) => ({ metric })),
    ];
    yield lines.map((line) => `${JSON.stringify(line)}\n`).join('');
  }
}

/** A text of DOT: https://graphviz.org/doc/info/lang.html. A backslash would begin an escape. */
const dotText = (text: string): string => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;

const nodeOf = ({ vpc, address }: End): string => dotText(`${vpc}/${address}`);

/** A node for each address, in a box for each VPC, and an edge with the bytes of both directions for each connection. */
function* dotLines({ connections, account }: MapContent): Generator<string> {
  yield `graph ${dotText(account)} {\n  rankdir=LR;\n  node [shape=box];\n`;
  const named = new Map<string, Set<string>>();
  for (const { local, remote, bytesSent, bytesReceived } of connections) {
    for (const end of [local, remote]) {
      const nodes = named.get(end.vpc) ?? new Set();
      named.set(end.vpc, nodes.add(`${nodeOf(end)} [label=${dotText(labelOf(end))}];`));
    }
    // Without a direction: which end began is not known.
    yield `  ${nodeOf(local)} -- ${nodeOf(remote)} [label=${dotText(`→ ${size(bytesSent)} ← ${size(bytesReceived)}`)}];\n`;
  }
  for (const [vpc, nodes] of [...named].sort(([a], [b]) => (a < b ? -1 : 1))) {
    yield `  subgraph ${dotText(`cluster ${vpc}`)} {\n    label=${dotText(vpc)};\n`;
    for (const node of [...nodes].sort()) yield `    ${node}\n`;
    yield '  }\n';
  }
  yield '}\n';
}

/** The address, and what EC2 says of its interface. */
function labelOf({ address, interface: its }: End): string {
  const description = its?.described.Description ?? '';
  return description === '' ? address : `${address} ${description}`;
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB', 'EB'] as const;

/** Bytes in three digits: 999 B, 1.23 kB, 45.6 MB. */
function size(bytes: number): string {
  const unit = Math.min(Math.max(0, Math.floor(Math.log10(Math.max(1, Math.round(bytes))) / 3)), UNITS.length - 1);
  return `${unit === 0 ? Math.round(bytes) : Number((bytes / 1000 ** unit).toPrecision(3))} ${UNITS[unit]}`;
}

const endJson = ({ vpc, address, interface: its, region }: End) => ({
  vpc,
  address,
  interface: its?.id ?? null,
  publicAddress: its?.publicAddress ?? null,
  region,
});

/** One object; a connection is a line of it. */
function* jsonLines({ connections, account }: MapContent): Generator<string> {
  yield `{"v":1,"account":${JSON.stringify(account)},"connections":[\n`;
  let before = '';
  for (const { local, remote, startS, endS, loggedBy, log: _, ...numbers } of connections) {
    const ends = { local: endJson(local), remote: endJson(remote) };
    const times = { start: timeText(startS), end: timeText(endS) };
    yield `${before}${JSON.stringify({ ...numbers, ...ends, ...times, loggedBy: loggedBy.map(({ id }) => id) })}`;
    before = ',\n';
  }
  yield `${before === '' ? '' : '\n'}]}\n`;
}

/** The columns of CSV, and what stands in each. */
const COLUMNS: Readonly<Record<string, (connection: Connection) => string | number | null>> = {
  id: ({ id }) => id,
  local_vpc: ({ local }) => local.vpc,
  local_address: ({ local }) => local.address,
  local_interface: ({ local }) => local.interface?.id ?? null,
  local_region: ({ local }) => local.region,
  remote_vpc: ({ remote }) => remote.vpc,
  remote_address: ({ remote }) => remote.address,
  remote_interface: ({ remote }) => remote.interface?.id ?? null,
  remote_region: ({ remote }) => remote.region,
  protocol: ({ protocol }) => protocol,
  start: ({ startS }) => timeText(startS),
  end: ({ endS }) => timeText(endS),
  bytes_sent: ({ bytesSent }) => bytesSent,
  bytes_received: ({ bytesReceived }) => bytesReceived,
  bytes_sent_per_second: ({ bytesSentPerSecond }) => bytesSentPerSecond,
  bytes_received_per_second: ({ bytesReceivedPerSecond }) => bytesReceivedPerSecond,
  logged_by: ({ loggedBy }) => loggedBy.map(({ id }) => id).join(' '),
};

/** RFC 4180, with a header; empty where nothing is known. */
function* csvLines({ connections }: MapContent): Generator<string> {
  yield `${Object.keys(COLUMNS).join(',')}\r\n`;
  for (const connection of connections) {
    const values = Object.values(COLUMNS).map((cell) => csvText(`${cell(connection) ?? ''}`));
    yield `${values.join(',')}\r\n`;
  }
}

const csvText = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** The table of fields as a page for people, and as data for programs. */

import { FIELDS, type Field, type FieldKind } from '../formats/fields.ts';

const KINDS: Readonly<Record<FieldKind, readonly [accepted: string, written: string]>> = {
  text: ['anything', 'string'],
  action: ['anything', 'string; ACCEPT and REJECT also set `event.outcome` and `event.type`'],
  address: ['IPv4 or IPv6', 'string; also `geo`, `as`, `related.ip`, `network.community_id`'],
  ip: ['IPv4 or IPv6', 'string'],
  port: ['0 to 65535', 'integer'],
  protocol: ['0 to 255', 'string; also `network.transport`'],
  count: ['0 to 9223372036854775807', 'integer'],
  loss: ['the same; anything else is left out', 'integer'],
  epoch: ['seconds, up to the year 9999', 'ISO 8601 with milliseconds'],
  flags: ['anything', 'string; a number also gives `aws.vpcflow.tcp_flags_array`'],
};

/** What documents have beside the values of columns: path, and what it is made of. */
const DERIVED: readonly (readonly [path: string, from: string])[] = [
  [
    '@timestamp',
    '`end`, else `start`, else the time in the key, else when the object was last modified; of an event its own, in whole seconds',
  ],
  [
    'network.community_id',
    'addresses, ports and protocol, version 1, seed 0; none for TCP, UDP and SCTP without ports from 1 on',
  ],
  ['network.transport', '`protocol`, by IANA name'],
  ['network.type', '`ipv4` or `ipv6`, by the source address'],
  ['source.geo.*, destination.geo.*', 'the address, in the databases of `--city`'],
  ['source.as.*, destination.as.*', 'the address, in the databases of `--asn`'],
  ['related.ip', 'source and destination address, in that order'],
  ['aws.vpcflow.tcp_flags_array', '`tcp-flags`, bit by bit: fin syn rst psh ack urg'],
  ['event.outcome, event.type', '`action`: ACCEPT is success and allowed, REJECT is failure and denied'],
  ['cloud.region', '`region`, else the region in the key, of the bucket or of the log group'],
  ['log.offset', 'bytes of the decompressed object before the line; none for events of CloudWatch Logs'],
  ['log.file.path, aws.s3.*', 'the object that the line stands in'],
  [
    'log.file.path, aws.cloudwatch.log_group, aws.cloudwatch.log_stream',
    'group and stream of an event of CloudWatch Logs',
  ],
  ['aws.cloudwatch.ingestion_time', 'when CloudWatch Logs got the event, in whole seconds'],
  ['event.id', 'the id of the event, which is `_id`, too'],
  ['input.type', '`aws-s3`; `aws-cloudwatch` for events'],
  ['event.original', 'the line, with `--keep-original`'],
];

const code = (text: string) => `\`${text}\``;

function since({ vpc, tgw }: Field): string {
  return [vpc === null ? '' : `v${vpc}`, tgw === null ? '' : `tgw v${tgw}`].filter((one) => one !== '').join(', ');
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(heads), line(heads.map(() => '---')), ...rows.map(line)].join('\n');
}

/** The page docs/fields.md, word for word. */
export function fieldsAsMarkdown(): string {
  const fields = FIELDS.map((field) => [
    [field.name, ...field.aliases].map(code).join(', '),
    since(field),
    field.kind,
    field.targets.map(code).join(', '),
    field.description,
  ]);
  return `# Fields

Made by \`flowbulk fields\` from the one table of fields, src/formats/fields.ts; \`flowbulk fields --json\` gives the same to programs.

The header of an object says which columns there are, in any order; \`_\` and \`-\` in names are alike. \`-\` as a value means
that there is none: it is never stored. A column that is not in this table is kept as keyword \`aws.vpcflow.<name with _>\`;
its name must match \`[a-z0-9_-]{1,64}\`. "since" is the version of VPC records, or of transit gateway records (tgw), that
has the field first.

${table(['field', 'since', 'kind', 'goes to', 'what it is'], fields)}

## Kinds

A value of the wrong form makes the line a dead letter; only \`loss\` and \`flags\` are left as they are.

${table(
  ['kind', 'accepted', 'written as'],
  Object.entries(KINDS).map(([kind, [accepted, written]]) => [code(kind), accepted, written]),
)}

## Made of several fields, or of the object

${table(
  ['path', 'made of'],
  DERIVED.map(([path, from]) => [code(path), from]),
)}
`;
}

/** The table as a JSON array, one field a line. */
export function fieldsAsJson(): string {
  const rows = FIELDS.map(({ name, aliases, vpc, tgw, kind, targets, description }) =>
    JSON.stringify({ name, aliases, since: { vpc, tgw }, kind, targets, description }),
  );
  return `[\n${rows.join(',\n')}\n]\n`;
}

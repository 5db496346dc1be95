/** Long texts of `flowbulk help TOPIC`. */

import { FIELDS, type FieldKind } from '../formats/fields.ts';
import { LAYOUTS } from '../formats/layouts.ts';
import type { Paint } from './color.ts';

/** A topic of the help. */
export interface Topic {
  readonly name: string;
  readonly summary: string;
}

/** What `flowbulk help` knows besides the commands. */
export const TOPICS: readonly Topic[] = [
  { name: 'options', summary: 'every option with its variable' },
  { name: 'formats', summary: 'what is read: headers, layouts, wrappings' },
  { name: 'filters', summary: 'which records become documents: expressions of --where, samples' },
  { name: 'exit-codes', summary: 'what the exit codes mean' },
];

/** The exit codes and what they mean. */
export function exitCodesHelp(paint: Paint): string {
  return `${paint.bold('Exit codes')}
    0  everything is in; a closed pipe (| head) is fine too
    1  a bug: run again with --debug and report it
    2  wrong usage: nothing was touched
    3  finished, but objects or lines failed: see the summary and the dead letters
    4  the source refused: credentials, bucket, key; nothing could be read
    5  the destination refused: not writable
    6  nothing to do
    7  stopped at a limit
    8  another run holds the lock
   75  try again: unreachable, throttled, no space left
  130  stopped by Ctrl-C
  143  stopped by SIGTERM

New codes may come: treat every code that you do not know as failure.
`;
}

/** How `--where` is written, and what it means. */
export function filtersHelp(paint: Paint): string {
  const named = (kinds: readonly FieldKind[]) =>
    FIELDS.filter(({ kind }) => kinds.includes(kind))
      .map(({ name }) => name)
      .join(', ');
  return `${paint.bold('Examples')}
  --where 'action = REJECT and dstport in (22, 3389) and srcaddr not in 10.0.0.0/8'
  --where 'protocol = udp and (srcport = 53 or dstport = 53)'
  --where 'bytes >= 10M and start >= 2025-01-31T22:00 and not instance-id = -'
  --sample 1/100 --drop-nodata --drop-private

${paint.bold('Expressions')}
  FIELD = VALUE   FIELD != VALUE   FIELD in (VALUE, …)   FIELD not in (VALUE, …)
  FIELD < VALUE   also <= > >=, for numbers and times
  and, or, not and parentheses; not binds closest, then and

${paint.bold('Fields and their values')} (flowbulk fields; - and _ are alike)
  numbers    443, 65_535, 10M: ${named(['port', 'count', 'flags'])}, packets-lost-…
  protocol   a number or tcp, udp, icmp, icmpv6, gre, esp, sctp, …
  times      ${named(['epoch'])}: 2025-01-31, 2025-01-31T22:00 (UTC) or Unix seconds
  addresses  10.1.2.3, 2001:db8::1; with in also networks, 10.0.0.0/8:
             ${named(['address', 'ip'])}
  texts      all others, letter by letter; 'in quotes' where there are blanks or marks in them
  -          no value, with = and != alone

${paint.bold('No value')} (- in the record, or a field that the header lacks)
  No comparison holds, neither = nor != nor in nor not in; not turns round what it stands before:
  dstport != 22 leaves such a record out, not dstport = 22 keeps it.

${paint.bold('What else')}
  --sample 1/100 draws flows by a hash of addresses, ports and protocol: both directions of one are drawn
  alike, in each run and on each machine, and 1/10 keeps all that 1/100 keeps. All that is given must hold.
  A line that is no record is a dead letter, filter or not. See docs/filters.md.
`;
}

/** What is read, and how the columns of a line are found. */
export function formatsHelp(paint: Paint): string {
  const layouts = Object.entries(LAYOUTS).map(
    ([name, fields]) =>
      `  ${name.padEnd(8)} ${String(fields.length).padStart(2)} fields, from ${fields[0]} to ${fields.at(-1)}`,
  );
  return `${paint.bold('Header')}
  The first line of an object names the fields: any order, any subset, - and _ alike. Of ${FIELDS.length} fields the place in
  ECS is known (flowbulk fields); others are kept as aws.vpcflow.<name>. A header in the middle switches columns.

${paint.bold('Without header')} (standard input, CloudWatch exports, Firehose)
  --format names the layout, or the fields: --format "srcaddr dstaddr bytes action". Without it the number and the
  shape of the tokens decide. Layouts:
${layouts.join('\n')}

${paint.bold('Wrappings that are taken off')}
  gzip, also of several members        the timestamp before each line of a CloudWatch export
  {"message":"…"} lines of Firehose    {"messageType":"DATA_MESSAGE",…} of a subscription

Parquet is refused: the object is named and the run goes on.
`;
}

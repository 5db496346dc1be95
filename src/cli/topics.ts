/** Long texts of `flowbulk help TOPIC`. */

import { FIELDS } from '../formats/fields.ts';
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

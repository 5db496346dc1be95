/** Routes the command line to a command, and turns whatever comes out into an exit code. */

import { EXIT, FlowbulkError } from '../errors.ts';
import { didYouMean } from '../suggest.ts';
import { paintFor } from './color.ts';
import type { Command, Io } from './command.ts';
import { commandHelp, optionsHelp, overviewHelp } from './help.ts';
import type { TALK_OPTIONS, Values } from './options.ts';
import { withOwnAccount } from './own-account.ts';
import { parse } from './parse.ts';
import { COMMANDS, findCommand } from './registry.ts';
import { type Talk, talkOn } from './talk.ts';
import { exitCodesHelp, filtersHelp, formatsHelp, TOPICS } from './topics.ts';
import { verboseVersion, version } from './version.ts';

/** How to speak, as far as can be told before the options are parsed: what is wrong with them must be said too. */
function earlyTalk(argv: readonly string[], io: Io): Talk {
  const has = (flag: string, variable: string) =>
    argv.includes(flag) || /^(1|true|yes|on)$/i.test(io.env[variable] ?? '');
  const at = argv.indexOf('--log-format');
  const asked = at >= 0 ? argv[at + 1] : argv.find((one) => one.startsWith('--log-format='))?.slice(13);
  return talkOn(io.stderr, {
    json: (asked ?? io.env['FLOWBULK_LOG_FORMAT']) === 'json',
    quiet: has('--quiet', 'FLOWBULK_QUIET'),
    debug: has('--debug', 'FLOWBULK_DEBUG'),
    paint: paintFor(io.stderr, io.env, has('--no-color', 'FLOWBULK_NO_COLOR')),
  });
}

async function help(topic: string | undefined, io: Io, noColor: boolean): Promise<number> {
  const paint = paintFor(io.stdout, io.env, noColor);
  const texts: Readonly<Record<string, () => string>> = {
    options: () => optionsHelp(paint),
    formats: () => formatsHelp(paint),
    filters: () => filtersHelp(paint),
    'exit-codes': () => exitCodesHelp(paint),
  };
  const text = topic === undefined ? () => overviewHelp(paint) : texts[topic];
  if (text !== undefined) {
    io.stdout.write(text());
  } else if (COMMANDS.some((one) => one.name === topic)) {
    io.stdout.write(commandHelp(await findCommand(topic!), paint));
  } else {
    const known = [...COMMANDS.map((one) => one.name), ...TOPICS.map((one) => one.name)];
    throw new FlowbulkError('E_USAGE', `no help on '${topic}'${didYouMean(topic!, known)}; see: flowbulk help`);
  }
  return EXIT.ok;
}

/** How to speak once all options are known: a config file may have a say in it. */
function settledTalk(values: Values<(typeof TALK_OPTIONS)[number]>, io: Io): Talk {
  const { logFormat, quiet, debug, noColor } = values;
  return talkOn(io.stderr, { json: logFormat === 'json', quiet, debug, paint: paintFor(io.stderr, io.env, noColor) });
}

/** Parses and runs a command; `settle` hears the voice to speak with from then on. */
async function run(command: Command, argv: readonly string[], io: Io, settle: (talk: Talk) => void): Promise<number> {
  const parsed = parse(command, argv, io.env);
  if (parsed.help) {
    io.stdout.write(commandHelp(command, paintFor(io.stdout, io.env, argv.includes('--no-color'))));
    return EXIT.ok;
  }
  // The parser made every value by the kind that the table gives it.
  const values = parsed.values as Parameters<Command['run']>[1];
  const talk = settledTalk(values, io);
  settle(talk);
  return command.run(parsed.args, await withOwnAccount(command, values, io.signal), { ...io, talk });
}

async function route(argv: readonly string[], io: Io, settle: (talk: Talk) => void): Promise<number> {
  const [first, ...rest] = argv;
  const noColor = argv.includes('--no-color');
  switch (first) {
    case undefined:
    case '-h':
    case '--help':
      return help(undefined, io, noColor);
    case 'help':
      return help(
        rest.find((one) => !one.startsWith('-')),
        io,
        noColor,
      );
    case '-V':
    case '--version': {
      const unknown = rest.find((one) => one !== '--verbose');
      if (unknown !== undefined) {
        throw new FlowbulkError('E_USAGE', `unknown argument '${unknown}'; usage: flowbulk --version [--verbose]`);
      }
      io.stdout.write(rest.length > 0 ? await verboseVersion() : `flowbulk ${version()}\n`);
      return EXIT.ok;
    }
  }
  if (first.startsWith('-')) {
    const near = didYouMean(first.replace(/^-+/, ''), ['version', 'help'], '--');
    throw new FlowbulkError(
      'E_USAGE',
      `unknown option ${first}${near}; options stand after the command: flowbulk help`,
    );
  }
  return run(await findCommand(first), rest, io, settle);
}

/** Runs the program with the arguments after its name, and gives its exit code. Never throws. */
export async function main(argv: readonly string[], io: Io): Promise<number> {
  let talk = earlyTalk(argv, io);
  try {
    return await route(argv, io, (settled) => {
      talk = settled;
    });
  } catch (error) {
    // What a stop breaks on its way is not what went wrong: the reason of the stop is.
    const cause: unknown = io.signal.aborted ? io.signal.reason : error;
    if (!(cause instanceof FlowbulkError)) {
      talk.error(cause);
      return EXIT.bug;
    }
    if (cause.exitCode !== EXIT.ok) talk.error(cause);
    return cause.exitCode;
  }
}

/** Parses the arguments of one command: flags by commander, then FLOWBULK_* variables, then defaults. */

import { CommanderError, Option, Command as Parser } from 'commander';
import { FlowbulkError } from '../errors.ts';
import type { Argument, Command } from './command.ts';
import { envNameOf, keyOf, OPTIONS, type OptionName } from './options.ts';
import { didYouMean } from './suggest.ts';
import { readValue } from './values.ts';

/** What was asked for: help, or a run with these arguments and values. */
export type Parsed =
  | { readonly help: true }
  | {
      readonly help: false;
      readonly args: readonly string[];
      readonly values: Readonly<Record<string, unknown>>;
    };

const append = (value: string, before: readonly string[] | undefined) => [...(before ?? []), value];

/** Every option's texts are collected as they are: what they mean is decided in one place for flags and variables. */
function optionOf(name: OptionName): Option {
  const spec = OPTIONS[name];
  if (spec.kind === 'flag') return new Option(`--${name}`);
  return new Option(`--${name} <${spec.value ?? 'VALUE'}>`).argParser(append);
}

function usageError(error: CommanderError, command: Command): FlowbulkError {
  const unknown = /^error: unknown option '(.*)'/.exec(error.message)?.[1];
  const seeHelp = `; see: flowbulk ${command.name} --help`;
  if (unknown !== undefined) {
    const flag = unknown.replace(/=.*$/, '');
    const near = didYouMean(flag.replace(/^-+/, ''), [...command.options, 'help'], '--');
    return new FlowbulkError('E_USAGE', `unknown option ${flag} for ${command.name}${near}${seeHelp}`);
  }
  const missing = /^error: option '(--\S+) <(.*)>' argument missing/.exec(error.message);
  if (missing !== null) return new FlowbulkError('E_USAGE', `${missing[1]} needs a value: ${missing[1]} ${missing[2]}`);
  return new FlowbulkError('E_USAGE', `${error.message.replace(/^error: /, '').split('\n')[0]}${seeHelp}`);
}

function checkArguments(command: Command, args: readonly string[]): void {
  const seeHelp = `usage: flowbulk ${command.usage[0]}`;
  const missing = command.arguments.find((argument, at) => argument.required && args[at] === undefined);
  if (missing !== undefined) throw new FlowbulkError('E_USAGE', `${missing.name} is missing; ${seeHelp}`);
  const extra = args[command.arguments.length];
  if (extra !== undefined) throw new FlowbulkError('E_USAGE', `one argument too many: '${extra}'; ${seeHelp}`);
  command.arguments.forEach((argument, at) => {
    checkChoice(argument, args[at]);
  });
}

function checkChoice({ name, choices }: Argument, text: string | undefined): void {
  if (choices === undefined || text === undefined || choices.includes(text)) return;
  const near = didYouMean(text, choices);
  throw new FlowbulkError('E_USAGE', `${name} is one of ${choices.join(', ')}, not '${text}'${near}`);
}

/** Parses what stands after the name of a command. Throws E_USAGE for everything that does not fit it. */
export function parse(
  command: Command,
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Parsed {
  const parser = new Parser(command.name)
    .exitOverride()
    .configureOutput({ writeOut: () => {}, writeErr: () => {} })
    .helpOption('-h, --help')
    .argument('[args...]')
    .action(() => {});
  for (const name of command.options) parser.addOption(optionOf(name));
  try {
    parser.parse([...argv], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.code === 'commander.helpDisplayed') return { help: true };
    throw usageError(error, command);
  }
  const flags = parser.opts<Record<string, string[] | boolean | undefined>>();
  const values: Record<string, unknown> = {};
  for (const name of command.options) {
    const spec = OPTIONS[name];
    // commander files `--no-x` under `x`, false once it is given.
    const negated = spec.kind === 'flag' && name.startsWith('no-');
    const flag = negated ? flags[keyOf(name.slice(3) as OptionName)] === false : flags[keyOf(name)];
    const variable = env[envNameOf(name)] ?? '';
    const isRepeated = spec.kind === 'texts';
    let value: unknown;
    if (flag === true) value = true;
    else if (Array.isArray(flag)) value = readValue(spec, `--${name}`, flag);
    else if (variable !== '') value = readValue(spec, envNameOf(name), isRepeated ? variable.split('\n') : [variable]);
    else if (spec.default !== undefined) value = readValue(spec, `--${name}`, [spec.default]);
    else if (spec.kind === 'flag') value = false;
    else if (isRepeated || spec.kind === 'list' || spec.kind === 'paths') value = [];
    values[keyOf(name)] = value;
  }
  checkArguments(command, parser.args);
  return { help: false, args: parser.args, values };
}

/** Parses the arguments of one command: flags by commander, then FLOWBULK_* variables, the config file, defaults. */

import { CommanderError, Option, Command as Parser } from 'commander';
import { type ConfigFile, type ConfigJob, findJob, readConfigFile } from '../config/config-file.ts';
import { findConfig } from '../config/find.ts';
import { type Effective, effectiveOptions, type Layers, placeOfJob, valuesOf } from '../config/layers.ts';
import { FlowbulkError } from '../errors.ts';
import { didYouMean } from '../suggest.ts';
import { type Argument, type Command, optionAsTaken } from './command.ts';
import { envNameOf, keyOf, OPTIONS, type OptionName } from './options.ts';
import { readValue } from './values.ts';

/** What was asked for: help, or a run with these arguments and values. */
export type Parsed =
  | { readonly help: true }
  | {
      readonly help: false;
      readonly args: readonly string[];
      readonly values: Readonly<Record<string, unknown>>;
    };

/** How values came to be, for `flowbulk config`, which is the only one to ask. */
export interface Provenance {
  readonly options: ReadonlyMap<OptionName, Effective>;
  readonly file: ConfigFile | null;
  readonly job: ConfigJob | null;
}

const PROVENANCES = new WeakMap<object, Provenance>();

/** How the values of a `parse` came to be; null for any other object. */
export function provenanceOf(values: object): Provenance | null {
  return PROVENANCES.get(values) ?? null;
}

const append = (value: string, before: readonly string[] | undefined) => [...(before ?? []), value];

/** Every option's texts are collected as they are: what they mean is decided in one place for flags and variables. */
function optionOf(name: OptionName): Option {
  const spec = OPTIONS[name];
  if (spec.kind === 'flag') return new Option(`--${name}`);
  return new Option(`--${name} <${spec.value ?? 'VALUE'}>`).argParser(append);
}

/**
 * Options that a command understands: its own, and all there are for `flowbulk config`, which shows what would become of
 * them and need not list them in its help.
 */
function optionsOf(command: Command): readonly OptionName[] {
  return command.name === 'config' ? (Object.keys(OPTIONS) as OptionName[]) : command.options;
}

function usageError(error: CommanderError, command: Command): FlowbulkError {
  const unknown = /^error: unknown option '(.*)'/.exec(error.message)?.[1];
  const seeHelp = `; see: flowbulk ${command.name} --help`;
  if (unknown !== undefined) {
    const flag = unknown.replace(/=.*$/, '');
    const near = didYouMean(flag.replace(/^-+/, ''), [...optionsOf(command), 'help'], '--');
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
  const extra = command.arguments.at(-1)?.rest === true ? undefined : args[command.arguments.length];
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

/** The texts of each flag that was given. */
function flagsOf(parser: Parser, names: readonly OptionName[]): Layers['flags'] {
  const given = parser.opts<Record<string, string[] | boolean | undefined>>();
  const flags = new Map<OptionName, readonly string[]>();
  for (const name of names) {
    // commander files `--no-x` under `x`, false once it is given.
    const isNegated = OPTIONS[name].kind === 'flag' && name.startsWith('no-');
    const value = isNegated ? given[keyOf(name.slice(3) as OptionName)] === false : given[keyOf(name)];
    if (value === true) flags.set(name, ['true']);
    else if (Array.isArray(value)) flags.set(name, value);
  }
  return flags;
}

/** Words of choices that the command does not take, though others do. */
function checkWords(command: Command, options: ReadonlyMap<OptionName, Effective>): void {
  for (const name of Object.keys(command.choices ?? {}) as OptionName[]) {
    const texts = options.get(name)?.texts ?? [];
    if (texts.length > 0) readValue(optionAsTaken(command, name), `--${name} of ${command.name}`, texts);
  }
}

/** The last text of an option that says where others are from, before any of them is looked at. */
function early(name: 'config' | 'job', { flags, env }: Pick<Layers, 'flags' | 'env'>): string | undefined {
  return flags.get(name)?.at(-1) ?? (env[envNameOf(name)] || undefined);
}

/** The config file that counts, named or found. Nothing but its folders is looked at where there is none. */
function configOf(named: string | undefined): ConfigFile | null {
  if (named !== undefined) return readConfigFile(named);
  let folder: string;
  try {
    folder = process.cwd();
  } catch {
    // The working folder was removed: nothing is above it.
    return null;
  }
  const found = findConfig(folder);
  return found === null ? null : readConfigFile(found);
}

/** The job of that name. What it sets for other commands than this one is left to them: plan, run and verify share it. */
function jobOf(name: string, file: ConfigFile | null): ConfigJob {
  if (file === null) {
    throw new FlowbulkError(
      'E_USAGE',
      `job '${name}' is looked for in flowbulk.config.json or .yaml, and there is none here or above: give --config FILE`,
    );
  }
  return findJob(file, name);
}

/** The arguments, with SOURCE and DESTINATION of the job where the command line leaves them out. */
function argumentsOf(command: Command, given: readonly string[], file: ConfigFile | null, job: ConfigJob | null) {
  const args = [...given];
  if (file === null || job === null) return args;
  for (const [at, { name }] of command.arguments.entries()) {
    const place = name === 'SOURCE' ? job.source : name === 'DESTINATION' ? job.destination : null;
    // One that is missing leaves no hole before the next.
    if (place !== null && args.length === at) args.push(placeOfJob(file, place));
  }
  return args;
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
  const names = optionsOf(command);
  for (const name of names) parser.addOption(optionOf(name));
  try {
    parser.parse([...argv], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.code === 'commander.helpDisplayed') return { help: true };
    throw usageError(error, command);
  }
  const flags = flagsOf(parser, names);
  const file = configOf(early('config', { flags, env }));
  const jobName = names.includes('job') ? early('job', { flags, env }) : undefined;
  const job = jobName === undefined ? null : jobOf(jobName, file);
  const options = effectiveOptions(names, { flags, env, file, job });
  checkWords(command, options);
  const values = valuesOf(options);
  PROVENANCES.set(values, { options, file, job });
  const args = argumentsOf(command, parser.args, file, job);
  checkArguments(command, args);
  return { help: false, args, values };
}

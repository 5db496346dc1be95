/** What a command is: one file in commands/ exports one of these, the registry lists it. */

import { OPTIONS, type OptionName, type OptionSpec, TALK_OPTIONS, type Values } from './options.ts';
import type { Talk } from './talk.ts';

/** The standard streams, the environment and the stop signal: all that a command knows of its process. */
export interface Io {
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted with a `FlowbulkError` as reason on Ctrl-C, SIGTERM and a closed standard output. */
  readonly signal: AbortSignal;
  /** Opens standard input, for an answer; not there where nobody can answer. */
  stdin?(): InputStream;
}

/** What answers are read from: standard input, or a stand-in in tests. */
export type InputStream = NodeJS.ReadableStream & { readonly isTTY?: boolean };

/** What is written to: a process stream, or a collector in tests. */
export interface OutputStream {
  write(text: string | Uint8Array): boolean;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** What `run` gets: the streams, and the voice that speaks on standard error. */
export interface CommandIo extends Io {
  readonly talk: Talk;
}

/** A positional argument. */
export interface Argument {
  /** In capitals, as in the usage line. */
  readonly name: string;
  readonly required: boolean;
  /** The last one may take all words that are left. */
  readonly rest?: boolean;
  /** The only words it can be; without them it is taken for a path by completion. */
  readonly choices?: readonly string[];
  readonly help: string;
}

interface Definition<Name extends OptionName> {
  readonly name: string;
  readonly summary: string;
  /** Usage lines, without the program's name. */
  readonly usage: readonly string[];
  /** Shown first in the help: a command line, and what it does. */
  readonly examples: readonly (readonly [command: string, does: string])[];
  readonly arguments: readonly Argument[];
  /** Names of rows of the option table; every command has TALK_OPTIONS besides, and `job` where it takes SOURCE. */
  readonly options: readonly Name[];
  /** The words that it takes of a choice, where these are not all: `--as` has forms of documents and forms of maps. */
  readonly choices?: Partial<Readonly<Record<Name, readonly string[]>>>;
  /** Lines that end the help. */
  readonly notes?: readonly string[];
  /** Does it, and gives the exit code. Throws FlowbulkError for what was foreseen. */
  run(args: readonly string[], values: Values<Name | TalkName>, io: CommandIo): Promise<number>;
}

type TalkName = (typeof TALK_OPTIONS)[number];

/** A command of any options. */
export type Command = Definition<OptionName>;

/** An option as a command takes it. */
export function optionAsTaken({ choices }: Pick<Command, 'choices'>, name: OptionName): OptionSpec {
  const words = choices?.[name];
  return words === undefined ? OPTIONS[name] : { ...OPTIONS[name], choices: words };
}

/** Makes a command; `values` has the types of exactly the options that it names. */
export function command<Name extends OptionName>(definition: Definition<Name>): Command {
  const ofJob = definition.arguments.some((argument) => argument.name === 'SOURCE') ? (['job'] as const) : [];
  // A command that names fewer options reads fewer values: safe, though not to the type checker's eye.
  return { ...definition, options: [...definition.options, ...ofJob, ...TALK_OPTIONS] } as unknown as Command;
}

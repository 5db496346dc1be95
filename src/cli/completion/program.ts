/** What completion scripts are made of: commands, their options, and what can stand after each. */

import { type Argument, type Command, optionAsTaken } from '../command.ts';
import type { OptionName } from '../options.ts';
import { COMMANDS } from '../registry.ts';
import { TOPICS } from '../topics.ts';

/** One command as completion sees it. */
export interface CompletedCommand {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly CompletedOption[];
  readonly arguments: readonly Argument[];
}

/** One option as completion sees it. */
export interface CompletedOption {
  readonly flag: string;
  readonly help: string;
  /** What stands after it: nothing, a word of a list, a file, or anything. */
  readonly value: 'none' | 'word' | 'file' | 'any';
  readonly words: readonly string[];
  readonly isRepeatable: boolean;
}

function completedOption(command: Command, name: OptionName): CompletedOption {
  const spec = optionAsTaken(command, name);
  const isFile = spec.kind === 'path' || spec.kind === 'paths';
  const value = spec.kind === 'flag' ? 'none' : spec.choices !== undefined ? 'word' : isFile ? 'file' : 'any';
  const isRepeatable = ['texts', 'list', 'paths'].includes(spec.kind);
  return { flag: `--${name}`, help: spec.help, value, words: spec.choices ?? [], isRepeatable };
}

/** Loads every command and describes it; `help` is one more that takes their names and the topics. */
export async function describeProgram(): Promise<readonly CompletedCommand[]> {
  const commands = await Promise.all(COMMANDS.map((entry) => entry.load()));
  const helpFlag: CompletedOption = {
    flag: '--help',
    help: 'examples and options',
    value: 'none',
    words: [],
    isRepeatable: false,
  };
  const topics = [...COMMANDS.map((one) => one.name), ...TOPICS.map((one) => one.name)];
  return [
    ...commands.map((command) => ({
      name: command.name,
      summary: command.summary,
      options: [...command.options.map((name) => completedOption(command, name)), helpFlag],
      arguments: command.arguments,
    })),
    {
      name: 'help',
      summary: 'help on a command or a topic',
      options: [],
      arguments: [{ name: 'TOPIC', required: false, choices: topics, help: 'command or topic' }],
    },
  ];
}

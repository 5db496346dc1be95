/** The help, from the registry, the commands and the option table: examples first, then what can be said. */

import type { Paint } from './color.ts';
import { type Command, optionAsTaken } from './command.ts';
import { envNameOf, GROUPS, OPTIONS, type OptionName, type OptionSpec } from './options.ts';
import { COMMANDS } from './registry.ts';
import { TOPICS } from './topics.ts';

const WIDTH = 118;

/** The left column of two is no wider. */
const MAX_LEFT = 60;

/** A command with more options than this shows the groups that are alike everywhere in short. */
const LONG_COMMAND_OPTIONS = 24;
const SHORT_GROUPS: ReadonlySet<string> = new Set(['filter', 'aws', 'talk']);

/** One with more than this shows those in short, too, that shorter commands explain. */
const LONGEST_COMMAND_OPTIONS = 50;
const SHORTER_GROUPS: ReadonlySet<string> = new Set([...SHORT_GROUPS, 'read', 'documents', 'credentials', 'run']);

function shortGroups({ options }: Command): ReadonlySet<string> {
  if (options.length > LONGEST_COMMAND_OPTIONS) return SHORTER_GROUPS;
  return options.length > LONG_COMMAND_OPTIONS ? SHORT_GROUPS : new Set();
}

function flagOf(name: OptionName, { kind, value, choices }: OptionSpec = OPTIONS[name]): string {
  if (kind === 'flag') return `--${name}`;
  const short = kind === 'choice' && choices !== undefined && choices.join('|').length <= 16;
  return `--${name} ${short ? choices.join('|') : value}`;
}

function explain(name: OptionName, spec: OptionSpec = OPTIONS[name]): string {
  const shown = spec.default ?? spec.defaultShown;
  const words = spec.kind === 'choice' && !flagOf(name, spec).includes('|') ? `: ${spec.choices?.join(', ')}` : '';
  return `${spec.help}${words}${shown === undefined ? '' : ` (default: ${shown})`}`;
}

function wrap(words: readonly string[], indent: string): string {
  const lines: string[] = [];
  for (const word of words) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 2 + word.length <= WIDTH) lines[lines.length - 1] = `${last}  ${word}`;
    else lines.push(`${indent}${word}`);
  }
  return lines.join('\n');
}

function columns(rows: readonly (readonly [string, string])[], indent = '  '): string {
  // A row with a longer left side stands out instead of pushing all others to the right.
  const width = Math.max(0, ...rows.map(([left]) => left.length).filter((length) => length <= MAX_LEFT));
  return rows.map(([left, right]) => `${indent}${left.padEnd(width)}  ${right}`).join('\n');
}

/** The overview: what `flowbulk`, `flowbulk help` and `flowbulk --help` print. */
export function overviewHelp(paint: Paint): string {
  return `flowbulk: VPC flow logs to ECS documents at memory speed

${paint.bold('Commands')}
${columns(COMMANDS.map((one) => [one.name, one.summary]))}

${paint.bold('Help')}
${columns([
  ['flowbulk COMMAND --help', 'examples and options of a command'],
  ...TOPICS.map((topic) => [`flowbulk help ${topic.name}`, topic.summary] as const),
  ['flowbulk --version', 'the version; with --verbose also Node, the inflate engine and the CPU'],
])}
`;
}

/** The help of one command. */
export function commandHelp(command: Command, paint: Paint): string {
  const blocks: string[] = [];
  const examples = command.examples.map(([line, does]) => [`flowbulk ${line}`, does] as const);
  blocks.push(`flowbulk ${command.name}: ${command.summary}`);
  blocks.push(`${paint.bold('Examples')}\n${columns(examples)}`);
  const usage = command.usage.map((line) => `  flowbulk ${line} [OPTIONS]`).join('\n');
  const positional = columns(command.arguments.map((one) => [one.name, one.help]));
  blocks.push(`${paint.bold('Usage')}\n${usage}${positional === '' ? '' : `\n${positional}`}`);
  const inShort = shortGroups(command);
  const groups = Object.entries(GROUPS).flatMap(([group, title]) => {
    const rows = command.options
      .filter((name) => OPTIONS[name].group === group)
      .map((name) => {
        const spec = optionAsTaken(command, name);
        return [flagOf(name, spec), explain(name, spec)] as const;
      });
    if (rows.length === 0) return [];
    const flags = rows.map(([flag]) => flag);
    const body = inShort.has(group) ? wrap(flags, '  ') : columns(rows);
    return [`${paint.bold(title)}\n${body}`];
  });
  blocks.push(groups.join('\n'));
  const notes = [...(command.notes ?? []), 'Every option is a variable too (FLOWBULK_QUIET=1): flowbulk help options'];
  blocks.push(notes.join('\n'));
  return `${blocks.join('\n\n')}\n`;
}

/** Every option of every command, with its variable. */
export function optionsHelp(paint: Paint): string {
  const groups = Object.entries(GROUPS).map(([group, title]) => {
    const names = (Object.keys(OPTIONS) as OptionName[]).filter((name) => OPTIONS[name].group === group);
    const rows = names.map((name) => [`${flagOf(name)}  ${paint.dim(envNameOf(name))}`, `    ${explain(name)}`]);
    return `${paint.bold(title)}\n${rows.map(([flag, text]) => `  ${flag}\n  ${text}`).join('\n')}`;
  });
  return `Options, and the variables that do the same. A flag beats its variable, the variable the config
file (flowbulk config --help), and that the default.
Options that are repeatable take one value a line in their variable.

${groups.join('\n\n')}
`;
}

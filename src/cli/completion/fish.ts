/** Completion for fish: one `complete` line for each command and option. */

import type { CompletedCommand, CompletedOption } from './program.ts';

const quote = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

function takenValue({ value, words }: CompletedOption): string {
  switch (value) {
    case 'none':
      return '';
    case 'word':
      return ` -x -a ${quote(words.join(' '))}`;
    case 'file':
      return ' -r -F';
    case 'any':
      return ' -x';
  }
}

function linesOf({ name, options, arguments: args }: CompletedCommand): string[] {
  const here = `complete -c flowbulk -n '__fish_seen_subcommand_from ${name}'`;
  const operands = args.flatMap(({ choices }) =>
    choices === undefined ? [] : [`${here} -f -a ${quote(choices.join(' '))}`],
  );
  const none = args.length === 0 ? [`${here} -f`] : [];
  return [
    ...options.map((one) => `${here} -l ${one.flag.slice(2)}${takenValue(one)} -d ${quote(one.help)}`),
    ...operands,
    ...none,
  ];
}

/** The script for fish. */
export function fishCompletion(program: readonly CompletedCommand[]): string {
  const first = program.map(
    (one) => `complete -c flowbulk -n __fish_use_subcommand -f -a ${one.name} -d ${quote(one.summary)}`,
  );
  return `# fish completion of flowbulk; made by: flowbulk completion fish
${[...first, ...program.flatMap(linesOf)].join('\n')}
`;
}

/** Completion for zsh: an `_arguments` specification for each command. */

import type { CompletedCommand, CompletedOption } from './program.ts';

/** Quotes for single quotes, and for the brackets and colons that `_arguments` gives a meaning. */
const quote = (text: string) => text.replaceAll("'", "'\\''").replace(/[[\]:]/g, '\\$&');

function takenValue({ value, words, flag }: CompletedOption): string {
  const label = flag.slice(2);
  switch (value) {
    case 'none':
      return '';
    case 'word':
      return `:${label}:(${words.join(' ')})`;
    case 'file':
      return `:${label}:_files`;
    case 'any':
      return `:${label}: `;
  }
}

function optionLine(option: CompletedOption): string {
  const repeat = option.isRepeatable ? '*' : '';
  return `        '${repeat}${option.flag}[${quote(option.help)}]${takenValue(option)}'`;
}

function commandCase({ name, options, arguments: args }: CompletedCommand): string {
  const operands = args.map(({ name: label, required, choices }) => {
    const what = choices === undefined ? '_files' : `(${choices.join(' ')})`;
    return `        '${required ? ':' : '::'}${label}:${what}'`;
  });
  return `    ${name})
      _arguments \\
${[...options.map(optionLine), ...operands].join(' \\\n')} ;;`;
}

/** The script for zsh. */
export function zshCompletion(program: readonly CompletedCommand[]): string {
  return `#compdef flowbulk
# zsh completion of flowbulk; made by: flowbulk completion zsh
_flowbulk() {
  local -a commands
  commands=(
${program.map((one) => `    '${one.name}:${quote(one.summary)}'`).join('\n')}
  )
  if ((CURRENT == 2)); then
    _describe command commands
    return
  fi
  local name=$words[2]
  shift words
  ((CURRENT--))
  case $name in
${program.map(commandCase).join('\n')}
  esac
}
if [[ $funcstack[1] == _flowbulk ]]; then _flowbulk "$@"; else compdef _flowbulk flowbulk; fi
`;
}

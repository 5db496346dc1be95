/** Completion for bash: one function over COMP_WORDS, plain bash 3.2, without the bash-completion package. */

import type { CompletedCommand, CompletedOption } from './program.ts';

function valueCase({ flag, value, words }: CompletedOption): string[] {
  switch (value) {
    case 'word':
      return [`      ${flag}) COMPREPLY=($(compgen -W '${words.join(' ')}' -- "$cur")); return ;;`];
    case 'file':
      return [`      ${flag}) COMPREPLY=($(compgen -f -- "$cur")); return ;;`];
    case 'any':
      return [`      ${flag}) return ;;`];
    case 'none':
      return [];
  }
}

function commandCase({ name, options, arguments: args }: CompletedCommand): string {
  const words = args.flatMap((one) => one.choices ?? []);
  const operands =
    words.length > 0
      ? `COMPREPLY=($(compgen -W '${words.join(' ')}' -- "$cur"))`
      : 'COMPREPLY=($(compgen -f -- "$cur"))';
  return `    ${name})
      flags='${options.map((one) => one.flag).join(' ')}'
      case "$prev" in
${options
  .flatMap(valueCase)
  .map((line) => `  ${line}`)
  .join('\n')}
      esac
      if [[ $cur == -* ]]; then COMPREPLY=($(compgen -W "$flags" -- "$cur"))
      else ${args.length === 0 ? ':' : operands}; fi ;;`;
}

/** The script for bash. */
export function bashCompletion(program: readonly CompletedCommand[]): string {
  const names = program.map((one) => one.name).join(' ');
  return `# bash completion of flowbulk; made by: flowbulk completion bash
_flowbulk() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} flags
  COMPREPLY=()
  if ((COMP_CWORD == 1)); then
    COMPREPLY=($(compgen -W '${names} --help --version' -- "$cur"))
    return
  fi
  case "\${COMP_WORDS[1]}" in
${program.map(commandCase).join('\n')}
  esac
}
complete -o filenames -F _flowbulk flowbulk
`;
}

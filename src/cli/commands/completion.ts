/** `flowbulk completion SHELL`: the completion script of a shell, from the registry and the option table. */

import { EXIT } from '../../errors.ts';
import { command } from '../command.ts';
import { bashCompletion } from '../completion/bash.ts';
import { fishCompletion } from '../completion/fish.ts';
import { describeProgram } from '../completion/program.ts';
import { zshCompletion } from '../completion/zsh.ts';

const SCRIPTS = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } as const;

export const completion = command({
  name: 'completion',
  summary: 'completions for bash, zsh or fish',
  usage: ['completion SHELL'],
  examples: [
    ['completion bash > ~/.local/share/bash-completion/completions/flowbulk', 'for bash'],
    ['completion zsh > ~/.zfunc/_flowbulk', 'for zsh, with ~/.zfunc in fpath'],
    ['completion fish > ~/.config/fish/completions/flowbulk.fish', 'for fish'],
  ],
  arguments: [{ name: 'SHELL', required: true, choices: Object.keys(SCRIPTS), help: 'bash, zsh or fish' }],
  options: [],

  async run([shell], _values, { stdout }) {
    stdout.write(SCRIPTS[shell as keyof typeof SCRIPTS](await describeProgram()));
    return EXIT.ok;
  },
});

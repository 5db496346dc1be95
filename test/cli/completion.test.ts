import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { run } from './run.ts';

const hasShell = (shell: string) => spawnSync(shell, ['--version']).error === undefined;

/** What bash offers for the last of the words. */
async function offered(...words: string[]): Promise<string[]> {
  const { stdout: script } = await run(['completion', 'bash']);
  const list = words.map((word) => `'${word}'`).join(' ');
  const ask = `${script}\nCOMP_WORDS=(${list}); COMP_CWORD=${words.length - 1}; _flowbulk; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr, status } = spawnSync('bash', ['--norc', '-c', ask], { encoding: 'utf8', cwd: '/' });
  assert.equal(stderr, '');
  assert.equal(status, 0);
  return stdout.split('\n').filter((line) => line !== '');
}

test('bash completes commands, options, their words, and files', { skip: !hasShell('bash') }, async () => {
  assert.deepEqual(await offered('flowbulk', 'gen'), ['generate']);
  assert.deepEqual(await offered('flowbulk', 'completion', ''), ['bash', 'zsh', 'fish']);
  assert.deepEqual(await offered('flowbulk', 'generate', '--rec'), ['--records']);
  assert.deepEqual(await offered('flowbulk', 'generate', 'x', '--addresses', ''), ['zipf', 'uniform']);
  assert.ok((await offered('flowbulk', 'generate', '--layout', '')).includes('tgw'));
  assert.deepEqual(await offered('flowbulk', 'generate', '--records', ''), []);
  assert.ok((await offered('flowbulk', 'generate', 'tm')).includes('tmp'));
  assert.ok((await offered('flowbulk', 'help', 'exit')).includes('exit-codes'));
  assert.deepEqual(await offered('flowbulk', 'fields', '--js'), ['--json']);
});

for (const shell of ['bash', 'zsh', 'fish']) {
  test(`${shell} accepts its script`, { skip: !hasShell(shell) }, async () => {
    const { stdout } = await run(['completion', shell]);
    const { status, stderr } = spawnSync(shell, ['-n'], { input: stdout, encoding: 'utf8' });
    assert.equal(status, 0, stderr);
  });
}

test('each script has every command and its options', async () => {
  for (const shell of ['bash', 'zsh', 'fish']) {
    const { stdout } = await run(['completion', shell]);
    for (const word of ['generate', 'fields', 'completion', 'help', 'records', 'addresses', 'log-format']) {
      assert.ok(stdout.includes(word), `${shell}: ${word}`);
    }
  }
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commandHelp } from '../../src/cli/help.ts';
import { OPTIONS, type OptionName } from '../../src/cli/options.ts';
import { COMMANDS, findCommand } from '../../src/cli/registry.ts';
import { run } from './run.ts';

const PLAIN = { bold: String, dim: String, red: String, green: String, yellow: String };

test('no arguments, help, -h and --help print the overview on standard output', async () => {
  for (const argv of [[], ['help'], ['-h'], ['--help']]) {
    const { code, stdout, stderr } = await run(argv);
    assert.equal(code, 0);
    assert.equal(stderr, '');
    for (const { name } of COMMANDS) assert.match(stdout, new RegExp(`^ {2}${name} `, 'm'));
  }
});

test('the help of each command leads with examples and is the same by all ways', async () => {
  for (const { name } of COMMANDS) {
    const { stdout } = await run([name, '--help']);
    assert.match(stdout, /^flowbulk .*\n\nExamples\n {2}flowbulk /);
    assert.equal((await run([name, '-h'])).stdout, stdout);
    assert.equal((await run(['help', name])).stdout, stdout);
  }
});

test('the help of a command shows its options with their defaults, and nobody else’s', async () => {
  const { stdout } = await run(['generate', '--help']);
  assert.match(stdout, /--layout LAYOUT .*\(default: v2\)/);
  assert.doesNotMatch(stdout, /--city/);
});

test('no line of a help is wider than 120 columns, and a help fits a screen', async () => {
  for (const { name } of COMMANDS) {
    const lines = commandHelp(await findCommand(name), PLAIN).split('\n');
    assert.ok(lines.length <= 56, `${name}: ${lines.length} lines`);
    for (const line of lines) assert.ok(line.length <= 120, `${name}: ${line}`);
  }
});

test('the topics explain exit codes, formats and every option with its variable', async () => {
  assert.match((await run(['help', 'exit-codes'])).stdout, /^ {2}130 {2}stopped by Ctrl-C/m);
  assert.match((await run(['help', 'formats'])).stdout, /^ {2}tgw +36 fields/m);
  const { stdout } = await run(['help', 'options']);
  for (const name of Object.keys(OPTIONS) as OptionName[]) assert.ok(stdout.includes(`--${name}`), name);
  assert.match(stdout, /FLOWBULK_OBJECTS_FROM/);
});

test('help on something unknown suggests what may be meant', async () => {
  const { code, stderr } = await run(['help', 'exit-code']);
  assert.equal(code, 2);
  assert.match(stderr, /did you mean exit-codes\?/);
});

test('every option is taken by some group of the help and has a default of its own kind', async () => {
  const { readValue } = await import('../../src/cli/values.ts');
  for (const [name, spec] of Object.entries(OPTIONS)) {
    if (spec.default !== undefined) readValue(spec, `--${name}`, [spec.default]);
  }
});

test('colours come on terminals only, and not with NO_COLOR', async () => {
  assert.ok((await run([], { isTTY: true })).stdout.includes('\x1b[1m'));
  assert.ok(!(await run([], { isTTY: true, env: { NO_COLOR: '1' } })).stdout.includes('\x1b'));
  assert.ok(!(await run(['--help', '--no-color'], { isTTY: true })).stdout.includes('\x1b'));
  assert.ok(!(await run([])).stdout.includes('\x1b'));
});

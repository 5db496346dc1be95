import assert from 'node:assert/strict';
import { test } from 'node:test';
import { main } from '../../src/cli/main.ts';
import { run } from './run.ts';

/** Wrong command lines, and what the message must say. */
const WRONG: readonly (readonly [argv: readonly string[], says: RegExp])[] = [
  [['genrate', 'x'], /unknown command 'genrate' \(did you mean generate\?\)/],
  [['frobnicate'], /unknown command 'frobnicate'; see: flowbulk help/],
  [['--verison'], /unknown option --verison \(did you mean --version\?\)/],
  [['--version', 'now'], /unknown argument 'now'/],
  [['generate', 'x', '--record', '5'], /unknown option --record for generate \(did you mean --records\?\)/],
  [['generate', 'x', '--city', 'a.mmdb'], /unknown option --city for generate/],
  [['generate', 'x', '--records=5x'], /--records takes a whole number from 0, not '5x'/],
  [['generate', 'x', '--records', '-1'], /--records takes a whole number from 0, not '-1'/],
  [['generate', 'x', '--files', '0'], /--files takes a whole number from 1, not '0'/],
  [['generate', 'x', '--addresses', 'zpif'], /one of zipf, uniform, not 'zpif' \(did you mean zipf\?\)/],
  [['generate', 'x', '--from', '2025-02-30'], /--from is "2025-02-30"/],
  [['generate', 'x', '--from', '2025-02-02', '--to', '2025-02-01'], /give --from before --to/],
  [['generate', 'x', '--layout', 'v6'], /neither v2, v3/],
  [['generate', 'x', '--layout', 'srcaddr dstaddr DST!'], /DST!/],
  [['generate', 'x', '--records'], /--records needs a value: --records N/],
  [['generate'], /FOLDER is missing; usage: flowbulk generate FOLDER/],
  [['generate', 'x', 'y'], /one argument too many: 'y'/],
  [['completion', 'bahs'], /SHELL is one of bash, zsh, fish, not 'bahs' \(did you mean bash\?\)/],
];

for (const [argv, says] of WRONG) {
  test(`flowbulk ${argv.join(' ')} is refused with exit code 2`, async () => {
    const { code, stdout, stderr } = await run(argv);
    assert.match(stderr, says);
    assert.match(stderr, /^flowbulk: [^\n]*\n$/, 'one line, no stack');
    assert.equal(code, 2);
    assert.equal(stdout, '');
  });
}

test('--debug adds the code, --log-format json makes an event of the error', async () => {
  assert.match((await run(['fields', '--nope', '--debug'])).stderr, /\[E_USAGE\]/);
  const { stderr } = await run(['fields', '--nope', '--log-format', 'json']);
  const event = JSON.parse(stderr) as Record<string, unknown>;
  assert.equal(event['type'], 'error');
  assert.equal(event['code'], 'E_USAGE');
});

test('a variable does what its flag does, and the flag beats it', async () => {
  const env = { FLOWBULK_LAYOUT: 'v99' };
  const wrong = await run(['generate', 'x'], { env });
  assert.equal(wrong.code, 2);
  assert.match(wrong.stderr, /v99/);
  const json = await run(['fields'], { env: { FLOWBULK_JSON: 'yes' } });
  assert.ok(json.stdout.startsWith('['));
  const count = await run(['generate', 'x', '--files', '0'], { env: { FLOWBULK_FILES: '5' } });
  assert.match(count.stderr, /--files takes .* not '0'/);
  const variable = await run(['generate', 'x'], { env: { FLOWBULK_FILES: 'many' } });
  assert.match(variable.stderr, /FLOWBULK_FILES takes .* not 'many'/);
});

test('a bug is exit code 1 and one line; --debug shows its stack', async () => {
  const said: string[] = [];
  const broken = {
    write: (): boolean => {
      throw new TypeError('broken stream');
    },
  };
  const stderr = { write: (text: string | Uint8Array) => said.push(String(text)) > 0 };
  const io = { stdout: broken, stderr, env: {}, signal: new AbortController().signal };
  assert.equal(await main(['fields'], io), 1);
  assert.match(said.join(''), /^flowbulk: unexpected failure: broken stream [^\n]*\n$/);
  assert.equal(await main(['fields', '--debug'], io), 1);
  assert.match(said.at(-1)!, /TypeError: broken stream\n +at /);
});

test('a stop is told by its reason: 130 for Ctrl-C, quiet 0 for a closed pipe', async () => {
  const { FlowbulkError } = await import('../../src/errors.ts');
  const stopped = AbortSignal.abort(new FlowbulkError('E_STOPPED', 'stopped by Ctrl-C'));
  const byHand = await run(['generate', '/nonexistent/x'], { signal: stopped });
  assert.equal(byHand.code, 130);
  assert.match(byHand.stderr, /stopped by Ctrl-C/);
  const closed = AbortSignal.abort(new FlowbulkError('E_PIPE_CLOSED', 'closed'));
  const byPipe = await run(['generate', '/nonexistent/x'], { signal: closed });
  assert.deepEqual([byPipe.code, byPipe.stderr], [0, '']);
});

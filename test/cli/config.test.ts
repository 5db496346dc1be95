import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { before, test } from 'node:test';
import { flowbulk, temporaryFolder } from '../run/program.ts';

const LOGS = path.join(temporaryFolder(), 'logs');

before(async () => {
  const { code, stderr } = await flowbulk(path.dirname(LOGS), ['generate', LOGS, '--records', '200', '--files', '2']);
  assert.equal(code, 0, stderr);
});

/** A folder with a config file, and a folder in it to work from. */
function place(yaml: string, name = 'flowbulk.config.yaml'): { folder: string; file: string; within: string } {
  const folder = temporaryFolder();
  const file = path.join(folder, name);
  const within = path.join(folder, 'a', 'b');
  mkdirSync(within, { recursive: true });
  writeFileSync(file, yaml);
  return { folder, file, within };
}

const logFiles = (folder: string) =>
  readdirSync(folder, { recursive: true })
    .map(String)
    .filter((name) => name.endsWith('.ndjson'));

interface Shown {
  readonly file: string | null;
  readonly job: string | null;
  readonly options: readonly { name: string; value: unknown; origin: { kind: string; line?: number; name?: string } }[];
  readonly secrets: Readonly<Record<string, boolean>>;
}

test('a job gives source, destination and options; the top level what the command takes of it', async () => {
  const { folder, within } = place(`
keep-original: true
tags: [top]
retry-for: 1m     # not for convert, and no error
jobs:
  daily:
    source: ${LOGS}
    destination: out/
    tags: [of-job]
`);
  const { code, stderr } = await flowbulk(within, ['convert', '--job', 'daily']);
  assert.equal(code, 0, stderr);
  const written = logFiles(path.join(folder, 'out'));
  assert.equal(written.length, 2);
  const [line] = readFileSync(path.join(folder, 'out', written[0]!), 'utf8').split('\n');
  const document = JSON.parse(line!) as { tags: string[]; event: { original?: string } };
  assert.deepEqual(document.tags, ['preserve_original_event', 'of-job']);
  assert.equal(typeof document.event.original, 'string');
});

test('arguments and flags on the command line beat the job, and are relative to the working folder', async () => {
  const { folder, within } = place(
    JSON.stringify({ jobs: { daily: { source: LOGS, destination: 'out/', tags: 'of-job' } } }),
    'flowbulk.config.json',
  );
  const { code, stderr } = await flowbulk(within, ['convert', LOGS, 'here/', '--job', 'daily', '--tags', 'of-flag']);
  assert.equal(code, 0, stderr);
  assert.ok(!existsSync(path.join(folder, 'out')));
  const [first] = logFiles(path.join(within, 'here'));
  assert.match(readFileSync(path.join(within, 'here', first!), 'utf8'), /"tags":\["of-flag"\]/);
  const onlySource = await flowbulk(within, ['convert', LOGS, '--job', 'daily']);
  assert.equal(onlySource.code, 0, onlySource.stderr);
  assert.equal(logFiles(path.join(folder, 'out')).length, 2, 'SOURCE is given, DESTINATION is of the job');
});

test('--config and FLOWBULK_CONFIG name a file, and the job may come by its variable', async () => {
  const { file } = place(`jobs: { daily: { source: ${LOGS}, name: x } }\n`);
  const elsewhere = temporaryFolder();
  const byFlag = await flowbulk(elsewhere, ['convert', '--config', path.relative(elsewhere, file), '--job', 'daily']);
  assert.equal(byFlag.code, 0, byFlag.stderr);
  assert.equal(byFlag.stdout.trimEnd().split('\n').length, 200);
  const variables = { FLOWBULK_CONFIG: file, FLOWBULK_JOB: 'daily' };
  const byVariable = await flowbulk(elsewhere, ['convert'], undefined, variables);
  assert.equal(byVariable.stdout, byFlag.stdout);
  // The named file counts, though another is here.
  writeFileSync(path.join(elsewhere, 'flowbulk.config.json'), 'not JSON');
  assert.equal((await flowbulk(elsewhere, ['convert'], undefined, variables)).stdout, byFlag.stdout);
});

/** What is refused with exit code 2, and what is said. */
const WRONG: readonly (readonly [yaml: string, argv: readonly string[], says: RegExp])[] = [
  ['retryFor: 1m\n', ['fields'], /flowbulk\.config\.yaml:1:1: unknown key 'retryFor' \(did you mean retry-for\?\)/],
  ['jobs: { nightly: {} }\n', ['convert', '--job', 'nigthly'], /no job 'nigthly' in .* \(did you mean nightly\?\)/],
  ['jobs: { a: { source: x, tags: [b] } }\n', ['generate', 'x', '--job', 'a'], /unknown option --job for generate/],
  ['jobs: { a: { tags: [b] } }\n', ['convert', '--job', 'a'], /SOURCE is missing/],
  ['max-records: many\n', ['convert', 'x'], /:1:14: max-records takes a whole number from 1, not 'many'/],
  ['password: hunter2\n', ['fields'], /secrets only by file or variable/],
];

for (const [yaml, argv, says] of WRONG) {
  test(`flowbulk ${argv.join(' ')} is refused with ${yaml.trim()}`, async () => {
    const { code, stdout, stderr } = await flowbulk(place(yaml).within, argv);
    assert.match(stderr, says);
    assert.match(stderr, /^flowbulk: [^\n]*\n$/, 'one line');
    assert.doesNotMatch(stderr, /hunter2/);
    assert.equal(code, 2);
    assert.equal(stdout, '');
  });
}

test('how to talk can be said in a file, and what goes wrong after it is read is said so', async () => {
  const { within } = place(
    `{ "log-format": "json", "jobs": { "a": { "source": "none/", "quiet": true } } }`,
    'flowbulk.config.json',
  );
  const { code, stderr } = await flowbulk(within, ['convert', '--job', 'a']);
  assert.equal(code, 4);
  const events = stderr
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { type: string; code: string });
  assert.deepEqual(
    events.map((event) => [event.type, event.code]),
    [['error', 'E_SOURCE_MISSING']],
  );
  const byVariable = await flowbulk(within, ['convert', '--job', 'a'], undefined, { FLOWBULK_LOG_FORMAT: 'text' });
  assert.match(byVariable.stderr, /^flowbulk: /);
});

test('--job without a config file says what is looked for', async () => {
  const { code, stderr } = await flowbulk(temporaryFolder(), ['convert', '--job', 'nightly']);
  assert.equal(code, 2);
  assert.match(
    stderr,
    /job 'nightly' is looked for in flowbulk\.config\.json or \.yaml, and there is none here or above/,
  );
});

test('config show tells every option with its value and where it is from', async () => {
  const { file, within } = place(`
retry-for: 30m
jobs:
  nightly:
    source: logs
    destination: https://user:hunter2@cluster:9200/flow
    since: 2d
`);
  const argv = ['config', 'show', '--job', 'nightly', '--origin', '--body-bytes', '4MiB'];
  const variables = { FLOWBULK_WORKERS: '3', FLOWBULK_API_KEY: 'hunter2' };
  const { code, stdout, stderr } = await flowbulk(within, argv, undefined, variables);
  assert.equal(code, 0, stderr);
  const rows = new Map(stdout.split('\n').map((line) => [line.split(' ')[0], line.replace(/ {2,}/g, ' | ')]));
  assert.equal(rows.get('source'), `source | ${path.join(path.dirname(file), 'logs')} | job nightly, ${file}:5`);
  assert.equal(rows.get('destination'), `destination | https://…@cluster:9200/flow | job nightly, ${file}:6`);
  assert.equal(rows.get('retry-for'), `retry-for | 30m | ${file}:2`);
  assert.equal(rows.get('since'), `since | 2d | job nightly, ${file}:7`);
  assert.equal(rows.get('workers'), 'workers | 3 | variable FLOWBULK_WORKERS');
  assert.equal(rows.get('body-bytes'), 'body-bytes | 4MiB | flag');
  assert.equal(rows.get('op'), 'op | create | default');
  assert.equal(rows.get('config'), `config | ${file} | found from the working folder`);
  assert.equal(rows.get('FLOWBULK_API_KEY'), 'FLOWBULK_API_KEY | set, not shown | variable');
  assert.equal(rows.get('FLOWBULK_PASSWORD'), 'FLOWBULK_PASSWORD | - | variable');
  assert.doesNotMatch(stdout, /hunter2/);

  const json = await flowbulk(within, [...argv, '--json'], undefined, variables);
  assert.doesNotMatch(json.stdout, /hunter2/);
  const shown = JSON.parse(json.stdout) as Shown;
  assert.deepEqual([shown.file, shown.job, shown.secrets['FLOWBULK_API_KEY']], [file, 'nightly', true]);
  const option = (name: string) => shown.options.find((one) => one.name === name);
  assert.deepEqual(option('body-bytes'), { name: 'body-bytes', value: 4 << 20, origin: { kind: 'flag' } });
  assert.deepEqual(option('retry-for')?.origin, { kind: 'file', file, line: 2, column: 12 });
  assert.equal(option('max-rate')?.value, null);
});

test('config show without --origin has two columns, and works without a file', async () => {
  const { code, stdout } = await flowbulk(temporaryFolder(), ['config', 'show']);
  assert.equal(code, 0);
  assert.match(stdout, /^op +create$/m);
  assert.match(stdout, /^config +\(flowbulk\.config\.\* here or above\)$/m);
});

test('config show checks also what other commands would not look at', async () => {
  const { within } = place('retry-for: soon\n');
  assert.equal((await flowbulk(within, ['fields'])).code, 0);
  const { code, stderr } = await flowbulk(within, ['config', 'show']);
  assert.equal(code, 2);
  assert.match(stderr, /:1:12: retry-for takes a time/);
});

test('config path names the file, or nothing', async () => {
  const { file, within } = place('');
  assert.deepEqual(await flowbulk(within, ['config', 'path']), { code: 0, stdout: `${file}\n`, stderr: '' });
  assert.equal((await flowbulk(within, ['config', 'path', '--json'])).stdout, `${JSON.stringify({ file })}\n`);
  const none = await flowbulk(temporaryFolder(), ['config', 'path']);
  assert.deepEqual([none.code, none.stdout], [0, '']);
  assert.match(none.stderr, /defaults and variables count/);
});

test('YAML is loaded only for a YAML file, and no file is read for --version and --help', async () => {
  const { folder, within } = place('retryFor: wrong\n');
  const loaded = path.join(folder, 'loaded.txt');
  const probe = path.join(folder, 'probe.cjs');
  writeFileSync(
    probe,
    `process.on('exit', () => require('fs').writeFileSync(${JSON.stringify(loaded)}, Object.keys(require.cache).join('\\n')));`,
  );
  const run = async (cwd: string, ...argv: string[]) => {
    const { code, stderr } = await flowbulk(cwd, argv, undefined, { NODE_OPTIONS: `--require ${probe}` });
    return [code, stderr, /node_modules[\\/]yaml[\\/]/.test(readFileSync(loaded, 'utf8'))];
  };
  assert.deepEqual(await run(within, '--version'), [0, '', false]);
  assert.deepEqual(await run(within, '--help'), [0, '', false]);
  assert.deepEqual(await run(within, 'convert', '--help'), [0, '', false]);
  assert.deepEqual(await run(temporaryFolder(), 'fields'), [0, '', false]);
  assert.deepEqual(await run(place('{}', 'flowbulk.config.json').within, 'fields'), [0, '', false]);
  assert.deepEqual(await run(place('op: index\n').within, 'fields'), [0, '', true]);
});

test('the help has the new options, completion too', async () => {
  const folder = temporaryFolder();
  assert.match((await flowbulk(folder, ['fields', '--help'])).stdout, /--config FILE/);
  assert.match((await flowbulk(folder, ['config', '--help'])).stdout, /--job NAME .*\n.*--origin/);
  assert.match((await flowbulk(folder, ['completion', 'bash'])).stdout, /config\)\n +flags='--job --origin --json/);
});

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { realpathSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { run } from '../cli/run.ts';
import { temporaryFolder } from '../run/program.ts';

const PROGRAM = fileURLToPath(new URL('../../src/cli/bin.cjs', import.meta.url));

const COMMAND = ['run', 's3://bucket/prefix/', 'https://cluster:9200/vpcflow', '--since', '2d'];

test('all forms are printed under their headings; notes go to standard error', async () => {
  const { code, stdout, stderr } = await run(['schedule', '--at', '04:15', '--', ...COMMAND]);
  assert.equal(code, 0, stderr);
  const headings = stdout.split('\n').filter((line) => line.startsWith('##### '));
  assert.deepEqual(headings, [
    '##### systemd',
    '##### cron',
    '##### Kubernetes',
    '##### EventBridge Scheduler and ECS',
  ]);
  assert.match(stdout, /^OnCalendar=\*-\*-\* 04:15:00 UTC$/m);
  assert.match(stdout, /^15 4 \* \* \* set -a;/m);
  assert.match(stderr, /in place of REGION, ACCOUNT/);
});

test('one form alone is what a file may hold as it is', async () => {
  const only = async (form: string) => {
    const { code, stdout, stderr } = await run(['schedule', '--for', form, '--every', '6h', '--', ...COMMAND]);
    assert.equal(code, 0, stderr);
    return stdout;
  };
  const { schedule } = JSON.parse(await only('eventbridge')) as { schedule: { ScheduleExpression: string } };
  assert.equal(schedule.ScheduleExpression, 'cron(0 0/6 * * ? *)');
  const cronJob = parse((await only('kubernetes')).split('\n---\n')[1]!) as { spec: { schedule: string } };
  assert.equal(cronJob.spec.schedule, '0 */6 * * *');
  assert.match(await only('systemd'), /^# \/etc\/systemd\/system\/flowbulk-vpcflow\.service\n/);
});

test('what the command asks for shows in memory and time', async () => {
  const words = [...COMMAND, '--inflight-bytes', '512MiB', '--drain-timeout', '90s', '--workers', '8'];
  const { stdout } = await run(['schedule', '--for', 'kubernetes', '--', ...words]);
  assert.match(stdout, /memory: 1088Mi$/m);
  assert.match(stdout, /memory: 1792Mi$/m);
  assert.match(stdout, /terminationGracePeriodSeconds: 120$/m);
});

/** Command lines that must not get into a schedule, and what is said. */
const WRONG: readonly (readonly [argv: readonly string[], says: RegExp])[] = [
  [['--', ...COMMAND.slice(0, 3), '--snice', '2d'], /unknown option --snice for run \(did you mean --since\?\)/],
  [['--', 'runn', 'a', 'b'], /unknown command 'runn' \(did you mean run\?\)/],
  [['--', 'run', 's3://bucket/'], /DESTINATION is missing/],
  [['--', ...COMMAND.slice(0, 3), '--since', 'yesterday'], /yesterday/],
  [['--', 'schedule', '--', 'run'], /schedule is nothing to do again and again/],
  [['--', 'run', '-', 'https://cluster/vpcflow'], /no standard input/],
  [
    ['--', 'run', 's3://b/', 'https://cluster/x', '--endpoint-url', 'https://me:hunter2@h'],
    /must not stand in a schedule/,
  ],
  [['--', ...COMMAND, '--state', 'a\nb'], /control character/],
  [['--', ...COMMAND, '--help'], /--help is not for a schedule/],
  [['--at', '24:00', '--', ...COMMAND], /--at takes a time of day such as 02:30, not '24:00'/],
  [['--every', '7m', '--', ...COMMAND], /--every takes a time that divides an hour or a day/],
  [['--at', '01:00', '--every', '1h', '--', ...COMMAND], /exclude one another/],
  [['--for', 'cronjob', '--', ...COMMAND], /one of systemd, cron, kubernetes, eventbridge/],
  [[], /COMMAND is missing/],
];

for (const [argv, says] of WRONG) {
  test(`schedule ${argv.join(' ').replaceAll('\n', '\\n')} is refused`, async () => {
    const { code, stdout, stderr } = await run(['schedule', ...argv]);
    assert.match(stderr, says);
    assert.doesNotMatch(stderr, /hunter2/);
    assert.deepEqual([code, stdout], [2, '']);
  });
}

test('a config file goes along by its path, and its jobs can be scheduled', async () => {
  const file = path.join(temporaryFolder(), 'flowbulk.config.yaml');
  const [, source, destination] = COMMAND;
  writeFileSync(file, `jobs:\n  nightly:\n    source: ${source}\n    destination: ${destination}\n    since: 2d\n`);
  const scheduled = async (form: string) => {
    const words = ['--', 'run', '--config', file, '--job', 'nightly'];
    const { code, stdout, stderr } = await run(['schedule', '--for', form, ...words]);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /paths in the config file count from its folder/);
    return stdout;
  };
  assert.ok((await scheduled('cron')).endsWith(` run --config ${file} --job nightly\n`));
  const { taskDefinition } = JSON.parse(await scheduled('eventbridge')) as {
    taskDefinition: { family: string; containerDefinitions: { command: string[] }[] };
  };
  assert.equal(taskDefinition.family, 'flowbulk-vpcflow', 'named after the destination of the job');
  const { command } = taskDefinition.containerDefinitions[0]!;
  assert.deepEqual(command, ['run', '--config', '/data/flowbulk.config.yaml', '--job', 'nightly']);
});

test('a config file that is found from here is named there', () => {
  const folder = temporaryFolder();
  writeFileSync(path.join(folder, 'flowbulk.config.json'), '{"workers": 8}');
  const words = ['schedule', '--for', 'cron', '--', ...COMMAND];
  const { stdout, stderr, status } = spawnSync(process.execPath, [PROGRAM, ...words], {
    cwd: folder,
    encoding: 'utf8',
  });
  assert.equal(status, 0, stderr);
  const here = realpathSync(folder);
  assert.ok(stdout.includes(`${process.execPath} ${PROGRAM} run --config=${here}/flowbulk.config.json s3://`), stdout);
});

test('what is right by hand and wrong in a schedule is warned of', async () => {
  const fixed = await run(['schedule', '--for', 'cron', '--', ...COMMAND.slice(0, 3), '--from', '2025-01-01']);
  assert.match(fixed.stderr, /--from 2025-01-01 is the same for every run: is --since 2d meant\?/);
  const whole = await run(['schedule', '--for', 'cron', '--', ...COMMAND.slice(0, 3)]);
  assert.match(whole.stderr, /without --since every run lists all of SOURCE/);
  const env = { FLOWBULK_API_KEY: 'a2V5OnNlY3JldA==' };
  const set = await run(['schedule', '--for', 'cron', '--', ...COMMAND], { env });
  assert.match(set.stderr, /FLOWBULK_API_KEY: set here, not there/);
  assert.ok(!`${set.stdout}${set.stderr}`.includes(env.FLOWBULK_API_KEY), 'no secret is printed');
  const long = await run(['schedule', '--for', 'cron', '--', ...COMMAND, '--field', `labels.x=${'y'.repeat(1000)}`]);
  assert.match(long.stderr, /longer than 998 characters/);
  assert.equal((await run(['schedule', '--for', 'cron', '--', ...COMMAND])).stderr, '');
});

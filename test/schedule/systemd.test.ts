import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { asService, asTimer } from '../../src/schedule/systemd.ts';
import { temporaryFolder } from '../run/program.ts';
import { expected, NASTY_FIELDS, sample } from './sample.ts';

const ANALYZE = spawnSync('systemd-analyze', ['--version']).status === 0;
const MANAGER = ['/usr/lib/systemd/systemd', '/lib/systemd/systemd'].find(
  (file) => spawnSync(file, ['--version']).status === 0,
);

/** Lays the units of a schedule into a folder that everybody may read. */
function install(words: readonly string[]): { readonly folder: string; readonly files: readonly string[] } {
  const folder = temporaryFolder();
  chmodSync(folder, 0o755);
  const made = sample(words, { program: [process.execPath, '/opt/it is 100% $HOME/bin.cjs'] });
  const files = [path.join(folder, `${made.name}.service`), path.join(folder, `${made.name}.timer`)];
  writeFileSync(files[0]!, asService(made));
  writeFileSync(files[1]!, asTimer(made));
  return { folder, files };
}

test('systemd-analyze finds nothing wrong', { skip: !ANALYZE && 'systemd-analyze is not here' }, () => {
  const written = ['--state', '/var/lib/with blank/', '--metrics-file', '/var/lib/node_exporter/100%.prom'];
  const { files } = install([...NASTY_FIELDS, '--api-key-file', '/etc/my keys/100%', '--ca=ca.pem', ...written]);
  const { stdout, stderr, status } = spawnSync('systemd-analyze', ['verify', '--man=no', ...files], {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
  });
  // Of other units of this machine it may say something, too.
  const said = `${stdout}${stderr}`.split('\n').filter((line) => line.includes('flowbulk'));
  assert.deepEqual(said, []);
  assert.equal(status, 0, stderr);
});

/** Words as systemd's test mode prints them, quoted as for C. */
function fromDump(line: string): readonly string[] {
  const words = line.match(/"(?:[^"\\]|\\.)*"|\S+/g) ?? [];
  return words.map((word) => {
    if (!word.startsWith('"')) return word;
    const bytes: number[] = [];
    const inner = Buffer.from(word.slice(1, -1)).toString('latin1');
    const named: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' };
    for (const [, octal, letter, other] of inner.matchAll(/\\([0-7]{3})|\\(.)|([^\\])/gs)) {
      if (octal !== undefined) bytes.push(Number.parseInt(octal, 8));
      else bytes.push(...Buffer.from(letter === undefined ? other! : (named[letter] ?? letter), 'latin1'));
    }
    return Buffer.from(bytes).toString('utf8');
  });
}

test('systemd reads every word as it is', {
  skip:
    (MANAGER === undefined || process.getuid?.() !== 0) && 'systemd, and root to run it as somebody else, are not here',
}, () => {
  const { folder, files } = install([...NASTY_FIELDS, '--api-key-file', '/etc/my keys/100%', '--ca=ca.pem']);
  const runtime = path.join(folder, 'run');
  mkdirSync(runtime);
  chmodSync(runtime, 0o777);
  const variables = [`XDG_RUNTIME_DIR=${runtime}`, `HOME=${runtime}`, `SYSTEMD_UNIT_PATH=${folder}:`, 'LC_ALL=C'];
  const as = ['--reuid', '65534', '--regid', '65534', '--clear-groups', 'env', ...variables];
  const how = ['--user', '--test', `--unit=${path.basename(files[0]!)}`];
  const { stdout, stderr } = spawnSync('setpriv', [...as, MANAGER!, ...how], { encoding: 'utf8', timeout: 30_000 });
  const line = stdout.split('\n').find((one) => one.includes('Command Line:') && one.includes('vpcflow-'));
  assert.ok(line !== undefined, stderr);
  const words = fromDump(line.replace(/^\s*Command Line: /, ''));
  // Variables are put in when the program is started, and `$$` becomes `$` then.
  const started = words.map((word) =>
    word.replaceAll(/\$\$|\$\{CREDENTIALS_DIRECTORY\}/g, (c) => (c === '$$' ? '$' : 'CREDENTIALS')),
  );
  assert.deepEqual(started, [
    process.execPath,
    '/opt/it is 100% $HOME/bin.cjs',
    ...expected(NASTY_FIELDS),
    '--api-key-file',
    'CREDENTIALS/api-key-file',
    '--ca=CREDENTIALS/ca',
  ]);
});

test('secrets are credentials, exit codes are told apart, and a missed run is made up for', () => {
  const service = asService(sample(['--api-key-file', '/etc/100%']));
  assert.match(service, /^LoadCredential=api-key-file:\/etc\/100%%$/m);
  assert.match(service, /^EnvironmentFile=-\/etc\/flowbulk\/flowbulk\.env$/m);
  assert.match(service, /^SuccessExitStatus=7 8 143$/m);
  assert.match(service, /^RestartForceExitStatus=75$/m);
  assert.match(service, /^RestartPreventExitStatus=1 2 3 4 5 6$/m);
  assert.match(service, /^TimeoutStopSec=60$/m);
  assert.match(asTimer(sample([])), /^Persistent=true$/m);
  const often = { ...sample([]).when, runsADay: 96 };
  assert.match(asService(sample([])), /^StartLimitBurst=6$/m);
  assert.match(asService(sample([], { when: often })), /^StartLimitBurst=29$/m, 'the runs of the timer count, too');
});

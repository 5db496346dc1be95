import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { asCrontab } from '../../src/schedule/cron.ts';
import { temporaryFolder } from '../run/program.ts';
import { expected, NASTY, NASTY_FIELDS, sample } from './sample.ts';

const folder = path.join(temporaryFolder(), "it's 100% $HOME");
mkdirSync(folder);
const fake = path.join(folder, 'fake program');
writeFileSync(fake, `#!/bin/sh\nfor word; do printf '%s\\0' "$word"; done\n`);
chmodSync(fake, 0o755);

/** The command that cron hands to sh: its own treatment of % (do_command.c of Vixie's cron). */
function fromCrontab(field: string): { readonly command: string; readonly input: string | null } {
  let command = '';
  let escaped = false;
  for (let at = 0; at < field.length; at++) {
    const c = field[at]!;
    if (escaped) {
      command = c === '%' ? command.slice(0, -1) + c : command + c;
      escaped = false;
    } else if (c === '%') {
      return { command, input: field.slice(at + 1) };
    } else {
      command += c;
      escaped = c === '\\';
    }
  }
  return { command, input: null };
}

/** What a program gets when the one line of the crontab runs. */
function arguments_(words: readonly string[], read: (field: string) => string): readonly string[] {
  const lines = asCrontab(sample(words, { program: [fake] })).split('\n');
  const entries = lines.filter((line) => line !== '' && !line.startsWith('#') && !/^[A-Z_]+=/.test(line));
  assert.equal(entries.length, 1, 'one line, whatever the words hold');
  const field = /^30 2 \* \* \* (.*)$/.exec(entries[0]!)?.[1] ?? '';
  const { stdout, stderr, status } = spawnSync('sh', ['-c', read(field)], { encoding: 'utf8', cwd: '/' });
  assert.equal(status, 0, stderr);
  return stdout.split('\0').slice(0, -1);
}

const byCron = (field: string) => {
  const { command, input } = fromCrontab(field);
  assert.equal(input, null, 'no % ends the command');
  return command;
};

test('every word arrives as it is, through cron and sh', () => {
  for (const word of NASTY) assert.deepEqual(arguments_(['--field', word], byCron), expected(['--field', word]));
  assert.deepEqual(arguments_(NASTY_FIELDS, byCron), expected(NASTY_FIELDS));
});

test('a cron that knows nothing of % gives the same words', () => {
  assert.deepEqual(
    arguments_(NASTY_FIELDS, (field) => field),
    expected(NASTY_FIELDS),
  );
});

test('paths are absolute: cron begins elsewhere', () => {
  const words = arguments_(['--api-key-file', 'key file', '--city=a.mmdb,b.mmdb'], byCron);
  const here = process.cwd();
  assert.deepEqual(words.slice(3), ['--api-key-file', `${here}/key file`, `--city=${here}/a.mmdb,${here}/b.mmdb`]);
});

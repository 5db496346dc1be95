/** Where events can go, and what goes with it, is checked before anything is read. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { run } from './run.ts';

const WRONG: readonly (readonly [string[], RegExp])[] = [
  [['run', 'in', 'sekoia://'], /sekoia:\/\/intake\.sekoia\.io/],
  [['run', 'in', 'sekoia://u:geheim@intake.sekoia.io'], /--api-key-file/],
  [['run', 'in', 'sekoia://intake.sekoia.io?intake_key=geheim'], /--api-key-file/],
  [['run', 'in', 'sekoia://intake.sekoia.io/batch'], /give sekoia:\/\/intake\.sekoia\.io$/m],
  [['run', 'in', 'sekoia://intake.sekoia.io', '--as', 'sekoia-ecs'], /sekoia-json/],
  [['run', 'in', 'sekoia://intake.sekoia.io', '--as', 'bulk'], /one of sekoia, sekoia-json/],
  [['run', 'in', 'out/', '--as', 'sekoia'], /flowbulk convert/],
  [['run', 'in', 'https://c:9200/x', '--as', 'sekoia'], /flowbulk convert/],
  [['verify', 'in', 'sekoia://intake.sekoia.io'], /cannot be asked what it has/],
  [['convert', 'in', 'sekoia://intake.sekoia.io'], /cannot be converted into/],
];

test('wrong addresses and options are refused', async () => {
  for (const [args, says] of WRONG) {
    const { code, stderr } = await run(args);
    assert.equal(code, 2, `${args.join(' ')}: ${stderr}`);
    assert.match(stderr, says);
    assert.doesNotMatch(stderr, /geheim/);
  }
});

const NOT_FOLLOWED: readonly (readonly [string[], RegExp])[] = [
  [['in', 'out/', '--follow', '--no-ledger'], /--no-ledger/],
  [['in', 'out/', '--follow', '--plan', 'p'], /--plan/],
  [['in', 'out/', '--follow', '--objects-from', 'f'], /--objects-from/],
  [['-', 'out/', '--follow'], /end of its own/],
  [['in', 'out/', '--until-empty'], /no queue/],
];

test('what does not go with --follow is refused', async () => {
  for (const [args, says] of NOT_FOLLOWED) {
    const { code, stderr } = await run(['run', ...args]);
    assert.equal(code, 2, stderr);
    assert.match(stderr, says);
  }
});

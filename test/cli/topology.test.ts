/** Command lines of `flowbulk topology`. */

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { confirmed } from '../../src/cli/confirm.ts';
import { temporaryFolder } from '../run/program.ts';
import { run } from './run.ts';

const folder = temporaryFolder();
const notJson = path.join(folder, 'key');
writeFileSync(notJson, 'no JSON\n');
const TO = 'stackstate://localhost:1';
const env = { FLOWBULK_API_KEY: 'k3y-of-the-test', FLOWBULK_STATE: folder };

/** Wrong command lines, and what the message must say. */
const WRONG: readonly (readonly [line: string, says: RegExp])[] = [
  ['--as dot', /SOURCE is missing/],
  ['in https://cluster:9200/x', /is no receiver: give stackstate:/],
  [`${TO} in`, /"in" is one argument too many/],
  [`in ${TO} --as dot`, /leave DESTINATION out/],
  [`in ${TO} --out x`, /give one of them/],
  ['in --as bulk', /--as of topology takes one of documents, dot, json, csv, not 'bulk'/],
  ['in --follow', /--follow goes with a DESTINATION/],
  ['in --json', /give --out FILE/],
  ['in --max-connections 100M', /--max-connections is at most 16777214/],
  [`in ${TO} --snapshot --delete-after-success`, /takes away what the next one needs/],
  [`in ${TO} --delete-after-success --no-ledger`, /needs the ledger/],
  [`in ${TO} --follow --no-ledger`, /would send the same objects each time/],
  [`in ${TO} --compatible --follow`, /for comparing/],
  [`in ${TO} --delete-after-success`, /is for s3:/],
  [`- ${TO} --follow`, /cannot be read again/],
  [`s3://bucket/ ${TO} --delete-after-success`, /Nobody is there to answer: give --yes/],
  [`sqs://queue ${TO}`, /is a queue/],
  [`cloudwatch:///vpc/flow ${TO}`, /is a log group/],
  [`${folder} ${TO} --since 5y`, /--since is "5y"/],
  [`${notJson} --interfaces ${notJson}`, /is no JSON/],
  [`${notJson} --interfaces missing.json`, /cannot be read \(ENOENT\)/],
  [`s3:// --interfaces ${notJson}`, /give --accounts with the one/],
];

for (const [line, says] of WRONG) {
  test(`flowbulk topology ${line.replaceAll(folder, '…')} is refused with exit code 2`, async () => {
    const { code, stdout, stderr } = await run(['topology', ...line.split(' ')], { env });
    assert.match(stderr, says);
    assert.deepEqual([code, stdout], [2, '']);
    assert.doesNotMatch(stderr, /k3y/);
  });
}

test('a key is asked for, and the forms of maps are not for convert', async () => {
  const none = await run(['topology', folder, TO], { env: { FLOWBULK_STATE: folder } });
  assert.match(none.stderr, /asks for an API key: give --api-key-file FILE or FLOWBULK_API_KEY/);
  const convert = await run(['convert', notJson, '--as', 'dot']);
  assert.match(convert.stderr, /--as of convert takes one of documents, bulk, sekoia, .*, not 'dot'/);
  assert.deepEqual([none.code, convert.code], [2, 2]);
});

/** Asks, with a terminal on which somebody types this. */
async function answered(typed: string, signal = new AbortController().signal): Promise<boolean> {
  const input = Object.assign(new PassThrough(), { isTTY: true });
  const said: string[] = [];
  const io = { stdin: () => input, stderr: { write: (text: string) => said.push(text) > 0 }, signal };
  input.end(typed);
  const answer = await confirmed('Go on?', '--yes', io as unknown as Parameters<typeof confirmed>[2]);
  assert.deepEqual(said, ['flowbulk: Go on? [y/N] ']);
  return answer;
}

test('only y and yes are a yes; the end of input is none', async () => {
  for (const yes of ['y\n', 'YES\n', ' yes \n']) assert.equal(await answered(yes), true, yes);
  for (const no of ['\n', 'n\n', 'yesterday\n', '']) assert.equal(await answered(no), false, no);
});

test('a stop ends the question', async () => {
  const controller = new AbortController();
  const input = Object.assign(new PassThrough(), { isTTY: true });
  const io = { stdin: () => input, stderr: { write: () => true }, signal: controller.signal };
  const asked = confirmed('Go on?', '--yes', io as unknown as Parameters<typeof confirmed>[2]);
  controller.abort(new Error('stopped'));
  await assert.rejects(asked, /stopped/);
});

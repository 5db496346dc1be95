import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CheckGroup, exitCodeOf, fail, failure, ok, runChecks, skipped, warn } from '../../src/doctor/check.ts';
import { resultAsText, resultsAsJson } from '../../src/doctor/result-text.ts';
import { FlowbulkError } from '../../src/errors.ts';

const NEVER = new AbortController().signal;

async function run(checks: CheckGroup['checks'], exitCode = 4, limitMs?: number) {
  return runChecks([{ title: 't', exitCode, checks }], () => {}, NEVER, limitMs);
}

test('a check that fails stops none but those that need it', async () => {
  const results = await run([
    { name: 'a', look: () => fail('bad', 'mend it') },
    { name: 'b', needs: ['a'], look: () => ok('never') },
    { name: 'c', needs: ['b'], look: () => ok('never') },
    { name: 'd', look: () => warn('odd', 'look') },
    { name: 'e', needs: ['d'], look: () => ok('well') },
    { name: 'f', look: () => skipped('not told') },
    { name: 'g', needs: ['f'], look: () => ok('never') },
  ]);
  assert.deepEqual(
    results.map(({ check, status }) => `${check} ${status}`),
    ['a fail', 'b skipped', 'c skipped', 'd warn', 'e ok', 'f skipped', 'g skipped'],
  );
  assert.match(results[1]?.found ?? '', /"a"/);
  assert.equal(exitCodeOf(results), 4);
});

test('an error of ours is a failure with what to do, and any other a bug', async () => {
  const denied = new FlowbulkError('E_CLUSTER_DENIED', 'no (403: really), such as a: b: give the right (see: docs)');
  assert.deepEqual(failure(denied), {
    status: 'fail',
    found: 'no (403: really), such as a: b',
    fix: 'give the right (see: docs)',
    exitCode: 5,
  });
  const [result] = await run([{ name: 'a', look: () => Promise.reject(denied) }]);
  assert.equal(result?.exitCode, 5);
  // The codes of single objects are not those of the program here.
  assert.equal(failure(new FlowbulkError('E_OBJECT_DENIED', 'x: y')).exitCode, undefined);
  await assert.rejects(run([{ name: 'a', look: () => Promise.reject(new TypeError('bug')) }]), TypeError);
});

test('a check that does not end is given up, and the others go on', async () => {
  const results = await run(
    [
      { name: 'silent', look: () => new Promise(() => {}) },
      { name: 'next', look: () => ok('well') },
    ],
    4,
    20,
  );
  assert.deepEqual([results[0]?.status, results[0]?.exitCode, results[1]?.status], ['fail', 75, 'ok']);
  assert.match(results[0]?.found ?? '', /0\.02 s/);
});

test('a stop ends it with its reason', async () => {
  const controller = new AbortController();
  const reason = new FlowbulkError('E_STOPPED', 'stopped');
  const checks = [
    {
      name: 'a',
      look() {
        controller.abort(reason);
        return new Promise<never>(() => {});
      },
    },
  ];
  const running = runChecks([{ title: 't', exitCode: 4, checks }], () => {}, controller.signal);
  await assert.rejects(running, reason);
});

test('the exit code is that of the part that needs hands most', async () => {
  const result = (exitCode: number) => ({ check: 'x', status: 'fail' as const, found: '', fix: '', exitCode });
  assert.equal(exitCodeOf([]), 0);
  assert.equal(exitCodeOf([result(75), result(5)]), 5);
  assert.equal(exitCodeOf([result(5), result(4), result(75)]), 4);
  assert.equal(exitCodeOf([result(75), result(4), result(2)]), 2);
  assert.equal(exitCodeOf([result(75)]), 75);
});

test('a result is one line with words, in colours on a terminal only', () => {
  const result = { check: 'disk', ...warn('90 %\nused', 'make room') };
  const plain = { bold: String, dim: String, red: String, green: String, yellow: String };
  assert.equal(resultAsText(result, plain), '  warn    disk                  90 % used; fix: make room\n');
  const marked = { ...plain, green: (text: string) => `<green>${text}`, yellow: (text: string) => `<yellow>${text}` };
  assert.match(resultAsText(result, marked), /^ {2}<yellow>warn {4}disk/);
  assert.ok(resultAsText({ check: 'disk', ...ok('fine') }, marked).startsWith('  <green>ok '));
  assert.deepEqual(JSON.parse(resultsAsJson([{ ...result, exitCode: 5 }])), [
    { check: 'disk', status: 'warn', found: '90 %\nused', fix: 'make room' },
  ]);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { AnswerWait } from '../../workers/answer-wait.ts';

function gate(): { opened: Promise<void>; open: () => void } {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

test('a wait for answers with nothing to convert is counted, once for all shards that wait', async () => {
  const waits: number[] = [];
  const wait = new AnswerWait((milliseconds) => waits.push(milliseconds));
  const [first, second] = [gate(), gate()];
  const both = [wait.until(first.opened), wait.until(second.opened)];
  await sleep(20);
  first.open();
  await both[0];
  second.open();
  await both[1];
  const total = waits.reduce((sum, one) => sum + one, 0);
  assert.ok(total >= 15, `${total} ms`);
  await sleep(20);
  await wait.converting(async () => {});
  assert.equal(
    waits.reduce((sum, one) => sum + one, 0),
    total,
    'nobody waited any more',
  );
});

test('while another shard is converted, a wait costs nothing', async () => {
  const waits: number[] = [];
  const wait = new AnswerWait((milliseconds) => waits.push(milliseconds));
  const answer = gate();
  const converted = gate();
  const converting = wait.converting(() => converted.opened);
  const waiting = wait.until(answer.opened);
  answer.open();
  await waiting;
  converted.open();
  await converting;
  assert.deepEqual(waits, []);
});

test('a conversion that fails, and answers that fail, end what they began', async () => {
  const waits: number[] = [];
  const wait = new AnswerWait((milliseconds) => waits.push(milliseconds));
  await assert.rejects(
    wait.converting(() => Promise.reject(new Error('broken'))),
    /broken/,
  );
  await assert.rejects(wait.until(Promise.reject(new Error('lost'))), /lost/);
  assert.equal(waits.length, 1);
});

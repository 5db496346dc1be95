/** Which messages are deleted, left and given back. What SQS does with it is tested against a server (test/e2e/queue). */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MessagesInHand } from '../../src/sources/messages-in-hand.ts';
import type { QueueClient } from '../../src/sources/queue-client.ts';
import type { SourceObject } from '../../src/sources/source.ts';

const object = (key: string): SourceObject => ({
  kind: 's3',
  bucket: 'b',
  key,
  path: null,
  etag: 'e',
  size: 1,
  lastModifiedMs: 0,
});

/** Notes what is asked of SQS. */
function desk() {
  const removed: string[] = [];
  const shown: string[] = [];
  const warnings: string[] = [];
  let failing = 0;
  const client: Pick<QueueClient, 'remove' | 'hide'> = {
    async remove(handles) {
      assert.ok(handles.length <= 10);
      if (failing > 0) throw new Error(`cannot be reached ${failing--}`);
      removed.push(...handles);
      return 0;
    },
    async hide(handles, timeoutMs) {
      assert.ok(handles.length <= 10);
      if (timeoutMs === 0) shown.push(...handles);
      return 0;
    },
  };
  const inHand = new MessagesInHand(client, 60_000, (text) => warnings.push(text), new AbortController().signal);
  const take = (handle: string, ...keys: string[]) =>
    inHand.take({ id: handle, handle, body: '' }, keys.map(object)).map(({ key }) => key);
  const fail = () => {
    failing++;
  };
  return { removed, shown, warnings, inHand, take, fail };
}

test('deleted when all of its objects are done, left when one failed or is damaged', async () => {
  const { removed, shown, inHand, take } = desk();
  take('two', 'a', 'b');
  take('fails', 'c', 'd');
  take('damaged', 'e');
  take('nothing');
  inHand.answered(object('a'), 'done');
  assert.ok(!inHand.isEmpty);
  inHand.answered(object('c'), 'failed');
  inHand.answered(object('d'), 'done');
  inHand.answered(object('e'), 'damaged');
  inHand.answered(object('b'), 'done');
  await inHand.close();
  assert.deepEqual(removed.sort(), ['nothing', 'two']);
  assert.deepEqual(shown, []);
  const { received, deleted, left, givenBack } = inHand.counts;
  assert.deepEqual([received, deleted, left, givenBack], [4, 2, 2, 0]);
  assert.ok(inHand.isEmpty);
});

test('what is unfinished or was never begun is given back, whatever else failed', async () => {
  const { removed, shown, inHand, take } = desk();
  take('stopped', 'a', 'b');
  take('waiting', 'c');
  inHand.answered(object('a'), 'failed');
  inHand.answered(object('b'), 'unfinished');
  await inHand.close();
  assert.deepEqual(removed, []);
  assert.deepEqual(shown.sort(), ['stopped', 'waiting']);
  assert.equal(inHand.counts.givenBack, 2);
});

test('an object that two messages name is read once, for both', async () => {
  const { removed, inHand, take } = desk();
  assert.deepEqual(take('first', 'a', 'a'), ['a']);
  assert.deepEqual(take('again', 'a', 'b'), ['b']);
  inHand.answered(object('a'), 'done');
  inHand.answered(object('b'), 'done');
  assert.deepEqual(take('later', 'a'), ['a']);
  inHand.answered(object('a'), 'done');
  inHand.answered(object('never taken'), 'done');
  await inHand.close();
  assert.deepEqual(removed.sort(), ['again', 'first', 'later']);
});

test('deletions that fail are told once, and do not end the run', async () => {
  const { removed, warnings, inHand, take, fail } = desk();
  fail();
  fail();
  for (let i = 0; i < 25; i++) {
    take(`m${i}`, `k${i}`);
    inHand.answered(object(`k${i}`), 'done');
  }
  await inHand.close();
  assert.equal(removed.length, 5);
  assert.equal(inHand.counts.deleted, 5);
  assert.equal(warnings.length, 1);
});

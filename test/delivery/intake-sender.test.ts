/** A sender of events by itself: what it makes of answers, and what it tells of them. */

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, test } from 'node:test';
import { clusterAccess } from '../../src/cluster/access.ts';
import { type EventRun, IntakeEvents } from '../../src/delivery/intake-events.ts';
import { IntakeSender } from '../../src/delivery/intake-sender.ts';
import { Permits } from '../../src/delivery/permits.ts';
import type { DeadLetter, DeadLetterFile } from '../../src/sinks/dead-letters.ts';
import { accountOf, totals } from './sending.ts';

const KEY = 'aVery"secret\\KeyÜ';

const LIMITS = { concurrency: 2, isFixed: true, mostConcurrency: 2, inflightBytes: 1 << 20, maxRate: null };

/** A server that gives these answers, one after the other, and a sender to it; all waits are short. */
async function sendingTo(answers: readonly (readonly [status: number, body: string])[]) {
  let next = 0;
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      const [status, body] = answers[Math.min(next++, answers.length - 1)] as readonly [number, string];
      response.writeHead(status).end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
  const permits = new Permits(LIMITS);
  const spec = {
    url,
    access: clusterAccess({ insecure: false, requestTimeoutMs: 5_000 }, [url], {}),
    intakeKey: KEY,
    gzip: false,
    permits: permits.buffer,
    limits: LIMITS,
    connections: 2,
    bodyRecords: 100,
    retryForMs: 60_000,
    maxRejects: null,
  };
  const letters: DeadLetter[] = [];
  const deadLetters = { add: (letter: DeadLetter) => letters.push(letter), flush() {} } as unknown as DeadLetterFile;
  const heard: (readonly [string, number, number])[] = [];
  const context = { run: 'test', deadLetters, signal: new AbortController().signal, random: () => 0.001 };
  const sender = new IntakeSender(spec, context, (runs: readonly EventRun[], how) => {
    for (const { first, documents } of runs) heard.push([how, first, documents]);
  });
  after(async () => {
    await sender.close();
    server.close();
    server.closeAllConnections();
  });
  const account = accountOf('a');
  const send = (count: number) => {
    const text = Array.from({ length: count }, (_, i) => `"event ${i}"\n`).join('');
    return sender.send(new IntakeEvents(Buffer.from(text), [{ account, documents: count, first: 10 }]));
  };
  return { send, letters, heard, permits, account, requests: () => next };
}

const ids = (count: number) => JSON.stringify({ event_ids: Array(count).fill('id') });

test('taken events are told with their numbers', async () => {
  const { send, heard, account } = await sendingTo([[200, ids(3)]]);
  await send(3);
  assert.deepEqual([heard, account.created], [[['taken', 10, 3]], 3]);
});

test('fewer ids: halves, until it is clear which event lacks', async () => {
  const answers = [ids(3), ids(2), ids(1), ids(1), ids(0), ids(0), ids(0)].map((body) => [200, body] as const);
  const { send, heard, letters, account, permits, requests } = await sendingTo(answers);
  await send(4);
  // 4 events: 3 ids. The first two: 2. The third and fourth: 1, so one by one; the fourth never gets an id.
  assert.equal(requests(), 7);
  assert.deepEqual(heard, [
    ['taken', 10, 2],
    ['taken', 12, 1],
    ['refused', 13, 1],
  ]);
  assert.deepEqual(
    letters.map(({ code, document }) => [code, document]),
    [['no_event_id', 'event 3']],
  );
  assert.deepEqual([account.created, totals([account]).rejected], [3, 1]);
  assert.equal(permits.tally('doubtful'), 4 + 2 + 3);
});

test('more ids than events, and what is no answer, are not believed', async () => {
  const bodies = [ids(4), '', '{}', '<html>', ids(3)];
  const { send, account, permits, requests } = await sendingTo(bodies.map((body) => [200, body] as const));
  await send(3);
  assert.deepEqual([requests(), account.created, permits.tally('doubtful')], [5, 3, 12]);
});

test('a refusal that repeats the key is told without it, however it is written', async () => {
  const escaped = JSON.stringify(KEY).replace('Ü', '\\u00dc');
  for (const said of [KEY, JSON.stringify(KEY), escaped, encodeURIComponent(KEY), `${'x'.repeat(290)} ${KEY}`]) {
    const { send } = await sendingTo([[403, `no such key: ${said}`]]);
    await assert.rejects(send(1), (error: Error & { code: string }) => {
      assert.equal(error.code, 'E_SINK_DENIED');
      assert.doesNotMatch(error.message, /aVery|secret/);
      return true;
    });
  }
});

test('statuses that end a run do so with codes of a sink', async () => {
  for (const [status, code] of [
    [401, 'E_SINK_DENIED'],
    [404, 'E_SINK_REFUSED'],
    [302, 'E_SINK_REFUSED'],
  ] as const) {
    const { send, heard } = await sendingTo([[status, '']]);
    await assert.rejects(send(2), { code });
    assert.deepEqual(heard, []);
  }
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FlowbulkError } from '../../src/errors.ts';
import { Prng } from '../../src/generate/prng.ts';
import { type FaultServer, type FaultServerOptions, startFaultServer } from './fault-server.ts';
import type { Faults } from './faults.ts';
import { accountOf, bodyOf, STREAM, sendingTo, totals } from './sending.ts';

const SEED = Number(process.env['FLOWBULK_TEST_SEED'] ?? 7);

/** Everything that the run goes on after. */
const BAD_DAY: Faults = {
  '429': 0.08,
  '500': 0.03,
  '502': 0.03,
  '503': 0.03,
  '504': 0.03,
  'reset before reading': 0.05,
  'reset before storing': 0.05,
  'answer lost': 0.08,
  'answer cut': 0.05,
  'answer trickled': 0.05,
  'wrong JSON': 0.04,
  'fewer items': 0.04,
  'empty body': 0.04,
  'item 429': 0.05,
  'item 500': 0.02,
  'item 503': 0.02,
  mapping: 0.01,
  'failure store': 0.01,
};

/** Sends 80 bodies of up to 60 documents of one to three objects, `width` of them at a time. */
async function sendMany(server: FaultServer, seed: number, width: number, stream: string | null) {
  const random = new Prng(seed, 1);
  const { sender, letters } = await sendingTo(server, { stream });
  const accounts = Array.from({ length: 20 }, (_, i) => accountOf(`object-${i}`));
  const underWay: Promise<unknown>[] = [];
  let documents = 0;
  for (let i = 0; i < 80; i++) {
    const counts = Array.from({ length: random.between(1, 3) }, () => random.between(1, 20));
    const { bytes, parts } = bodyOf(accounts.slice(i % 18), counts, documents);
    documents += counts.reduce((a, b) => a + b, 0);
    underWay.push(sender.send(bytes, parts));
    if (underWay.length >= width) await underWay.shift();
  }
  await Promise.all(underWay);
  return { letters, accounts, documents };
}

// A stream that rolls over between a look at it and the request after that takes documents twice: one body at a time.
const ROUNDS = [
  { name: 'an index', width: 6, stream: null, options: { maxContentBytes: 3_000 } },
  { name: 'a stream that rolls over', width: 1, stream: STREAM, options: { dataStreams: true, rolloverEvery: 5 } },
  { name: 'OpenSearch', width: 6, stream: null, options: { flavour: 'opensearch' } },
] as const;

for (const [round, { name, width, stream, options }] of ROUNDS.entries()) {
  const seed = SEED + round;
  test(`whatever goes wrong, every document is answered for and stored once: ${name}, seed ${seed}`, async () => {
    const server = await startFaultServer({ seed, faults: BAD_DAY, ...options });
    const { letters, accounts, documents } = await sendMany(server, seed, width, stream);
    try {
      const { created, duplicates, failureStore, rejected } = totals(accounts);
      assert.equal(created + duplicates + failureStore + rejected, documents);
      // What was stored before its answer was lost comes back as a duplicate.
      assert.equal(server.stored.size, created + duplicates);
      const twice = [...server.stored].filter(([, { times }]) => times !== 1);
      assert.deepEqual(twice, []);
      const written = await letters();
      assert.equal(written.length, rejected + failureStore);
      assert.equal(new Set(written.map(({ id }) => id)).size, written.length, 'each once');
      for (const { id, document, offset, kind } of written) {
        assert.equal(id, `id-${(document as { n: number }).n}`);
        assert.equal(offset, (document as { n: number }).n);
        assert.ok(kind === 'document' || kind === 'failure_store');
        assert.ok(!server.stored.has(id as string));
      }
      assert.ok(server.faultCounts.size > 12, `faults came: ${[...server.faultCounts.keys()].join(', ')}`);
    } finally {
      await server.stop();
    }
  });
}

async function one(options: Omit<FaultServerOptions, 'seed'>, more: Parameters<typeof sendingTo>[1] = {}) {
  const server = await startFaultServer({ seed: SEED, ...options });
  const sending = await sendingTo(server, more);
  const account = accountOf('object');
  return { server, account, ...sending };
}

test('only what was pushed back is sent again', async () => {
  const { server, sender, account } = await one({ faults: { 'item 429': 0.5 }, maxInARow: 1 });
  const { bytes, parts } = bodyOf([account], [50], 0);
  const size = bytes.length;
  const sent = await sender.send(bytes, parts);
  assert.equal(account.created, 50);
  assert.equal(server.requests, 2);
  assert.ok(sent > size * 1.2 && sent < size * 1.8, `${sent} bytes for ${size}`);
  await server.stop();
});

test('documents that are there are duplicates, not failures', async () => {
  const { server, sender, account } = await one({});
  const first = bodyOf([account], [30], 0);
  await sender.send(first.bytes, first.parts);
  const again = bodyOf([account], [40], 10);
  await sender.send(again.bytes, again.parts);
  assert.deepEqual([account.created, account.duplicates], [50, 20]);
  await server.stop();
});

test('a body that is too large is sent in halves, and the limit is learnt', async () => {
  const { server, sender, account, permits } = await one({ maxContentBytes: 2_000 });
  const first = bodyOf([account], [100], 0);
  await sender.send(first.bytes, first.parts);
  assert.equal(account.created, 100);
  assert.ok(permits.largestBody <= 2_000);
  const before = server.requests;
  const next = bodyOf([account], [10], 100);
  await sender.send(next.bytes, next.parts);
  assert.equal(server.requests, before + 1, 'a body that fits goes whole');
  await server.stop();
});

test('a document that alone is too large is a dead letter', async () => {
  const { server, sender, account, letters } = await one({ maxContentBytes: 100 });
  const { bytes, parts } = bodyOf([account], [2], 0);
  await sender.send(bytes, parts);
  assert.deepEqual({ ...account.deadLetters }, { too_large: 2 });
  assert.deepEqual(
    (await letters()).map(({ status, code }) => [status, code]),
    [
      [413, 'too_large'],
      [413, 'too_large'],
    ],
  );
  await server.stop();
});

test('gzip bodies arrive', async () => {
  const { server, sender, account } = await one({}, { gzip: true });
  const { bytes, parts } = bodyOf([account], [500], 0);
  const size = bytes.length;
  assert.ok((await sender.send(bytes, parts)) < size / 5);
  assert.equal(server.stored.size, 500);
  await server.stop();
});

const STOPS: readonly (readonly [
  name: string,
  options: Omit<FaultServerOptions, 'seed'>,
  code: string,
  says: RegExp,
])[] = [
  ['401', { requireAuthorization: 'ApiKey x' }, 'E_CLUSTER_DENIED', /401|credentials|API key/i],
  ['403', { faults: { '403': 1 } }, 'E_CLUSTER_DENIED', /403|right|privilege/i],
  ['a write block', { faults: { 'item block': 1 } }, 'E_CLUSTER_BLOCKED', /index\.blocks\.write/],
  ['a full disk', { faults: { 'disk full': 1 } }, 'E_CLUSTER_BLOCKED', /read_only_allow_delete/],
  ['a cluster that is read-only', { faults: { 'whole block': 1 } }, 'E_CLUSTER_BLOCKED', /cluster\.blocks\.read_only/],
  ['ids that are not supported', { flavour: 'aoss' }, 'E_CLUSTER_REFUSED', /--ids none/],
];

for (const [name, options, code, says] of STOPS) {
  test(`${name} stops the run and says what to do`, async () => {
    const { server, sender, account } = await one(options);
    const { bytes, parts } = bodyOf([account], [5], 0);
    await assert.rejects(sender.send(bytes, parts), (error) => {
      assert.ok(error instanceof FlowbulkError);
      assert.equal(error.code, code);
      assert.match(error.message, says);
      return true;
    });
    assert.equal(server.stored.size, 0);
    await server.stop();
  });
}

test('a block is waited for where that is asked for', async () => {
  const { server, sender, account } = await one({ faults: { 'item block': 1 }, maxInARow: 3 }, { waitBlocked: true });
  const { bytes, parts } = bodyOf([account], [5], 0);
  await sender.send(bytes, parts);
  assert.equal(account.created, 5);
  await server.stop();
});

test('the first thousand all refused mean the wrong target', async () => {
  const { server, sender, account } = await one({ faults: { mapping: 1 } }, { maxRejects: null });
  const first = bodyOf([account], [999], 0);
  await sender.send(first.bytes, first.parts);
  const next = bodyOf([account], [10], 999);
  await assert.rejects(sender.send(next.bytes, next.parts), /refused the first 1009 documents.*right target/);
  await server.stop();
});

test('a body that ends the run keeps those that wait for their turn from being sent', async () => {
  const server = await startFaultServer({ seed: 1, faults: { mapping: 1 } });
  const limits = { concurrency: 1, isFixed: true, mostConcurrency: 1, inflightBytes: 1 << 20, maxRate: null };
  const { sender } = await sendingTo(server, { maxRejects: 0, limits });
  const account = accountOf('a');
  const bodies = Array.from({ length: 12 }, (_, i) => bodyOf([account], [10], i * 10));
  const ended = await Promise.allSettled(bodies.map(({ bytes, parts }) => sender.send(bytes, parts)));
  for (const one of ended) assert.equal((one as PromiseRejectedResult).reason?.code, 'E_CLUSTER_REJECTS');
  assert.equal(server.requests, 1);
  assert.equal(totals([account]).rejected, 10);
  await server.stop();
});

test('--max-rejects is kept, and without any success nothing is waited for longer than --retry-for', async () => {
  const few = await one({ faults: { mapping: 1 } }, { maxRejects: 3 });
  const body = bodyOf([few.account], [4], 0);
  await assert.rejects(few.sender.send(body.bytes, body.parts), /more than --max-rejects 3/);
  await few.server.stop();
  const never = await one({ faults: { '503': 1 }, maxInARow: 1e9 }, { retryForMs: 300 });
  const next = bodyOf([never.account], [4], 0);
  await assert.rejects(never.sender.send(next.bytes, next.parts), /nothing went through .*--retry-for.*503/);
  await never.server.stop();
});

test('without ids what was sent again is counted, so that the summary can say at least once', async () => {
  const { server, sender, account, permits } = await one({}, { hasIds: false });
  server.script.push('answer lost');
  const { bytes, parts } = bodyOf([account], [5], 0, false);
  await sender.send(bytes, parts);
  assert.equal(account.created, 5);
  assert.equal(server.stored.size, 10, 'the server has them twice: nobody could know');
  assert.equal(permits.tally('resent'), 5);
  await server.stop();
});

test('a stream that rolled over while an answer was lost does not take documents twice', async () => {
  const { server, sender, account } = await one({ dataStreams: true }, { stream: STREAM });
  const first = bodyOf([account], [5], 0);
  await sender.send(first.bytes, first.parts);
  server.script.push('answer lost');
  const { bytes, parts } = bodyOf([account], [20], 5);
  const sending = sender.send(bytes, parts);
  server.rollover(STREAM);
  await sending;
  assert.equal(server.stored.size, 25);
  assert.deepEqual(
    [...server.stored.values()].filter(({ times }) => times !== 1),
    [],
  );
  assert.equal(account.created + account.duplicates, 25);
  await server.stop();
});

test('documents that a run before wrote ahead of a rollover are duplicates', async () => {
  const { server, sender, account } = await one({ dataStreams: true }, { stream: STREAM });
  const first = bodyOf([account], [30], 0);
  await sender.send(first.bytes, first.parts);
  server.rollover(STREAM);
  const second = await sendingTo(server, { stream: STREAM });
  const [same, fresh] = [accountOf('object'), accountOf('another')];
  const { bytes, parts } = bodyOf([same, fresh], [40, 5], 0);
  await second.sender.send(bytes, parts);
  assert.deepEqual([same.created, same.duplicates, fresh.created], [10, 30, 5]);
  assert.deepEqual(
    [...server.stored.values()].filter(({ times }) => times !== 1),
    [],
  );
  await server.stop();
});

test('a cluster that is away when ids are looked up is waited for, as long as for bodies', async () => {
  const { server, sender, account } = await one({ dataStreams: true, readResets: 5 }, { stream: 'logs' });
  const { bytes, parts } = bodyOf([account], [30], 0);
  await sender.send(bytes, parts);
  assert.equal(account.created, 30);
  await server.stop();

  const gone = await one({ dataStreams: true, readResets: 1e9 }, { stream: 'logs', retryForMs: 300 });
  const body = bodyOf([gone.account], [1], 0);
  await assert.rejects(gone.sender.send(body.bytes, body.parts), { code: 'E_CLUSTER_UNREACHABLE' });
  assert.equal(gone.server.requests, 0);
  await gone.server.stop();
});

test('a stop ends waiting at once', async () => {
  const stop = new AbortController();
  const server = await startFaultServer({ seed: SEED, faults: { '503': 1 }, maxInARow: 1e9 });
  const { sender } = await sendingTo(server, {}, stop.signal);
  const { bytes, parts } = bodyOf([accountOf('object')], [5], 0);
  const sending = sender.send(bytes, parts);
  stop.abort(new FlowbulkError('E_STOPPED', 'stopped'));
  await assert.rejects(sending, /stopped/);
  await server.stop();
});

test('no request has more documents than it may have', async () => {
  const server = await startFaultServer({ seed: SEED });
  try {
    const { sender } = await sendingTo(server, { bodyRecords: 4 });
    const accounts = [accountOf('a'), accountOf('b')];
    const { bytes, parts } = bodyOf(accounts, [7, 3], 0);
    await sender.send(bytes, parts);
    assert.equal(server.requests, 3);
    assert.equal(server.stored.size, 10);
    assert.deepEqual(
      accounts.map(({ created }) => created),
      [7, 3],
    );
  } finally {
    await server.stop();
  }
});

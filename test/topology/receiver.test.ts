import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clusterAccess } from '../../src/cluster/access.ts';
import type { Connection } from '../../src/topology/connection.ts';
import { connectionsOf } from '../../src/topology/connections.ts';
import { elementsOf, type MapOf } from '../../src/topology/elements.ts';
import { type BatchLimits, batchesOf } from '../../src/topology/payload.ts';
import { Receiver, type ReceiverOptions } from '../../src/topology/receiver.ts';
import { parseReceiver } from '../../src/topology/receiver-name.ts';
import { ACCOUNT, described, known, row } from './maps.ts';
import { type ReceiverServer, type ReceiverServerOptions, startReceiverServer } from './receiver-server.ts';

const KEY = 'k3y+with/odd=marks';
const OF: MapOf = { account: ACCOUNT, hostname: 'test', nowS: 1_620_000_100 };
const WIDE: BatchLimits = { elements: 10_000, bodyBytes: 8 << 20 };

/** A map of one address with so many others. */
function star(count: number): readonly Connection[] {
  const interfaces = known(described('eni-1', 'vpc-1', '10.0.0.1'));
  const rows = Array.from({ length: count }, (_, i) =>
    row(interfaces, 'eni-1', '10.0.0.1', `10.1.${i >> 8}.${i & 255}`),
  );
  return [...connectionsOf(rows, interfaces)];
}

async function sent(
  server: ReceiverServer,
  connections: readonly Connection[],
  {
    limits = WIDE,
    isSnapshot = false,
    ...more
  }: Partial<ReceiverOptions> & { limits?: BatchLimits; isSnapshot?: boolean } = {},
): Promise<Receiver> {
  const access = clusterAccess({ insecure: false, requestTimeoutMs: 5_000 }, [], {});
  const base = parseReceiver(server.destination);
  const receiver = new Receiver({ base, apiKey: KEY, access, retryForMs: 20_000, gzip: false, ...more });
  const signal = new AbortController().signal;
  try {
    const elements = connections.map((one) => elementsOf(one, OF));
    for (const batch of batchesOf(elements, limits, isSnapshot)) await receiver.send(batch, OF, signal);
    return receiver;
  } finally {
    await receiver.close();
  }
}

async function withServer(options: Partial<ReceiverServerOptions>, work: (server: ReceiverServer) => Promise<void>) {
  const server = await startReceiverServer({ apiKey: KEY, ...options });
  try {
    await work(server);
  } finally {
    await server.stop();
  }
}

test('every element is taken, by both paths, plain and gzipped', async () => {
  for (const [base, gzip] of [
    ['', false],
    ['/receiver', true],
  ] as const) {
    await withServer({ base }, async (server) => {
      const receiver = await sent(server, star(300), { gzip });
      assert.deepEqual(server.refusals, []);
      assert.equal(server.stored.components.size, 600);
      assert.equal(server.stored.relations.size, 300);
      assert.equal(server.stored.points.size, 1_200);
      assert.deepEqual([receiver.sent.requests, receiver.sent.connections], [1, 300]);
      assert.deepEqual(server.bodies[0]?.topologies[0]?.instance, { type: 'aws-v2', url: ACCOUNT });
    });
  }
});

test('batches go by elements and by bytes', async () => {
  await withServer({ maxBodyBytes: 40_000 }, async (server) => {
    const receiver = await sent(server, star(100), { limits: { elements: 10_000, bodyBytes: 40_000 } });
    assert.ok(receiver.sent.requests > 3);
    assert.deepEqual(server.refusals, []);
    assert.equal(server.stored.relations.size, 100);
  });
  await withServer({}, async (server) => {
    const receiver = await sent(server, star(100), { limits: { elements: 70, bodyBytes: 8 << 20 } });
    // Seven elements each.
    assert.equal(receiver.sent.requests, 10);
    assert.equal(server.stored.relations.size, 100);
  });
});

test('what is too large for the server is cut in halves, in order', async () => {
  await withServer({ maxBodyBytes: 30_000 }, async (server) => {
    await sent(server, star(64), { isSnapshot: true });
    assert.equal(server.stored.relations.size, 64);
    const marks = server.bodies.map(({ topologies: [one] }) => [one?.start_snapshot, one?.stop_snapshot]);
    assert.deepEqual(marks.at(0), [true, false]);
    assert.deepEqual(marks.at(-1), [false, true]);
    assert.ok(marks.slice(1, -1).every(([start, stop]) => !start && !stop));
  });
  await withServer({ maxBodyBytes: 500 }, async (server) => {
    await assert.rejects(sent(server, star(1)), { code: 'E_SINK_REFUSED', message: /too large, and cannot be cut/ });
  });
});

test('a snapshot takes away what it does not have, an increment takes nothing', async () => {
  await withServer({}, async (server) => {
    await sent(server, star(20));
    await sent(server, star(5), { isSnapshot: false });
    assert.equal(server.stored.relations.size, 20);
    await sent(server, star(5), { isSnapshot: true });
    assert.deepEqual([server.stored.relations.size, server.stored.components.size], [5, 10]);
    await sent(server, [], { isSnapshot: true });
    assert.deepEqual([server.stored.relations.size, server.stored.components.size], [0, 0]);
  });
});

for (const seed of [1, 2]) {
  test(`faults make no difference to what is stored, seed ${seed}`, async () => {
    const limits = { elements: 140, bodyBytes: 8 << 20 };
    await withServer({}, async (quiet) => {
      await sent(quiet, star(200), { limits });
      const faults = { 429: 0.15, 500: 0.1, 503: 0.1, reset: 0.1, 'answer lost': 0.1, slow: 0.05 };
      await withServer({ seed, faults }, async (server) => {
        const receiver = await sent(server, star(200), { limits });
        assert.ok(receiver.sent.resent > 3, `seed ${seed}`);
        assert.deepEqual(server.refusals, []);
        assert.deepEqual(server.stored, quiet.stored);
      });
    });
  });
}

test('a wrong key is told without the key, which servers repeat', async () => {
  await withServer({ apiKey: 'another' }, async (server) => {
    await assert.rejects(sent(server, star(1)), (error: Error & { code?: string }) => {
      assert.equal(error.code, 'E_SINK_DENIED');
      assert.match(error.message, /look at --api-key-file/);
      assert.match(error.message, /wrong key in/);
      assert.doesNotMatch(error.message + JSON.stringify(error), /k3y/);
      return true;
    });
    assert.equal(server.answers.get(403), 1);
  });
});

test('a wrong path is told', async () => {
  await withServer({ base: '/receiver' }, async (server) => {
    const elsewhere = { ...server, destination: server.destination.replace('/receiver', '') };
    await assert.rejects(sent(elsewhere, star(1)), (error: Error) => {
      assert.match(error.message, /there is no receiver here/);
      assert.doesNotMatch(error.message, /k3y/);
      return true;
    });
  });
});

test('a server that is not there is given up soon, one that was there when patience is over', async () => {
  const server = await startReceiverServer({ apiKey: KEY });
  await server.stop();
  const began = Date.now();
  await assert.rejects(sent(server, star(1), { retryForMs: 60_000 }), (error: Error & { code?: string }) => {
    assert.equal(error.code, 'E_SINK_UNREACHABLE');
    assert.match(error.message, /takes nothing \(refused\)/);
    assert.doesNotMatch(error.message, /k3y/);
    return true;
  });
  assert.ok(Date.now() - began < 10_000);
  await withServer({ faults: { 503: 1 } }, async (busy) => {
    // Three in a row are the most that it draws.
    assert.equal((await sent(busy, star(1))).sent.resent, 3);
    await assert.rejects(sent(busy, star(1), { retryForMs: 1 }), {
      code: 'E_SINK_UNREACHABLE',
      message: /status 503, busy/,
    });
  });
});

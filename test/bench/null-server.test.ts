import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { type NullServer, startNullServer } from '../../bench/null-server-process.ts';
import { runHelper } from '../../bench/official-helpers.ts';
import { bestPlainLoop, plainLoop } from '../../bench/plain-loop.ts';

let server: NullServer;
before(async () => {
  server = await startNullServer();
});
after(() => server.stop());

const NAME = 'logs-aws.vpcflow-default';

/** So many documents as a body. */
function bodyOf(items: number): { bytes: Buffer; items: number } {
  return { bytes: Buffer.from('{"create":{"_id":"a"}}\n{"n":1}\n'.repeat(items)), items };
}

async function open(): Promise<Socket> {
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
  socket.setNoDelay(true);
  await once(socket, 'connect');
  return socket;
}

/** Reads so many answers from a connection: the items of each. */
async function itemsOf(socket: Socket, answers: number): Promise<number[]> {
  const items: number[] = [];
  let text = '';
  for await (const chunk of socket) {
    text += chunk;
    for (;;) {
      const head = text.indexOf('\r\n\r\n');
      const bytes = Number(/content-length: (\d+)/.exec(text)?.[1]);
      if (head === -1 || text.length < head + 4 + bytes) break;
      items.push((JSON.parse(text.slice(head + 4, head + 4 + bytes)) as { items: unknown[] }).items.length);
      text = text.slice(head + 4 + bytes);
    }
    if (items.length === answers) break;
  }
  assert.equal(text, '');
  return items;
}

test('answers as many items as the header says, or as the body has lines', async () => {
  const { bytes } = bodyOf(7);
  for (const [headers, items] of [
    [{ 'x-flowbulk-items': '12345' }, 12_345],
    [{ 'x-flowbulk-items': '0' }, 0],
    [{}, 7],
  ] as const) {
    const answer = await fetch(`${server.url}/${NAME}/_bulk`, { method: 'POST', body: new Uint8Array(bytes), headers });
    const { errors, items: answered } = (await answer.json()) as { errors: boolean; items: unknown[] };
    assert.equal(answered.length, items);
    assert.equal(errors, false);
    if (items > 0) assert.deepEqual(answered.at(-1), { create: { status: 201 } });
  }
});

test('gives as many event ids as the header says', async () => {
  const ask = (headers: Record<string, string>) =>
    fetch(`${server.url}/batch`, { method: 'POST', body: '{"intake_key":"k","jsons":["a"]}', headers });
  for (const count of [0, 1, 12_345]) {
    const { event_ids } = (await (await ask({ 'x-flowbulk-items': `${count}` })).json()) as { event_ids: string[] };
    assert.equal(event_ids.length, count);
  }
  assert.equal((await ask({})).status, 400);
});

test('refuses what it cannot count', async () => {
  const body = new Uint8Array(gzipSync(bodyOf(7).bytes));
  const headers = { 'content-encoding': 'gzip' };
  assert.equal((await fetch(`${server.url}/x/_bulk`, { method: 'POST', body, headers })).status, 400);
  const socket = await open();
  socket.end('POST /x/_bulk HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n');
  assert.match(String(await once(socket, 'data')), /^HTTP\/1\.1 411 /);
});

test('heads and bodies may come in any pieces, and several in one', async () => {
  const request = (items: number, header: string) => {
    const { bytes } = bodyOf(items);
    return `POST /x/_bulk HTTP/1.1\r\nHost: x\r\n${header}Content-Length: ${bytes.length}\r\n\r\n${bytes}`;
  };
  const text = request(3, '') + request(1, 'X-Flowbulk-Items: 50\r\n') + request(20_000, '');
  const whole = await open();
  whole.write(text);
  assert.deepEqual(await itemsOf(whole, 3), [3, 50, 20_000]);
  const pieces = await open();
  const answered = itemsOf(pieces, 2);
  for (const letter of request(3, '') + request(1, 'x-flowbulk-items: 2\r\n')) {
    if (!pieces.write(letter)) await once(pieces, 'drain');
    await new Promise(setImmediate);
  }
  assert.deepEqual(await answered, [3, 2]);
});

test('says that it is an Elasticsearch with a data stream of that name', async () => {
  const root = await fetch(server.url);
  assert.equal(root.headers.get('x-elastic-product'), 'Elasticsearch');
  assert.match(((await root.json()) as { version: { number: string } }).version.number, /^9\./);
  const resolved = (await (await fetch(`${server.url}/_resolve/index/${NAME}`)).json()) as { data_streams: object[] };
  assert.deepEqual(resolved.data_streams, [
    { name: NAME, backing_indices: [`.ds-${NAME}-000001`], timestamp_field: '@timestamp' },
  ]);
});

test('a client that breaks off harms no other', async () => {
  const broken = await open();
  broken.write('POST /x/_bulk HTTP/1.1\r\ncontent-length: 1000\r\n\r\nabc');
  broken.resetAndDestroy();
  assert.equal((await fetch(server.url)).status, 200);
});

test('the plain loop posts all bodies, and tries several at a time', async () => {
  const bodies = [bodyOf(10), bodyOf(2000), bodyOf(1), bodyOf(5)];
  const target = { origin: server.url, name: NAME };
  const run = await plainLoop(target, bodies, 2);
  assert.equal(run.concurrency, 2);
  assert.ok(run.wallMs > 0);
  const zipped = bodies.map(({ bytes, items }) => ({ bytes: gzipSync(bytes), items }));
  await plainLoop({ ...target, headers: { 'content-encoding': 'gzip' } }, zipped, 1);
  const tried: number[] = [];
  const best = await bestPlainLoop(async (concurrency) => {
    tried.push(concurrency);
    return target;
  }, bodies);
  assert.deepEqual(tried, [1, 2, 4, 8]);
  assert.ok(tried.includes(best.concurrency));
});

test('the plain loop fails where documents are not created', async () => {
  const miscounted = plainLoop(
    { origin: `${server.url}/`, name: NAME, headers: { 'x-flowbulk-items': '5' } },
    [bodyOf(1)],
    1,
  );
  await assert.rejects(miscounted, /a body of 1 documents was answered with 200/);
});

test("the vendors' helpers store all documents", async () => {
  const ids = Array.from({ length: 300 }, (_, i) => `id-${i}`);
  const documents = ids.map((id) => JSON.stringify({ id }));
  for (const product of ['elasticsearch', 'opensearch'] as const) {
    const run = await runHelper(product, { url: server.url, name: NAME, documents, ids });
    assert.equal(run?.created, 300);
    assert.equal(run?.failed, 0);
  }
});

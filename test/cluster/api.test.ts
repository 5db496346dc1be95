import assert from 'node:assert/strict';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { type ApiAnswer, ClusterApi, refusalOf } from '../../src/cluster/api.ts';
import { client, deadOrigin, NEVER, serve } from './servers.ts';

test('JSON goes out and comes back', async (t) => {
  const seen: unknown[] = [];
  const origin = await serve(t, async (incoming, outgoing) => {
    const { 'content-type': type, accept } = incoming.headers;
    seen.push([incoming.method, incoming.url, type, accept, Buffer.concat(await incoming.toArray()).toString()]);
    outgoing.end('{"acknowledged":true}');
  });
  const api = new ClusterApi(client(t, [origin]));
  const answer = await api.call('PUT', '/_index_template/x', { priority: 1 }, NEVER);
  assert.deepEqual([answer.status, answer.json, answer.text], [200, { acknowledged: true }, '{"acknowledged":true}']);
  await api.call('GET', '/', undefined, NEVER);
  assert.deepEqual(seen, [
    ['PUT', '/_index_template/x', 'application/json', 'application/json', '{"priority":1}'],
    ['GET', '/', undefined, 'application/json', ''],
  ]);
});

test('what is no JSON, and what is long', async (t) => {
  const origin = await serve(t, (incoming, outgoing) => {
    outgoing.end(incoming.url === '/text' ? 'Unauthorized' : JSON.stringify({ a: 'x'.repeat(10_000) }));
  });
  const api = new ClusterApi(client(t, [origin]));
  const text = await api.call('GET', '/text', undefined, NEVER);
  assert.deepEqual([text.json, text.text], [null, 'Unauthorized']);
  const long = await api.call('GET', '/long', undefined, NEVER);
  assert.equal(long.text.length, 2_048);
  assert.equal((long.json as { a: string }).a.length, 10_000);
});

test('a busy cluster is asked again', async (t) => {
  const statuses = [429, 502, 503, 504, 200];
  const origin = await serve(t, (_, outgoing) => {
    outgoing.statusCode = statuses.shift() ?? 500;
    outgoing.end('{}');
  });
  const api = new ClusterApi(client(t, [origin]));
  assert.equal((await api.call('GET', '/', undefined, NEVER)).status, 200);
  assert.deepEqual(statuses, []);
});

test('other statuses come back at once', async (t) => {
  let requests = 0;
  const origin = await serve(t, (incoming, outgoing) => {
    requests++;
    outgoing.statusCode = Number(incoming.url?.slice(1));
    outgoing.end('{}');
  });
  const api = new ClusterApi(client(t, [origin]));
  const statuses = [400, 401, 403, 404, 413, 500];
  for (const status of statuses) {
    assert.equal((await api.call('GET', `/${status}`, undefined, NEVER)).status, status);
  }
  assert.equal(requests, statuses.length);
});

test('the last answer is given back when patience is used up', async (t) => {
  let requests = 0;
  const origin = await serve(t, (_, outgoing) => {
    requests++;
    outgoing.statusCode = 503;
    outgoing.end('{"error":"later"}');
  });
  const api = new ClusterApi(client(t, [origin]), 300);
  const answer = await api.call('GET', '/', undefined, NEVER);
  assert.deepEqual([answer.status, answer.json], [503, { error: 'later' }]);
  assert.ok(requests > 1, `${requests}`);
});

test('a host that is not there is told after three tries', async (t) => {
  const dead = await deadOrigin();
  const api = new ClusterApi(client(t, [dead]));
  const began = performance.now();
  await assert.rejects(api.call('GET', '/', undefined, NEVER), {
    code: 'E_CLUSTER_UNREACHABLE',
    facts: { kind: 'refused', host: dead },
  });
  assert.ok(performance.now() - began < 5_000);
});

test('a cluster that has answered once is waited for, though it be away for a while', async (t) => {
  const listener: RequestListener = (_, outgoing) => outgoing.setHeader('connection', 'close').end('{}');
  const first = createServer(listener);
  await new Promise<void>((resolve) => first.listen(0, '127.0.0.1', resolve));
  const { port } = first.address() as AddressInfo;
  const http = client(t, [`http://127.0.0.1:${port}`]);
  const api = new ClusterApi(http, 20_000);
  assert.equal((await api.call('GET', '/', undefined, NEVER)).status, 200);
  await new Promise((resolve) => first.close(resolve));
  // It comes back after the fifth failure, which is more than a first contact would be given.
  let failures = 0;
  const request = http.request.bind(http);
  const second = createServer(listener);
  t.after(() => new Promise((resolve) => second.close(resolve)));
  http.request = async (...args: Parameters<typeof request>) => {
    try {
      return await request(...args);
    } catch (error) {
      if (++failures === 5) {
        await new Promise<void>((resolve) => second.listen(port, '127.0.0.1', resolve));
      }
      throw error;
    }
  };
  assert.equal((await api.call('GET', '/', undefined, NEVER)).status, 200);
  assert.equal(failures, 5);
});

test('an abort ends a wait', async (t) => {
  const origin = await serve(t, (_, outgoing) => {
    outgoing.statusCode = 503;
    outgoing.end();
  });
  const stop = new AbortController();
  const api = new ClusterApi(client(t, [origin]), 1e9);
  setTimeout(() => stop.abort(), 50);
  await assert.rejects(api.call('GET', '/', undefined, stop.signal), { name: 'AbortError' });
});

test('a closed client frees its connections', { timeout: 20_000 }, async (t) => {
  let closed = () => {};
  const isClosed = new Promise<void>((resolve) => {
    closed = resolve;
  });
  const origin = await serve(t, (incoming, outgoing) => {
    incoming.socket.on('close', closed);
    outgoing.end();
  });
  const api = new ClusterApi(client(t, [origin]));
  await api.call('GET', '/', undefined, NEVER);
  await api.close();
  await isClosed;
});

function answer(status: number, body: unknown, headers: Record<string, string> = {}): ApiAnswer {
  return typeof body === 'string'
    ? { status, json: null, text: body, headers }
    : { status, json: body, text: JSON.stringify(body), headers };
}

const SECURITY = {
  error: { root_cause: [], type: 'security_exception', reason: 'action [x] is unauthorized for API key id [abc]' },
  status: 403,
};

const REFUSALS: readonly [string, ApiAnswer, string, RegExp][] = [
  [
    'a JSON 403',
    answer(403, SECURITY),
    'E_CLUSTER_DENIED',
    /not allow GET \/ \(403, security_exception, action \[x\].*right/,
  ],
  ['a plain 401', answer(401, 'Unauthorized'), 'E_CLUSTER_DENIED', /\(401, Unauthorized\).*--api-key-file.*--user/],
  ['an empty 401', answer(401, ''), 'E_CLUSTER_DENIED', /\(401\)/],
  [
    "Amazon's 403",
    answer(403, { message: 'User: anonymous is not authorized' }),
    'E_CLUSTER_DENIED',
    /User: anonymous/,
  ],
  ["Amazon's older 403", answer(403, { Message: 'no' }), 'E_CLUSTER_DENIED', /\(403, no\)/],
  ['a text as error', answer(400, { error: 'no handler found' }), 'E_CLUSTER_REFUSED', /\(400, no handler found\)/],
  [
    'a block',
    answer(403, {
      error: { type: 'cluster_block_exception', reason: 'blocked by: [FORBIDDEN/6/cluster read-only (api)];' },
    }),
    'E_CLUSTER_BLOCKED',
    /\(403, cluster_block_exception, blocked by: .*lift cluster\.blocks/,
  ],
  ['a 404', answer(404, ''), 'E_CLUSTER_REFUSED', /look at the name/],
  ['a redirection', answer(302, '', { location: 'https://b/' }), 'E_CLUSTER_REFUSED', /elsewhere \(https:\/\/b\/\)/],
  ['a 503', answer(503, 'busy'), 'E_CLUSTER_UNREACHABLE', /\(503, busy\).*try again later/],
  ['null', answer(500, null), 'E_CLUSTER_REFUSED', /\(500, null\)/],
  [
    "nginx's page for plain HTTP",
    answer(400, '<html><head><title>400</title></head><center>The plain HTTP request was sent to HTTPS port</center>'),
    'E_CLUSTER_REFUSED',
    /\(400, 400 The plain HTTP request was sent to HTTPS port\): it speaks TLS, give https/,
  ],
  [
    "Go's text for plain HTTP",
    answer(400, 'Client sent an HTTP request to an HTTPS server.\n'),
    'E_CLUSTER_REFUSED',
    /give https:\/\//,
  ],
];

for (const [what, given, code, message] of REFUSALS) {
  test(`the refusal for ${what}`, () => {
    const error = refusalOf(given, 'GET /');
    assert.equal(error.code, code);
    assert.match(error.message, message);
    assert.equal(error.facts['status'], given.status);
  });
}

test('a long reason is cut', () => {
  const { message, facts } = refusalOf(answer(403, { error: { type: 't', reason: 'x'.repeat(5_000) } }), 'GET /');
  assert.ok(message.length < 500);
  assert.equal(String(facts['reason']).length, 301);
});

test('credentials that a server sends back are not shown', async (t) => {
  const secrets = ['IQoJb3JpZ2luX2VjEXAMPLE', 'dXNlcjpodW50ZXIyaHVudGVyMg=='];
  const message =
    `Canonical String: 'GET\n/\n\nhost:a\nx-amz-security-token:${secrets[0]}\n\nhost' ` +
    `{"authorization":"Basic ${secrets[1]}"} Basic authentication failed`;
  const origin = await serve(t, (_, outgoing) => {
    outgoing.statusCode = 403;
    outgoing.end(JSON.stringify({ message }));
  });
  const given = await new ClusterApi(client(t, [origin])).call('GET', '/', undefined, NEVER);
  const error = refusalOf(given, 'GET /');
  for (const shown of [given.text, error.message, JSON.stringify(error.facts)]) {
    assert.match(shown, /Canonical String.*Basic authentication failed/);
    for (const secret of secrets) assert.ok(!shown.includes(secret), shown);
  }
});

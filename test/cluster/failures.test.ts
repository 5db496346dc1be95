import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FlowbulkError } from '../../src/errors.ts';
import { CA, SERVER } from './certificates.ts';
import { client, deadOrigin, NEVER, serve, serveRaw, serveTls } from './servers.ts';

const GET = { method: 'GET', path: '/' } as const;
const POST = { method: 'POST', path: '/_bulk', body: '{"create":{}}\n{}\n' } as const;

/** What `assert.rejects` compares with. */
function unreachable(kind: string, host: string, message: RegExp) {
  return { code: 'E_CLUSTER_UNREACHABLE', facts: { kind, host }, message };
}

test('a port where nobody listens', async (t) => {
  const host = await deadOrigin();
  await assert.rejects(client(t, [host]).request(POST, NEVER), unreachable('refused', host, /ECONNREFUSED.*port/));
});

test('a name that does not exist', async (t) => {
  // RFC 6761: .invalid never resolves.
  const host = 'http://flowbulk.invalid:9200';
  await assert.rejects(client(t, [host]).request(POST, NEVER), unreachable('dns', host, /ENOTFOUND|EAI_AGAIN/));
});

test('a silent server is given up in time, and the connection with it', { timeout: 20_000 }, async (t) => {
  let closed = () => {};
  const isClosed = new Promise<void>((resolve) => {
    closed = resolve;
  });
  const host = await serveRaw(t, (socket) => socket.resume().on('close', closed));
  const http = client(t, [host], { requestTimeoutMs: 200 });
  const began = performance.now();
  await assert.rejects(
    http.request(POST, NEVER),
    unreachable('timeout', host, /no whole answer in 0\.2 s.*--request-timeout/),
  );
  assert.ok(performance.now() - began >= 195);
  await isClosed;
});

test('a call can bring its own time limit', async (t) => {
  const host = await serveRaw(t, (socket) => socket.resume());
  const http = client(t, [host]);
  await assert.rejects(http.request({ ...POST, timeoutMs: 100 }, NEVER), unreachable('timeout', host, /0\.1 s/));
});

test('a server that trickles is given up in time', async (t) => {
  let sent = 0;
  const host = await serve(t, (_, outgoing) => {
    outgoing.writeHead(200);
    const timer = setInterval(() => {
      sent++;
      outgoing.write(' ');
    }, 10);
    outgoing.on('close', () => clearInterval(timer));
  });
  const http = client(t, [host], { requestTimeoutMs: 300 });
  await assert.rejects(http.request(POST, NEVER), unreachable('timeout', host, /no whole answer in 0\.3 s/));
  assert.ok(sent > 1, `${sent}`);
});

test('a handshake that never ends is given up in time', async (t) => {
  const host = (await serveRaw(t, (socket) => socket.resume())).replace('http:', 'https:');
  const http = client(t, [host], { requestTimeoutMs: 200 });
  const began = performance.now();
  await assert.rejects(http.request(POST, NEVER), unreachable('timeout', host, /0\.2 s/));
  assert.ok(performance.now() - began < 5_000);
});

test('a connection that is reset or closed before the answer', async (t) => {
  for (const how of ['resetAndDestroy', 'destroy', 'end'] as const) {
    const host = await serveRaw(t, (socket) => socket.once('data', () => socket[how]()));
    await assert.rejects(client(t, [host]).request(POST, NEVER), unreachable('reset', host, /before it answered/), how);
  }
});

test('a server that resets inside its headers', async (t) => {
  const host = await serveRaw(t, (socket) => {
    socket.once('data', () => socket.write('HTTP/1.1 200 OK\r\ncontent-', () => socket.resetAndDestroy()));
  });
  await assert.rejects(client(t, [host]).request(POST, NEVER), unreachable('reset', host, /before it answered/));
});

const CUTS: readonly [string, string][] = [
  ['a length', 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"took":'],
  ['a length, to be closed', 'HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 100\r\n\r\n{"took":'],
  ['chunks', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n8\r\n{"took":\r\n'],
  [
    'chunks, to be closed',
    'HTTP/1.1 200 OK\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n8\r\n{"took":\r\n',
  ],
  ['chunks that are none', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nno chunk\r\n'],
];

for (const [what, head] of CUTS) {
  test(`an answer with ${what} that breaks off`, async (t) => {
    for (const how of ['resetAndDestroy', 'end'] as const) {
      const host = await serveRaw(t, (socket) => {
        // The rest when the head has been read: a reset throws away what is still on its way.
        socket.once('data', () => socket.write(head, () => setTimeout(() => socket[how](), 50)));
      });
      await assert.rejects(client(t, [host]).request(POST, NEVER), unreachable('cut', host, /inside its answer/), how);
    }
  });
}

test('a kept connection that the server has closed meanwhile', async (t) => {
  let requests = 0;
  const host = await serveRaw(t, (socket) => {
    socket.on('data', () => {
      requests++;
      if (requests % 2 === 1) {
        socket.write('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n');
      } else {
        socket.resetAndDestroy();
      }
    });
  });
  const http = client(t, [host]);
  assert.equal((await http.request(POST, NEVER)).status, 200);
  await assert.rejects(http.request(POST, NEVER), unreachable('reset', host, /./));
  assert.equal((await http.request(POST, NEVER)).status, 200);
});

test('an abort ends a request with its reason, wherever it is', async (t) => {
  const silent = await serveRaw(t, (socket) => socket.resume());
  const trickling = await serve(t, (_, outgoing) => {
    outgoing.writeHead(200);
    outgoing.write('x');
  });
  const tls = await serveTls(t, SERVER, () => {});
  const hosts = [silent, trickling, silent.replace('http:', 'https:'), tls];
  for (const host of hosts) {
    const http = client(t, [host], { ca: CA });
    const stop = new AbortController();
    const reason = new Error('enough');
    setTimeout(() => stop.abort(reason), 50);
    await assert.rejects(http.request(POST, stop.signal), (error) => error === reason, host);
    await assert.rejects(http.request(POST, stop.signal), (error) => error === reason, 'already aborted');
  }
});

test('an abort also ends requests that wait for a connection, and they are never sent', async (t) => {
  let requests = 0;
  const host = await serve(t, (incoming) => {
    if (incoming.url === '/waits') {
      requests++;
    }
  });
  const http = client(t, [host]);
  const stop = new AbortController();
  const busy = Array.from({ length: 4 }, () => http.request(POST, stop.signal));
  const waiting = new AbortController();
  const late = http.request({ ...POST, path: '/waits' }, waiting.signal);
  setTimeout(() => waiting.abort(), 50);
  await assert.rejects(late, { name: 'AbortError' });
  stop.abort();
  for (const request of busy) {
    await assert.rejects(request, { name: 'AbortError' });
  }
  assert.equal(requests, 0);
});

test('an abort does not count against the host', async (t) => {
  const a = await serve(t, () => {});
  const b = await serve(t, (_, outgoing) => outgoing.end());
  const http = client(t, [a, b]);
  const stop = new AbortController();
  setTimeout(() => stop.abort(), 30);
  await assert.rejects(http.request(GET, stop.signal), { name: 'AbortError' });
  assert.equal((await http.request(GET, NEVER)).host, b);
  await assert.rejects(
    http.request({ ...GET, timeoutMs: 50 }, NEVER),
    (error: FlowbulkError) => error.facts['host'] === a,
  );
  assert.equal((await http.request(GET, NEVER)).host, b);
  assert.equal((await http.request(GET, NEVER)).host, b);
});

test('a client that is closed ends also what is still connecting', { timeout: 40_000 }, async (t) => {
  for (const scheme of ['http:', 'https:']) {
    let [opened, closed] = [() => {}, () => {}];
    const isOpen = new Promise<void>((resolve) => {
      opened = resolve;
    });
    const isClosed = new Promise<void>((resolve) => {
      closed = resolve;
    });
    const host = (await serveRaw(t, (socket) => socket.on('close', closed).once('data', opened))).replace(
      'http:',
      scheme,
    );
    const http = client(t, [host]);
    const stop = new AbortController();
    const request = assert.rejects(http.request(POST, stop.signal), { name: 'AbortError' });
    await isOpen;
    stop.abort();
    await request;
    const began = performance.now();
    await http.close();
    await isClosed;
    assert.ok(performance.now() - began < 5_000);
  }
});

test('no listener stays with a long-lived signal, and no timer with the process', async (t) => {
  const host = await serve(t, (_, outgoing) => outgoing.end());
  const dead = await deadOrigin();
  const stop = new AbortController();
  let listeners = 0;
  const { signal } = stop;
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  signal.addEventListener = (...args: Parameters<typeof add>) => {
    listeners++;
    add(...args);
  };
  signal.removeEventListener = (...args: Parameters<typeof remove>) => {
    listeners--;
    remove(...args);
  };
  const [http, failing] = [client(t, [host]), client(t, [dead])];
  const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
  const before = timers();
  for (let i = 0; i < 5; i++) {
    await http.request(POST, signal);
    await assert.rejects(failing.request(POST, signal));
  }
  assert.equal(listeners, 0);
  assert.ok(timers() <= before, `${timers()} timers, ${before} before`);
});

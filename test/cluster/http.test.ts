import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';
import { accessWarnings, clusterAccess } from '../../src/cluster/access.ts';
import { tempFolder } from '../sources/temp-folder.ts';
import { client, deadOrigin, NEVER, serve } from './servers.ts';

test('a request as the server sees it, and its answer', async (t) => {
  const seen: [string | undefined, string | undefined, string][] = [];
  let headers: IncomingHttpHeaders = {};
  const origin = await serve(t, async (incoming, outgoing) => {
    headers = incoming.headers;
    seen.push([incoming.method, incoming.url, Buffer.concat(await incoming.toArray()).toString()]);
    outgoing.writeHead(201, { 'x-elastic-product': 'Elasticsearch', 'set-cookie': ['a=1', 'b=2'] });
    outgoing.write('{"took":');
    outgoing.end('1}');
  });
  const http = client(t, [`${origin}/es`]);
  const answer = await http.request(
    { method: 'POST', path: '/x/_bulk?a=1', body: 'é\n', headers: { 'content-type': 'application/x-ndjson' } },
    NEVER,
  );
  assert.deepEqual(seen, [['POST', '/es/x/_bulk?a=1', 'é\n']]);
  assert.equal(headers['content-type'], 'application/x-ndjson');
  assert.equal(headers['content-length'], '3');
  assert.equal(headers['accept-encoding'], undefined);
  assert.equal(headers['authorization'], undefined);
  assert.equal(answer.status, 201);
  assert.equal(answer.body.toString(), '{"took":1}');
  assert.equal(answer.headers['x-elastic-product'], 'Elasticsearch');
  assert.equal(answer.headers['set-cookie'], 'a=1, b=2');
  assert.equal(answer.host, `${origin}/es`);
});

test('any status is an answer, with or without a body', async (t) => {
  const origin = await serve(t, (incoming, outgoing) => {
    outgoing.statusCode = Number(incoming.url?.slice(1));
    outgoing.end(incoming.method === 'HEAD' || outgoing.statusCode === 204 ? undefined : 'no');
  });
  const http = client(t, [origin]);
  for (const status of [200, 204, 301, 400, 401, 403, 404, 409, 413, 429, 500, 502, 503, 504]) {
    const answer = await http.request({ method: 'GET', path: `/${status}` }, NEVER);
    assert.deepEqual([answer.status, answer.body.toString()], [status, status === 204 ? '' : 'no']);
  }
  const head = await http.request({ method: 'HEAD', path: '/200' }, NEVER);
  assert.deepEqual([head.status, head.body.length], [200, 0]);
});

test('credentials reach the server, and no error', async (t) => {
  const folder = tempFolder(t, { key: 'VuaCfGcBCdbkQm:ui2lp2axTNmsyakw9', password: 'hunter2hunter2' });
  const asked = { insecure: false, requestTimeoutMs: 150 };
  const seen: (string | undefined)[] = [];
  const origin = await serve(t, (incoming, outgoing) => {
    seen.push(incoming.headers.authorization);
    if (incoming.url === '/reset') {
      incoming.socket.resetAndDestroy();
    } else if (incoming.url !== '/silent') {
      outgoing.end();
    }
  });
  for (const [more, secret] of [
    [{ apiKeyFile: join(folder, 'key') }, 'VuaCfGcBCdbkQm:ui2lp2axTNmsyakw9'],
    [{ user: 'elastic', passwordFile: join(folder, 'password') }, 'elastic:hunter2hunter2'],
  ] as const) {
    const access = clusterAccess({ ...asked, ...more }, [origin], {});
    const http = client(t, [origin], access);
    await http.request({ method: 'GET', path: '/' }, NEVER);
    assert.equal(seen.at(-1)?.replace(/^\w+ /, ''), Buffer.from(secret).toString('base64'));
    assert.match(seen.at(-1) ?? '', 'user' in more ? /^Basic / : /^ApiKey /);
    for (const [host, path] of [
      [origin, '/reset'],
      [origin, '/silent'],
      [await deadOrigin(), '/'],
      [origin.replace('http:', 'https:'), '/'],
    ] as const) {
      const failing = client(t, [host], access);
      await assert.rejects(failing.request({ method: 'GET', path }, NEVER), (error: Error) => {
        const shown = [error.stack, JSON.stringify(error), String(error.cause), JSON.stringify(error.cause)].join('\n');
        for (const part of [...secret.split(':').slice(1), Buffer.from(secret).toString('base64')]) {
          assert.ok(!shown.includes(part), path);
        }
        return 'code' in error;
      });
    }
    assert.deepEqual(accessWarnings(access, [origin]), []);
  }
});

test('one connection serves requests one after the other, also after errors with a body', async (t) => {
  const ports = new Set<number | undefined>();
  const origin = await serve(t, (incoming, outgoing) => {
    ports.add(incoming.socket.remotePort);
    outgoing.statusCode = Number(incoming.url?.slice(1));
    outgoing.end('x'.repeat(100_000));
  });
  const http = client(t, [origin], {}, 1);
  for (const status of [200, 429, 500, 413, 200, 503, 200]) {
    await http.request({ method: 'POST', path: `/${status}`, body: '{}' }, NEVER);
  }
  assert.equal(ports.size, 1);
});

test('no more connections than asked for; more requests wait their turn', async (t) => {
  const ports = new Set<number | undefined>();
  let together = 0;
  let most = 0;
  const origin = await serve(t, (incoming, outgoing) => {
    ports.add(incoming.socket.remotePort);
    most = Math.max(most, ++together);
    setTimeout(() => {
      together--;
      outgoing.end();
    }, 20);
  });
  const http = client(t, [origin]);
  const warnings: string[] = [];
  const warned = (warning: Error) => warnings.push(warning.name);
  process.on('warning', warned);
  t.after(() => process.off('warning', warned));
  await Promise.all(Array.from({ length: 12 }, () => http.request({ method: 'POST', path: '/', body: 'x' }, NEVER)));
  assert.deepEqual(warnings, []);
  assert.deepEqual([ports.size, most], [4, 4]);
});

test('a body in shared WebAssembly memory arrives whole', async (t) => {
  const bytes = 8 * 2 ** 20;
  const origin = await serve(t, async (incoming, outgoing) => {
    const hash = createHash('sha256');
    for await (const chunk of incoming) hash.update(chunk);
    outgoing.end(hash.digest('hex'));
  });
  const memory = new WebAssembly.Memory({ initial: 200, maximum: 200, shared: true });
  const view = Buffer.from(memory.buffer as unknown as ArrayBuffer, 65_537, bytes);
  for (let i = 0; i < bytes; i++) view[i] = (i * 31 + (i >> 8)) & 255;
  const answer = await client(t, [origin]).request({ method: 'POST', path: '/_bulk', body: view }, NEVER);
  assert.equal(answer.body.toString(), createHash('sha256').update(view).digest('hex'));
});

test('hosts take turns; one that does not answer or says 503 is left out, and its answer given', async (t) => {
  let statusOfB = 503;
  const a = await serve(t, (_, outgoing) => outgoing.end('a'));
  const b = await serve(t, (_, outgoing) => {
    outgoing.statusCode = statusOfB;
    outgoing.end('b');
  });
  const dead = await deadOrigin();
  const http = client(t, [a, dead, b]);
  const hosts: string[] = [];
  for (let i = 0; i < 7; i++) {
    try {
      hosts.push((await http.request({ method: 'GET', path: '/' }, NEVER)).host);
    } catch (error) {
      assert.deepEqual((error as { facts?: unknown }).facts, { kind: 'refused', host: dead });
      hosts.push(dead);
    }
  }
  assert.deepEqual(hosts, [a, dead, b, a, a, a, a]);
  statusOfB = 429;
  const other = client(t, [a, b]);
  for (const host of [a, b, a, b]) {
    assert.equal((await other.request({ method: 'GET', path: '/' }, NEVER)).host, host);
  }
});

test('an answer over 64 MiB is given up', { timeout: 20_000 }, async (t) => {
  const piece = Buffer.alloc(2 ** 20);
  let sent = 0;
  let closed = () => {};
  const isClosed = new Promise<void>((resolve) => {
    closed = resolve;
  });
  const origin = await serve(t, (_, outgoing) => {
    const more = () => {
      while (!outgoing.destroyed && outgoing.write(piece)) sent++;
      sent++;
    };
    outgoing.on('drain', more);
    outgoing.on('close', closed);
    more();
  });
  const http = client(t, [origin]);
  await assert.rejects(http.request({ method: 'GET', path: '/' }, NEVER), {
    code: 'E_CLUSTER_REFUSED',
    message: /more than 67108864 bytes/,
  });
  await isClosed;
  assert.ok(sent >= 64 && sent < 128, `${sent}`);
});

test('a fault of the caller is no failure of the network', async (t) => {
  const http = client(t, [await deadOrigin()]);
  const wrong = { method: 'GET', path: '/ x' } as const;
  await assert.rejects(http.request(wrong, NEVER), (error: Error & { code?: string }) => {
    return error.code === 'UND_ERR_INVALID_ARG';
  });
});

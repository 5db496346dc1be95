import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import type { TLSSocket } from 'node:tls';
import { CA, CLIENT, ELSEWHERE, SERVER, STRANGER } from './certificates.ts';
import { client, NEVER, serve, serveRaw, serveTls } from './servers.ts';

const GET = { method: 'GET', path: '/' } as const;

test('an own authority is trusted when it is given', async (t) => {
  const host = await serveTls(t, SERVER, (_, outgoing) => outgoing.end('ok'));
  const answer = await client(t, [host], { ca: CA }).request(GET, NEVER);
  assert.equal(answer.body.toString(), 'ok');
  const named = host.replace('127.0.0.1', 'localhost');
  assert.equal((await client(t, [named], { ca: CA }).request(GET, NEVER)).status, 200);
});

test('an unknown authority is refused with advice, and nothing is sent', async (t) => {
  let requests = 0;
  const host = await serveTls(t, SERVER, (_, outgoing) => {
    requests++;
    outgoing.end();
  });
  await assert.rejects(client(t, [host], { authorization: 'ApiKey c2VjcmV0' }).request(GET, NEVER), {
    code: 'E_CLUSTER_REFUSED',
    message: /certificate of https:\/\/127\.0\.0\.1:\d+ is not trusted \(UNABLE_TO_\w+: .*--ca FILE.*--insecure/,
  });
  assert.equal(requests, 0);
  assert.equal((await client(t, [host], { insecure: true }).request(GET, NEVER)).status, 200);
});

test('a certificate for another name is refused with advice', async (t) => {
  const host = await serveTls(t, ELSEWHERE, (_, outgoing) => outgoing.end());
  await assert.rejects(client(t, [host], { ca: CA }).request(GET, NEVER), {
    code: 'E_CLUSTER_REFUSED',
    message: /is for another name \(ERR_TLS_CERT_ALTNAME_INVALID.*--insecure/,
  });
});

for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
  test(`a client certificate is shown, and its absence told, ${maxVersion}`, async (t) => {
    const options = { ...SERVER, ca: CA, requestCert: true, rejectUnauthorized: true, maxVersion };
    const host = await serveTls(t, options, (incoming, outgoing) => {
      outgoing.end((incoming.socket as TLSSocket).getPeerCertificate().subject.CN);
    });
    const answer = await client(t, [host], { ca: CA, ...CLIENT }).request(GET, NEVER);
    assert.equal(answer.body.toString(), 'flowbulk');
    // Node's server may close without an alert: then this can be a hint only.
    const message = /client certificate.*--cert/;
    await assert.rejects(client(t, [host], { ca: CA }).request(GET, NEVER), { name: 'FlowbulkError', message });
    await assert.rejects(client(t, [host], { ca: CA, ...STRANGER }).request(GET, NEVER), {
      name: 'FlowbulkError',
      message,
    });
  });
}

/** RFC 8446, 6.2: alerts a server ends a handshake with, and what the user reads then, without and with --cert. */
const ALERTS: readonly [number, RegExp, RegExp][] = [
  [40, /cannot agree on TLS: it may want a client certificate/, /cannot agree on TLS: look at --cert/],
  [42, /wants a client certificate/, /does not accept the client certificate/],
  [46, /wants a client certificate/, /does not accept the client certificate/],
  [48, /wants a client certificate/, /does not accept the client certificate/],
  [116, /wants a client certificate/, /does not accept the client certificate/],
  [70, /cannot agree on TLS/, /cannot agree on TLS/],
];

for (const [alert, without, with_] of ALERTS) {
  test(`TLS alert ${alert}`, async (t) => {
    const host = await serveRaw(t, (socket: Socket) => {
      socket.once('data', () => socket.end(Buffer.from([21, 3, 3, 0, 2, 2, alert])));
    });
    const tls = host.replace('http:', 'https:');
    await assert.rejects(client(t, [tls]).request(GET, NEVER), { code: 'E_CLUSTER_REFUSED', message: without });
    await assert.rejects(client(t, [tls], CLIENT).request(GET, NEVER), { code: 'E_CLUSTER_REFUSED', message: with_ });
  });
}

test('no TLS version in common', async (t) => {
  const options = { ...SERVER, minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
  const host = await serveTls(t, options, (_, outgoing) => outgoing.end());
  await assert.rejects(client(t, [host], { ca: CA }).request(GET, NEVER), {
    code: 'E_CLUSTER_REFUSED',
    message: /cannot agree on TLS/,
  });
});

test('https to a server that speaks plain HTTP', async (t) => {
  const host = (await serve(t, (_, outgoing) => outgoing.end())).replace('http:', 'https:');
  await assert.rejects(client(t, [host]).request(GET, NEVER), {
    code: 'E_CLUSTER_REFUSED',
    message: /speaks plain HTTP, not TLS: give http:\/\/127\.0\.0\.1:\d+ \(ERR_SSL_/,
  });
});

test('http to a server that speaks TLS', async (t) => {
  const host = (await serveTls(t, SERVER, (_, outgoing) => outgoing.end())).replace('https:', 'http:');
  await assert.rejects(client(t, [host]).request(GET, NEVER), {
    code: 'E_CLUSTER_REFUSED',
    message: /speaks TLS: give https:\/\/127\.0\.0\.1:\d+$/,
  });
});

test('http to a server that answers with a TLS alert', async (t) => {
  const host = await serveRaw(t, (socket: Socket) => {
    socket.once('data', () => socket.end(Buffer.from([21, 3, 3, 0, 2, 2, 70])));
  });
  await assert.rejects(client(t, [host]).request(GET, NEVER), {
    code: 'E_CLUSTER_REFUSED',
    message: /speaks TLS: give/,
  });
});

test('http to a server that speaks something else', async (t) => {
  const host = await serveRaw(t, (socket: Socket) => {
    socket.once('data', () => socket.end('-ERR unknown command\r\n'));
  });
  await assert.rejects(client(t, [host]).request(GET, NEVER), {
    code: 'E_CLUSTER_REFUSED',
    message: /does not answer in HTTP \(.*\): look at the port/,
  });
});

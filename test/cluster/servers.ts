/** Servers on this machine that play a cluster, and clients for them; all closed after the test. */
import { createServer as createHttp, type RequestListener, type Server } from 'node:http';
import { createServer as createHttps, type ServerOptions } from 'node:https';
import { type AddressInfo, createServer as createNet, type Server as NetServer, type Socket } from 'node:net';
import type { TestContext } from 'node:test';
import type { ClusterAccess } from '../../src/cluster/access.ts';
import { ClusterHttp } from '../../src/cluster/http.ts';

export const NEVER = new AbortController().signal;

/** Access without credentials, with a time limit that no test should come to. */
const OPEN: ClusterAccess = {
  authorization: null,
  sigv4: null,
  ca: null,
  cert: null,
  key: null,
  insecure: false,
  requestTimeoutMs: 20_000,
};

/** A client of hosts. */
export function client(
  t: TestContext,
  hosts: readonly string[],
  access: Partial<ClusterAccess> = {},
  connections = 4,
): ClusterHttp {
  const http = new ClusterHttp(hosts, { ...OPEN, ...access }, connections);
  t.after(() => http.close());
  return http;
}

/** An HTTP server; its origin. */
export async function serve(t: TestContext, listener: RequestListener): Promise<string> {
  return `http://127.0.0.1:${await listenHttp(t, createHttp(listener))}`;
}

/** An HTTPS server; its origin. */
export async function serveTls(t: TestContext, options: ServerOptions, listener: RequestListener): Promise<string> {
  return `https://127.0.0.1:${await listenHttp(t, createHttps(options, listener))}`;
}

async function listenHttp(t: TestContext, server: Server): Promise<number> {
  t.after(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return await listen(server);
}

/** A server for what HTTP servers do not do on demand; its origin. */
export async function serveRaw(t: TestContext, connected: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createNet((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    connected(socket);
  });
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${await listen(server)}`;
}

/** The origin of a port where nobody listens. */
export async function deadOrigin(): Promise<string> {
  const server = createNet();
  const port = await listen(server);
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}`;
}

async function listen(server: NetServer): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}
